//! Paste a timeline: first the text, then each of its lines as it was understood, to be corrected before anything is saved. No line is
//! dropped: one that was not understood stands in its place, marked, as it was pasted.
//!
//! Enter in a field presses the first button of a form, so that is the one that only looks at the corrections.

use std::collections::HashMap;

use domain::incident::work::EntryKind;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, FormState, PasteLine, PastePage};
use crate::i18n::{Argument, Text};
use crate::parts::form::{FormErrors, Hidden, TextArea, TextField};
use crate::parts::head::escaped;
use crate::parts::incident_form::{field_error, keep_secrets};
use crate::parts::incident_words::{incident_href, kind_word};
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn PasteView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PastePage,
) -> impl IntoView {
    let text = context.text();
    let number = || [("n", Argument::from(page.number))];
    let form = &page.form;
    let action = format!("{}/paste", incident_href(page.number));
    let body = if page.lines.is_empty() { first(&text, &page) } else { second(&text, &page) };
    // What comes back was typed just now: nothing kept in the browser may be put over it.
    let is_answer = (!page.lines.is_empty()).then_some("");
    view! {
        <main id="content" class="desk paste">
            <p class="back"><a href=incident_href(page.number)>{text.with("entry-edit-back", &number())}</a></p>
            <h1>{text.with("pasting-title", &number())}</h1>
            <p class="description">{page.title.clone()}</p>
            <form
                class="form paste-form"
                method="post"
                action=action
                data-draft=format!("paste-{}", page.number)
                data-draft-answer=is_answer
            >
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                {body}
            </form>
        </main>
    }
}

/// The text, and the day of its first line.
fn source(text: &Text, page: &PastePage, rows: u32) -> impl IntoView + use<> {
    let zone = page.zone.iana_name().unwrap_or("UTC").to_owned();
    view! {
        <TextArea
            form=page.form.clone()
            name="text"
            label=text.get("pasting-source")
            hint=text.get("pasting-source-hint")
            rows=rows
        />
        <TextField
            form=page.form.clone()
            name="day"
            label=text.get("pasting-day")
            hint=text.with("pasting-day-hint", &[("zone", zone.into())])
            kind="date"
        />
    }
}

fn first(text: &Text, page: &PastePage) -> AnyView {
    view! {
        <p class="description">{text.get("pasting-text")}</p>
        {source(text, page, 12)}
        <button type="submit" class="primary" name="look" value="yes">{text.get("pasting-look")}</button>
    }
    .into_any()
}

/// The lines first, since they are what is worked on now; the text below, to begin again.
fn second(text: &Text, page: &PastePage) -> AnyView {
    let unread = page.lines.iter().filter(|line| line.problem.is_some()).count();
    let unread = (unread > 0).then(|| {
        let words = text.with("pasting-unread", &[("n", unread.into())]);
        view! { <p class="notice"><span class="wrong-mark" aria-hidden="true">"!"</span> " " <span>{words}</span></p> }
    });
    let taken = page.lines.iter().filter(|line| line.is_taken).count();
    let count = text.with("pasting-count", &[("n", taken.into()), ("total", page.lines.len().into())]);
    view! {
        <section aria-labelledby="pasting-lines">
            <h2 id="pasting-lines">{text.get("pasting-lines")}</h2>
            <p class="description">{text.get("pasting-lines-text")}</p>
            {unread}
            {lines(text, page)}
            {keep_secrets(text, &page.form)}
            <p class="paste-count"><strong>{count}</strong></p>
            <div class="actions">
                <button type="submit" class="plain" name="correct" value="yes">{text.get("pasting-correct")}</button>
                <button type="submit" class="primary" name="save" value="yes">{text.get("pasting-save")}</button>
            </div>
        </section>
        <details class="paste-source">
            <summary>{text.get("pasting-source-open")}</summary>
            <div class="paste-again">
                {source(text, page, 8)}
                <p class="hint">{text.get("pasting-look-again-text")}</p>
                <button type="submit" class="plain" name="look" value="yes">{text.get("pasting-look-again")}</button>
            </div>
        </details>
    }
    .into_any()
}

/// What lines are shown with. There may be thousands, so their values are looked up, not searched for.
struct Frame<'a> {
    text: &'a Text,
    zone: &'a TimeZone,
    form: &'a FormState,
    typed: HashMap<&'a str, &'a str>,
    kinds: Vec<(&'static str, String)>,
}

impl Frame<'_> {
    fn value(&self, name: &str) -> String {
        self.typed.get(name).copied().unwrap_or_default().to_owned()
    }

    /// The words of a message about a line.
    fn of_line(&self, key: &str, line: &PasteLine) -> String {
        self.text.with(key, &[("n", line.number.into())])
    }
}

fn lines(text: &Text, page: &PastePage) -> impl IntoView + use<> {
    let frame = Frame {
        text,
        zone: &page.zone,
        form: &page.form,
        typed: page.form.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        kinds: EntryKind::human().map(|kind| (kind.name(), kind_word(text, kind))).collect(),
    };
    let items = page.lines.iter().enumerate().map(|(index, shown)| line(&frame, index, shown)).collect_view();
    let heads = ["pasting-take", "pasting-time", "pasting-kind", "pasting-body"];
    let heads = heads.map(|key| view! { <span>{text.get(key)}</span> }).collect_view();
    view! {
        <input type="hidden" name="count" value=page.lines.len().to_string()/>
        // Each field says for itself what it is; this is for the eye, where the lines are a table.
        <p class="paste-heads" aria-hidden="true">{heads}</p>
        <ol class="paste-lines">{items}</ol>
    }
}

/// One line: whether it is taken, when it was, what it is, what it says; and why it was not understood.
fn line(frame: &Frame<'_>, index: usize, line: &PasteLine) -> impl IntoView + use<> {
    let name = |part: &str| format!("{part}_{index}");
    let why_id = format!("why-{index}");
    let why = line.problem.clone().map(|problem| {
        let id = why_id.clone();
        view! {
            <div class="paste-why">
                <p id=id><span class="wrong-mark" aria-hidden="true">"!"</span> " " {problem}</p>
                <p class="soft">{frame.text.get("pasting-line-source")}</p>
                <pre>{line.source.clone()}</pre>
            </div>
        }
    });
    let class = if line.problem.is_some() { "paste-line is-wrong" } else { "paste-line" };
    let take_id = format!("field-{}", name("take"));
    view! {
        <li class=class>
            <label class="tick">
                <input type="checkbox" id=take_id name=name("take") value="yes" checked=line.is_taken/>
                " "
                <span>{frame.of_line("pasting-line", line)}</span>
            </label>
            {time(frame, &name("at"), line, why_id)}
            {kind(frame, &name("kind"), line)}
            {body(frame, &name("body"), line)}
            {why}
            <input type="hidden" name=name("line") value=line.source.clone()/>
            <input type="hidden" name=name("number") value=line.number.to_string()/>
        </li>
    }
}

/// What is wrong with a field after it was sent, and how the field is told.
struct Wrong {
    invalid: Option<&'static str>,
    id: Option<String>,
    words: Option<AnyView>,
}

fn wrong(frame: &Frame<'_>, name: &str) -> Wrong {
    let words = field_error(frame.form, name);
    Wrong { invalid: words.is_some().then_some("true"), id: words.is_some().then(|| format!("error-{name}")), words }
}

/// The time as it is typed, and as it is understood.
fn time(frame: &Frame<'_>, name: &str, line: &PasteLine, why_id: String) -> impl IntoView + use<> {
    let wrong = wrong(frame, name);
    let understood = line.at.map(|at| {
        view! { <p class="soft"><TimeText at=at zone=frame.zone.clone() text=frame.text.clone()/></p> }
    });
    let is_unread = line.problem.is_some();
    let described_by = wrong.id.or_else(|| is_unread.then_some(why_id));
    view! {
        <div class="paste-at">
            <input
                id=format!("field-{name}")
                name=name.to_owned()
                type="text"
                value=frame.value(name)
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-label=frame.of_line("pasting-line-at", line)
                aria-describedby=described_by
                aria-invalid=wrong.invalid.or(is_unread.then_some("true"))
            />
            {wrong.words}
            {understood}
        </div>
    }
}

fn kind(frame: &Frame<'_>, name: &str, line: &PasteLine) -> impl IntoView + use<> {
    let wrong = wrong(frame, name);
    let chosen = frame.value(name);
    let options = frame.kinds.iter().map(|(value, words)| {
        let (value, words) = (*value, words.clone());
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{words}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="paste-kind">
            <select
                id=format!("field-{name}")
                name=name.to_owned()
                aria-label=frame.of_line("pasting-line-kind", line)
                aria-describedby=wrong.id
                aria-invalid=wrong.invalid
            >
                {options}
            </select>
            {wrong.words}
        </div>
    }
}

fn body(frame: &Frame<'_>, name: &str, line: &PasteLine) -> impl IntoView + use<> {
    let wrong = wrong(frame, name);
    // The newline is the one that browsers leave out at the beginning.
    let content = format!("\n{}", escaped(&frame.value(name)));
    view! {
        <div class="paste-body">
            <textarea
                id=format!("field-{name}")
                name=name.to_owned()
                rows="2"
                aria-label=frame.of_line("pasting-line-body", line)
                aria-describedby=wrong.id
                aria-invalid=wrong.invalid
                inner_html=content
            ></textarea>
            {wrong.words}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::text::Language;
    use domain::time::Timestamp;

    use super::*;
    use crate::i18n::Messages;

    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, _: &[(&'static str, Argument)]) -> String {
            key.to_owned()
        }
    }

    fn page() -> PastePage {
        let line = |number: usize, source: &str, at: Option<i64>| PasteLine {
            number,
            source: source.to_owned(),
            at: at.map(Timestamp::from_ms),
            problem: at.is_none().then(|| "no time".to_owned()),
            is_taken: at.is_some(),
        };
        let fields = [("text", "22:36 hung\nsomething"), ("at_0", "2024-04-18 22:36"), ("kind_0", "action"), ("body_0", "hung")];
        PastePage {
            number: 42,
            title: "Power".to_owned(),
            zone: TimeZone::UTC,
            lines: vec![line(1, "22:36 hung", Some(0)), line(2, "something </pre>", None)],
            user: String::new(),
            form: fields.into_iter().fold(FormState::default(), |form, (name, value)| form.with(name, value)),
        }
    }

    #[test]
    fn a_line_that_was_not_understood_stands_there_as_it_was_pasted_and_is_not_taken() {
        let text = Text::new(Arc::new(Keys), Language::En);
        let html = second(&text, &page()).to_html();
        let lines: Vec<&str> = html.split("<li ").skip(1).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains(" checked") && lines[0].contains("2024-04-18 22:36") && !lines[0].contains("paste-why"));
        assert!(!lines[1].contains(" checked") && lines[1].contains("no time") && lines[1].contains("something &lt;/pre&gt;"));
        assert!(lines[1].contains(r#"name="line_1""#) && lines[1].contains(r#"name="number_1""#));
    }

    #[test]
    fn enter_saves_nothing() {
        let text = Text::new(Arc::new(Keys), Language::En);
        let html = second(&text, &page()).to_html();
        let first = html.find("<button").unwrap();
        assert!(html[first..].split('>').next().unwrap().contains(r#"name="correct""#), "{html}");
    }
}
