//! Planned work as everybody sees it: on pages, in the Statuspage API, in feeds and as a calendar. Work that concerns no public
//! component is not there at all, and of the components of the others only public ones are named.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::iter;
use std::sync::Arc;
use std::time::Duration;

use app::data::{PublicMaintenance, PublicSite, PublicUpdate};
use app::i18n::Text;
use app::routes::to;
use domain::incident::{Impact, MaintenanceStatus};
use domain::maintenance::status_at;
use domain::text::{Language, Slug};
use domain::time::{TimeRange, Timestamp};
use store::maintenances::Maintenance;
use url::Url;

use super::Reader;
use crate::config::ComponentSpec;
use crate::service::maintenance::concerns;
use crate::service::monitoring::{State, WatchedComponent};
use crate::service::public_id::public_id;
use crate::web::FluentMessages;
use crate::web::calendar::CalendarEntry;
use crate::web::markup::paragraphs;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// What begins within so many days is announced; of what comes again only the next time.
const ANNOUNCED_DAYS: u32 = 30;
/// What ended within so many days is shown.
const OVER_DAYS: u32 = 14;
/// Most windows on a page.
const PAGE_MAX: usize = 50;
/// How many days what is over stays in the calendar.
const CALENDAR_DAYS: u32 = 30;
/// Most entries of the calendar: it is read every quarter of an hour by everybody who subscribed.
const CALENDAR_MAX: usize = 500;

/// A window that concerns a public component.
struct Window<'s> {
    record: &'s Maintenance,
    range: TimeRange,
    components: &'s [Slug],
    status: MaintenanceStatus,
}

impl<'s> Window<'s> {
    fn new(record: &'s Maintenance, range: TimeRange, components: &'s [Slug], now: Timestamp) -> Self {
        Self { record, range, components, status: status_at(range, now, None) }
    }

    /// What it is called within; a window that is moved is another one.
    fn name(&self) -> String {
        format!("{}:{}", self.record.id, self.range.from().as_ms())
    }

    /// What goes on comes first, then what is next, then what was last.
    fn place(&self) -> (u8, i64) {
        match self.status {
            MaintenanceStatus::InProgress | MaintenanceStatus::Verifying => (0, self.range.from().as_ms()),
            MaintenanceStatus::Scheduled => (1, self.range.from().as_ms()),
            MaintenanceStatus::Completed => (2, -self.range.until().as_ms()),
        }
    }
}

/// The public windows that have begun and touch `within`, and of each plan the first `count` that begin within it: of all these the
/// `max` that matter most.
fn windows(state: &State, now: Timestamp, within: TimeRange, count: usize, max: usize) -> Vec<Window<'_>> {
    let begun = state.plans.begun().map(|(record, begun)| Window::new(record, begun.range(), begun.components(), now));
    let begun = begun.filter(|window| window.range.until() >= within.from() && window.range.from() <= now);
    let ahead = state.plans.ahead(now).flat_map(move |(record, ahead)| {
        let near = ahead.iter().take_while(move |range| range.from() <= within.until()).take(count);
        near.map(move |range| Window::new(record, *range, &record.components, now))
    });
    let public: HashSet<&Slug> = state
        .config
        .components
        .iter()
        .filter(|spec| spec.is_public)
        .flat_map(|spec| iter::once(&spec.slug).chain(&spec.renamed_from))
        .collect();
    let is_public = |window: &Window<'_>| window.components.iter().any(|slug| public.contains(slug));
    let mut windows: Vec<_> = begun.chain(ahead).filter(is_public).collect();
    windows.sort_by_key(|window| (window.place(), window.record.key));
    windows.truncate(max);
    windows
}

/// The public ones among these components.
fn public<'s>(state: &'s State, components: &'s [Slug]) -> impl Iterator<Item = (&'s ComponentSpec, &'s WatchedComponent)> {
    let all = state.config.components.iter().zip(&state.components);
    all.filter(|(spec, _)| spec.is_public && concerns(components, spec))
}

/// When a window was announced: with its plan, but no earlier than what comes again is announced, which is when the time before it
/// began. All of it are facts, so it never changes.
fn announced_at(state: &State, window: &Window<'_>) -> Timestamp {
    let from = window.range.from();
    let earliest = from.minus(DAY * ANNOUNCED_DAYS);
    let of_plan = state.plans.begun().filter(|(record, _)| record.key == window.record.key);
    let before = of_plan.map(|(_, begun)| begun.range().from()).filter(|at| *at < from).max();
    window.record.created_at.max(earliest).max(before.unwrap_or(earliest))
}

/// Maintenance as the front page shows it, the newest first.
pub(super) fn public_maintenances(state: &State, text: &Text, now: Timestamp) -> Vec<PublicMaintenance> {
    let within = TimeRange::new(now.minus(DAY * OVER_DAYS), now.plus(DAY * ANNOUNCED_DAYS));
    let mut shown = windows(state, now, within, 1, PAGE_MAX);
    shown.sort_by_key(|window| (Reverse(window.range.from()), Reverse(window.record.key)));
    shown.iter().map(|window| public_maintenance(state, window, text)).collect()
}

fn public_maintenance(state: &State, window: &Window<'_>, text: &Text) -> PublicMaintenance {
    let Window { record, range, components, status } = window;
    let name = window.name();
    let announced_at = announced_at(state, window);
    // Work that is planned when it has begun is announced after it began.
    let begun_at = range.from().max(announced_at);
    let over_at = range.until().max(begun_at);
    let update = |status: MaintenanceStatus, body: String, created_at: Timestamp, display_at: Timestamp| PublicUpdate {
        id: public_id("maintenance-update", &format!("{name}:{}", status.name())),
        status,
        number: 0,
        corrects: None,
        html: paragraphs(&body),
        body,
        created_at,
        display_at,
        changes: Vec::new(),
    };
    let description = record.description.as_ref().map(|description| description.get(text.language()).to_owned());
    let announcement = description.unwrap_or_else(|| text.get("maintenance-told-scheduled"));
    let is_over = *status == MaintenanceStatus::Completed;
    let has_begun = *status != MaintenanceStatus::Scheduled;
    let mut updates = vec![update(MaintenanceStatus::Scheduled, announcement, announced_at, announced_at)];
    if has_begun {
        let body = text.get("maintenance-told-in-progress");
        updates.insert(0, update(MaintenanceStatus::InProgress, body, begun_at, range.from()));
    }
    if is_over {
        let body = text.get("maintenance-told-completed");
        updates.insert(0, update(MaintenanceStatus::Completed, body, over_at, range.until()));
    }
    let updated_at = match status {
        MaintenanceStatus::Scheduled => announced_at.max(record.updated_at),
        MaintenanceStatus::InProgress | MaintenanceStatus::Verifying => begun_at.max(record.updated_at),
        MaintenanceStatus::Completed => over_at,
    };
    PublicMaintenance {
        id: public_id("maintenance", &name),
        name: record.title.get(text.language()).to_owned(),
        status: *status,
        // How much users will notice nobody was asked.
        impact: Impact::Minor,
        created_at: announced_at,
        updated_at,
        scheduled_for: range.from(),
        scheduled_until: range.until(),
        completed_at: is_over.then_some(over_at),
        updates,
        component_ids: public(state, components).map(|(_, watched)| watched.public_id.clone()).collect(),
    }
}

/// The words of a language.
pub(super) fn words(language: Language) -> Text {
    Text::new(Arc::new(FluentMessages), language)
}

/// The host of the site's address, which makes ids of calendars unique in the world.
fn host(site: &PublicSite) -> String {
    let host = Url::parse(&site.base).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "localhost".to_owned())
}

impl Reader {
    /// What stands in the calendar: work of the last 30 days and all that is ahead, in order of time.
    pub(in super::super) fn calendar(&self, language: Language, site: &PublicSite) -> Vec<CalendarEntry> {
        let now = self.web.monitoring.clock.now();
        let (text, host) = (words(language), host(site));
        let state = self.web.monitoring.state();
        let within = TimeRange::new(now.minus(DAY * CALENDAR_DAYS), Timestamp::from_ms(i64::MAX));
        let mut shown = windows(&state, now, within, CALENDAR_MAX, CALENDAR_MAX);
        shown.sort_by_key(|window| (window.range.from(), window.record.key));
        shown.iter().map(|window| calendar_entry(&state, window, &text, (site.base.as_str(), host.as_str()))).collect()
    }
}

fn calendar_entry(state: &State, window: &Window<'_>, text: &Text, (base, host): (&str, &str)) -> CalendarEntry {
    let (record, language) = (window.record, text.language());
    let id = public_id("maintenance", &window.name());
    let names: Vec<&str> = public(state, window.components).map(|(spec, _)| spec.name.get(language)).collect();
    let affects = text.with("maintenance-affects", &[("names", names.join(&text.separator("list-separator")).into())]);
    let description = record.description.as_ref().map(|description| format!("{}\n\n", description.get(language)));
    let is_over = window.status == MaintenanceStatus::Completed;
    let changes = u32::try_from(record.version - 1).unwrap_or_default();
    CalendarEntry {
        uid: format!("{id}@{host}"),
        title: record.title.get(language).to_owned(),
        description: Some(description.unwrap_or_default() + &affects),
        url: format!("{base}{}#maintenance-{id}", to::status(language)),
        from: window.range.from(),
        until: window.range.until(),
        // What was cancelled and did not begin is not there any more.
        is_cancelled: false,
        updated_at: if is_over { window.range.until() } else { record.updated_at },
        // Its end may have come early.
        sequence: changes.saturating_add(u32::from(is_over)),
    }
}
