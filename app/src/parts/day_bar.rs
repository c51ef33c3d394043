//! Ninety days as one picture: a bar per day, whose height and colour say the worst of it. One picture, one description; the table
//! on the component's page has every day in words.

use std::fmt::Write as _;

use domain::component::Status;
use domain::uptime::{Tally, Weights};
use leptos::prelude::*;

use crate::data::PublicDay;
use crate::format;
use crate::i18n::Text;

/// Units from one day to the next, of which the bar takes all but one.
const STEP: usize = 4;
const HEIGHT: usize = 28;

/// Worse is taller; what is not known is a stub. Heights tell the statuses apart where colours do not.
const fn height(status: Status) -> usize {
    match status {
        Status::MajorOutage => 28,
        Status::PartialOutage => 26,
        Status::DegradedPerformance => 24,
        Status::Operational => 20,
        Status::UnderMaintenance => 10,
        Status::Unknown | Status::Unwatched => 4,
    }
}

/// One path per status: far smaller than ninety elements.
fn path(days: &[PublicDay], status: Status) -> Option<String> {
    let mut path = String::new();
    let tall = height(status);
    for (index, _) in days.iter().enumerate().filter(|(_, day)| day.tally.worst() == status) {
        // A String takes any write.
        let _ = write!(path, "M{} {}h{}v{tall}h-{}z", index * STEP, HEIGHT - tall, STEP - 1, STEP - 1);
    }
    (!path.is_empty()).then_some(path)
}

/// The picture.
#[component]
pub fn DayBar(
    /// Oldest first.
    days: Vec<PublicDay>,
    /// The site's weights.
    weights: Weights,
    /// The words.
    text: Text,
) -> impl IntoView {
    let mut whole = Tally::default();
    days.iter().for_each(|day| whole.add(&day.tally));
    let bad = days.iter().filter(|day| day.tally.worst().is_outage()).count();
    let unknown = days.iter().filter(|day| day.tally.worst() == Status::Unknown).count();
    let label = text.with(
        "bar-label",
        &[
            ("days", days.len().into()),
            ("uptime", format::uptime(&text, &whole, weights).into()),
            ("bad", bad.into()),
            ("unknown", unknown.into()),
        ],
    );
    let paths = Status::ALL
        .into_iter()
        .filter_map(|status| path(&days, status).map(|d| view! { <path class=status.name() d=d/> }))
        .collect_view();
    let view_box = format!("0 0 {} {HEIGHT}", (days.len() * STEP).saturating_sub(1));
    view! { <svg class="day-bar" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=label>{paths}</svg> }
}

/// What the bars' heights and colours mean.
#[component]
pub fn Legend(
    /// The words.
    text: Text,
) -> impl IntoView {
    let items = [
        Status::Operational,
        Status::DegradedPerformance,
        Status::PartialOutage,
        Status::MajorOutage,
        Status::UnderMaintenance,
        Status::Unknown,
    ]
    .map(|status| {
        let tall = height(status);
        let bar = format!("M0 {}h3v{tall}h-3z", HEIGHT - tall);
        view! {
            <li>
                <svg class="day-bar sample" viewBox="0 0 3 28" aria-hidden="true"><path class=status.name() d=bar/></svg>
                {format::status(&text, status)}
            </li>
        }
    })
    .into_iter()
    .collect_view();
    view! { <ul class="legend" aria-label=text.get("legend")>{items}</ul> }
}
