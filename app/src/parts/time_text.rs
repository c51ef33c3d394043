//! A moment, in words and for machines.

use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::format;
use crate::i18n::Text;

/// `<time>` with date, time and zone.
#[component]
pub fn TimeText(
    /// The moment.
    at: Timestamp,
    /// The zone it is shown in.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    view! { <time datetime=at.to_string()>{format::moment(&text, at, &zone)}</time> }
}

/// Since when something is so: `since 12 April 2026, 14:03:09 JST`, `2026年4月12日 14:03:09 JST から`. The moment stands where each
/// language wants it.
#[component]
pub fn Since(
    /// The moment.
    at: Timestamp,
    /// The zone it is shown in.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let (before, after) = text.around("since", "when");
    view! { <span class="since">{before} <TimeText at=at zone=zone text=text/> {after}</span> }
}

/// When something was last seen: in the page the moment, in the browser how long ago that is.
#[component]
pub fn Ago(
    /// The moment.
    at: Timestamp,
    /// When the page is made.
    now: Timestamp,
    /// The zone it is shown in.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let whole = format::moment(&text, at, &zone);
    view! { <time datetime=at.to_string() title=whole data-ago>{format::short_moment(&text, at, now, &zone)}</time> }
}
