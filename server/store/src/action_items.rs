//! Action items, and what became of them.

use std::time::Duration;

use domain::action_item::{ActionKind, Bound, Horizon, Priority, Stage, Standing};
use domain::insight::StageCount;
use domain::text::{LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::columns::{self, Columns};
use crate::{Store, StoreError, Transaction};

/// Most items that are read at once.
pub const LISTED_MAX: u32 = 2_000;
/// Most things that one item is bound to.
pub const BOUND_MAX: usize = 10;
/// Events of one item that are read, the newest.
const EVENTS_READ_MAX: u32 = 500;

const READ: &str = "read an action item";
const CHANGE: &str = "change an action item";

/// Where an item came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A postmortem, of which the incident is known.
    Postmortem,
    /// An incident.
    Incident,
    /// A run of a runbook.
    Run,
    /// Somebody looked things over.
    Review,
}

impl Origin {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Postmortem, Self::Incident, Self::Run, Self::Review];

    /// The name in JSON, the database and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postmortem => "postmortem",
            Self::Incident => "incident",
            Self::Run => "run",
            Self::Review => "review",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// What can be changed of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFacts {
    /// What is to be done.
    pub text: String,
    /// What it is good for.
    pub kind: ActionKind,
    /// How soon.
    pub horizon: Horizon,
    /// How much it matters.
    pub priority: Priority,
    /// The key of who is to do it.
    pub owner: Option<i64>,
    /// By which day.
    pub due: Option<Date>,
    /// Where it is worked on.
    pub url: Option<String>,
    /// What it brings about.
    pub bound: Vec<Bound>,
    /// How far it is.
    pub standing: Standing,
}

/// An action item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The number people speak of, `AI-12`.
    pub number: i64,
    /// What can be changed.
    pub facts: ItemFacts,
    /// Where it came from.
    pub origin: Origin,
    /// Number and title of its incident.
    pub incident: Option<(i64, LocalizedText)>,
    /// The number of its run.
    pub run: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: i64,
    /// When it was last made open: what proves it came about after that.
    pub opened_at: Timestamp,
}

/// An item to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// What the world shall know it by.
    pub id: Uuid,
    /// What it says.
    pub facts: ItemFacts,
    /// Where it comes from.
    pub origin: Origin,
    /// The key of its incident.
    pub incident_key: Option<i64>,
    /// The number of its run.
    pub run: Option<i64>,
    /// The present.
    pub at: Timestamp,
    /// Who makes it.
    pub by: String,
}

/// Something that became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemEvent {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor_name: String,
    /// What it was from then on; none: something else was changed.
    pub standing: Option<Standing>,
    /// What was said.
    pub note: Option<String>,
}

/// An incident before another one of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub number: i64,
    /// What it is called.
    pub title: LocalizedText,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The number of its postmortem.
    pub postmortem: Option<i64>,
}

/// Which items are asked for: those that meet all that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// In one of these stages; none: in any.
    pub stages: Vec<Stage>,
    /// Of this incident, by key.
    pub incident_key: Option<i64>,
    /// Whose owner this is, by key.
    pub owner: Option<i64>,
    /// With a smaller number than this.
    pub before: Option<i64>,
    /// At most so many; never more than [`LISTED_MAX`], and 0: as many as that.
    pub limit: u32,
}

// In the order in which `read_item` reads them.
macro_rules! select_items {
    () => {
        "SELECT a.key, a.id, a.number, a.text, a.kind, a.horizon, a.priority, a.owner, a.due, a.url, a.bound, a.standing, a.origin,
             i.number, i.title, a.run_number, a.created_at, a.created_by, a.updated_at, a.version,
             COALESCE((SELECT MAX(at) FROM action_event WHERE item_key = a.key AND standing ->> 'stage' = 'open'), a.created_at)
         FROM action_item AS a LEFT JOIN incident AS i ON i.key = a.incident_key WHERE "
    };
}

fn read_item(row: &SqliteRow) -> Result<Item, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Item {
        key: columns.value()?,
        id: columns.parsed("an id of an action item")?,
        number: columns.value()?,
        facts: ItemFacts {
            text: columns.value()?,
            kind: columns.named("a kind of action item", ActionKind::from_name)?,
            horizon: columns.named("a horizon", Horizon::from_name)?,
            priority: columns.named("a priority", Priority::from_name)?,
            owner: columns.value()?,
            due: columns.named_if_any("a day", |text| text.parse().ok())?,
            url: columns.value()?,
            bound: columns.named("what an action item is bound to", |text| serde_json::from_str(text).ok())?,
            standing: columns.named("how far an action item is", |text| serde_json::from_str(text).ok())?,
        },
        origin: columns.named("where an action item came from", Origin::from_name)?,
        incident: {
            let number: Option<i64> = columns.value()?;
            number.zip(columns.named_if_any("a text", columns::text_from_json)?)
        },
        run: columns.value()?,
        created_at: columns.moment()?,
        created_by: columns.value()?,
        updated_at: columns.moment()?,
        version: columns.value()?,
        opened_at: columns.moment()?,
    })
}

async fn by_number(connection: &mut SqliteConnection, number: i64) -> Result<Option<Item>, StoreError> {
    let row = sqlx::query(concat!(select_items!(), "a.number = ?")).bind(number).fetch_optional(connection).await;
    row.map_err(StoreError::doing(READ))?.as_ref().map(read_item).transpose()
}

async fn filtered(connection: &mut SqliteConnection, filter: &ItemFilter) -> Result<Vec<Item>, StoreError> {
    let limit = if filter.limit == 0 { LISTED_MAX } else { filter.limit.min(LISTED_MAX) };
    let rows = sqlx::query(concat!(
        select_items!(),
        "(?1 = '[]' OR a.stage IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR a.incident_key = ?2)
         AND (?3 IS NULL OR a.owner = ?3) AND a.number < ?4 ORDER BY a.number DESC LIMIT ?5"
    ))
    .bind(json!(filter.stages.iter().map(|stage| stage.name()).collect::<Vec<_>>()).to_string())
    .bind(filter.incident_key)
    .bind(filter.owner)
    .bind(filter.before.unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(READ))?;
    rows.iter().map(read_item).collect()
}

impl Store {
    /// The item with this number.
    pub async fn action_item(&self, number: i64) -> Result<Option<Item>, StoreError> {
        by_number(&mut *self.reader().await?, number).await
    }

    /// Items that meet a filter, the newest number first.
    pub async fn action_items(&self, filter: &ItemFilter) -> Result<Vec<Item>, StoreError> {
        filtered(&mut *self.reader().await?, filter).await
    }

    /// What became of an item, the newest first.
    pub async fn action_events(&self, key: i64) -> Result<Vec<ItemEvent>, StoreError> {
        let rows =
            sqlx::query("SELECT at, actor_name, standing, note FROM action_event WHERE item_key = ? ORDER BY seq DESC LIMIT ?")
                .bind(key)
                .bind(i64::from(EVENTS_READ_MAX))
                .fetch_all(self.readers())
                .await
                .map_err(StoreError::doing(READ))?;
        let event = |row: &SqliteRow| {
            let mut columns = Columns::new(row, READ);
            Ok(ItemEvent {
                at: columns.moment()?,
                actor_name: columns.value()?,
                standing: columns.named_if_any("how far an action item is", |text| serde_json::from_str(text).ok())?,
                note: columns.value()?,
            })
        };
        rows.iter().map(event).collect()
    }

    /// How many items of each stage there are, those that were made before `judged` apart from the others.
    pub async fn count_action_items(&self, judged: Timestamp) -> Result<Vec<StageCount>, StoreError> {
        let rows = sqlx::query("SELECT stage, created_at < ?1, COUNT(*) FROM action_item GROUP BY 1, 2")
            .bind(judged.as_ms())
            .fetch_all(self.readers())
            .await;
        let count = |row: &SqliteRow| {
            let mut columns = Columns::new(row, READ);
            let stage = columns.named("a stage", Stage::from_name)?;
            let is_old: bool = columns.value()?;
            let count: u32 = columns.count()?;
            Ok(StageCount { stage, is_old, count: count as usize })
        };
        rows.map_err(StoreError::doing(READ))?.iter().map(count).collect()
    }

    /// Verified items whose trouble is back: of these kinds, and with each the number of an incident that was noted after it was verified and after
    /// `since`, and that affects a component that the item is bound to or has an alert of a type that the item's incident had too. Incidents that were
    /// noted so long after they were opened that they only tell an old story are none, nor are drills and false alarms. At most [`LISTED_MAX`].
    pub async fn items_whose_trouble_is_back(
        &self,
        kinds: &[ActionKind],
        since: Timestamp,
        story_after: Duration,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT a.number, MIN(n.number) FROM action_item AS a JOIN incident AS n ON n.created_at > ?1
             WHERE a.stage = 'verified' AND a.kind IN (SELECT value FROM json_each(?2)) AND n.kind = 'incident' AND n.merged_into IS NULL
                 AND n.state <> 'cancelled' AND n.created_at - n.opened_at <= ?3 AND n.key IS NOT a.incident_key
                 AND n.created_at > (SELECT MAX(at) FROM action_event WHERE item_key = a.key AND standing ->> 'stage' = 'verified')
                 AND (EXISTS (SELECT 1 FROM json_each(a.bound) AS b JOIN incident_component AS c ON c.component = b.value ->> 'slug'
                         WHERE b.value ->> 'kind' = 'component' AND c.incident_key = n.key)
                     OR EXISTS (SELECT 1 FROM alert AS x JOIN alert AS y ON y.type = x.type
                         WHERE x.incident_key = n.key AND y.incident_key = a.incident_key AND x.type IS NOT NULL))
             GROUP BY a.key ORDER BY a.number LIMIT ?4",
        )
        .bind(since.as_ms())
        .bind(json!(kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>()).to_string())
        .bind(i64::try_from(story_after.as_millis()).unwrap_or(i64::MAX))
        .bind(i64::from(LISTED_MAX))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let read = |row: &SqliteRow| {
            let mut columns = Columns::new(row, READ);
            Ok((columns.value()?, columns.value()?))
        };
        rows.iter().map(read).collect()
    }

    /// A moment that was noted under this name, in milliseconds.
    pub async fn mark(&self, name: &str) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar("SELECT value FROM mark WHERE name = ?")
            .bind(name)
            .fetch_optional(self.readers())
            .await
            .map_err(StoreError::doing("read a mark"))
    }

    /// Incidents before one that affected the same components or had an alert of the same type, with the number of the postmortem of each, if something
    /// was written; the newest first. Drills and false alarms are none.
    pub async fn incidents_of_kin(&self, incident_key: i64, components: &[Slug], limit: u32) -> Result<Vec<Earlier>, StoreError> {
        let rows = sqlx::query(
            "SELECT n.number, n.title, n.opened_at, p.number FROM incident AS n
             LEFT JOIN postmortem AS p ON p.incident_key = n.key AND p.state <> 'waived'
             WHERE n.number < (SELECT number FROM incident WHERE key = ?1) AND n.kind = 'incident' AND n.merged_into IS NULL
                 AND n.state <> 'cancelled' AND (
                 EXISTS (SELECT 1 FROM incident_component AS c WHERE c.incident_key = n.key
                     AND c.component IN (SELECT value FROM json_each(?2)))
                 OR EXISTS (SELECT 1 FROM alert AS x JOIN alert AS y ON y.type = x.type
                     WHERE x.incident_key = ?1 AND y.incident_key = n.key AND x.type IS NOT NULL))
             ORDER BY n.number DESC LIMIT ?3",
        )
        .bind(incident_key)
        .bind(json!(components.iter().map(Slug::as_str).collect::<Vec<_>>()).to_string())
        .bind(i64::from(limit.min(LISTED_MAX)))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        let read = |row: &SqliteRow| {
            let mut columns = Columns::new(row, READ);
            Ok(Earlier {
                number: columns.value()?,
                title: columns.named("a text", columns::text_from_json)?,
                opened_at: columns.moment()?,
                postmortem: columns.value()?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Items of elsewhere that have to do with an incident: about its components, of incidents with the same component, or with an alert of the same
    /// type; the newest first.
    pub async fn items_of_kin(&self, incident_key: i64, components: &[Slug], limit: u32) -> Result<Vec<Item>, StoreError> {
        let rows = sqlx::query(concat!(
            select_items!(),
            "(a.incident_key IS NULL OR a.incident_key <> ?1) AND (
                 EXISTS (SELECT 1 FROM json_each(a.bound) AS b WHERE b.value ->> 'kind' = 'component'
                     AND b.value ->> 'slug' IN (SELECT value FROM json_each(?2)))
                 OR EXISTS (SELECT 1 FROM incident_component AS c WHERE c.incident_key = a.incident_key
                     AND c.component IN (SELECT value FROM json_each(?2)))
                 OR EXISTS (SELECT 1 FROM alert AS x JOIN alert AS y ON y.type = x.type
                     WHERE x.incident_key = ?1 AND y.incident_key = a.incident_key AND x.type IS NOT NULL))
             ORDER BY a.number DESC LIMIT ?3"
        ))
        .bind(incident_key)
        .bind(json!(components.iter().map(Slug::as_str).collect::<Vec<_>>()).to_string())
        .bind(i64::from(limit.min(LISTED_MAX)))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        rows.iter().map(read_item).collect()
    }
}

impl Transaction<'_> {
    /// Notes a moment under this name, in milliseconds.
    pub async fn set_mark(&mut self, name: &'static str, value: i64) -> Result<(), StoreError> {
        crate::apply::set_mark(self.connection(), name, value).await
    }

    /// The item with this number.
    pub async fn action_item(&mut self, number: i64) -> Result<Option<Item>, StoreError> {
        by_number(self.connection(), number).await
    }

    /// Items that meet a filter, the newest number first.
    pub async fn action_items(&mut self, filter: &ItemFilter) -> Result<Vec<Item>, StoreError> {
        filtered(self.connection(), filter).await
    }

    /// Keeps an item, with the next number, and that it was made.
    pub async fn insert_action_item(&mut self, new: &NewItem) -> Result<Item, StoreError> {
        let number: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM action_item")
            .fetch_one(self.connection())
            .await
            .map_err(StoreError::doing(READ))?;
        let facts = &new.facts;
        let inserted = sqlx::query(
            "INSERT INTO action_item (text, kind, horizon, priority, owner, due, url, bound, standing, stage, updated_at, id, number,
                 origin, incident_key, run_number, created_at, created_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?11, ?17)",
        )
        .bind(facts.text.as_str())
        .bind(facts.kind.name())
        .bind(facts.horizon.name())
        .bind(facts.priority.name())
        .bind(facts.owner)
        .bind(facts.due.map(|due| due.to_string()))
        .bind(facts.url.as_deref())
        .bind(serde_json::to_string(&facts.bound).unwrap_or_default())
        .bind(serde_json::to_string(&facts.standing).unwrap_or_default())
        .bind(facts.standing.stage().name())
        .bind(new.at.as_ms())
        .bind(new.id.to_string())
        .bind(number)
        .bind(new.origin.name())
        .bind(new.incident_key)
        .bind(new.run)
        .bind(new.by.as_str())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing("keep an action item"))?;
        let event = ItemEvent { at: new.at, actor_name: new.by.clone(), standing: Some(facts.standing.clone()), note: None };
        self.append_action_event(inserted.last_insert_rowid(), &event).await?;
        let kept = by_number(self.connection(), number).await?;
        kept.ok_or_else(|| StoreError::doing(READ)(sqlx::Error::RowNotFound))
    }

    /// Changes an item, unless it is no longer at `version`: then nothing happens and it gives false.
    pub async fn update_action_item(
        &mut self,
        key: i64,
        version: i64,
        facts: &ItemFacts,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE action_item SET text = ?1, kind = ?2, horizon = ?3, priority = ?4, owner = ?5, due = ?6, url = ?7, bound = ?8,
                 standing = ?9, stage = ?10, updated_at = ?11, version = version + 1 WHERE key = ?12 AND version = ?13",
        )
        .bind(facts.text.as_str())
        .bind(facts.kind.name())
        .bind(facts.horizon.name())
        .bind(facts.priority.name())
        .bind(facts.owner)
        .bind(facts.due.map(|due| due.to_string()))
        .bind(facts.url.as_deref())
        .bind(serde_json::to_string(&facts.bound).unwrap_or_default())
        .bind(serde_json::to_string(&facts.standing).unwrap_or_default())
        .bind(facts.standing.stage().name())
        .bind(at.as_ms())
        .bind(key)
        .bind(version)
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(updated.rows_affected() > 0)
    }

    /// Puts the items of an incident to another one, into which it is merged.
    pub async fn move_action_items(&mut self, from_key: i64, into_key: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE action_item SET incident_key = ? WHERE incident_key = ?")
            .bind(into_key)
            .bind(from_key)
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// Notes what became of an item.
    pub async fn append_action_event(&mut self, key: i64, event: &ItemEvent) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO action_event (item_key, seq, at, actor_name, standing, note)
             VALUES (?1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM action_event WHERE item_key = ?1), ?2, ?3, ?4, ?5)",
        )
        .bind(key)
        .bind(event.at.as_ms())
        .bind(event.actor_name.as_str())
        .bind(event.standing.as_ref().and_then(|standing| serde_json::to_string(standing).ok()))
        .bind(event.note.as_deref())
        .execute(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }
}
