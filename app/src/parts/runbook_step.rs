//! A step of a runbook: what stands beside its title, what stands below it, and where its answers lead. The same where a runbook is read
//! and where it is followed.
//!
//! Copy buttons are hidden until a script shows them, which only the desk has (`app/desk/copy.js`).

use std::collections::BTreeSet;

use domain::runbook::{Need, Risk};
use leptos::prelude::*;

use crate::data::runbook::{AnswerText, BlockText, CodePiece, StepText};
use crate::format;
use crate::i18n::Text;

/// How much can go wrong, in words.
pub fn risk_word(text: &Text, risk: Risk) -> String {
    text.get(&format!("risk-{}", risk.name()))
}

/// What one must have at hand, in words.
pub fn need_words(text: &Text, needs: &[Need]) -> String {
    let words: Vec<String> = needs.iter().map(|need| text.get(&format!("need-{}", need.name()))).collect();
    words.join(&text.separator("list-separator"))
}

/// What an answer says: its words, else what is written. Yes and no are said in the reader's language.
pub fn answer_words(text: &Text, answer: &str, words: &str) -> String {
    match (words, answer) {
        ("", "yes") => text.get("answer-yes"),
        ("", "no") => text.get("answer-no"),
        ("", _) => answer.to_owned(),
        _ => words.to_owned(),
    }
}

/// A mark beside a step: its class, its shape (the colour says nothing alone), its words.
type Mark = (&'static str, &'static str, String);

fn marks(step: &StepText, text: &Text) -> Vec<Mark> {
    let risk = step.risk.map(|risk| {
        let (class, shape) = match risk {
            Risk::Low => ("step-mark", ""),
            Risk::High => ("step-mark is-high", "▲ "),
            Risk::Destructive => ("step-mark is-destructive", "◆ "),
        };
        (class, shape, risk_word(text, risk))
    });
    let plain = |words: String| ("step-mark", "", words);
    let critical = step.is_critical.then(|| ("step-mark is-critical", "! ", text.get("step-critical")));
    let two_person = step.is_two_person.then(|| plain(text.get("step-two-person")));
    let needs =
        (!step.needs.is_empty()).then(|| plain(text.with("step-needs", &[("names", need_words(text, &step.needs).into())])));
    let timer = step.timer_s.map(|seconds| {
        let length = format::length(text, seconds.saturating_mul(1000));
        plain(text.with("step-timer", &[("length", length.into())]))
    });
    let verify = step.verify.clone().map(|probe| plain(text.with("step-verify", &[("name", probe.into())])));
    [risk, critical, two_person, needs, timer, verify].into_iter().flatten().collect()
}

/// What must be known before a step is done: whether it applies, how much can go wrong, what it needs, what takes it back.
#[component]
pub fn StepMarks(
    /// The step.
    step: StepText,
    /// The words.
    text: Text,
) -> impl IntoView {
    let when = step.when.as_ref().map(|(decision, answer)| {
        let facts = [("name", decision.clone().into()), ("value", answer_words(&text, answer, "").into())];
        view! { <p class="step-when">{text.with("step-when", &facts)}</p> }
    });
    let marks = marks(&step, &text);
    let items = marks.into_iter().map(|(class, shape, words)| {
        let shape = (!shape.is_empty()).then(|| view! { <span aria-hidden="true">{shape}</span> });
        view! { <li class=class>{shape} {words}</li> }
    });
    let items = items.collect_view();
    let marks = (!items.is_empty()).then(|| view! { <ul class="step-marks">{items}</ul> });
    let undo = step.undo.as_ref().map(|undo| {
        view! { <p class="step-undo">{text.with("step-undo", &[("name", undo.clone().into())])}</p> }
    });
    view! { {when} {marks} {undo} }
}

/// What stands below a step's title, in order: words, commands, what to expect.
#[component]
pub fn StepBlocks(
    /// The pieces.
    blocks: Vec<BlockText>,
    /// The words.
    text: Text,
    /// The language of the pieces when it is not the page's.
    #[prop(default = None)]
    lang: Option<&'static str>,
) -> impl IntoView {
    let blocks = blocks.into_iter().map(|block| match block {
        BlockText::Prose(html) => view! { <div class="told" lang=lang inner_html=html></div> }.into_any(),
        BlockText::Code { language, pieces, copy } => command(&text, &language, &pieces, copy).into_any(),
        BlockText::Expect(words) => view! {
            <div class="expect">
                <p class="expect-head">{text.get("step-expect")}</p>
                <p class="expect-text" lang=lang>{words}</p>
            </div>
        }
        .into_any(),
    });
    blocks.collect_view()
}

/// A command or a file with the button that copies it. While a value is missing in it, the button says which instead.
fn command(text: &Text, language: &str, pieces: &[CodePiece], copy: Option<String>) -> impl IntoView + use<> {
    let separator = text.separator("list-separator");
    let join = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(&separator);
    let (mut missing, mut secrets) = (BTreeSet::new(), BTreeSet::new());
    for piece in pieces {
        match piece {
            CodePiece::Missing(name) => {
                missing.insert(name.clone());
            }
            CodePiece::Secret(name) => {
                secrets.insert(format!("${name}"));
            }
            CodePiece::Text(_) | CodePiece::Value(_) => {}
        }
    }
    let is_disabled = copy.is_none();
    let label = if is_disabled && !missing.is_empty() {
        text.with("code-missing", &[("names", join(missing).into())])
    } else {
        text.get("code-copy")
    };
    let note = (!secrets.is_empty()).then(|| {
        view! { <p class="code-note">{text.with("code-secret", &[("names", join(secrets).into())])}</p> }
    });
    let language = (!language.is_empty()).then(|| view! { <span class="code-language">{language.to_owned()}</span> });
    let pieces = pieces.iter().filter_map(|piece| piece_view(text, piece)).collect_view();
    view! {
        <figure class="code-block">
            <figcaption>
                {language}
                <button
                    type="button"
                    class="copy"
                    hidden
                    disabled=is_disabled
                    data-copy=copy
                    data-copied=text.get("code-copied")
                    data-selected=text.get("code-selected")
                >
                    {label}
                </button>
            </figcaption>
            // What is wider than a phone scrolls, also by the keyboard.
            <pre tabindex="0"><code>{pieces}</code></pre>
            {note}
        </figure>
    }
}

/// A piece of a command. An empty one is left out: Leptos would write a space for it.
fn piece_view(text: &Text, piece: &CodePiece) -> Option<AnyView> {
    Some(match piece {
        CodePiece::Text(code) | CodePiece::Value(code) if code.is_empty() => return None,
        CodePiece::Text(code) => code.clone().into_any(),
        CodePiece::Value(value) => view! { <b class="code-value">{value.clone()}</b> }.into_any(),
        CodePiece::Missing(name) => {
            let said = format!("{} ", text.get("code-missing-said"));
            let name = format!("{{{{{name}}}}}");
            view! { <mark class="code-missing"><span class="spoken">{said}</span>{name}</mark> }.into_any()
        }
        CodePiece::Secret(name) => {
            let said = format!("{} ", text.get("code-secret-said"));
            let name = format!("${name}");
            view! { <mark class="code-secret"><span class="spoken">{said}</span>{name}</mark> }.into_any()
        }
    })
}

/// The answers of a decision, each with where it leads. Nothing for any other step.
#[component]
pub fn StepAnswers(
    /// The answers.
    answers: Vec<AnswerText>,
    /// The words.
    text: Text,
) -> impl IntoView {
    let items = answers.iter().map(|answer| {
        let leads_to = (!answer.leads_to.is_empty()).then(|| {
            let words = text.with("step-leads-to", &[("name", answer.leads_to.clone().into())]);
            view! { " " <span class="leads-to">{words}</span> }
        });
        view! { <li><strong>{answer_words(&text, &answer.answer, &answer.words)}</strong> {leads_to}</li> }
    });
    let items = items.collect_view();
    (!items.is_empty()).then(|| {
        view! { <div class="step-answers"><p>{text.get("step-answers")}</p> <ul>{items}</ul></div> }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::text::Language;

    use super::*;
    use crate::i18n::{Argument, Messages};

    /// Says the key of a message and its values.
    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, arguments: &[(&'static str, Argument)]) -> String {
            let values = arguments.iter().map(|(_, value)| match value {
                Argument::Text(text) => text.clone(),
                Argument::Number(number) => number.to_string(),
            });
            std::iter::once(key.to_owned()).chain(values).collect::<Vec<_>>().join(" ")
        }
    }

    fn text() -> Text {
        Text::new(Arc::new(Keys), Language::En)
    }

    fn code(pieces: Vec<CodePiece>, copy: Option<&str>) -> String {
        let block = BlockText::Code { language: "sh".to_owned(), pieces, copy: copy.map(str::to_owned) };
        view! { <StepBlocks blocks=vec![block] text=text()/> }.to_html()
    }

    #[test]
    fn a_command_with_a_missing_value_cannot_be_copied_and_says_what_is_missing() {
        let pieces = vec![
            CodePiece::Text("drain ".to_owned()),
            CodePiece::Missing("node".to_owned()),
            CodePiece::Text(String::new()),
            CodePiece::Secret("TOKEN".to_owned()),
        ];
        let html = code(pieces, None);
        assert!(html.contains(" disabled") && html.contains("code-missing node"), "{html}");
        assert!(html.contains("{{node}}</mark>") && html.contains("code-missing-said"), "{html}");
        assert!(html.contains("$TOKEN</mark>") && html.contains("code-secret $TOKEN"), "{html}");
        assert!(!html.contains("data-copy="), "{html}");
    }

    #[test]
    fn what_is_copied_and_shown_stays_text() {
        let hostile = "\"><script>1</script>";
        let html = code(vec![CodePiece::Value(hostile.to_owned())], Some(hostile));
        assert!(!html.contains("<script>1</script></b>") && html.contains("&lt;script&gt;1&lt;/script&gt;</b>"), "{html}");
        assert!(!html.contains("data-copy=\"\"") && html.contains(" hidden"), "{html}");
        let expect = view! { <StepBlocks blocks=vec![BlockText::Expect("<b>up</b>".to_owned())] text=text()/> }.to_html();
        assert!(expect.contains("&lt;b&gt;up"), "{expect}");
    }

    #[test]
    fn an_answer_says_its_words_and_yes_and_no_are_translated() {
        assert_eq!(answer_words(&text(), "yes", ""), "answer-yes");
        assert_eq!(answer_words(&text(), "held", ""), "held");
        assert_eq!(answer_words(&text(), "held", "there is a leader"), "there is a leader");
        let answers = vec![AnswerText { answer: "no".to_owned(), words: String::new(), leads_to: "Call".to_owned() }];
        let html = view! { <StepAnswers answers=answers text=text()/> }.to_html();
        assert!(html.contains("answer-no") && html.contains("step-leads-to Call"), "{html}");
        let none = view! { <StepAnswers answers=Vec::new() text=text()/> }.to_html();
        assert!(!none.contains("step-answers"), "{none}");
    }
}
