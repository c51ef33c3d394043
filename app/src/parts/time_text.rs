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
