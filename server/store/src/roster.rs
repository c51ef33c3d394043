//! Gives everything that is configured its key in the database: known slugs keep theirs, renamed ones take theirs along, those that
//! left are marked and keep their history.

use std::collections::HashSet;

use domain::text::Slug;
use domain::time::Timestamp;
use domain::tower::{ComponentKey, ProbeKey};
use sqlx::{Connection, Row, sqlite::SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::StoreError;

/// A component as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedComponent {
    /// Its slug.
    pub slug: Slug,
    /// The slug it had before.
    pub renamed_from: Option<Slug>,
    /// Which probes make it and how, as text; only compared for equality.
    pub members: String,
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
    slug: String,
    is_removed: bool,
    since: i64,
    members: String,
    member_since: i64,
}

fn known(row: &SqliteRow) -> Result<Known, sqlx::Error> {
    Ok(Known {
        key: row.try_get(0)?,
        slug: row.try_get(1)?,
        is_removed: row.try_get::<Option<i64>, _>(2)?.is_some(),
        since: row.try_get(3)?,
        members: row.try_get(4)?,
        member_since: row.try_get(5)?,
    })
}

/// Finds the row of a slug, or that of the slug it was renamed from if nobody else uses that name any more.
fn find<'a>(known: &'a [Known], slug: &Slug, renamed_from: Option<&Slug>, wanted: &HashSet<&str>) -> Option<&'a Known> {
    let by_slug = |slug: &str| known.iter().find(|row| row.slug == slug);
    by_slug(slug.as_str()).or_else(|| by_slug(renamed_from.map(Slug::as_str).filter(|old| !wanted.contains(old))?))
}

pub(crate) async fn enrol(connection: &mut SqliteConnection, wanted: &Wanted) -> Result<Roster, StoreError> {
    let doing = || StoreError::doing("take up the configuration");
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(doing())?;
    let mut roster = Roster::default();
    enrol_components(&mut transaction, wanted, &mut roster).await.map_err(doing())?;
    enrol_probes(&mut transaction, wanted, &mut roster).await.map_err(doing())?;
    transaction.commit().await.map_err(doing())?;
    Ok(roster)
}

async fn enrol_components(connection: &mut SqliteConnection, wanted: &Wanted, roster: &mut Roster) -> Result<(), sqlx::Error> {
    let rows = sqlx::query("SELECT key, slug, removed_at, watched_since, members, member_since FROM component")
        .fetch_all(&mut *connection)
        .await?;
    let rows = rows.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let slugs: HashSet<&str> = wanted.components.iter().map(|component| component.slug.as_str()).collect();
    let now = wanted.now.as_ms();
    for component in &wanted.components {
        let found = find(&rows, &component.slug, component.renamed_from.as_ref(), &slugs);
        let enrolled = match found {
            None => {
                let inserted = sqlx::query(
                    "INSERT INTO component (id, slug, watched_since, members, member_since) VALUES (?, ?, ?, ?, ?)",
                )
                .bind(Uuid::now_v7().to_string())
                .bind(component.slug.as_str())
                .bind(now)
                .bind(&component.members)
                .bind(now)
                .execute(&mut *connection)
                .await?;
                (inserted.last_insert_rowid(), now, now, false)
            }
            Some(row) => {
                let has_returned = row.is_removed;
                let keeps = !has_returned && row.members == component.members;
                let member_since = if keeps { row.member_since } else { now };
                sqlx::query("UPDATE component SET slug = ?, removed_at = NULL, members = ?, member_since = ? WHERE key = ?")
                    .bind(component.slug.as_str())
                    .bind(&component.members)
                    .bind(member_since)
                    .bind(row.key)
                    .execute(&mut *connection)
                    .await?;
                (row.key, row.since, member_since, has_returned)
            }
        };
        let (key, watched_since, member_since, has_returned) = enrolled;
        roster.components.push(EnrolledComponent {
            key: ComponentKey(key),
            slug: component.slug.clone(),
            watched_since: Timestamp::from_ms(watched_since),
            member_since: Timestamp::from_ms(member_since),
            has_returned,
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

async fn enrol_probes(connection: &mut SqliteConnection, wanted: &Wanted, roster: &mut Roster) -> Result<(), sqlx::Error> {
    let rows = sqlx::query("SELECT key, slug, removed_at, created_at, '', 0 FROM probe").fetch_all(&mut *connection).await?;
    let rows = rows.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let slugs: HashSet<&str> = wanted.probes.iter().map(|probe| probe.slug.as_str()).collect();
    let now = wanted.now.as_ms();
    for probe in &wanted.probes {
        let Some(component) = roster.components.iter().find(|component| component.slug == probe.component) else { continue };
        let component = component.key;
        let found = find(&rows, &probe.slug, probe.renamed_from.as_ref(), &slugs);
        let key = if let Some(row) = found {
            sqlx::query("UPDATE probe SET slug = ?, component_key = ?, removed_at = NULL WHERE key = ?")
                .bind(probe.slug.as_str())
                .bind(component.0)
                .bind(row.key)
                .execute(&mut *connection)
                .await?;
            row.key
        } else {
            sqlx::query("INSERT INTO probe (id, slug, component_key, created_at) VALUES (?, ?, ?, ?)")
                .bind(Uuid::now_v7().to_string())
                .bind(probe.slug.as_str())
                .bind(component.0)
                .bind(now)
                .execute(&mut *connection)
                .await?
                .last_insert_rowid()
        };
        let is_fresh = found.is_none_or(|row| row.is_removed);
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
