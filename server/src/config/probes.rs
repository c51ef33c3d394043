//! One of `probes`: what every kind has, and the kinds `tcp` and `heartbeat`. `http` has a file of its own.

use std::num::NonZeroU32;
use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use domain::probe::reach::Reach;
use domain::probe::spec::{
    ActionSpec, ActiveSpec, CONFIRM_MAX, CheckSpec, ConfirmAfter, EVERY_MAX, EVERY_MIN, HeartbeatSchedule, HeartbeatSpec,
    ProbeAlert, ProbeSpec, TcpSpec,
};
use domain::text::Secret;
use jiff::tz::TimeZone;

use super::alerts::{self, NO_TYPE};
use super::http;
use super::mistake::Mistake;
use super::names::Sort;
use super::reader::{Fields, Item, Reader, found_text};
use super::sections::optional;
use super::substitute::{self, has_placeholder};
use super::values::{self, show_duration};

/// Interval when none is given.
const EVERY_DEFAULT: Duration = Duration::from_mins(1);
/// Longest timeout when none is given.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// Longest timeout: results of a minute are condensed two minutes later, and all of them must be there by then.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// Shortest timeout: less is under the noise of a busy machine.
const TIMEOUT_MIN: Duration = Duration::from_millis(100);
/// Shortest period of a heartbeat.
const PERIOD_MIN: Duration = Duration::from_secs(10);
/// Longest period and grace of a heartbeat.
const PERIOD_MAX: Duration = Duration::from_hours(366 * 24);
/// Grace when none is given.
const GRACE_DEFAULT: Duration = Duration::from_mins(5);
/// Fewest characters of a token. Whoever guesses it can hide a failed backup.
const TOKEN_CHARS_MIN: usize = 16;
/// Most characters of a token.
const TOKEN_CHARS_MAX: usize = 128;
/// Number of fields in a cron expression.
const CRON_FIELDS: usize = 5;
/// Longest cron expression, in bytes.
const CRON_BYTES_MAX: usize = 200;
/// What a probe can be.
const KINDS: [&str; 3] = ["http", "tcp", "heartbeat"];
/// What only probes that go and look have.
const ACTIVE_KEYS: [&str; 3] = ["every", "timeout", "outside"];

/// One probe. `zone` is the site's time zone, in which cron expressions are read.
pub(super) fn probe(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<ProbeSpec> {
    let known =
        ["slug", "component", "every", "timeout", "confirm", "outside", "alert", "renamed_from", "http", "tcp", "heartbeat"];
    let fields = reader.fields(item, &known)?;
    let slug = fields.require(reader, "slug").and_then(|item| values::own_slug(reader, item, Sort::Probe));
    let component = fields.require(reader, "component").and_then(|item| values::reference(reader, item, Sort::Component));
    let renamed_from = optional(&fields, "renamed_from", |item| values::former_slug(reader, item, Sort::Probe, slug.as_ref()));
    let alert = optional(&fields, "alert", |item| alert(reader, item));
    let kind = kind(reader, &fields);
    if kind == Some("heartbeat") {
        refuse_active_keys(reader, &fields);
        if let Some(slug) = &slug {
            reader.names.note_heartbeat(slug);
        }
    }
    let confirm = optional(&fields, "confirm", |item| confirm(reader, item));
    let timing = timing(reader, &fields);
    let is_outside = optional(&fields, "outside", |item| reader.boolean(item));
    // Every kind that is there is read, so that its mistakes are told even if it should not be there.
    let http = fields.get("http").and_then(|item| http::http(reader, item));
    let tcp = fields.get("tcp").and_then(|item| tcp(reader, item));
    let heartbeat = fields.get("heartbeat").and_then(|item| heartbeat(reader, item, zone));
    let active = |action| {
        let (every, timeout) = timing?;
        let is_outside = is_outside?.unwrap_or(true);
        // Whoever writes the file could look at anything from this machine anyway. `overlay` narrows it for the desk's probes.
        Some(CheckSpec::Active(ActiveSpec { every, timeout, is_outside, reach: Reach::Anywhere, action }))
    };
    let check = match kind? {
        "http" => active(ActionSpec::Http(Box::new(http?)))?,
        "tcp" => active(ActionSpec::Tcp(tcp?))?,
        _ => CheckSpec::Heartbeat(heartbeat?),
    };
    Some(ProbeSpec {
        slug: slug?,
        component: component?,
        renamed_from: renamed_from?,
        confirm: confirm?.unwrap_or_default(),
        alert: alert?.unwrap_or_default(),
        check,
    })
}

/// What rings when it is down: a type of alerts, or `none`.
fn alert(reader: &mut Reader<'_>, item: Item<'_>) -> Option<ProbeAlert> {
    if item.raw().trim() == NO_TYPE {
        return Some(ProbeAlert::Off);
    }
    values::reference(reader, item, Sort::AlertType).map(ProbeAlert::Type)
}

/// The one kind that is given.
fn kind(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<&'static str> {
    let mut given: Vec<_> = KINDS.into_iter().filter_map(|kind| fields.key_at(kind).map(|at| (at, kind))).collect();
    given.sort_unstable();
    if given.is_empty() && !KINDS.iter().any(|kind| fields.has_misspelt(kind)) {
        reader.wrong(&fields.item, "it is not said what to check", "one of the keys `http`, `tcp` and `heartbeat`");
    }
    for (at, kind) in given.iter().skip(1) {
        let problem = format!("this probe is already one of kind `{}`", given[0].1);
        reader.report(Mistake::new(*at, fields.item.path_of(kind), problem).expected("one kind per probe"));
    }
    given.first().map(|(_, kind)| *kind)
}

fn refuse_active_keys(reader: &mut Reader<'_>, fields: &Fields<'_>) {
    for key in ACTIVE_KEYS {
        if let Some(at) = fields.key_at(key) {
            let mistake =
                Mistake::new(at, fields.item.path_of(key), format!("a heartbeat has no `{key}`: the watched thing calls us"));
            reader.report(mistake.expected("`period` or `cron`, and `grace`, under `heartbeat`"));
        }
    }
    if let Some(at) = fields.key_at("confirm") {
        let problem = "a heartbeat has no `confirm`: it is judged once, when its deadline passes";
        reader.report(Mistake::new(at, fields.item.path_of("confirm"), problem).expected("a longer `grace` to be more patient"));
    }
}

fn confirm(reader: &mut Reader<'_>, item: Item<'_>) -> Option<ConfirmAfter> {
    let fields = reader.fields(item, &["down", "up"])?;
    let defaults = ConfirmAfter::default();
    let mut count = |key, default| {
        let given = optional(&fields, key, |item| reader.integer(item, 1, CONFIRM_MAX).and_then(NonZeroU32::new))?;
        Some(given.unwrap_or(default))
    };
    let (down, up) = (count("down", defaults.down), count("up", defaults.up));
    Some(ConfirmAfter { down: down?, up: up? })
}

/// Interval and timeout.
fn timing(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<(Duration, Duration)> {
    let every = optional(fields, "every", |item| values::duration(reader, item, EVERY_MIN, EVERY_MAX));
    let timeout = optional(fields, "timeout", |item| values::duration(reader, item, TIMEOUT_MIN, TIMEOUT_MAX));
    let (every, timeout) = (every?.unwrap_or(EVERY_DEFAULT), timeout?);
    let Some(timeout) = timeout else { return Some((every, TIMEOUT_DEFAULT.min(every / 2))) };
    if timeout < every {
        return Some((every, timeout));
    }
    if let Some(item) = fields.get("timeout") {
        let is_default = if fields.get("every").is_none() { ", the default" } else { "" };
        let (timeout, every) = (show_duration(timeout), show_duration(every));
        let problem = format!("a timeout of {timeout} is not shorter than `every` ({every}{is_default})");
        reader.wrong(&item, problem, "an execution to end before the next one begins");
    }
    None
}

fn tcp(reader: &mut Reader<'_>, item: Item<'_>) -> Option<TcpSpec> {
    let fields = reader.fields(item, &["host", "port", "send", "expect"])?;
    let host = fields.require(reader, "host").and_then(|item| {
        let raw = item.raw();
        let host = values::host(reader, item)?;
        let shown = if has_placeholder(raw) { substitute::masked(raw, http::HIDDEN) } else { host.clone() };
        Some((shown, host))
    });
    let port = fields.require(reader, "port").and_then(|item| values::port(reader, item));
    let send = optional(&fields, "send", |item| values::secret(reader, item));
    let expect = optional(&fields, "expect", |item| values::non_empty(reader, item).map(|text| text.value));
    let (shown_host, host) = host?;
    Some(TcpSpec { host, shown_host, port: port?, send: send?, expect: expect? })
}

fn heartbeat(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<HeartbeatSpec> {
    let fields = reader.fields(item, &["token", "period", "cron", "time_zone", "grace", "watchdog"])?;
    let token = fields.require(reader, "token").and_then(|item| token(reader, item));
    let grace = optional(&fields, "grace", |item| values::duration(reader, item, Duration::ZERO, PERIOD_MAX));
    let period = optional(&fields, "period", |item| values::duration(reader, item, PERIOD_MIN, PERIOD_MAX));
    let own_zone = optional(&fields, "time_zone", |item| values::time_zone(reader, item));
    let time_zone = own_zone.clone().flatten().map_or_else(|| zone.clone(), |(_, zone)| zone);
    let cron = optional(&fields, "cron", |item| cron(reader, item, &time_zone));
    let schedule = match (fields.get("period"), fields.get("cron")) {
        (Some(_), Some(cron)) => {
            reader.wrong(&cron, "both `period` and `cron` are given", "one of them");
            None
        }
        (None, None) => {
            if !fields.has_misspelt("period") && !fields.has_misspelt("cron") {
                reader.wrong(&fields.item, "it is not said when calls are due", "one of the keys `period` and `cron`");
            }
            None
        }
        (Some(_), None) => {
            if let Some(at) = fields.key_at("time_zone") {
                let problem = "`time_zone` has no meaning beside `period`";
                reader.report(Mistake::new(at, fields.item.path_of("time_zone"), problem).expected("it only beside `cron`"));
            }
            period.flatten().map(HeartbeatSchedule::Period)
        }
        (None, Some(_)) => cron.flatten().map(|cron| HeartbeatSchedule::Cron { cron: Box::new(cron), time_zone }),
    };
    let watchdog = optional(&fields, "watchdog", |item| alerts::matchers(reader, &item));
    own_zone?;
    Some(HeartbeatSpec {
        token: token?,
        schedule: schedule?,
        grace: grace?.unwrap_or(GRACE_DEFAULT),
        watchdog: watchdog?.unwrap_or_default(),
    })
}

/// The token, which no message may quote.
fn token(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Secret> {
    let text = reader.text(item)?;
    let count = text.value.chars().count();
    if !text.value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        let expected = "only letters, digits, `-` and `_`, since it stands in an address";
        reader.wrong(&text.item, "the token holds other characters than it may", expected);
    } else if !(TOKEN_CHARS_MIN..=TOKEN_CHARS_MAX).contains(&count) {
        let expected = format!("{TOKEN_CHARS_MIN} to {TOKEN_CHARS_MAX}, best a UUID from `uuidgen`");
        reader.wrong(&text.item, format!("the token has {count} characters"), expected);
    } else {
        match reader.names.token(&text.value, &text.item) {
            Ok(()) => return Some(Secret::new(text.value)),
            Err(mistake) => reader.report(mistake),
        }
    }
    None
}

/// A cron expression that does come round in `zone`.
fn cron(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<Cron> {
    let text = reader.text(item)?;
    let expected = "five fields (minute, hour, day, month, weekday) such as `0 3 * * *`";
    let is_sane = text.value.is_ascii() && text.value.len() <= CRON_BYTES_MAX && !text.value.contains('@');
    if !is_sane || text.value.split_ascii_whitespace().count() != CRON_FIELDS {
        reader.wrong_text(&text, expected);
        return None;
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = match parser.parse(&text.value) {
        Ok(cron) => cron,
        Err(error) => {
            // The parser's words may repeat parts of the expression.
            let reason = if text.is_substituted { String::new() } else { format!(" ({error})") };
            reader.wrong(&text.item, format!("{}{reason}", found_text(&text)), expected);
            return None;
        }
    };
    // A fixed day, since nothing here reads a clock: an expression comes round within 8 years or never.
    let start = jiff::Timestamp::UNIX_EPOCH.to_zoned(zone.clone());
    if cron.find_next_occurrence(&start, false).is_err() {
        reader.wrong(&text.item, format!("{}, which never comes round", found_text(&text)), "a day that exists");
        return None;
    }
    Some(cron)
}
