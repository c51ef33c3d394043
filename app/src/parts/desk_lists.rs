//! Pieces that lists of the desk share: where somebody is signed in, what is shown once to be copied, windows of planned
//! work, and the query of a link that keeps a filter.

use std::fmt::Write as _;

use domain::account::Role;
use domain::time::{TimeRange, Timestamp};
use jiff::Zoned;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::{LinkMade, SessionRow};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::PostButton;
use crate::parts::time_text::{Ago, TimeText};

/// The word for a role.
pub fn role_name(text: &Text, role: Role) -> String {
    text.get(&format!("role-{}", role.name()))
}

/// Roles to choose from, each with what it may do.
pub fn role_choices(text: &Text) -> Vec<(String, String)> {
    let choice = |role: Role| {
        let about = text.get(&format!("role-{}-about", role.name()));
        let words = text.with("role-choice", &[("name", role_name(text, role).into()), ("facts", about.into())]);
        (role.name().to_owned(), words)
    };
    Role::ALL.into_iter().map(choice).collect()
}

/// The query of a link. What is empty is left out; values are encoded (RFC 3986, section 2).
pub fn query(fields: &[(&str, String)]) -> String {
    let mut query = String::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        // A String takes any write.
        let _ = write!(query, "{}{name}=", if query.is_empty() { '?' } else { '&' });
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                query.push(char::from(byte));
            } else {
                let _ = write!(query, "%{byte:02X}");
            }
        }
    }
    query
}

/// A fact in a list with its moment where each language wants it. The value of the message is `when`.
pub fn fact_at(text: &Text, key: &str, at: Timestamp, zone: &TimeZone) -> impl IntoView + use<> {
    let (before, after) = text.around(key, "when");
    view! { <li>{before} <TimeText at=at zone=zone.clone() text=text.clone()/> {after}</li> }
}

/// A fact with how long ago it was. The value of the message is `when`.
pub fn fact_ago(text: &Text, key: &str, at: Timestamp, now: Timestamp, zone: &TimeZone) -> impl IntoView + use<> {
    let (before, after) = text.around(key, "when");
    view! { <li>{before} <Ago at=at now=now zone=zone.clone() text=text.clone()/> {after}</li> }
}

/// Where somebody is signed in, with a button to end each. The session that asks has none: it is ended by signing out.
#[component]
pub fn Sessions(
    /// The newest first.
    sessions: Vec<SessionRow>,
    /// Where they are ended; `/{id}/end` comes behind it.
    action: String,
    /// The zone times are shown in.
    zone: TimeZone,
    /// The words.
    text: Text,
    /// The present.
    now: Timestamp,
) -> impl IntoView {
    if sessions.is_empty() {
        return view! { <p class="empty">{text.get("person-sessions-none")}</p> }.into_any();
    }
    let items = sessions.into_iter().map(|session| {
        let mark = session.is_own.then(|| view! { <span class="tag">{text.get("person-session-own")}</span> });
        let end = (!session.is_own).then(|| {
            view! { <PostButton action=format!("{action}/{}/end", session.id) label=text.get("person-session-end")/> }
        });
        let address = session.address.map(|address| view! { <li>{address}</li> });
        view! {
            <li>
                <p class="list-head"><strong>{session.browser}</strong> {mark}</p>
                <ul class="facts">
                    {fact_ago(&text, "person-session-seen", session.last_seen_at, now, &zone)}
                    {address}
                    {fact_at(&text, "person-session-began", session.created_at, &zone)}
                    {fact_at(&text, "person-session-expires", session.expires_at, &zone)}
                </ul>
                {end}
            </li>
        }
    });
    view! { <ul class="list-rows">{items.collect_view()}</ul> }.into_any()
}

/// Something to be copied: one tap selects all of it.
#[component]
pub fn CopyBlock(
    /// What it is.
    label: String,
    /// What is copied.
    value: String,
) -> impl IntoView {
    view! { <figure class="copy"><figcaption>{label}</figcaption><pre><code>{value}</code></pre></figure> }
}

/// A one-time link that was just made, which is never shown again.
#[component]
pub fn OneTimeLink(
    /// The link.
    link: LinkMade,
    /// The zone times are shown in.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let (before, after) = text.around("person-link-until", "when");
    view! {
        <section class="made" aria-labelledby="link-made">
            <h2 id="link-made">{text.with("person-link-made", &[("name", link.name.into())])}</h2>
            <CopyBlock label=text.get("person-link-copy") value=link.url/>
            <p>{before} <TimeText at=link.expires_at zone=zone text=text.clone()/> {after}</p>
            <p>{text.get("person-link-send")}</p>
        </section>
    }
}

/// Beginning and end of a window in words. The date stands once when both are on one day, the zone once when the clock is
/// not changed in between.
pub fn window_words(text: &Text, range: TimeRange, zone: &TimeZone) -> (String, String) {
    let [from, until] = [range.from(), range.until()].map(|at| at.to_jiff().to_zoned(zone.clone()));
    let time = |local: &Zoned| format!("{:02}:{:02}", local.hour(), local.minute());
    let whole = |local: &Zoned| {
        let weekday = text.get(&format!("planned-weekday-{}", local.weekday().to_monday_one_offset()));
        let date = format::date(text, local.date());
        text.with("planned-moment", &[("day", weekday.into()), ("date", date.into()), ("time", time(local).into())])
    };
    let abbreviation = |local: &Zoned| local.strftime("%Z").to_string();
    let began = if from.offset() == until.offset() { whole(&from) } else { format!("{} {}", whole(&from), abbreviation(&from)) };
    let ended = if from.date() == until.date() { time(&until) } else { whole(&until) };
    (began, format!("{ended} {}", abbreviation(&until)))
}

/// A window of planned work: `Sun 29 November 2026, 02:00 – 04:00 JST`.
#[component]
pub fn WindowText(
    /// From when until when.
    range: TimeRange,
    /// The zone it is shown in.
    zone: TimeZone,
    /// The words.
    text: Text,
) -> impl IntoView {
    let (began, ended) = window_words(&text, range, &zone);
    view! {
        <span class="window">
            <time datetime=range.from().to_string()>{began}</time> " – " <time datetime=range.until().to_string()>{ended}</time>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::text::Language;

    use super::*;
    use crate::i18n::{Argument, Messages};

    /// Says the values of a message with spaces between them, and the key of one without values.
    struct Values;

    impl Messages for Values {
        fn message(&self, _: Language, key: &str, arguments: &[(&'static str, Argument)]) -> String {
            if arguments.is_empty() {
                return key.to_owned();
            }
            let values = arguments.iter().map(|(_, value)| match value {
                Argument::Text(text) => text.clone(),
                Argument::Number(number) => number.to_string(),
            });
            values.collect::<Vec<_>>().join(" ")
        }
    }

    fn window(from: &str, until: &str) -> (String, String) {
        let at = |moment: &str| Timestamp::from_jiff(moment.parse().unwrap());
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        window_words(&Text::new(Arc::new(Values), Language::En), TimeRange::new(at(from), at(until)), &zone)
    }

    #[test]
    fn a_window_on_one_day_names_the_day_once() {
        let (began, ended) = window("2026-11-29T01:00:00Z", "2026-11-29T03:30:00Z");
        assert_eq!(began, "planned-weekday-7 29 month-11 2026 02:00");
        assert_eq!(ended, "04:30 CET");
    }

    #[test]
    fn a_window_across_midnight_names_both_days() {
        let (began, ended) = window("2026-11-29T22:00:00Z", "2026-11-30T00:00:00Z");
        assert_eq!(began, "planned-weekday-7 29 month-11 2026 23:00");
        assert_eq!(ended, "planned-weekday-1 30 month-11 2026 01:00 CET");
    }

    #[test]
    fn a_window_in_which_the_clock_is_changed_names_the_zone_twice() {
        let (began, ended) = window("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z");
        assert_eq!(began, "planned-weekday-7 29 month-3 2026 01:00 CET");
        assert_eq!(ended, "04:00 CEST");
    }

    #[test]
    fn a_query_keeps_what_is_there_and_nothing_breaks_out_of_it() {
        assert_eq!(query(&[("a", String::new())]), "");
        let fields = [("a", "x y&b=1".to_owned()), ("b", String::new()), ("c", "美".to_owned())];
        assert_eq!(query(&fields), "?a=x%20y%26b%3D1&c=%E7%BE%8E");
    }
}
