//! Gives everything that is configured its key in the database: known slugs keep theirs, renamed ones take theirs along, those that
//! left are marked and keep their history.

use std::collections::{HashMap, HashSet};

use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::{ComponentKey, ProbeKey};
use sqlx::{Row, sqlite::SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{StoreError, transaction};

/// A component as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedComponent {
    /// Its slug.
    pub slug: Slug,
    /// The slug it had before.
    pub renamed_from: Option<Slug>,
    /// How its probes make its state, as text; only compared for equality.
    pub rule: String,
}

/// A probe as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedProbe {
    /// Its slug.
    pub slug: Slug,
    /// The slug it had before.
    pub renamed_from: Option<Slug>,
    /// The component it belongs to.
    pub component: Slug,
    /// What kind of machine follows it; one that becomes another kind begins anew.
    pub kind: &'static str,
}

/// Everything that is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Components in the order of the page.
    pub components: Vec<WantedComponent>,
    /// Probes.
    pub probes: Vec<WantedProbe>,
    /// The present.
    pub now: Timestamp,
}

/// A component and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledComponent {
    /// Its number.
    pub key: ComponentKey,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// Its slug.
    pub slug: Slug,
    /// When it was first watched.
    pub watched_since: Timestamp,
    /// Since when it consists of its members.
    pub member_since: Timestamp,
    /// True when it was not watched until now.
    pub has_returned: bool,
}

/// A probe and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledProbe {
    /// Its number.
    pub key: ProbeKey,
    /// Its slug.
    pub slug: Slug,
    /// The component it belongs to.
    pub component: ComponentKey,
    /// True when it is new, or was not in the configuration until now.
    pub is_fresh: bool,
}

/// What is watched from now on, in the order of [`Wanted`], and what no longer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// What the world knows this installation by; a UUIDv7.
    pub site: Uuid,
    /// Components in the order of the page.
    pub components: Vec<EnrolledComponent>,
    /// Probes.
    pub probes: Vec<EnrolledProbe>,
    /// Components that left with this configuration.
    pub gone_components: Vec<ComponentKey>,
    /// Probes that left with this configuration.
    pub gone_probes: Vec<ProbeKey>,
}

#[derive(Debug)]
struct Known {
    key: i64,
    id: String,
    slug: String,
    is_removed: bool,
    since: i64,
    /// Of a component: its members. Of a probe: its kind.
    what: String,
    /// Of a component: since when it has its members. Of a probe: its component's key.
    last: i64,
}

fn known(row: &SqliteRow) -> Result<Known, sqlx::Error> {
    Ok(Known {
        key: row.try_get(0)?,
        slug: row.try_get(1)?,
        is_removed: row.try_get::<Option<i64>, _>(2)?.is_some(),
        since: row.try_get(3)?,
        what: row.try_get(4)?,
        last: row.try_get(5)?,
        id: row.try_get(6)?,
    })
}

/// Finds rows by slug, or by the slug a thing was renamed from if nobody else uses that name any more.
struct Finder<'a> {
    rows: HashMap<&'a str, &'a Known>,
    wanted: HashSet<&'a str>,
}

impl<'a> Finder<'a> {
    fn new(rows: &'a [Known], wanted: impl Iterator<Item = &'a Slug>) -> Self {
        Self { rows: rows.iter().map(|row| (row.slug.as_str(), row)).collect(), wanted: wanted.map(Slug::as_str).collect() }
    }

    fn find(&self, slug: &Slug, renamed_from: Option<&Slug>) -> Option<&'a Known> {
        let old = || renamed_from.map(Slug::as_str).filter(|old| !self.wanted.contains(old));
        self.rows.get(slug.as_str()).or_else(|| self.rows.get(old()?)).copied()
    }
}

pub(crate) async fn enrol(connection: &mut SqliteConnection, wanted: &Wanted) -> Result<Roster, StoreError> {
    transaction::begin(connection).await?;
    let outcome = take_up(connection, wanted).await.map_err(StoreError::doing("take up the configuration"));
    transaction::end(connection, outcome).await
}

async fn take_up(connection: &mut SqliteConnection, wanted: &Wanted) -> Result<Roster, sqlx::Error> {
    let mut roster = Roster { site: site(connection).await?, ..Roster::default() };
    let known = known_components(connection).await?;
    enrol_components(connection, wanted, &known, &mut roster).await?;
    enrol_probes(connection, wanted, &mut roster).await?;
    set_members(connection, wanted, &known, &mut roster).await?;
    Ok(roster)
}

/// The id of this installation, given to it when it is asked for the first time.
async fn site(connection: &mut SqliteConnection) -> Result<Uuid, sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO site VALUES (1, ?)").bind(Uuid::now_v7().to_string()).execute(&mut *connection).await?;
    let id: String = sqlx::query_scalar("SELECT id FROM site").fetch_one(connection).await?;
    Ok(parsed(&id))
}

/// An id that was written by us.
fn parsed(id: &str) -> Uuid {
    Uuid::try_parse(id).unwrap_or_default()
}

async fn known_components(connection: &mut SqliteConnection) -> Result<Vec<Known>, sqlx::Error> {
    let rows = sqlx::query("SELECT key, slug, removed_at, watched_since, members, member_since, id FROM component");
    rows.fetch_all(connection).await?.iter().map(known).collect()
}

async fn enrol_components(
    connection: &mut SqliteConnection,
    wanted: &Wanted,
    rows: &[Known],
    roster: &mut Roster,
) -> Result<(), sqlx::Error> {
    let finder = Finder::new(rows, wanted.components.iter().map(|component| &component.slug));
    let now = wanted.now.as_ms();
    for component in &wanted.components {
        let found = finder.find(&component.slug, component.renamed_from.as_ref());
        let (key, id, watched_since) =
            if let Some(row) = found.filter(|row| row.slug == component.slug.as_str() && !row.is_removed) {
                (row.key, parsed(&row.id), row.since)
            } else if let Some(row) = found {
                sqlx::query("UPDATE component SET slug = ?, removed_at = NULL WHERE key = ?")
                    .bind(component.slug.as_str())
                    .bind(row.key)
                    .execute(&mut *connection)
                    .await?;
                (row.key, parsed(&row.id), row.since)
            } else {
                let id = Uuid::now_v7();
                let inserted =
                    sqlx::query("INSERT INTO component (id, slug, watched_since, members, member_since) VALUES (?, ?, ?, '', ?)")
                        .bind(id.to_string())
                        .bind(component.slug.as_str())
                        .bind(now)
                        .bind(now)
                        .execute(&mut *connection)
                        .await?;
                (inserted.last_insert_rowid(), id, now)
            };
        roster.components.push(EnrolledComponent {
            key: ComponentKey(key),
            id,
            slug: component.slug.clone(),
            watched_since: Timestamp::from_ms(watched_since),
            member_since: wanted.now,
            has_returned: found.is_some_and(|row| row.is_removed),
        });
    }
    let kept: HashSet<i64> = roster.components.iter().map(|component| component.key.0).collect();
    for row in rows.iter().filter(|row| !row.is_removed && !kept.contains(&row.key)) {
        let gone = sqlx::query("UPDATE component SET removed_at = ? WHERE key = ?");
        gone.bind(now).bind(row.key).execute(&mut *connection).await?;
        roster.gone_components.push(ComponentKey(row.key));
    }
    Ok(())
}

/// A component that consists of the same probes by the same rule goes on as it was; otherwise it does so anew from now on. Probes are
/// compared by key, so that renaming one changes nothing.
async fn set_members(
    connection: &mut SqliteConnection,
    wanted: &Wanted,
    rows: &[Known],
    roster: &mut Roster,
) -> Result<(), sqlx::Error> {
    let mut keys: HashMap<ComponentKey, Vec<(i64, &str)>> = HashMap::new();
    let kinds: HashMap<&Slug, &str> = wanted.probes.iter().map(|probe| (&probe.slug, probe.kind)).collect();
    for probe in &roster.probes {
        keys.entry(probe.component).or_default().push((probe.key.0, kinds.get(&probe.slug).copied().unwrap_or_default()));
    }
    let rows: HashMap<i64, &Known> = rows.iter().map(|row| (row.key, row)).collect();
    for (component, enrolled) in wanted.components.iter().zip(&mut roster.components) {
        let mut keys = keys.remove(&enrolled.key).unwrap_or_default();
        keys.sort_unstable();
        let members = format!("{} of {keys:?}", component.rule);
        match rows.get(&enrolled.key.0) {
            Some(row) if !row.is_removed && row.what == members => enrolled.member_since = Timestamp::from_ms(row.last),
            _ => {
                sqlx::query("UPDATE component SET members = ?, member_since = ? WHERE key = ?")
                    .bind(members)
                    .bind(wanted.now.as_ms())
                    .bind(enrolled.key.0)
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn enrol_probes(connection: &mut SqliteConnection, wanted: &Wanted, roster: &mut Roster) -> Result<(), sqlx::Error> {
    let rows = sqlx::query("SELECT key, slug, removed_at, created_at, kind, component_key, id FROM probe")
        .fetch_all(&mut *connection)
        .await?;
    let rows = rows.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let finder = Finder::new(&rows, wanted.probes.iter().map(|probe| &probe.slug));
    let now = wanted.now.as_ms();
    let components: HashMap<Slug, ComponentKey> = roster.components.iter().map(|c| (c.slug.clone(), c.key)).collect();
    for probe in &wanted.probes {
        let Some(component) = components.get(&probe.component).copied() else { continue };
        let found = finder.find(&probe.slug, probe.renamed_from.as_ref());
        let is_same = |row: &&Known| {
            row.slug == probe.slug.as_str() && !row.is_removed && row.last == component.0 && row.what == probe.kind
        };
        let key = if let Some(row) = found.filter(is_same) {
            row.key
        } else if let Some(row) = found {
            sqlx::query("UPDATE probe SET slug = ?, component_key = ?, kind = ?, removed_at = NULL WHERE key = ?")
                .bind(probe.slug.as_str())
                .bind(component.0)
                .bind(probe.kind)
                .bind(row.key)
                .execute(&mut *connection)
                .await?;
            row.key
        } else {
            sqlx::query("INSERT INTO probe (id, slug, component_key, kind, created_at) VALUES (?, ?, ?, ?, ?)")
                .bind(Uuid::now_v7().to_string())
                .bind(probe.slug.as_str())
                .bind(component.0)
                .bind(probe.kind)
                .bind(now)
                .execute(&mut *connection)
                .await?
                .last_insert_rowid()
        };
        let is_fresh = found.is_none_or(|row| row.is_removed || row.what != probe.kind);
        roster.probes.push(EnrolledProbe { key: ProbeKey(key), slug: probe.slug.clone(), component, is_fresh });
    }
    let kept: HashSet<i64> = roster.probes.iter().map(|probe| probe.key.0).collect();
    for row in rows.iter().filter(|row| !row.is_removed && !kept.contains(&row.key)) {
        let gone = sqlx::query("UPDATE probe SET removed_at = ? WHERE key = ?");
        gone.bind(now).bind(row.key).execute(&mut *connection).await?;
        roster.gone_probes.push(ProbeKey(row.key));
    }
    Ok(())
}
