//! A runbook as it is read: what it is for and what it needs, then its sections with their steps, numbered through. The same on public
//! pages, at the desk and in the preview of one that is being written.

use domain::runbook::{DEPTH_MAX, SectionKind};
use domain::text::Language;
use leptos::prelude::*;

use crate::data::runbook::{PartText, RunbookText, SectionText, StepText};
use crate::format;
use crate::i18n::Text;
use crate::parts::runbook_step::need_words;
pub use crate::parts::runbook_step::{StepAnswers, StepBlocks, StepMarks};

/// A step and its number within the runbook.
type Numbered<'a> = (&'a StepText, usize);

/// What every piece is shown with.
struct Frame {
    text: Text,
    /// The language of the runbook's own words when it is not the page's.
    lang: Option<&'static str>,
}

/// A runbook, without its title.
#[component]
pub fn RunbookBody(
    /// The runbook.
    runbook: RunbookText,
    /// The words.
    text: Text,
    /// The language of the page.
    language: Language,
) -> impl IntoView {
    let is_other = !runbook.language.is_empty() && runbook.language != language.tag();
    let frame = Frame { text, lang: is_other.then_some(runbook.language) };
    let other = frame.lang.map(|tag| {
        let name = frame.text.get(&format!("language-{tag}"));
        view! { <p class="runbook-note">{frame.text.with("runbook-other-language", &[("name", name.into())])}</p> }
    });
    let mut number = 1;
    let sections = runbook.sections.iter().enumerate().map(|(place, section)| {
        let first = number;
        number += section.parts.iter().filter_map(step_of).count();
        section_view(&frame, place + 1, first, section)
    });
    let sections = sections.collect_view();
    let nothing = sections.is_empty().then(|| view! { <p class="empty">{frame.text.get("runbook-empty")}</p> });
    view! {
        <article class="runbook">
            {other}
            {facts(&frame.text, &runbook)}
            {sections}
            {nothing}
        </article>
    }
}

/// How long it takes, what it needs and what it is for, before anything is done.
fn facts(text: &Text, runbook: &RunbookText) -> Option<impl IntoView + use<>> {
    let separator = text.separator("list-separator");
    let estimated = runbook.estimated_minutes.map(|minutes| {
        let length = format::length(text, minutes.saturating_mul(60_000));
        text.with("runbook-estimated", &[("length", length.into())])
    });
    let named = |key: &str, names: String| (!names.is_empty()).then(|| text.with(key, &[("names", names.into())]));
    let products: Vec<String> =
        runbook.applies_to.iter().map(|(product, versions)| format!("{product} {versions}").trim_end().to_owned()).collect();
    let facts = [
        estimated,
        named("step-needs", need_words(text, &runbook.needs)),
        named("runbook-applies-to", products.join(&separator)),
        named("runbook-alerts", runbook.alerts.join(&separator)),
        (runbook.version > 0).then(|| text.with("runbook-version", &[("n", runbook.version.into())])),
    ];
    let facts = facts.into_iter().flatten().map(|fact| view! { <li>{fact}</li> }).collect_view();
    (!facts.is_empty()).then(|| view! { <ul class="runbook-facts">{facts}</ul> })
}

/// The heading of a section in words, and whether it is the author's own.
fn heading(text: &Text, section: &SectionText) -> Option<(String, bool)> {
    match section.kind {
        SectionKind::Preamble => None,
        SectionKind::Other => (!section.heading.is_empty()).then(|| (section.heading.clone(), true)),
        kind => Some((text.get(&format!("section-{}", kind.name())), false)),
    }
}

/// A section; `first` is the number of its first step.
fn section_view(frame: &Frame, place: usize, first: usize, section: &SectionText) -> AnyView {
    let mut number = first;
    let parts = section.parts.chunk_by(|one, next| step_of(one).is_some() && step_of(next).is_some()).map(|parts| {
        if let [PartText::Prose(html)] = parts {
            return view! { <div class="told" lang=frame.lang inner_html=html.clone()></div> }.into_any();
        }
        let steps: Vec<Numbered<'_>> = parts.iter().filter_map(step_of).zip(number..).collect();
        number += steps.len();
        steps_list(frame, &steps)
    });
    let parts = parts.collect_view();
    let Some((words, is_own)) = heading(&frame.text, section) else {
        return view! { <div class="runbook-section">{parts}</div> }.into_any();
    };
    let id = format!("section-{place}");
    let labelled_by = id.clone();
    let lang = frame.lang.filter(|_| is_own);
    view! {
        <section class="runbook-section" aria-labelledby=labelled_by>
            <h2 id=id lang=lang>{words}</h2>
            {parts}
        </section>
    }
    .into_any()
}

fn step_of(part: &PartText) -> Option<&StepText> {
    match part {
        PartText::Step(step) => Some(step),
        PartText::Prose(_) => None,
    }
}

/// How deep a step is shown. A text that is being written may nest deeper than it may, and lists within lists have to end somewhere.
fn depth(step: &StepText) -> usize {
    step.depth.clamp(1, DEPTH_MAX)
}

/// Steps of one depth, each with those below it.
fn steps_list(frame: &Frame, steps: &[Numbered<'_>]) -> AnyView {
    let Some((first, _)) = steps.first() else { return ().into_any() };
    let top = depth(first);
    let items = steps.chunk_by(|_, (next, _)| depth(next) > top).map(|family| step_item(frame, family)).collect_view();
    view! { <ol class="steps">{items}</ol> }.into_any()
}

/// The first of these steps, the others being below it.
fn step_item(frame: &Frame, family: &[Numbered<'_>]) -> AnyView {
    let Some(((step, number), below)) = family.split_first() else { return ().into_any() };
    let text = &frame.text;
    let id = (!step.id.is_empty()).then(|| format!("step-{}", step.id));
    view! {
        <li class="step" id=id>
            <div class="step-head">
                <span class="step-number">{*number}</span>
                // To be ticked on paper.
                <span class="step-box" aria-hidden="true"></span>
                <p class="step-title" lang=frame.lang inner_html=step.title_html.clone()></p>
            </div>
            <StepMarks step=(*step).clone() text=text.clone()/>
            <StepBlocks blocks=step.blocks.clone() text=text.clone() lang=frame.lang/>
            <StepAnswers answers=step.answers.clone() text=text.clone()/>
            {steps_list(frame, below)}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::runbook::{Need, Risk};

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

    fn step(id: &str, depth: usize) -> PartText {
        PartText::Step(Box::new(StepText {
            id: id.to_owned(),
            depth,
            title_html: format!("Do <em>{id}</em>"),
            title: format!("Do {id}"),
            blocks: Vec::new(),
            risk: None,
            is_critical: false,
            is_two_person: false,
            timer_s: None,
            needs: Vec::new(),
            undo: None,
            verify: None,
            answers: Vec::new(),
            when: None,
        }))
    }

    fn runbook(language: &'static str, sections: Vec<(SectionKind, Vec<PartText>)>) -> RunbookText {
        RunbookText {
            slug: "power".to_owned(),
            title: "Power".to_owned(),
            language,
            version: 3,
            estimated_minutes: Some(90),
            needs: vec![Need::Ssh, Need::Console],
            applies_to: vec![("etcd".to_owned(), ">=3.5".to_owned()), ("anything".to_owned(), String::new())],
            alerts: vec!["NoLeader".to_owned()],
            sections: sections
                .into_iter()
                .map(|(kind, parts)| SectionText { kind, heading: "As <written>".to_owned(), parts })
                .collect(),
        }
    }

    fn html(runbook: RunbookText) -> String {
        let text = Text::new(Arc::new(Keys), Language::En);
        view! { <RunbookBody runbook=runbook text=text language=Language::En/> }.to_html()
    }

    #[test]
    fn steps_are_numbered_through_and_lie_within_the_one_they_belong_to() {
        let html = html(runbook(
            "",
            vec![
                (SectionKind::Diagnosis, vec![step("a", 1), step("b", 2), step("c", 1), PartText::Prose("<p>P</p>".to_owned())]),
                (SectionKind::Mitigation, vec![step("d", 1)]),
            ],
        ));
        let numbers: Vec<&str> = html.split("class=\"step-number\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        assert_eq!(numbers, ["1", "2", "3", "4"]);
        let place = |piece: &str| html.find(piece).unwrap_or_else(|| panic!("{piece}: {html}"));
        let [a, b, c] = ["id=\"step-a\"", "id=\"step-b\"", "id=\"step-c\""].map(place);
        assert!(html[a..b].contains("<ol") && html[b..c].contains("</ol>"), "{html}");
        assert!(html.contains("section-diagnosis") && !html.contains("As &lt;written"), "{html}");
    }

    #[test]
    fn no_nesting_however_deep_takes_the_page_down() {
        let parts = (1..=300).map(|depth| step("x", depth)).collect();
        let html = html(runbook("", vec![(SectionKind::Diagnosis, parts)]));
        assert_eq!(html.matches("<ol").count(), DEPTH_MAX);
    }

    #[test]
    fn what_stands_in_another_language_says_so_and_is_marked() {
        let html = html(runbook("ja", vec![(SectionKind::Other, vec![step("a", 1)])]));
        assert!(html.contains("runbook-other-language language-ja"), "{html}");
        assert!(
            html.contains("<p class=\"step-title\" lang=\"ja\"") || html.contains("lang=\"ja\" class=\"step-title\""),
            "{html}"
        );
        assert!(html.contains("As &lt;written&gt;</h2>"), "{html}");
    }

    #[test]
    fn what_can_go_wrong_is_said_before_a_command() {
        let PartText::Step(plain) = step("a", 1) else { unreachable!("it is a step") };
        let risky = StepText {
            risk: Some(Risk::Destructive),
            is_critical: true,
            timer_s: Some(300),
            when: Some(("Is it so?".to_owned(), "yes".to_owned())),
            undo: Some("Put it back".to_owned()),
            ..*plain
        };
        let html = html(runbook("", vec![(SectionKind::Mitigation, vec![PartText::Step(Box::new(risky))])]));
        for words in ["risk-destructive", "step-critical", "step-when Is it so? answer-yes", "step-undo Put it back"] {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(html.contains("step-needs need-ssh") && html.contains("runbook-version 3"), "{html}");
        assert!(html.contains("etcd &gt;=3.5"), "{html}");
    }
}
