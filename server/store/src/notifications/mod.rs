//! The outbox: what is to be said to the people on duty, with what became of it. What was decided is written once, under its name; what became
//! of it is written over as often as it is tried.

#[cfg(test)]
mod tests;

use domain::alert::bell::{Say, Told};
use domain::incident::work::Severity;
use domain::text::Slug;
use domain::time::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

const READ: &str = "read notifications";
const KEEP: &str = "keep a notification";
const NOTE: &str = "write down what became of a notification";

/// Most that one list gives.
pub const NOTIFICATIONS_LISTED_MAX: u32 = 200;
/// Longest error that is kept, in characters.
const ERROR_CHARS_MAX: usize = 500;

/// What became of a notification. Names are stored: never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// To be sent, or sent again.
    Waiting,
    /// Whoever was to get it has it.
    Sent,
    /// A newer one about the same alert came before it could be sent.
    Replaced,
    /// Given up.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Replaced, Self::Dead];

    /// The name in the database, JSON and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Replaced => "replaced",
            Self::Dead => "dead",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Something to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What it is called.
    pub key: String,
    /// The number of its alert.
    pub alert: i64,
    /// Slug of the channel.
    pub channel: Slug,
    /// How many were said of this alert on this channel, with this one; from 1.
    pub ordinal: u32,
    /// What is said.
    pub say: Say,
    /// How often it was said to fire since it was last said to be over, with this time.
    pub times: u32,
    /// How grave it is.
    pub severity: Severity,
    /// In a line.
    pub title: String,
    /// In a few lines.
    pub text: String,
    /// Name and value.
    pub facts: Vec<(String, String)>,
    /// Where it can be followed.
    pub url: String,
    /// What the link says.
    pub link: String,
    /// When it was decided.
    pub decided_at: Timestamp,
}

impl Notification {
    /// What the channel knows once this was said.
    pub const fn told(&self) -> Told {
        Told {
            at: self.decided_at,
            times: self.times,
            is_over: matches!(self.say, Say::Over),
            is_acknowledged: matches!(self.say, Say::Acknowledged),
        }
    }
}

/// What became of it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// When it is to be tried next.
    pub next_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

impl Delivery {
    /// Of one that was not tried yet.
    pub const NEW: Self = Self { state: DeliveryState::Waiting, attempts: 0, tried_at: None, next_at: None, error: None };
}

/// A notification as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptNotification {
    /// Its place in the order.
    pub seq: i64,
    /// It.
    pub notification: Notification,
    /// What became of it.
    pub delivery: Delivery,
    /// True when nothing was to be said of its alert on its channel after it.
    pub is_last: bool,
}

/// What became of a notification, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryChange {
    /// What it is called.
    pub key: String,
    /// What became of it.
    pub delivery: Delivery,
}

/// Which notifications are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationFilter {
    /// About this alert.
    pub alert: Option<i64>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// On this channel.
    pub channel: Option<Slug>,
    /// Before this place.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

macro_rules! select_notifications {
    () => {
        "SELECT n.seq, n.key, n.alert_number, n.channel, n.ordinal, n.times, n.say, n.severity, n.title, n.text, n.facts, n.url, n.link,
             n.decided_at, n.state, n.attempts, n.tried_at, n.next_at, n.error,
             NOT EXISTS (SELECT 1 FROM notification AS m WHERE m.alert_number = n.alert_number AND m.channel = n.channel AND m.seq > n.seq)
         FROM notification AS n WHERE "
    };
}

// As for lists of alerts: first the condition that an index is for.
macro_rules! filtered {
    ($indexed:literal) => {
        concat!(
            select_notifications!(),
            $indexed,
            " (?1 IS NULL OR n.alert_number = ?1) AND (?2 IS NULL OR n.state = ?2) AND (?3 IS NULL OR n.channel = ?3)
              AND n.seq < ?4 ORDER BY n.seq DESC LIMIT ?5"
        )
    };
}

fn read_one(row: &SqliteRow) -> Result<KeptNotification, StoreError> {
    let mut columns = Columns::new(row, READ);
    let pairs = |text: &str| serde_json::from_str::<Vec<(String, String)>>(text).ok();
    Ok(KeptNotification {
        seq: columns.value()?,
        notification: {
            let (key, alert) = (columns.value()?, columns.value()?);
            let channel = columns.named("a slug", |text| text.parse().ok())?;
            let ordinal = columns.count()?;
            let times = columns.count()?;
            let say = columns.named("something to be said", |name| Say::from_name(name, times))?;
            Notification {
                key,
                alert,
                channel,
                ordinal,
                say,
                times,
                severity: columns.named("a severity", Severity::from_name)?,
                title: columns.value()?,
                text: columns.value()?,
                facts: columns.named("facts", pairs)?,
                url: columns.value()?,
                link: columns.value()?,
                decided_at: columns.moment()?,
            }
        },
        delivery: Delivery {
            state: columns.named("a state of a notification", DeliveryState::from_name)?,
            attempts: columns.count()?,
            tried_at: columns.moment_if_any()?,
            next_at: columns.moment_if_any()?,
            error: columns.value()?,
        },
        is_last: columns.value()?,
    })
}

fn read_all(rows: &[SqliteRow]) -> Result<Vec<KeptNotification>, StoreError> {
    rows.iter().map(read_one).collect()
}

impl Store {
    /// Notifications that meet a filter, the newest first.
    pub async fn notifications(&self, filter: &NotificationFilter) -> Result<Vec<KeptNotification>, StoreError> {
        let query = if filter.alert.is_some() {
            filtered!("n.alert_number = ?1 AND")
        } else if filter.state.is_some() {
            filtered!("n.state = ?2 AND")
        } else if filter.channel.is_some() {
            filtered!("n.channel = ?3 AND")
        } else {
            filtered!("")
        };
        let rows = sqlx::query(query)
            .bind(filter.alert)
            .bind(filter.state.map(DeliveryState::name))
            .bind(filter.channel.as_ref().map(Slug::as_str))
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(i64::from(filter.limit.min(NOTIFICATIONS_LISTED_MAX)))
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        read_all(&rows)
    }

    /// The one with this name.
    pub async fn notification(&self, key: &str) -> Result<Option<KeptNotification>, StoreError> {
        let query = sqlx::query(concat!(select_notifications!(), "n.key = ?")).bind(key);
        let row = query.fetch_optional(self.readers()).await.map_err(StoreError::doing(READ))?;
        row.as_ref().map(read_one).transpose()
    }

    /// What waits to be sent, in order. No more than whoever sends lets wait.
    pub async fn waiting_notifications(&self) -> Result<Vec<KeptNotification>, StoreError> {
        let query = sqlx::query(concat!(select_notifications!(), "n.state = 'waiting' ORDER BY n.seq"));
        read_all(&query.fetch_all(self.readers()).await.map_err(StoreError::doing(READ))?)
    }

    /// What was said last of each of these alerts on each channel.
    pub async fn last_notifications(&self, alerts: &[i64]) -> Result<Vec<KeptNotification>, StoreError> {
        let rows = sqlx::query(concat!(
            select_notifications!(),
            "n.seq IN (SELECT MAX(seq) FROM notification WHERE alert_number IN (SELECT value FROM json_each(?))
                 GROUP BY alert_number, channel)"
        ))
        .bind(json!(alerts).to_string())
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        read_all(&rows)
    }

    /// How many are given up, and how many wait.
    pub async fn notification_counts(&self) -> Result<(i64, i64), StoreError> {
        let query = sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM notification WHERE state = 'dead'), (SELECT COUNT(*) FROM notification WHERE state = 'waiting')",
        );
        query.fetch_one(self.readers()).await.map_err(StoreError::doing(READ))
    }
}

/// Keeps what is to be said. What is there under this name is the same.
pub(crate) async fn keep(connection: &mut SqliteConnection, new: &Notification) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notification (key, alert_number, channel, ordinal, say, times, severity, title, text, facts, url, link, decided_at, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (key) DO NOTHING",
    )
    .bind(new.key.as_str())
    .bind(new.alert)
    .bind(new.channel.as_str())
    .bind(new.ordinal)
    .bind(new.say.name())
    .bind(new.times)
    .bind(new.severity.name())
    .bind(new.title.as_str())
    .bind(new.text.as_str())
    .bind(json!(new.facts).to_string())
    .bind(new.url.as_str())
    .bind(new.link.as_str())
    .bind(new.decided_at.as_ms())
    .execute(connection)
    .await
    .map_err(StoreError::doing(KEEP))?;
    Ok(())
}

/// Writes down what became of one.
pub(crate) async fn note(connection: &mut SqliteConnection, change: &DeliveryChange) -> Result<(), StoreError> {
    let delivery = &change.delivery;
    let error = delivery.error.as_ref().map(|error| error.chars().take(ERROR_CHARS_MAX).collect::<String>());
    sqlx::query("UPDATE notification SET state = ?, attempts = ?, tried_at = ?, next_at = ?, error = ? WHERE key = ?")
        .bind(delivery.state.name())
        .bind(delivery.attempts)
        .bind(delivery.tried_at.map(Timestamp::as_ms))
        .bind(delivery.next_at.map(Timestamp::as_ms))
        .bind(error)
        .bind(change.key.as_str())
        .execute(connection)
        .await
        .map_err(StoreError::doing(NOTE))?;
    Ok(())
}

impl Transaction<'_> {
    /// The one with this name.
    pub async fn notification(&mut self, key: &str) -> Result<Option<KeptNotification>, StoreError> {
        let query = sqlx::query(concat!(select_notifications!(), "n.key = ?")).bind(key);
        let row = query.fetch_optional(self.connection()).await.map_err(StoreError::doing(READ))?;
        row.as_ref().map(read_one).transpose()
    }

    /// Writes down what becomes of one.
    pub async fn note_delivery(&mut self, change: &DeliveryChange) -> Result<(), StoreError> {
        note(self.connection(), change).await
    }
}
