//! The sections beside `probes`: the site, weights, retention, the self check, groups and components.

use std::collections::HashSet;
use std::time::Duration;

use domain::component::Combine;
use domain::text::{Language, Slug};
use domain::uptime::Weights;
use jiff::tz::TimeZone;

use super::mistake::Mistake;
use super::names::Sort;
use super::reader::{Fields, Item, Reader};
use super::values::{self, DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, code, show_duration};
use super::{ComponentSpec, Group, Retention, SELF_CHECK_MAX, SelfCheckTarget, Site};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// Raw results are needed to judge what happened last night.
const RAW_MIN: Duration = HOUR;
const MINUTE_MIN: Duration = DAY;
/// The public page shows 90 days.
const HOUR_MIN: Duration = Duration::from_hours(90 * 24);
const RETENTION_MAX: Duration = Duration::from_hours(3660 * 24);

/// `site`.
pub(super) fn site(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Site> {
    let fields = reader.fields(item, &["name", "description", "url", "time_zone", "languages"])?;
    let name = fields.require(reader, "name").and_then(|item| values::localized(reader, item, NAME_CHARS_MAX));
    let description = optional(&fields, "description", |item| values::localized(reader, item, DESCRIPTION_CHARS_MAX));
    let url = optional(&fields, "url", |item| values::origin(reader, item));
    let zone = optional(&fields, "time_zone", |item| values::time_zone(reader, item));
    let languages = optional(&fields, "languages", |item| languages(reader, &item));
    let (time_zone_name, time_zone) = zone?.unwrap_or_else(|| ("UTC".to_owned(), TimeZone::UTC));
    Some(Site {
        name: name?,
        description: description?,
        url: url?,
        time_zone,
        time_zone_name,
        languages: languages?.unwrap_or_else(|| Language::ALL.to_vec()),
    })
}

/// Reads `key` if it is there: `None` when that failed, `Some(None)` when there is no such key.
#[expect(clippy::option_option, reason = "the outer one is whether reading went well, as everywhere in this module")]
pub(super) fn optional<'n, T>(
    fields: &Fields<'n>,
    key: &'static str,
    read: impl FnOnce(Item<'n>) -> Option<T>,
) -> Option<Option<T>> {
    match fields.get(key) {
        None => Some(None),
        Some(item) => read(item).map(Some),
    }
}

fn languages(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<Language>> {
    let elements = reader.list(item);
    let choices = Language::ALL.map(|language| (language.tag(), language));
    let mut languages = Vec::new();
    for element in &elements {
        let Some(language) = values::choice(reader, element.clone(), &choices) else { continue };
        if languages.contains(&language) {
            let problem = format!("{} was already given", code(language.tag()));
            reader.report(Mistake::new(element.at(), element.path.clone(), problem));
        } else {
            languages.push(language);
        }
    }
    if elements.is_empty() {
        reader.wrong(item, "no language is given", "at least one of `ja` and `en`, the default language first");
    }
    (languages.len() == elements.len() && !languages.is_empty()).then_some(languages)
}

/// `uptime`.
pub(super) fn uptime(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Weights> {
    let fields = reader.fields(item, &["partial_outage", "degraded_performance"])?;
    let defaults = Weights::default();
    let mut weight = |key, default| optional(&fields, key, |item| reader.fraction(item)).map(|weight| weight.unwrap_or(default));
    let partial_outage = weight("partial_outage", defaults.partial_outage);
    let degraded_performance = weight("degraded_performance", defaults.degraded_performance);
    Some(Weights { partial_outage: partial_outage?, degraded_performance: degraded_performance? })
}

/// `retention`: each coarser grain is kept at least as long as the finer one.
pub(super) fn retention(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Retention> {
    let fields = reader.fields(item, &["raw", "minute", "hour"])?;
    let defaults = Retention::default();
    let mut span = |key, min, default| {
        let given = optional(&fields, key, |item| values::duration(reader, item, min, RETENTION_MAX));
        given.map(|span| span.unwrap_or(default))
    };
    let raw = span("raw", RAW_MIN, defaults.raw);
    let minute = span("minute", MINUTE_MIN, defaults.minute);
    let hour = span("hour", HOUR_MIN, defaults.hour);
    let retention = Retention { raw: raw?, minute: minute?, hour: hour? };
    let mut is_ordered = true;
    for (fine, fine_span, coarse, coarse_span) in
        [("raw", retention.raw, "minute", retention.minute), ("minute", retention.minute, "hour", retention.hour)]
    {
        if fine_span <= coarse_span {
            continue;
        }
        is_ordered = false;
        // Whichever is written is the one to mend; the other is the default.
        if let Some(item) = fields.get(coarse).or_else(|| fields.get(fine)) {
            let (fine_shown, coarse_shown) = (show_duration(fine_span), show_duration(coarse_span));
            let problem = format!("`{coarse}` ({coarse_shown}) is shorter than `{fine}` ({fine_shown})");
            reader.wrong(&item, problem, format!("`{coarse}` to be kept at least as long as `{fine}`"));
        }
    }
    is_ordered.then_some(retention)
}

/// `self_check`.
pub(super) fn self_check(reader: &mut Reader<'_>, item: &Item<'_>) -> Option<Vec<SelfCheckTarget>> {
    let elements = reader.list(item);
    if !(1..=SELF_CHECK_MAX).contains(&elements.len()) {
        let problem = format!("{} targets are given", elements.len());
        reader.wrong(item, problem, format!("1 to {SELF_CHECK_MAX}, or no `self_check` at all"));
        return None;
    }
    let targets: Vec<_> = elements.into_iter().map(|element| values::host_and_port(reader, element)).collect();
    targets.into_iter().map(|target| target.map(|(host, port)| SelfCheckTarget { host, port })).collect()
}

/// One of `groups`.
pub(super) fn group(reader: &mut Reader<'_>, item: Item<'_>) -> Option<Group> {
    let fields = reader.fields(item, &["slug", "name"])?;
    let slug = fields.require(reader, "slug").and_then(|item| values::own_slug(reader, item, Sort::Group));
    let name = fields.require(reader, "name").and_then(|item| values::localized(reader, item, NAME_CHARS_MAX));
    Some(Group { slug: slug?, name: name? })
}

/// One of `components`.
pub(super) fn component(reader: &mut Reader<'_>, item: Item<'_>) -> Option<ComponentSpec> {
    let known = ["slug", "name", "group", "description", "depends_on", "public", "combine", "renamed_from", "incidents"];
    let fields = reader.fields(item, &known)?;
    let slug = fields.require(reader, "slug").and_then(|item| values::own_slug(reader, item, Sort::Component));
    let name = fields.require(reader, "name").and_then(|item| values::localized(reader, item, NAME_CHARS_MAX));
    let group = optional(&fields, "group", |item| values::reference(reader, item, Sort::Group));
    let description = optional(&fields, "description", |item| values::localized(reader, item, DESCRIPTION_CHARS_MAX));
    let depends_on = optional(&fields, "depends_on", |item| dependencies(reader, &item, slug.as_ref()));
    let is_public = optional(&fields, "public", |item| reader.boolean(item));
    let combines = [("standard", Combine::Standard), ("worst", Combine::Worst), ("best", Combine::Best)];
    let combine = optional(&fields, "combine", |item| values::choice(reader, item, &combines));
    let renamed_from =
        optional(&fields, "renamed_from", |item| values::former_slug(reader, item, Sort::Component, slug.as_ref()));
    let incidents = optional(&fields, "incidents", |item| super::incidents::auto(reader, item));
    Some(ComponentSpec {
        slug: slug?,
        name: name?,
        group: group?,
        description: description?,
        depends_on: depends_on?.unwrap_or_default(),
        is_public: is_public?.unwrap_or(true),
        combine: combine?.unwrap_or(Combine::Standard),
        renamed_from: renamed_from?,
        incidents: incidents?,
    })
}

/// The components that the one called `own` depends on, each once.
fn dependencies(reader: &mut Reader<'_>, item: &Item<'_>, own: Option<&Slug>) -> Option<Vec<Slug>> {
    let elements = reader.list(item);
    let count = elements.len();
    let (mut seen, mut slugs) = (HashSet::new(), Vec::new());
    for element in elements {
        let Some(slug) = values::reference(reader, element.clone(), Sort::Component) else { continue };
        if !seen.insert(slug.clone()) {
            reader.report(Mistake::new(element.at(), element.path, format!("{} was already given", code(slug.as_str()))));
            continue;
        }
        if let Some(own) = own {
            reader.names.depend(own, &slug, &element);
        }
        slugs.push(slug);
    }
    (slugs.len() == count).then_some(slugs)
}
