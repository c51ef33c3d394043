//! Runs of runbooks as a list: which, why, how far, by whom, since when. On the pages of runbooks, of an incident, and on *Now*.

use domain::runbook::run::{Mode, Outcome, RunState};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::RunRow;
use crate::format;
use crate::i18n::Text;
use crate::parts::incident_words::{incident_href, incident_number, run_number};
use crate::parts::time_text::{Since, TimeText};

/// Where a list stands; what is plain there is not said again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunsOf {
    /// Anywhere: every row names its runbook and its incident.
    #[default]
    Any,
    /// On the page of a runbook.
    Runbook,
    /// On the page of an incident.
    Incident,
}

/// The page of a run.
pub fn run_href(number: i64) -> String {
    format!("/desk/runs/{number}")
}

/// Why a runbook is followed, in words.
pub fn mode_word(text: &Text, mode: Mode) -> String {
    text.get(&format!("run-mode-{}", mode.name()))
}

/// What came of a run, in words.
pub fn outcome_word(text: &Text, outcome: Outcome) -> String {
    text.get(&format!("run-outcome-{}", outcome.name().replace('_', "-")))
}

/// Whether a run goes on, in words; what came of it says more.
fn state_word(text: &Text, row: &RunRow) -> String {
    match row.outcome {
        Some(outcome) => outcome_word(text, outcome),
        None => text.get(&format!("run-state-{}", row.state.name())),
    }
}

/// Runs, in the order in which they come. Nothing for none: what that means is said where the list stands.
#[component]
pub fn RunRows(
    /// The runs.
    rows: Vec<RunRow>,
    /// The words.
    text: Text,
    /// The zone times are shown in.
    zone: TimeZone,
    /// The present.
    now: Timestamp,
    /// Where the list stands.
    #[prop(optional)]
    of: RunsOf,
) -> impl IntoView {
    let items = rows.iter().map(|row| item(&text, &zone, now, of, row)).collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="list-rows run-rows">{items}</ul> })
}

fn item(text: &Text, zone: &TimeZone, now: Timestamp, of: RunsOf, row: &RunRow) -> impl IntoView + use<> {
    let title = (of != RunsOf::Runbook).then(|| view! { " " <span>{row.title.clone()}</span> });
    let incident = row.incident.filter(|_| of != RunsOf::Incident).map(|number| {
        view! { <li><a class="run-incident" href=incident_href(number)>{incident_number(number)}</a></li> }
    });
    let mode = (row.mode != Mode::Live).then(|| view! { <span class="tag run-mode">{mode_word(text, row.mode)}</span> });
    view! {
        <li class=format!("run-row {} {}", row.state.name(), row.mode.name()) id=format!("run-{}", row.number)>
            <p class="list-head">
                <a href=run_href(row.number)><span class="number">{run_number(row.number)}</span>{title}</a>
                {mode}
            </p>
            {progress(text, row)}
            <ul class="facts">
                <li><strong class="run-state">{state_word(text, row)}</strong></li>
                <li>{text.with("run-by", &[("name", row.started_by.clone().into())])}</li>
                {span(text, zone, now, row)}
                {incident}
            </ul>
        </li>
    }
}

/// How many steps are settled, as a bar and in words.
fn progress(text: &Text, row: &RunRow) -> impl IntoView + use<> {
    // A bar without an end would be one that waits.
    let most = row.total.max(1);
    let words = text.with("run-progress", &[("n", row.settled.into()), ("total", row.total.into())]);
    view! {
        <p class="run-progress">
            <progress max=most.to_string() value=row.settled.to_string() aria-hidden="true"></progress>
            " "
            <span class="number">{words}</span>
        </p>
    }
}

/// Since when it goes on, or when it was and how long it took.
fn span(text: &Text, zone: &TimeZone, now: Timestamp, row: &RunRow) -> impl IntoView + use<> {
    let until = row.finished_at.unwrap_or(now);
    let length = format::length(text, until.since(row.started_at).as_millis() as u64);
    let (began, key) = if row.state == RunState::Active {
        (view! { <Since at=row.started_at zone=zone.clone() text=text.clone()/> }.into_any(), "outage-so-far")
    } else {
        (view! { <TimeText at=row.started_at zone=zone.clone() text=text.clone()/> }.into_any(), "incidents-took")
    };
    view! { <li>{began}</li> <li class="number">{text.with(key, &[("length", length.into())])}</li> }
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

    fn row() -> RunRow {
        RunRow {
            number: 12,
            runbook: "power".to_owned(),
            title: "<b>Power</b>".to_owned(),
            mode: Mode::Drill,
            state: RunState::Active,
            outcome: None,
            incident: Some(42),
            started_by: "mika".to_owned(),
            started_at: Timestamp::from_ms(0),
            finished_at: None,
            settled: 3,
            total: 0,
        }
    }

    fn html(row: RunRow, of: RunsOf) -> String {
        let text = Text::new(Arc::new(Keys), Language::En);
        view! { <RunRows rows=vec![row] text=text zone=TimeZone::UTC now=Timestamp::from_ms(120_000) of=of/> }.to_html()
    }

    #[test]
    fn a_run_says_what_it_is_how_far_and_by_whom() {
        let html = html(row(), RunsOf::Any);
        for words in [
            "run-mode-drill",
            "run-state-active",
            "run-progress 3 0",
            "run-by mika",
            "INC-42",
            "RUN-12",
            "outage-so-far",
            "max=\"1\"",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(html.contains("&lt;b&gt;Power"), "what people wrote stays text: {html}");
    }

    #[test]
    fn what_is_plain_is_not_said_again() {
        assert!(!html(row(), RunsOf::Incident).contains("INC-42"));
        assert!(!html(row(), RunsOf::Runbook).contains("Power"));
    }

    #[test]
    fn one_that_ended_says_what_came_of_it() {
        let over = RunRow {
            state: RunState::Done,
            outcome: Some(Outcome::NoEffect),
            finished_at: Some(Timestamp::from_ms(60_000)),
            ..row()
        };
        let html = html(over, RunsOf::Any);
        assert!(html.contains("run-outcome-no-effect") && html.contains("incidents-took"), "{html}");
    }
}
