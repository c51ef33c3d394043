//! The figures of an incident as a strip: how long it took to detect it, to recover from it and so on; and the markers that they are
//! computed from. A figure whose markers are missing is a dash that says what to set; those are folded away, since in the middle of an
//! incident nearly all of them are.

use domain::incident::work::Marker;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, IncidentPage, MetricCell};
use crate::format;
use crate::i18n::Text;
use crate::parts::incident_words::{marker_word, metric_word};
use crate::parts::time_text::TimeText;

/// The figure beside which stands what its authors say.
const RECOVER: &str = "recover";

/// The strip.
pub fn strip(context: &DeskContext, page: &IncidentPage) -> impl IntoView + use<> {
    let text = context.text();
    let (known, missing): (Vec<_>, Vec<_>) = page.metrics.iter().partition(|metric| metric.ms.is_some());
    let cells = |metrics: &[&MetricCell]| metrics.iter().map(|metric| cell(&text, page, metric)).collect_view();
    let shown = if known.is_empty() {
        view! { <p class="soft">{text.get("timeline-no-figures")}</p> }.into_any()
    } else {
        view! { <dl class="strip-cells">{cells(&known)}</dl> }.into_any()
    };
    let dashes = (!missing.is_empty()).then(|| view! { <dl class="strip-cells">{cells(&missing)}</dl> });
    let set = page.markers.iter().filter(|(_, row)| row.is_some()).count();
    let summary = text.with("timeline-markers", &[("n", set.into()), ("total", page.markers.len().into())]);
    let how = page.may_write.then(|| view! { <p class="soft">{text.get("timeline-markers-how")}</p> });
    view! {
        <section class="strip" aria-labelledby="strip-heading">
            <h2 id="strip-heading">{text.get("timeline-figures")}</h2>
            <div id="incident-strip" data-live>
                {shown}
                <details class="strip-more">
                    <summary>{summary}</summary>
                    {dashes}
                    {markers(&text, page)}
                    {how}
                </details>
            </div>
        </section>
    }
}

/// One figure: its name, how long, between which markers.
fn cell(text: &Text, page: &IncidentPage, metric: &MetricCell) -> impl IntoView + use<> {
    let stated = page.stated_ms.filter(|_| metric.name == RECOVER).map(|ms| {
        let words = text.with("timeline-stated", &[("length", format::length(text, ms).into())]);
        view! { <dd class="stated">{words}</dd> }
    });
    let span = || view! { {marker_word(text, metric.from)} " → " {marker_word(text, metric.until)} };
    let (class, length, from_what) = match metric.ms {
        Some(ms) if ms < 0 => {
            let [from, until] = [metric.from, metric.until].map(|marker| marker_word(text, marker));
            let words = text.with("timeline-wrong-order", &[("from", from.into()), ("until", until.into())]);
            ("cell is-wrong", format!("−{}", format::length(text, ms.unsigned_abs())), words.into_any())
        }
        Some(ms) => ("cell", format::length(text, ms.unsigned_abs()), span().into_any()),
        None => ("cell is-missing", "—".to_owned(), to_set(text, page, metric).into_any()),
    };
    view! {
        <div class=class>
            <dt>{metric_word(text, metric.name)}</dt>
            <dd class="cell-length">{length}</dd>
            {stated}
            <dd class="soft">{from_what}</dd>
        </div>
    }
}

/// Which markers a figure waits for.
fn to_set(text: &Text, page: &IncidentPage, metric: &MetricCell) -> String {
    let is_set = |marker: Marker| page.markers.iter().any(|(known, row)| *known == marker && row.is_some());
    let missing = [metric.from, metric.until].into_iter().filter(|marker| !is_set(*marker));
    let names = missing.map(|marker| marker_word(text, marker)).collect::<Vec<_>>().join(&text.separator("list-separator"));
    text.with("timeline-to-set", &[("names", names.into())])
}

/// All markers in order, each with the row it points at.
fn markers(text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let items = page.markers.iter().map(|(marker, row)| {
        let row = if let Some((id, at)) = row {
            let href = format!("#t-{id}");
            view! { <a href=href><TimeText at=*at zone=page.zone.clone() text=text.clone()/></a> }.into_any()
        } else {
            text.get("timeline-marker-none").into_any()
        };
        view! { <div><dt>{marker_word(text, *marker)}</dt><dd>{row}</dd></div> }
    });
    view! { <dl class="markers">{items.collect_view()}</dl> }
}
