//! `notifications`: over which channels the people on duty are told of alerts, which alerts go where and when, how often they are said again, and
//! in which language and words.

use std::time::Duration;

use domain::alert::bell::{BellRule, Hours, Repeat, Route};
use domain::incident::work::Severity;
use domain::text::{Language, LocalizedText, Slug};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use notify::channel::Channel;
use notify::template::Template;

use super::alerts::severity;
use super::channels::{self, KINDS};
use super::names::Sort;
use super::reader::{Fields, Item, Reader};
use super::sections::optional;
use super::values::{self, NAME_CHARS_MAX};

/// Most channels.
const CHANNELS_MAX: usize = 50;
/// Most routes.
const ROUTES_MAX: usize = 100;
/// Longest wait before something is said.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// Shortest and longest pause before something is said again.
const PAUSE_MIN: Duration = Duration::from_secs(60);
const PAUSE_MAX: Duration = Duration::from_secs(24 * 3600);
/// Most times that something is said again.
const TIMES_MAX: u32 = 100;
/// Instead of a repeat: it is said once.
const NEVER: &str = "never";
/// When a digest is sent, if nothing else is said.
const DIGEST_AT: Time = Time::constant(9, 0, 0, 0);
/// Days of the week as they are written.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Who is told of alerts, and how. Without a channel nobody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationSettings {
    /// Where to.
    pub channels: Vec<ChannelSpec>,
    /// What goes where. Never empty if there are channels: without any in the file everything goes everywhere.
    pub routes: Vec<Route>,
    /// What is waited for.
    pub rule: BellRule,
    /// Who is told once a week what is left to do after incidents; none: nobody.
    pub digest: Option<WeeklyDigest>,
}

/// What is left to do after incidents, once a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyDigest {
    /// Where to.
    pub channels: Vec<Slug>,
    /// On which day of the week.
    pub day: Weekday,
    /// When.
    pub at: Time,
    /// Where that day and hour are.
    pub zone: TimeZone,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSpec {
    /// Its name, unique among channels.
    pub slug: Slug,
    /// What it is called.
    pub name: Option<LocalizedText>,
    /// Where and how.
    pub channel: Channel,
    /// In which language; none: in the first of the site.
    pub language: Option<Language>,
    /// The title in one's own words.
    pub title: Option<Template>,
    /// The text in one's own words.
    pub text: Option<Template>,
}

/// `notifications`. `zone`: where the hours of routes are, if they say nothing else.
pub(super) fn notifications(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<NotificationSettings> {
    let fields = reader.fields(item, &["channels", "routes", "gather", "settle", "digest"])?;
    let channels = optional(&fields, "channels", |item| list(reader, &item, ("channels", CHANNELS_MAX), channel));
    let routes =
        optional(&fields, "routes", |item| list(reader, &item, ("routes", ROUTES_MAX), |reader, item| route(reader, item, zone)));
    let defaults = BellRule::default();
    let gather = optional(&fields, "gather", |item| values::duration(reader, item, Duration::ZERO, WAIT_MAX));
    let settle = optional(&fields, "settle", |item| values::duration(reader, item, Duration::ZERO, WAIT_MAX));
    let digest = optional(&fields, "digest", |item| digest(reader, item, zone));
    let channels = channels?.unwrap_or_default();
    let everywhere = || Route {
        channels: channels.iter().map(|channel| channel.slug.clone()).collect(),
        severities: Vec::new(),
        components: Vec::new(),
        kinds: Vec::new(),
        hours: None,
        repeat: Repeat::default(),
    };
    let routes = match routes? {
        None if channels.is_empty() => Vec::new(),
        None => vec![everywhere()],
        Some(routes) => routes,
    };
    let rule = BellRule { gather: gather?.unwrap_or(defaults.gather), settle: settle?.unwrap_or(defaults.settle) };
    Some(NotificationSettings { channels, routes, rule, digest: digest? })
}

/// All of a list, or nothing if anything in it is wrong.
fn list<'n, T>(
    reader: &mut Reader<'_>,
    item: &Item<'n>,
    (what, max): (&str, usize),
    mut read: impl FnMut(&mut Reader<'_>, Item<'n>) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = reader.list(item);
    if elements.len() > max {
        reader.wrong(item, format!("{} {what} are given", elements.len()), format!("at most {max}"));
        return None;
    }
    let count = elements.len();
    let all: Vec<T> = elements.into_iter().filter_map(|element| read(reader, element)).collect();
    (all.len() == count).then_some(all)
}

fn channel(reader: &mut Reader<'_>, item: Item<'_>) -> Option<ChannelSpec> {
    let known: Vec<&str> = ["slug", "name", "language", "title", "text"].into_iter().chain(KINDS).collect();
    let fields = reader.fields(item, &known)?;
    let slug = fields.require(reader, "slug").and_then(|item| values::own_slug(reader, item, Sort::Channel));
    let name = optional(&fields, "name", |item| values::localized(reader, item, NAME_CHARS_MAX));
    let languages = Language::ALL.map(|language| (language.tag(), language));
    let language = optional(&fields, "language", |item| values::choice(reader, item, &languages));
    let title = optional(&fields, "title", |item| template(reader, item));
    let text = optional(&fields, "text", |item| template(reader, item));
    let channel = channels::channel(reader, &fields);
    Some(ChannelSpec { slug: slug?, name: name?, channel: channel?, language: language?, title: title?, text: text? })
}

fn template(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Template> {
    let text = values::non_empty(reader, item)?;
    match Template::parse(&text.value) {
        Ok(template) => Some(template),
        Err(error) => {
            reader.wrong(&text.item, error.to_string(), "a template such as `{{ title }} ({{ component }})`");
            None
        }
    }
}

fn route(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<Route> {
    let fields = reader.fields(item, &["channels", "severities", "components", "types", "hours", "repeat"])?;
    let channels = fields.require(reader, "channels").and_then(|item| slugs(reader, &item, Sort::Channel));
    let severities: Option<Option<Vec<Severity>>> = optional(&fields, "severities", |item| some(reader, &item, severity));
    let components = optional(&fields, "components", |item| slugs(reader, &item, Sort::Component));
    let kinds = optional(&fields, "types", |item| slugs(reader, &item, Sort::AlertType));
    let hours = optional(&fields, "hours", |item| hours(reader, item, zone));
    let repeat = optional(&fields, "repeat", |item| repeat(reader, item));
    Some(Route {
        channels: channels?,
        severities: severities?.unwrap_or_default(),
        components: components?.unwrap_or_default(),
        kinds: kinds?.unwrap_or_default(),
        hours: hours?,
        repeat: repeat?.unwrap_or_default(),
    })
}

/// One, or a list of several; never none.
fn some<'n, T>(
    reader: &mut Reader<'_>,
    item: &Item<'n>,
    read: impl Fn(&mut Reader<'_>, Item<'n>) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(elements) = item.elements() else { return read(reader, item.clone()).map(|one| vec![one]) };
    if elements.is_empty() {
        reader.wrong(item, "the list is empty", "at least one; leave the key out if each is meant");
        return None;
    }
    let count = elements.len();
    let all: Vec<T> = elements.into_iter().filter_map(|element| read(reader, element)).collect();
    (all.len() == count).then_some(all)
}

fn slugs(reader: &mut Reader<'_>, item: &Item<'_>, sort: Sort) -> Option<Vec<Slug>> {
    some(reader, item, |reader, item| values::reference(reader, item, sort))
}

/// `never`, or a mapping.
fn repeat(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Repeat> {
    let defaults = Repeat::default();
    if item.raw() == NEVER {
        return Some(Repeat { times: 0, ..defaults });
    }
    let fields = reader.fields(item, &["first", "longest", "times"])?;
    let first = optional(&fields, "first", |item| values::duration(reader, item, PAUSE_MIN, PAUSE_MAX));
    let longest = optional(&fields, "longest", |item| values::duration(reader, item, PAUSE_MIN, PAUSE_MAX));
    let times = optional(&fields, "times", |item| reader.integer(item, 1, TIMES_MAX));
    let (first, longest) = (first?.unwrap_or(defaults.first), longest?);
    if longest.is_some_and(|longest| longest < first) {
        reader.wrong(&fields.item, "`longest` is shorter than `first`", "a pause that grows, or both the same");
        return None;
    }
    let longest = longest.unwrap_or_else(|| defaults.longest.max(first));
    Some(Repeat { first, longest, times: times?.unwrap_or(defaults.times) })
}

fn time(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &'static str) -> Option<Time> {
    let text = fields.require(reader, key).and_then(|item| reader.text(item))?;
    // `24:00` is the midnight that ends a day.
    let written = if text.value == "24:00" { "00:00" } else { text.value.as_str() };
    let is_plain = written.len() == 5 && written.as_bytes()[2] == b':';
    let read = written.parse().ok().filter(|_| is_plain);
    if read.is_none() {
        reader.wrong_text(&text, "a time of day such as `\"09:00\"`");
    }
    read
}

/// `digest`: what is left to do, once a week.
fn digest(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<WeeklyDigest> {
    let fields = reader.fields(item, &["channels", "day", "at", "time_zone"])?;
    let channels = fields.require(reader, "channels").and_then(|item| slugs(reader, &item, Sort::Channel));
    let day = optional(&fields, "day", |item| values::choice(reader, item, &DAYS));
    let at = if fields.get("at").is_some() { time(reader, &fields, "at").map(Some) } else { Some(None) };
    let own_zone = optional(&fields, "time_zone", |item| values::time_zone(reader, item));
    let zone = own_zone?.map_or_else(|| zone.clone(), |(_, zone)| zone);
    Some(WeeklyDigest { channels: channels?, day: day?.unwrap_or(Weekday::Monday), at: at?.unwrap_or(DIGEST_AT), zone })
}

fn hours(reader: &mut Reader<'_>, item: Item<'_>, zone: &TimeZone) -> Option<Hours> {
    let fields = reader.fields(item, &["from", "until", "days", "time_zone"])?;
    let (from, until) = (time(reader, &fields, "from"), time(reader, &fields, "until"));
    let days = optional(&fields, "days", |item| some(reader, &item, |reader, item| values::choice(reader, item, &DAYS)));
    let own_zone = optional(&fields, "time_zone", |item| values::time_zone(reader, item));
    let zone = own_zone?.map_or_else(|| zone.clone(), |(_, zone)| zone);
    Some(Hours { from: from?, until: until?, days: days?.unwrap_or_default(), zone })
}
