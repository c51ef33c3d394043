//! One sentence with the state of everything, and since when.

use domain::component::Status;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::Summary;
use crate::i18n::Text;
use crate::parts::status_mark::StatusMark;
use crate::parts::time_text::Since;

/// The sentence alone.
pub fn sentence(text: &Text, summary: Summary) -> String {
    let key = match summary.worst {
        _ if summary.total == 0 => "summary-empty",
        Status::Operational | Status::Unwatched => "summary-operational",
        Status::UnderMaintenance => "summary-under-maintenance",
        Status::Unknown => "summary-unknown",
        Status::DegradedPerformance => "summary-degraded-performance",
        Status::PartialOutage => "summary-partial-outage",
        Status::MajorOutage => "summary-major-outage",
    };
    text.with(key, &[("affected", summary.affected.into()), ("total", summary.total.into())])
}

/// The page's first line. Its change is spoken by screen readers.
#[component]
pub fn SummarySentence(
    /// What it says.
    summary: Summary,
    /// The site's zone.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let since = summary.since.map(|at| view! { <Since at=at zone=zone.clone() text=text.clone()/> });
    view! {
        <div class=format!("summary {}", summary.worst.name()) id="summary" role="status" data-live>
            <StatusMark status=summary.worst/>
            <div><h1>{sentence(&text, summary)}</h1>{since}</div>
        </div>
    }
}
