//! An outage with its exact times.

use domain::outage::OutageEnd;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::PublicOutage;
use crate::format;
use crate::i18n::Text;
use crate::parts::status_mark::StatusMark;
use crate::parts::time_text::TimeText;

/// What outages are shown with.
#[derive(Clone, Debug)]
pub struct OutageFrame {
    /// The words.
    pub text: Text,
    /// The site's zone.
    pub zone: TimeZone,
    /// When the page is made: an outage that lasts has lasted until then.
    pub now: Timestamp,
}

/// One outage.
#[component]
pub fn OutageItem(
    /// What to show.
    outage: PublicOutage,
    /// How.
    frame: OutageFrame,
    /// Its place on the page.
    id: String,
    /// Whose it is, with the address of its page, where that is not plain.
    #[prop(default = None)]
    of: Option<(String, String)>,
) -> impl IntoView {
    let OutageFrame { text, zone, now } = frame;
    let moment = |at: Timestamp| view! { <TimeText at=at zone=zone.clone() text=text.clone()/> };
    let end = outage.ended.map_or(now, |(at, _)| at);
    let ended = match outage.ended {
        Some((at, by)) => {
            let word = if by == OutageEnd::Unwatched { "outage-unwatched" } else { "outage-recovered" };
            view! { <dt>{text.get(word)}</dt><dd>{moment(at)}</dd> }.into_any()
        }
        None => view! { <dt>{text.get("outage-state")}</dt><dd>{text.get("outage-lasting")}</dd> }.into_any(),
    };
    let segments = (outage.segments.len() > 1).then(|| {
        let items = outage.segments.iter();
        let items = items.map(|segment| view! { <li>{moment(segment.at)} " " {format::status(&text, segment.state)}</li> });
        let left_out = (outage.segments_left_out > 0)
            .then(|| view! { <li>{text.with("segments-left-out", &[("n", outage.segments_left_out.into())])}</li> });
        view! { <ol class="segments">{left_out} {items.collect_view()}</ol> }
    });
    let length = format::length(&text, end.since(outage.started_at).as_millis() as u64);
    let length = if outage.ended.is_some() { length } else { text.with("outage-so-far", &[("length", length.into())]) };
    let whose = of.map(|(name, href)| view! { <a href=href>{name}</a> " " });
    view! {
        <li class=format!("outage {}", outage.worst.name()) id=id>
            <p class="outage-head">
                <StatusMark status=outage.worst/>
                {whose}
                <strong>{format::status(&text, outage.worst)}</strong>
                <span class="length">{length}</span>
            </p>
            <dl><dt>{text.get("outage-began")}</dt><dd>{moment(outage.started_at)}</dd>{ended}</dl>
            {segments}
        </li>
    }
}
