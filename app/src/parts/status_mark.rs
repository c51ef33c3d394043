//! A status as a shape. The word always stands beside it; colour comes from the style sheet and is never alone.

use domain::component::Status;
use leptos::prelude::*;

/// The shapes, once per page; marks refer to them.
#[component]
pub fn StatusSymbols() -> impl IntoView {
    view! {
        <svg class="symbols" width="0" height="0" aria-hidden="true">
            // A full circle with a tick.
            <symbol id="s-operational" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8"/><path class="ink" d="M4.5 8.2l2.4 2.4 4.6-4.8"/></symbol>
            // A triangle.
            <symbol id="s-degraded_performance" viewBox="0 0 16 16"><path d="M8 .5l8 15H0z"/><path class="ink" d="M8 5.5v5M8 12.2v1"/></symbol>
            // A square, half of it hollow.
            <symbol id="s-partial_outage" viewBox="0 0 16 16"><path d="M1 1h14v14H1z"/><path class="hole" d="M8 3h5v10H8z"/></symbol>
            // A diamond with a cross.
            <symbol id="s-major_outage" viewBox="0 0 16 16"><path d="M8 0l8 8-8 8-8-8z"/><path class="ink" d="M5.5 5.5l5 5M10.5 5.5l-5 5"/></symbol>
            // A bar.
            <symbol id="s-under_maintenance" viewBox="0 0 16 16"><path d="M1 5h14v6H1z"/></symbol>
            // A hollow circle.
            <symbol id="s-unknown" viewBox="0 0 16 16"><circle class="ring" cx="8" cy="8" r="6.5"/></symbol>
        </svg>
    }
}

/// The shape of a status.
#[component]
pub fn StatusMark(
    /// Which.
    status: Status,
) -> impl IntoView {
    let name = if status == Status::Unwatched { Status::Unknown.name() } else { status.name() };
    view! { <svg class=format!("mark {name}") aria-hidden="true"><use href=format!("#s-{name}")/></svg> }
}
