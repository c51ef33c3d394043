//! Alerts: what rang, and what happened to each. What fires is decided in memory; here it is kept, in the order in which it happened there.
//!
//! Code map: this file has the records, reads one, many, and what rang by name; [`keep`] writes.

mod keep;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use domain::alert::label::{Fingerprint, Pairs};
use domain::alert::occurrence::Course;
use domain::alert::record::{Event, Origin};
use domain::alert::storm::Because;
use domain::incident::work::Severity;
use domain::text::Slug;
use domain::time::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

pub(crate) use self::keep::keep;
use crate::audit::{ActorKind, NewAudit};
use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

/// Most alerts that are read at once, whatever is asked for.
pub const ALERTS_LISTED_MAX: u32 = 1_000;
/// Alerts that are read unless somebody says how many: one page of a list.
const ALERTS_LISTED: u32 = 50;
/// Most alerts that fire, or were over a little while ago, and are in memory.
pub const ALERTS_RECALLED_MAX: u32 = 20_000;
/// Most names of alerts that are told of.
pub const NAMES_MAX: u32 = 1_000;
/// Newest events of an alert that are read.
pub const EVENTS_READ_MAX: u32 = 500;
/// Identities that are asked for in one query.
const IDENTITIES_AT_ONCE: usize = 500;

const READ: &str = "read alerts";
const READ_EVENTS: &str = "read what happened to an alert";
const READ_NAMES: &str = "read what rang";

/// An alert as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What people speak of, `ALERT-7`.
    pub number: i64,
    /// Who reports it: the name of an API key; empty: Yagura itself, or a person.
    pub source: String,
    /// How it came.
    pub origin: Origin,
    /// What the source knows it by.
    pub fingerprint: Fingerprint,
    /// What became of all reports.
    pub course: Course,
    /// True while it turns too often to be told of each time.
    pub is_flapping: bool,
    /// Its labels.
    pub labels: Pairs,
    /// Its annotations.
    pub annotations: Pairs,
    /// Addresses that came with it, by what is there: `generator`, `dashboard`, `panel`, `silence`, `sender`.
    pub links: BTreeMap<String, String>,
    /// What it is called.
    pub name: String,
    /// That, in the form in which names are compared (`alert_key`).
    pub name_key: String,
    /// Its type.
    pub kind: Option<Slug>,
    /// How grave it is.
    pub severity: Severity,
    /// What it is about.
    pub component: Option<Slug>,
    /// The alert that it is under, and why.
    pub above: Option<(i64, Because)>,
    /// Key and number of its incident.
    pub incident: Option<(i64, i64)>,
    /// When somebody took it on, and who.
    pub acknowledged: Option<(Timestamp, String)>,
    /// Who said that it is over; none: its source did.
    pub ended_by: Option<String>,
}

/// Something that happened to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlertEvent {
    /// What.
    pub event: Event,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was learned of.
    pub recorded_at: Timestamp,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// What they are called.
    pub actor_name: String,
    /// What belongs to it: the number of an incident, or of the alert above.
    pub number: Option<i64>,
    /// Why, in somebody's words.
    pub text: Option<String>,
}

/// An event at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertEvent {
    /// Its place, from 1.
    pub seq: i64,
    /// What happened.
    pub content: NewAlertEvent,
}

/// An alert as it is now, with what happened to make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertChange {
    /// All of it but its incident, which is set with the incident itself.
    pub alert: Alert,
    /// What happened.
    pub events: Vec<NewAlertEvent>,
    /// What of that the audit log is told.
    pub audit: Vec<NewAudit>,
}

/// Which alerts are asked for: those that meet all that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFilter {
    /// Those that fire, or those that are over.
    pub fires: Option<bool>,
    /// With this name, as `alert_key` writes it.
    pub name_key: Option<String>,
    /// About this component.
    pub component: Option<Slug>,
    /// As grave as this or graver.
    pub severity: Option<Severity>,
    /// In the incident with this number.
    pub incident: Option<i64>,
    /// Under the alert with this number.
    pub above: Option<i64>,
    /// With a smaller number than this.
    pub before: Option<i64>,
    /// At most so many; never more than [`ALERTS_LISTED_MAX`].
    pub limit: u32,
}

impl Default for AlertFilter {
    /// The newest of all.
    fn default() -> Self {
        Self {
            fires: None,
            name_key: None,
            component: None,
            severity: None,
            incident: None,
            above: None,
            before: None,
            limit: ALERTS_LISTED,
        }
    }
}

/// What rang under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangName {
    /// The name, as the newest alert has it.
    pub name: String,
    /// That, as names are compared.
    pub name_key: String,
    /// How many alerts there were.
    pub count: u32,
    /// When the newest one began.
    pub last_at: Timestamp,
    /// The newest one.
    pub last: Alert,
}

// In the order in which `read_alert` reads them.
macro_rules! select_alerts {
    () => {
        "SELECT a.number, a.source, a.origin, a.fingerprint, a.began_at, a.starts_at, a.ended_at, a.received_at, a.received,
             a.promised_until, a.turns, a.is_flapping, a.is_cut, a.labels, a.annotations, a.links, a.name, a.name_key, a.type, a.severity,
             a.component, a.above, a.because, a.incident_key, i.number, a.acknowledged_at, a.acknowledged_by, a.ended_by
         FROM alert AS a LEFT JOIN incident AS i ON i.key = a.incident_key WHERE "
    };
}

fn texts_from_json(text: &str) -> Option<BTreeMap<String, String>> {
    serde_json::from_str(text).ok()
}

fn moments_from_json(text: &str) -> Option<Vec<Timestamp>> {
    let moments: Vec<i64> = serde_json::from_str(text).ok()?;
    Some(moments.into_iter().map(Timestamp::from_ms).collect())
}

fn read_alert(columns: &mut Columns<'_>) -> Result<Alert, StoreError> {
    let number = columns.value()?;
    let source = columns.value()?;
    let origin = columns.named("an origin of an alert", Origin::from_name)?;
    let fingerprint = columns.parsed("a fingerprint")?;
    let course = Course {
        began_at: columns.moment()?,
        starts_at: columns.moment()?,
        ended_at: columns.moment_if_any()?,
        received_at: columns.moment()?,
        received: u64::try_from(columns.value::<i64>()?).unwrap_or_default(),
        promised_until: columns.moment_if_any()?,
        turns: columns.named("turns of an alert", moments_from_json)?,
    };
    let (is_flapping, is_cut): (bool, bool) = (columns.value()?, columns.value()?);
    let labels = columns.named("labels of an alert", texts_from_json)?;
    let annotations = columns.named("annotations of an alert", texts_from_json)?;
    Ok(Alert {
        number,
        source,
        origin,
        fingerprint,
        course,
        is_flapping,
        labels: Pairs::from_kept(labels, is_cut),
        annotations: Pairs::from_kept(annotations, is_cut),
        links: columns.named("links of an alert", texts_from_json)?,
        name: columns.value()?,
        name_key: columns.value()?,
        kind: columns.named_if_any("a slug", |text| text.parse().ok())?,
        severity: columns.named("a severity", Severity::from_name)?,
        component: columns.named_if_any("a slug", |text| text.parse().ok())?,
        above: {
            let above: Option<i64> = columns.value()?;
            above.zip(columns.named_if_any("a reason for folding", Because::from_name)?)
        },
        incident: {
            let (key, number): (Option<i64>, Option<i64>) = (columns.value()?, columns.value()?);
            key.zip(number)
        },
        acknowledged: {
            let at = columns.moment_if_any()?;
            at.zip(columns.value::<Option<String>>()?)
        },
        ended_by: columns.value()?,
    })
}

fn read_alerts(rows: &[SqliteRow]) -> Result<Vec<Alert>, StoreError> {
    rows.iter().map(|row| read_alert(&mut Columns::new(row, READ))).collect()
}

fn read_event(row: &SqliteRow) -> Result<AlertEvent, StoreError> {
    let mut columns = Columns::new(row, READ_EVENTS);
    Ok(AlertEvent {
        seq: columns.value()?,
        content: NewAlertEvent {
            event: columns.named("an event of an alert", Event::from_name)?,
            occurred_at: columns.moment()?,
            recorded_at: columns.moment()?,
            actor_kind: columns.named("a kind of actor", ActorKind::from_name)?,
            actor_name: columns.value()?,
            number: columns.value()?,
            text: columns.value()?,
        },
    })
}

// All conditions of a filter, and before them one that an index is for: what "or none is wanted" stands beside no index helps with.
macro_rules! filtered {
    ($indexed:literal) => {
        concat!(
            select_alerts!(),
            $indexed,
            " (?1 IS NULL OR (a.ended_at IS NULL) = ?1) AND (?2 IS NULL OR a.name_key = ?2) AND (?3 IS NULL OR a.component = ?3)
             AND (?4 IS NULL OR a.severity <= ?4)
             AND (?5 IS NULL OR a.incident_key = (SELECT COALESCE(merged_into, key) FROM incident WHERE number = ?5))
             AND (?6 IS NULL OR a.above = ?6) AND a.number < ?7 ORDER BY a.number DESC LIMIT ?8"
        )
    };
}

/// The query that reads what a filter wants, by the index that leaves least.
const fn listing(filter: &AlertFilter) -> &'static str {
    if filter.above.is_some() {
        filtered!("a.above = ?6 AND")
    } else if filter.incident.is_some() {
        filtered!("a.incident_key = (SELECT COALESCE(merged_into, key) FROM incident WHERE number = ?5) AND")
    } else if matches!(filter.fires, Some(true)) {
        filtered!("a.ended_at IS NULL AND")
    } else if filter.name_key.is_some() {
        filtered!("a.name_key = ?2 AND")
    } else if filter.component.is_some() {
        filtered!("a.component = ?3 AND")
    } else {
        filtered!("")
    }
}

async fn by_number(connection: &mut SqliteConnection, number: i64) -> Result<Option<Alert>, StoreError> {
    let query = sqlx::query(concat!(select_alerts!(), "a.number = ?")).bind(number);
    let row = query.fetch_optional(connection).await.map_err(StoreError::doing(READ))?;
    row.map(|row| read_alert(&mut Columns::new(&row, READ))).transpose()
}

impl Store {
    /// The largest number of an alert; 0 if there never was one.
    pub async fn last_alert_number(&self) -> Result<i64, StoreError> {
        let query = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM alert");
        query.fetch_one(self.readers()).await.map_err(StoreError::doing(READ))
    }

    /// The alerts that fire, those that ended at `since` or later, and those of Yagura's own that somebody ended, by number; at most [`ALERTS_RECALLED_MAX`],
    /// first those that fire, then the newest.
    pub async fn recalled_alerts(&self, since: Timestamp) -> Result<Vec<Alert>, StoreError> {
        let rows = sqlx::query(concat!(
            select_alerts!(),
            "a.number IN (SELECT number FROM alert WHERE ended_at IS NULL OR ended_at >= ?
                 OR (ended_by IS NOT NULL AND origin IN ('probe', 'tower'))
             ORDER BY ended_at IS NULL DESC, number DESC LIMIT ?) ORDER BY a.number"
        ))
        .bind(since.as_ms())
        .bind(i64::from(ALERTS_RECALLED_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        read_alerts(&rows)
    }

    /// The newest alert of each of these identities of a source, as far as there is one.
    pub async fn newest_alerts(&self, source: &str, fingerprints: &[Fingerprint]) -> Result<Vec<Alert>, StoreError> {
        let mut all = Vec::new();
        for some in fingerprints.chunks(IDENTITIES_AT_ONCE) {
            let names = json!(some.iter().map(Fingerprint::as_str).collect::<Vec<_>>()).to_string();
            let rows = sqlx::query(concat!(
                select_alerts!(),
                "a.number IN (SELECT MAX(number) FROM alert WHERE source = ?1 AND fingerprint IN (SELECT value FROM json_each(?2))
                     GROUP BY fingerprint)"
            ))
            .bind(source)
            .bind(names)
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
            all.extend(read_alerts(&rows)?);
        }
        Ok(all)
    }

    /// Since when Yagura has been ringing for this trouble of its own, if it is.
    pub async fn open_tower_alert(&self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        let query = sqlx::query_scalar(
            "SELECT starts_at FROM alert WHERE source = '' AND fingerprint = 'tower:' || ? AND ended_at IS NULL ORDER BY number DESC LIMIT 1",
        );
        let since: Option<i64> = query.bind(name).fetch_optional(self.readers()).await.map_err(StoreError::doing(READ))?;
        Ok(since.map(Timestamp::from_ms))
    }

    /// The alert with this number.
    pub async fn alert(&self, number: i64) -> Result<Option<Alert>, StoreError> {
        by_number(&mut *self.reader().await?, number).await
    }

    /// Alerts that meet a filter, the newest number first.
    pub async fn alerts(&self, filter: &AlertFilter) -> Result<Vec<Alert>, StoreError> {
        let rows = sqlx::query(listing(filter))
            .bind(filter.fires)
            .bind(filter.name_key.as_deref())
            .bind(filter.component.as_ref().map(Slug::as_str))
            .bind(filter.severity.map(Severity::name))
            .bind(filter.incident)
            .bind(filter.above)
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(i64::from(filter.limit.min(ALERTS_LISTED_MAX)))
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        read_alerts(&rows)
    }

    /// What happened to an alert, in order; of very much the newest [`EVENTS_READ_MAX`].
    pub async fn alert_events(&self, number: i64) -> Result<Vec<AlertEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT seq, event, occurred_at, recorded_at, actor_kind, actor_name, number, text FROM alert_event
             WHERE alert_number = ? ORDER BY seq DESC LIMIT ?",
        )
        .bind(number)
        .bind(i64::from(EVENTS_READ_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ_EVENTS))?;
        rows.iter().rev().map(read_event).collect()
    }

    /// What rang since a moment, by name, the newest first; at most [`NAMES_MAX`].
    pub async fn rang_since(&self, since: Timestamp) -> Result<Vec<RangName>, StoreError> {
        let counted = sqlx::query(
            "SELECT name_key, COUNT(*), MAX(number) FROM alert WHERE began_at >= ? GROUP BY name_key ORDER BY 3 DESC LIMIT ?",
        )
        .bind(since.as_ms())
        .bind(i64::from(NAMES_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ_NAMES))?;
        let mut counts: BTreeMap<i64, (String, u32)> = BTreeMap::new();
        for row in &counted {
            let mut columns = Columns::new(row, READ_NAMES);
            let (name_key, count, number) = (columns.value()?, columns.count()?, columns.value()?);
            counts.insert(number, (name_key, count));
        }
        let numbers = json!(counts.keys().collect::<Vec<_>>()).to_string();
        let rows = sqlx::query(concat!(select_alerts!(), "a.number IN (SELECT value FROM json_each(?)) ORDER BY a.number DESC"))
            .bind(numbers)
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ_NAMES))?;
        let named = |last: Alert| {
            let (name_key, count) = counts.remove(&last.number)?;
            Some(RangName { name: last.name.clone(), name_key, count, last_at: last.course.began_at, last })
        };
        Ok(read_alerts(&rows)?.into_iter().filter_map(named).collect())
    }
}

impl Transaction<'_> {
    /// The alert with this number.
    pub async fn alert(&mut self, number: i64) -> Result<Option<Alert>, StoreError> {
        by_number(self.connection(), number).await
    }
}
