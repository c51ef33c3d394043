//! What was made at the desk: groups, components and probes beside those in the file; and probes that are paused, wherever they
//! were made. What a definition says is for the reader of the configuration.

use domain::text::Slug;
use domain::time::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

const READ: &str = "read the definitions";
const CHANGE: &str = "change a definition";
const READ_PAUSES: &str = "read which probes are paused";

/// What is defined. In the order in which one needs the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefinitionKind {
    /// A group of components.
    Group,
    /// A component.
    Component,
    /// A probe.
    Probe,
}

impl DefinitionKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Group, Self::Component, Self::Probe];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Component => "component",
            Self::Probe => "probe",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that was defined at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it is.
    pub kind: DefinitionKind,
    /// Its slug.
    pub slug: Slug,
    /// As it would stand in the configuration file, as JSON.
    pub body: String,
    /// Where it stands among those of its kind.
    pub ordinal: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// A probe that is not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Which one.
    pub probe: Slug,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none: until somebody lets it go on.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Name of who paused it.
    pub paused_by: String,
}

fn definition(row: &SqliteRow) -> Result<Definition, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Definition {
        kind: columns.named("a kind of definition", DefinitionKind::from_name)?,
        slug: columns.parsed("a slug")?,
        body: columns.value()?,
        ordinal: columns.value()?,
        created_at: columns.moment()?,
        updated_at: columns.moment()?,
        version: columns.value()?,
    })
}

fn pause(row: &SqliteRow) -> Result<Pause, StoreError> {
    let mut columns = Columns::new(row, READ_PAUSES);
    Ok(Pause {
        probe: columns.parsed("a slug")?,
        since: columns.moment()?,
        until: columns.moment_if_any()?,
        reason: columns.value()?,
        paused_by: columns.value()?,
    })
}

async fn definitions(connection: &mut SqliteConnection) -> Result<Vec<Definition>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, slug, body, ordinal, created_at, updated_at, version FROM definition
         ORDER BY CASE kind WHEN 'group' THEN 0 WHEN 'component' THEN 1 ELSE 2 END, ordinal, slug",
    )
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(definition).collect()
}

async fn pauses(connection: &mut SqliteConnection) -> Result<Vec<Pause>, StoreError> {
    let rows = sqlx::query("SELECT probe_slug, since, until, reason, paused_by FROM pause ORDER BY probe_slug")
        .fetch_all(connection)
        .await
        .map_err(StoreError::doing(READ_PAUSES))?;
    rows.iter().map(pause).collect()
}

impl Store {
    /// Everything that was defined at the desk: by kind, then as it stands there.
    pub async fn definitions(&self) -> Result<Vec<Definition>, StoreError> {
        definitions(&mut *self.reader().await?).await
    }

    /// Every probe that is paused, by slug; also those whose time is up.
    pub async fn pauses(&self) -> Result<Vec<Pause>, StoreError> {
        pauses(&mut *self.reader().await?).await
    }
}

impl Transaction<'_> {
    /// Everything that was defined at the desk: by kind, then as it stands there.
    pub async fn definitions(&mut self) -> Result<Vec<Definition>, StoreError> {
        definitions(self.connection()).await
    }

    /// Defines something, behind all others of its kind; gives its version. A slug that is taken is an error: look first.
    pub async fn insert_definition(
        &mut self,
        kind: DefinitionKind,
        slug: &Slug,
        body: &str,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        sqlx::query_scalar(
            "INSERT INTO definition (kind, slug, body, ordinal, created_at, updated_at)
             VALUES (?1, ?2, ?3, (SELECT COALESCE(MAX(ordinal) + 1, 0) FROM definition WHERE kind = ?1), ?4, ?4)
             RETURNING version",
        )
        .bind(kind.name())
        .bind(slug.as_str())
        .bind(body)
        .bind(at.as_ms())
        .fetch_one(self.connection())
        .await
        .map_err(StoreError::doing("make a definition"))
    }

    /// Changes a definition, unless it is no longer at `version`: then nothing happens and it gives false.
    pub async fn update_definition(
        &mut self,
        kind: DefinitionKind,
        slug: &Slug,
        version: i64,
        body: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE definition SET body = ?, updated_at = ?, version = version + 1 WHERE kind = ? AND slug = ? AND version = ?",
        )
        .bind(body)
        .bind(at.as_ms())
        .bind(kind.name())
        .bind(slug.as_str())
        .bind(version)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Removes a definition, unless it is no longer at `version`: then nothing happens and it gives false.
    pub async fn delete_definition(&mut self, kind: DefinitionKind, slug: &Slug, version: i64) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM definition WHERE kind = ? AND slug = ? AND version = ?")
            .bind(kind.name())
            .bind(slug.as_str())
            .bind(version)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("remove a definition"))?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Every probe that is paused, by slug; also those whose time is up.
    pub async fn pauses(&mut self) -> Result<Vec<Pause>, StoreError> {
        pauses(self.connection()).await
    }

    /// Pauses a probe; a pause it has is replaced.
    pub async fn put_pause(&mut self, pause: &Pause) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO pause (probe_slug, since, until, reason, paused_by) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (probe_slug) DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason,
                 paused_by = excluded.paused_by",
        )
        .bind(pause.probe.as_str())
        .bind(pause.since.as_ms())
        .bind(pause.until.map(Timestamp::as_ms))
        .bind(pause.reason.as_str())
        .bind(pause.paused_by.as_str())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing("pause a probe"))?;
        Ok(())
    }

    /// Lets a probe go on; gives the pause it had.
    pub async fn delete_pause(&mut self, probe: &Slug) -> Result<Option<Pause>, StoreError> {
        let row = sqlx::query("DELETE FROM pause WHERE probe_slug = ? RETURNING probe_slug, since, until, reason, paused_by")
            .bind(probe.as_str())
            .fetch_optional(self.connection())
            .await
            .map_err(StoreError::doing("let a probe go on"))?;
        row.as_ref().map(pause).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Database, at, open};

    fn slug(text: &str) -> Slug {
        text.parse().unwrap()
    }

    async fn define(database: &Database, kind: DefinitionKind, name: &'static str) -> Result<i64, StoreError> {
        database.write(move |t| Box::pin(async move { t.insert_definition(kind, &slug(name), "{}", at(5)).await })).await
    }

    #[tokio::test]
    async fn definitions_stand_by_kind_and_in_the_order_in_which_they_were_made() {
        let database = open().await;
        for (kind, name) in [
            (DefinitionKind::Probe, "z"),
            (DefinitionKind::Component, "b"),
            (DefinitionKind::Component, "a"),
            (DefinitionKind::Group, "b"),
            (DefinitionKind::Probe, "y"),
        ] {
            assert_eq!(define(&database, kind, name).await.unwrap(), 1);
        }
        assert!(define(&database, DefinitionKind::Probe, "z").await.is_err(), "a slug is one of its kind");
        let all = database.store.definitions().await.unwrap();
        let order: Vec<_> = all.iter().map(|one| (one.kind.name(), one.slug.as_str(), one.ordinal)).collect();
        assert_eq!(
            order,
            [("group", "b", 0), ("component", "b", 0), ("component", "a", 1), ("probe", "z", 0), ("probe", "y", 1)]
        );
        assert_eq!(database.write(|t| Box::pin(async move { t.definitions().await })).await.unwrap(), all);
    }

    #[tokio::test]
    async fn a_definition_that_has_changed_meanwhile_is_neither_changed_nor_removed() {
        let database = open().await;
        define(&database, DefinitionKind::Probe, "web").await.unwrap();
        let update = |kind: DefinitionKind, version: i64| {
            database.write(move |t| {
                Box::pin(async move { t.update_definition(kind, &slug("web"), version, "{\"n\":1}", at(9)).await })
            })
        };
        let delete = |version: i64| {
            database
                .write(move |t| Box::pin(async move { t.delete_definition(DefinitionKind::Probe, &slug("web"), version).await }))
        };
        assert!(!update(DefinitionKind::Group, 1).await.unwrap());
        assert!(update(DefinitionKind::Probe, 1).await.unwrap());
        assert!(!update(DefinitionKind::Probe, 1).await.unwrap());
        let expected = Definition {
            kind: DefinitionKind::Probe,
            slug: slug("web"),
            body: "{\"n\":1}".to_owned(),
            ordinal: 0,
            created_at: at(5),
            updated_at: at(9),
            version: 2,
        };
        assert_eq!(database.store.definitions().await.unwrap(), [expected]);
        assert!(!delete(1).await.unwrap());
        assert!(delete(2).await.unwrap());
        assert!(!delete(2).await.unwrap());
    }

    #[tokio::test]
    async fn a_probe_has_one_pause_at_a_time() {
        let database = open().await;
        let pause = |name: &str, until: Option<i64>| Pause {
            probe: slug(name),
            since: at(1),
            until: until.map(at),
            reason: "new disk".to_owned(),
            paused_by: "mika".to_owned(),
        };
        for put in [pause("web", None), pause("db", None), pause("web", Some(9))] {
            database.write(move |t| Box::pin(async move { t.put_pause(&put).await })).await.unwrap();
        }
        assert_eq!(database.store.pauses().await.unwrap(), [pause("db", None), pause("web", Some(9))]);
        let delete = || database.write(|t| Box::pin(async move { t.delete_pause(&slug("web")).await }));
        assert_eq!(delete().await.unwrap(), Some(pause("web", Some(9))));
        assert_eq!(delete().await.unwrap(), None);
        assert_eq!(database.write(|t| Box::pin(async move { t.pauses().await })).await.unwrap(), [pause("db", None)]);
    }
}
