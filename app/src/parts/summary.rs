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

/// What the sentence about the worst does not say: `3 more are degraded, the state of 11 is not known`. Nothing when there is nothing.
pub fn others(text: &Text, summary: Summary) -> Option<String> {
    let told = summary.others.into_iter().filter(|(_, count)| *count > 0).map(|(status, count)| {
        let key = match status {
            Status::PartialOutage => "others-partial-outage",
            Status::DegradedPerformance => "others-degraded-performance",
            Status::UnderMaintenance => "others-under-maintenance",
            _ => "others-unknown",
        };
        text.with(key, &[("n", count.into())])
    });
    let told = told.collect::<Vec<_>>().join(&text.separator("list-separator"));
    (!told.is_empty()).then_some(told)
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
            <div>
                <h1>{sentence(&text, summary)}</h1>
                {since}
                {others(&text, summary).map(|others| view! { <p class="others">{others}</p> })}
            </div>
        </div>
    }
}
