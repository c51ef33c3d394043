//! How uptime is computed, a tap away.

use domain::uptime::Weights;
use leptos::prelude::*;

use crate::format;
use crate::i18n::Text;

/// The formula with the site's weights.
#[component]
pub fn Formula(
    /// The site's weights.
    weights: Weights,
    /// The words.
    text: Text,
) -> impl IntoView {
    let values = [
        ("partial", format::weight(weights.partial_outage).into()),
        ("degraded", format::weight(weights.degraded_performance).into()),
    ];
    view! {
        <details class="formula">
            <summary>{text.get("formula-title")}</summary>
            <p>{text.with("formula", &values)}</p>
            <p>{text.get("formula-unknown")}</p>
        </details>
    }
}
