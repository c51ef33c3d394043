//! Ninety days as one picture: a bar per day, whose height and colour say the worst of it. One picture, one description; the table
//! on the component's page has every day in words.

use std::fmt::Write as _;

use domain::component::Status;
use domain::uptime::{Tally, Weights};
use leptos::prelude::*;

use crate::data::PublicDay;
use crate::day_figures::DayFigures;
use crate::format;
use crate::i18n::Text;

/// Units from one day to the next, of which the bar takes all but one.
const STEP: usize = 4;
const HEIGHT: usize = 28;

/// Worse is taller; what is not known is a stub. Heights tell the statuses apart where colours do not.
const fn height(status: Status) -> usize {
    match status {
        Status::MajorOutage => 28,
        Status::PartialOutage => 24,
        Status::DegradedPerformance => 20,
        Status::Operational => 15,
        Status::UnderMaintenance => 10,
        Status::Unknown | Status::Unwatched => 5,
    }
}

/// One path per status: far smaller than ninety elements.
fn path(days: &[PublicDay], status: Status) -> Option<String> {
    let mut path = String::new();
    let tall = height(status);
    let is_it = |day: &PublicDay| is_watched(day) && day.tally.worst() == status;
    for (index, _) in days.iter().enumerate().filter(|(_, day)| is_it(day)) {
        // A String takes any write.
        let _ = write!(path, "M{} {}h{}v{tall}h-{}z", index * STEP, HEIGHT - tall, STEP - 1, STEP - 1);
    }
    (!path.is_empty()).then_some(path)
}

/// Days before a component was first watched have no bar at all: there is nothing that could be known of them.
fn is_watched(day: &PublicDay) -> bool {
    day.tally.total_ms() > 0
}

/// The picture. With `data-days` an island tells each day.
#[component]
pub fn DayBar(
    /// Whose.
    name: String,
    /// Oldest first.
    days: Vec<PublicDay>,
    /// The site's weights.
    weights: Weights,
    /// The words.
    text: Text,
) -> impl IntoView {
    let mut whole = Tally::default();
    days.iter().for_each(|day| whole.add(&day.tally));
    let watched = days.iter().filter(|day| is_watched(day)).count();
    let bad = days.iter().filter(|day| day.tally.worst().is_outage()).count();
    let unknown = days.iter().filter(|day| is_watched(day) && day.tally.worst() == Status::Unknown).count();
    let label = text.with(
        "bar-label",
        &[
            ("name", name.into()),
            ("days", watched.into()),
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
    let last = days.last().map(|day| day.date.to_string());
    let figures: Vec<DayFigures> = days.iter().map(|day| DayFigures::of(&day.tally, weights)).collect();
    view! {
        <svg class="day-bar" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=label data-days=DayFigures::encode(&figures) data-last=last>
            {paths}
        </svg>
    }
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
