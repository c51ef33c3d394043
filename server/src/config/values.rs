//! The small values: durations, slugs, names, addresses, time zones. Each is validated here so that nobody has to later.

use std::fmt::Write;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::time::Duration;

use domain::text::{LocalizedText, Secret, Slug};
use jiff::tz::TimeZone;
use url::{Host, Url};

use super::mistake::Mistake;
use super::names::Sort;
use super::reader::{Item, Reader, Text, found, found_text, quote};
use super::tree::Kind;

/// Longest name, in characters: it stands on one line of a phone.
pub(super) const NAME_CHARS_MAX: usize = 100;
/// Longest description, in characters.
pub(super) const DESCRIPTION_CHARS_MAX: usize = 1000;
/// Longest host name, in bytes (RFC 1035).
const HOST_BYTES_MAX: usize = 253;
/// Units of a duration, the longest first, in milliseconds.
const UNITS_MS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A duration from `min` to `max`.
pub(super) fn duration(reader: &mut Reader<'_>, item: Item<'_>, min: Duration, max: Duration) -> Option<Duration> {
    let text = reader.text(item)?;
    let Ok(duration) = parse_duration(&text.value) else {
        let is_bare = !text.value.is_empty() && text.value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if is_bare && !text.is_substituted {
            let meant = Some(format!("{}s", text.value)).filter(|meant| parse_duration(meant).is_ok());
            let mistake =
                Mistake::new(text.item.at(), text.item.path.clone(), format!("{}, a number without a unit", found_text(&text)));
            reader.report(mistake.expected("a duration with a unit (ms, s, m, h, d)").suggest(meant));
        } else {
            reader.wrong_text(&text, "a duration such as `500ms`, `30s`, `5m`, `1h30m` or `7d`");
        }
        return None;
    };
    if (min..=max).contains(&duration) {
        return Some(duration);
    }
    reader.wrong_text(&text, format!("a duration from {} to {}", show_duration(min), show_duration(max)));
    None
}

/// `1h30m`: whole numbers with units, each unit at most once, the longest first.
pub(super) fn parse_duration(text: &str) -> Result<Duration, ()> {
    let mut rest = text;
    let mut units = UNITS_MS.iter();
    let mut total_ms = 0_u64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_lowercase).count();
        let (unit, after) = after.split_at(letters);
        // Searching on from the last unit keeps the order.
        let (_, unit_ms) = units.find(|(name, _)| *name == unit).ok_or(())?;
        let ms = number.parse::<u64>().ok().and_then(|n| n.checked_mul(*unit_ms)).ok_or(())?;
        total_ms = total_ms.checked_add(ms).ok_or(())?;
        rest = after;
    }
    if text.is_empty() { Err(()) } else { Ok(Duration::from_millis(total_ms)) }
}

/// The inverse of [`parse_duration`].
pub fn show_duration(duration: Duration) -> String {
    let mut left_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut shown = String::new();
    for (unit, unit_ms) in UNITS_MS {
        let count = left_ms / unit_ms;
        left_ms %= unit_ms;
        if count > 0 {
            let _ = write!(shown, "{count}{unit}");
        }
    }
    if shown.is_empty() { "0s".to_owned() } else { shown }
}

/// The slug of something.
pub(super) fn own_slug(reader: &mut Reader<'_>, item: Item<'_>, sort: Sort) -> Option<Slug> {
    let slug = reader.parsed(item.clone())?;
    match reader.names.define(sort, &slug, &item) {
        Ok(()) => Some(slug),
        Err(mistake) => {
            reader.report(mistake);
            None
        }
    }
}

/// The slug of something else, which must exist.
pub(super) fn reference(reader: &mut Reader<'_>, item: Item<'_>, sort: Sort) -> Option<Slug> {
    let slug = reader.parsed(item.clone())?;
    reader.names.refer(sort, &slug, &item);
    Some(slug)
}

/// The slug that something, now called `own`, had before.
pub(super) fn former_slug(reader: &mut Reader<'_>, item: Item<'_>, sort: Sort, own: Option<&Slug>) -> Option<Slug> {
    if reader.names.is_desk {
        reader.wrong(&item, "what is made at the desk takes over no history", "no `renamed_from`");
        return None;
    }
    let slug = reader.parsed(item.clone())?;
    reader.names.rename(sort, &slug, own, &item);
    Some(slug)
}

/// One text for every language, or a mapping with one for each.
pub(super) fn localized(reader: &mut Reader<'_>, item: Item<'_>, chars_max: usize) -> Option<LocalizedText> {
    if !matches!(item.node.kind, Kind::Map(_)) {
        return words(reader, item, chars_max).map(LocalizedText::Same);
    }
    let fields = reader.fields(item, &["ja", "en"])?;
    let mut each = |key| fields.require(reader, key).and_then(|item| words(reader, item, chars_max));
    let (ja, en) = (each("ja"), each("en"));
    Some(LocalizedText::Each { ja: ja?, en: en? })
}

/// A text for people: something to read, of at most `chars_max` characters.
fn words(reader: &mut Reader<'_>, item: Item<'_>, chars_max: usize) -> Option<String> {
    if matches!(item.node.kind, Kind::List(_)) {
        reader.wrong(&item, found(item.node), "a text, or a mapping with one for each of `ja` and `en`");
        return None;
    }
    let text = reader.text(item)?;
    let words = text.value.trim();
    let count = words.chars().count();
    if count == 0 {
        reader.wrong(&text.item, "the text is empty", "something to read");
    } else if count > chars_max {
        reader.wrong(&text.item, format!("the text has {count} characters"), format!("at most {chars_max}"));
    } else if words.chars().any(|c| c.is_control() && c != '\n') {
        reader.wrong(&text.item, "the text holds control characters", "letters, punctuation and line breaks");
    } else {
        return Some(words.to_owned());
    }
    None
}

/// The name of an IANA time zone, and the zone.
pub(super) fn time_zone(reader: &mut Reader<'_>, item: Item<'_>) -> Option<(String, TimeZone)> {
    let text = reader.text(item)?;
    if let Ok(zone) = TimeZone::get(&text.value) {
        let name = zone.iana_name().map_or_else(|| text.value.clone(), str::to_owned);
        return Some((name, zone));
    }
    let meant = if text.is_substituted {
        None
    } else {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        reader.suggest(&text.value, names.iter().map(String::as_str))
    };
    let mistake = Mistake::new(text.item.at(), text.item.path.clone(), format!("{}, not a known time zone", found_text(&text)));
    reader.report(mistake.expected("an IANA name such as `Asia/Tokyo` or `UTC`").suggest(meant));
    None
}

/// An address that has to be `http://` or `https://`, with a host, without a user, and without a fragment (it is never sent).
pub(super) fn http_url(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Url> {
    let text = reader.text(item)?;
    let expected = "an address such as `https://example.org/health`";
    let (problem, expected) = match Url::parse(&text.value) {
        // The parser's errors are fixed sentences, they quote nothing.
        Err(error) => (format!("not an address: {error}"), expected),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            ("the address begins neither with `http://` nor with `https://`".to_owned(), expected)
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => (
            "the address holds a user or a password".to_owned(),
            "them elsewhere; a probe has `auth: {basic: {user: …, password: …}}`",
        ),
        Ok(url) if url.port() == Some(0) => ("port 0 cannot be connected to".to_owned(), expected),
        Ok(url) if url.as_str().parse::<axum::http::Uri>().is_err() => {
            ("the address cannot be sent in a request".to_owned(), expected)
        }
        Ok(mut url) => {
            url.set_fragment(None);
            return Some(url);
        }
    };
    reader.wrong(&text.item, problem, expected);
    None
}

/// The address of a site: no path, no query.
pub(super) fn origin(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Url> {
    let url = http_url(reader, item.clone())?;
    if url.path() == "/" && url.query().is_none() {
        return Some(url);
    }
    reader.wrong(&item, "the address has a path or a query", "only scheme and host, as in `https://status.example.org`");
    None
}

/// A host name or address, without a port. IPv6 with or without brackets.
pub(super) fn host(reader: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = reader.text(item)?;
    let host = parse_host(&text.value);
    if host.is_none() {
        let has_port =
            text.value.rsplit_once(':').is_some_and(|(name, port)| parse_host(name).is_some() && port.parse::<u16>().is_ok());
        let expected = match text.value.as_str() {
            value if value.contains("://") => "a host alone, without `…://`",
            _ if has_port => "the host alone; the port stands under `port`",
            _ => "a host name or an IP address",
        };
        reader.wrong_text(&text, expected);
    }
    host
}

/// A host as it is written everywhere: addresses in their usual form, names in ASCII.
pub(super) fn parse_host(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    match Host::parse(text).ok()? {
        Host::Domain(name) if name.len() <= HOST_BYTES_MAX && !name.is_empty() => Some(name),
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}

/// `host:port`.
pub(super) fn host_and_port(reader: &mut Reader<'_>, item: Item<'_>) -> Option<(String, NonZeroU16)> {
    let text = reader.text(item)?;
    let pair = text.value.rsplit_once(':').and_then(|(host, port)| {
        // `::1` would read as host `:` and port 1.
        let is_bare_ipv6 = host.contains(':') && !host.starts_with('[');
        if is_bare_ipv6 { None } else { parse_host(host).zip(port.parse().ok()) }
    });
    if pair.is_none() {
        reader.wrong_text(&text, "host and port such as `example.org:443` or `[2001:db8::1]:443`");
    }
    pair
}

/// A port.
pub(super) fn port(reader: &mut Reader<'_>, item: Item<'_>) -> Option<NonZeroU16> {
    let number = reader.integer(item, 1, u32::from(u16::MAX))?;
    u16::try_from(number).ok().and_then(NonZeroU16::new)
}

/// One of a few words.
pub(super) fn choice<T: Copy>(reader: &mut Reader<'_>, item: Item<'_>, choices: &[(&str, T)]) -> Option<T> {
    let text = reader.text(item)?;
    if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == text.value) {
        return Some(*chosen);
    }
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let meant = if text.is_substituted { None } else { reader.suggest(&text.value, names.iter().copied()) };
    let mistake = Mistake::new(text.item.at(), text.item.path.clone(), found_text(&text));
    reader.report(mistake.expected(super::reader::one_of(&names)).suggest(meant));
    None
}

/// A text that must not be seen. It may be anything but empty.
pub(super) fn secret(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Secret> {
    let text = non_empty(reader, item)?;
    Some(Secret::new(text.value))
}

/// A text that is not empty, also after its placeholders were filled in.
pub(super) fn non_empty<'n>(reader: &mut Reader<'_>, item: Item<'n>) -> Option<Text<'n>> {
    let text = reader.text(item)?;
    if text.value.is_empty() {
        let problem = if text.is_substituted { "what its `${…}` gives is empty" } else { "the text is empty" };
        reader.report(Mistake::new(text.item.at(), text.item.path.clone(), problem));
        return None;
    }
    Some(text)
}

/// `` `name` `` for a message.
pub(super) fn code(name: &str) -> String {
    format!("`{}`", quote(name))
}
