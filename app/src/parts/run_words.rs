//! What the responder's screen is made of, in words and shapes: where a step stands, what can be done about it, short times.
//! Modes and outcomes are called as in lists ([`crate::parts::run_rows`]).

use domain::runbook::run::Stand;
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, FormState, RunPage, RunStep, RunView};
use crate::format;
use crate::i18n::Text;
use crate::parts::run_rows::run_href;

/// The page of a run with one of its steps shown large.
pub fn step_href(number: i64, step: &str) -> String {
    format!("{}?step={step}", run_href(number))
}

/// Where a step stands.
pub fn stand_word(text: &Text, stand: Stand) -> String {
    text.get(&format!("run-stand-{}", stand.name().replace('_', "-")))
}

/// True when something is left to be done about it by whoever comes next; one that awaits somebody else is not among them.
pub const fn is_open(stand: Stand) -> bool {
    matches!(stand, Stand::Open | Stand::Failed | Stand::Recheck)
}

/// True when a part of the bar that is called so makes sense for a step. The script decides by the same rules (`can` in
/// `app/desk/run.js`); what may really be done, the server does.
pub fn can(step: &RunStep, what: &str) -> bool {
    let (is_open, asks) = (is_open(step.stand), !step.text.answers.is_empty());
    match what {
        "tick" => step.may_tick && !asks && step.stand != Stand::Skipped,
        "wait" => is_open && !step.may_tick && !asks,
        "skip" => is_open && !asks && !step.text.is_critical,
        "skip-why" => is_open && !asks && step.text.is_critical,
        "fail" => is_open && !asks && step.stand != Stand::Failed,
        "confirm" => step.stand == Stand::Awaiting && !step.is_own,
        "confirm-why" => step.stand == Stand::Awaiting && step.is_own,
        "untick" => !matches!(step.stand, Stand::Open | Stand::NotApplicable),
        "instead" => step.text.undo.is_some(),
        "next" => !is_open,
        _ => false,
    }
}

/// Every step of a run, in order.
pub fn steps(page: &RunPage) -> impl Iterator<Item = &RunStep> {
    page.sections.iter().flat_map(|section| &section.steps)
}

/// The id of the step that is shown large: the one whose form was refused, else the current one.
pub fn focused(page: &RunPage) -> Option<&str> {
    page.refused.as_ref().map(|(step, _)| step.as_str()).or(page.current.as_deref())
}

/// True when every step that applies is settled.
pub fn is_nothing_left(page: &RunPage) -> bool {
    page.row.settled >= page.row.total
}

/// How the run is shown: a form of a step that was refused is in sight.
pub fn view_of(page: &RunPage) -> RunView {
    if page.refused.is_some() { RunView::Focus } else { page.view }
}

/// A moment, as short as it can be said.
pub fn short_time(context: &DeskContext, text: &Text, at: Timestamp) -> impl IntoView + use<> {
    let whole = format::moment(text, at, &context.zone);
    let shown = format::short_moment(text, at, context.now, &context.zone);
    view! { <time datetime=at.to_string() title=whole>{shown}</time> }
}

/// What is wrong with a form of which the page has many, in its own place: no field's id leads to it.
pub fn errors(form: &FormState, heading: String) -> Option<impl IntoView + use<>> {
    let items = form.errors.iter().map(|error| view! { <li>{error.message.clone()}</li> }).collect_view();
    (!form.errors.is_empty()).then(|| {
        view! {
            <div class="form-errors" id="form-errors" role="alert" tabindex="-1" autofocus>
                <p><span class="wrong-mark" aria-hidden="true">"!"</span> " " <strong>{heading}</strong></p>
                <ul>{items}</ul>
            </div>
        }
    })
}

/// The shapes, once per page; marks refer to them.
pub fn stand_symbols() -> impl IntoView + use<> {
    view! {
        <svg class="symbols" width="0" height="0" aria-hidden="true">
            // A hollow box.
            <symbol id="r-open" viewBox="0 0 16 16"><path class="run-line" d="M2 2h12v12H2z"/></symbol>
            // A box that is half full.
            <symbol id="r-awaiting" viewBox="0 0 16 16"><path class="run-line" d="M2 2h12v12H2z"/><path d="M2 8h12v6H2z"/></symbol>
            // A full box with a tick.
            <symbol id="r-done" viewBox="0 0 16 16"><path d="M1 1h14v14H1z"/><path class="ink" d="M4.2 8.2l2.6 2.6 5-5.4"/></symbol>
            // A shield with a tick.
            <symbol id="r-verified" viewBox="0 0 16 16">
                <path d="M8 0l7 2.5V8c0 4-3 6.5-7 8-4-1.5-7-4-7-8V2.5z"/><path class="ink" d="M4.8 8l2.4 2.4 4.2-4.6"/>
            </symbol>
            // Two arrows that go past.
            <symbol id="r-skipped" viewBox="0 0 16 16"><path d="M1 2l6 6-6 6zM8 2l6 6-6 6z"/></symbol>
            // A diamond with a cross.
            <symbol id="r-failed" viewBox="0 0 16 16"><path d="M8 0l8 8-8 8-8-8z"/><path class="ink" d="M5.5 5.5l5 5M10.5 5.5l-5 5"/></symbol>
            // A triangle.
            <symbol id="r-recheck" viewBox="0 0 16 16"><path d="M8 .5l8 15H0z"/><path class="ink" d="M8 5.5v5M8 12.2v1"/></symbol>
            // A bar.
            <symbol id="r-not_applicable" viewBox="0 0 16 16"><path d="M1 6.5h14v3H1z"/></symbol>
        </svg>
    }
}

/// Where a step stands: its shape and its word. The script changes both.
pub fn stand_mark(text: &Text, stand: Stand) -> impl IntoView + use<> {
    view! {
        <span class="run-mark">
            <svg class="mark" aria-hidden="true"><use href=format!("#r-{}", stand.name())/></svg>
            " "
            <span class="run-word">{stand_word(text, stand)}</span>
        </span>
    }
}
