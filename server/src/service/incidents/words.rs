//! What Yagura wrote into a timeline, in the reader's language.

use app::format;
use app::i18n::Text;
use domain::incident::machine::MachineEvent;
use domain::postmortem::State;
use domain::time::Timestamp;
use jiff::tz::TimeZone;

/// How a component is called: its name for this reader, or `None` where this reader may not know of it.
pub(crate) type Names<'n> = &'n dyn Fn(&str) -> Option<String>;

/// The words for a fact. `None` where it is about a component that the reader may not know of.
pub(crate) fn machine_words(text: &Text, event: &MachineEvent, zone: &TimeZone, names: Names<'_>) -> Option<String> {
    let moment = |at: Timestamp| format::moment(text, at, zone);
    let state = |state: domain::incident::work::State| text.get(&format!("state-{}", state.name()));
    let impact = |impact: domain::incident::Impact| text.get(&format!("impact-{}", impact.name()));
    let nobody = || text.get("event-nobody");
    Some(match event {
        MachineEvent::Opened { by_rule: true } => text.get("event-opened-by-rule"),
        MachineEvent::Opened { by_rule: false } => text.get("event-opened"),
        MachineEvent::ComponentDown { component, status } => text.with(
            "event-component-down",
            &[("name", names(component)?.into()), ("status", format::status(text, *status).into())],
        ),
        MachineEvent::ComponentUp { component } => text.with("event-component-up", &[("name", names(component)?.into())]),
        MachineEvent::OutageConfirmed { component } => text.with("event-outage-confirmed", &[("name", names(component)?.into())]),
        MachineEvent::StateChanged { from, to, reason } => {
            let words = text.with("event-state-changed", &[("from", state(*from).into()), ("to", state(*to).into())]);
            reason.as_ref().map_or(words.clone(), |reason| {
                text.with("event-with-reason", &[("what", words.into()), ("reason", reason.clone().into())])
            })
        }
        MachineEvent::SeverityChanged { from, to } => text.with(
            "event-severity-changed",
            &[("from", from.name().to_uppercase().into()), ("to", to.name().to_uppercase().into())],
        ),
        MachineEvent::ImpactChanged { from, to } => {
            text.with("event-impact-changed", &[("from", impact(*from).into()), ("to", impact(*to).into())])
        }
        MachineEvent::KindChanged { from, to } => {
            let word = |kind: domain::incident::work::IncidentKind| {
                text.get(&format!("incident-kind-{}", kind.name().replace('_', "-")))
            };
            text.with("event-kind-changed", &[("from", word(*from).into()), ("to", word(*to).into())])
        }
        MachineEvent::VisibilityChanged { is_public: true } => text.get("event-published"),
        MachineEvent::VisibilityChanged { is_public: false } => text.get("event-withdrawn"),
        MachineEvent::ComponentAffected { component, status, from, until } => {
            let (name, status) = (names(component)?, format::status(text, *status));
            match until {
                None => text.with(
                    "event-component-affected",
                    &[("name", name.into()), ("status", status.into()), ("from", moment(*from).into())],
                ),
                Some(until) => text.with(
                    "event-component-affected-until",
                    &[
                        ("name", name.into()),
                        ("status", status.into()),
                        ("from", moment(*from).into()),
                        ("until", moment(*until).into()),
                    ],
                ),
            }
        }
        MachineEvent::ComponentCleared { component } => {
            text.with("event-component-cleared", &[("name", names(component)?.into())])
        }
        MachineEvent::RoleChanged { role, from, to } => {
            let role = text.get(&format!("incident-role-{}", role.name()));
            let (from, to) = (from.clone().unwrap_or_else(nobody), to.clone().unwrap_or_else(nobody));
            text.with("event-role-changed", &[("role", role.into()), ("from", from.into()), ("to", to.into())])
        }
        MachineEvent::UpdatePublished { status, number, corrects } => {
            let status = text.get(&format!("incident-{}", status.name()));
            match corrects {
                None => text.with("event-update-published", &[("status", status.into()), ("number", (*number).into())]),
                Some(corrected) => text.with(
                    "event-update-corrected",
                    &[("status", status.into()), ("number", (*number).into()), ("corrected", (*corrected).into())],
                ),
            }
        }
        MachineEvent::MarkerMoved { marker, from, to } => {
            let marker = text.get(&format!("marker-{}", marker.name().replace('_', "-")));
            match (from, to) {
                (_, None) => text.with("event-marker-removed", &[("marker", marker.into())]),
                (None, Some(to)) => text.with("event-marker-set", &[("marker", marker.into()), ("to", moment(*to).into())]),
                (Some(from), Some(to)) => text.with(
                    "event-marker-moved",
                    &[("marker", marker.into()), ("from", moment(*from).into()), ("to", moment(*to).into())],
                ),
            }
        }
        MachineEvent::Renamed { from, to } => {
            text.with("event-renamed", &[("from", from.clone().into()), ("to", to.clone().into())])
        }
        MachineEvent::Related { number, is_related: true } => text.with("event-related", &[("number", (*number).into())]),
        MachineEvent::Related { number, is_related: false } => text.with("event-unrelated", &[("number", (*number).into())]),
        MachineEvent::Absorbed { number } => text.with("event-absorbed", &[("number", (*number).into())]),
        MachineEvent::MergedInto { number } => text.with("event-merged-into", &[("number", (*number).into())]),
        MachineEvent::AlertBegan { alert, name } => {
            text.with("event-alert-began", &[("alert", (*alert).into()), ("name", name.clone().into())])
        }
        MachineEvent::AlertEnded { alert, name } => {
            text.with("event-alert-ended", &[("alert", (*alert).into()), ("name", name.clone().into())])
        }
        MachineEvent::RunStarted { .. }
        | MachineEvent::RunStep { .. }
        | MachineEvent::RunRebased { .. }
        | MachineEvent::RunFinished { .. } => run_words(text, event)?,
        MachineEvent::PostmortemMoved { postmortem, from, to } => postmortem_words(text, *postmortem, (*from, *to)),
    })
}

/// The words for what became of a postmortem.
fn postmortem_words(text: &Text, number: i64, (from, to): (Option<State>, State)) -> String {
    let key = match (from, to) {
        (None | Some(State::Waived), State::Draft) => "event-postmortem-begun",
        (Some(State::InReview | State::Approved), State::Draft) => "event-postmortem-changes-requested",
        (_, State::Draft) => "event-postmortem-draft",
        (Some(State::Approved), State::InReview) => "event-postmortem-review-again",
        (_, State::InReview) => "event-postmortem-in-review",
        // A minor correction leaves the approval, and is no other.
        (Some(State::Published), State::Approved) => "event-postmortem-corrected",
        (_, State::Approved) => "event-postmortem-approved",
        (_, State::Published) => "event-postmortem-published",
        (_, State::Retracted) => "event-postmortem-retracted",
        (_, State::Waived) => "event-postmortem-waived",
    };
    text.with(key, &[("number", number.into())])
}

/// The words for what happened in a run.
fn run_words(text: &Text, event: &MachineEvent) -> Option<String> {
    let with_words = |what: String, words: &Option<String>| match words {
        Some(words) => text.with("event-with-words", &[("what", what.into()), ("words", words.clone().into())]),
        None => what,
    };
    Some(match event {
        MachineEvent::RunStarted { run, title, mode, .. } => {
            let mode = text.get(&format!("run-mode-{}", mode.name()));
            text.with(
                "event-run-started",
                &[("run", (*run).into()), ("title", title.get(text.language()).into()), ("mode", mode.into())],
            )
        }
        MachineEvent::RunStep { run, title, deed, answer, text: words, .. } => {
            let values = [
                ("run", (*run).into()),
                ("step", title.get(text.language()).into()),
                ("answer", answer.clone().unwrap_or_default().into()),
            ];
            with_words(text.with(&format!("event-step-{}", deed.name()), &values), words)
        }
        MachineEvent::RunRebased { run, from, to, rechecks, .. } => text.with(
            "event-run-rebased",
            &[("run", (*run).into()), ("from", (*from).into()), ("to", (*to).into()), ("rechecks", (*rechecks).into())],
        ),
        MachineEvent::RunFinished { run, outcome, text: words, .. } => {
            let outcome = text.get(&format!("run-outcome-{}", outcome.name().replace('_', "-")));
            with_words(text.with("event-run-finished", &[("run", (*run).into()), ("outcome", outcome.into())]), words)
        }
        _ => return None,
    })
}
