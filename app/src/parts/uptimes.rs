//! Uptime over four spans, each with the name of its span.

use domain::time::Timestamp;
use domain::uptime::Weights;
use leptos::prelude::*;

use crate::data::PublicComponent;
use crate::format;
use crate::i18n::Text;

/// The spans' message keys, and their lengths in days.
pub const SPANS: [(&str, i64); 4] = [("span-24h", 1), ("span-7d", 7), ("span-30d", 30), ("span-90d", 90)];

/// The figures of a component, as a list of terms. A figure of a span that is longer than the component has been watched is marked.
#[component]
pub fn Uptimes(
    /// Whose.
    component: PublicComponent,
    /// When the page is made.
    now: Timestamp,
    /// The site's weights.
    weights: Weights,
    /// The words.
    text: Text,
) -> impl IntoView {
    let watched_ms = now.as_ms() - component.watched_since.as_ms();
    let cells = SPANS
        .iter()
        .zip(&component.uptimes)
        .map(|((key, days), tally)| {
            let is_young = watched_ms < days * 86_400_000;
            let is_whole =
                tally.total_ms() > 0 && tally.known_ms() == tally.total_ms() && tally.operational_ms == tally.total_ms();
            let class = match (is_young, is_whole) {
                (true, true) => Some("young whole"),
                (true, false) => Some("young"),
                (false, true) => Some("whole"),
                (false, false) => None,
            };
            view! { <div class=class><dt>{text.get(key)}</dt><dd>{format::uptime(&text, tally, weights)}</dd></div> }
        })
        .collect_view();
    view! { <dl class="uptimes">{cells}</dl> }
}
