//! Uptime over four spans, each with the name of its span.

use domain::uptime::Weights;
use leptos::prelude::*;

use crate::data::PublicComponent;
use crate::format;
use crate::i18n::Text;

/// The spans' message keys, in the order of [`PublicComponent::uptimes`].
const SPANS: [&str; 4] = ["span-24h", "span-7d", "span-30d", "span-90d"];

/// The figures of a component, as a list of terms. A span of which less than half is known has none.
#[component]
pub fn Uptimes(
    /// Whose.
    component: PublicComponent,
    /// The site's weights.
    weights: Weights,
    /// The words.
    text: Text,
) -> impl IntoView {
    let cells = SPANS.iter().enumerate().map(|(span, key)| {
        let figure = match component.uptime(span, weights) {
            Some(ratio) => format::ratio(&text, Some(ratio)).into_any(),
            // A dash for the eye, words for the ear.
            None => {
                view! { <span aria-hidden="true">"–"</span><span class="spoken">{text.get("uptime-unknown")}</span> }.into_any()
            }
        };
        view! { <div><dt>{text.get(key)}</dt><dd>{figure}</dd></div> }
    });
    view! { <dl class="uptimes" aria-label=text.get("uptime")>{cells.collect_view()}</dl> }
}
