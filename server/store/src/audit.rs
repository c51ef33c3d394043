//! Who did what. The log only grows: triggers refuse every other change, and each row's hash covers the row and the hash before
//! it, so that a row that was changed or taken out shows.
//!
//! The hash is SHA-256 over the hash of the row before (32 bytes, all zero before the first) and then, for each column in the
//! order of the table but `hash` itself, its length in bytes as eight bytes, big-endian, and its bytes. Numbers are eight
//! bytes, big-endian, two's complement; texts are UTF-8 as they are stored; no text at all (NULL) has the length 2^64 - 1 and no
//! bytes. `audit_head` keeps the number and the hash of the newest row, so that rows taken off the end show too.

use domain::time::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::columns::Columns;
use crate::{Store, StoreError, Transaction};

/// Rows that are verified at a time.
const SLICE_ROWS: i64 = 500;

const APPEND: &str = "write to the audit log";
const READ: &str = "read the audit log";
const VERIFY: &str = "verify the audit log";

/// What kind of actor did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A person who signed in.
    User,
    /// An API key.
    Key,
    /// Somebody at a shell of the machine.
    Shell,
    /// Yagura itself.
    System,
    /// Somebody who has not signed in.
    Nobody,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::User, Self::Key, Self::Shell, Self::System, Self::Nobody];

    /// The name in JSON and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Key => "key",
            Self::Shell => "shell",
            Self::System => "system",
            Self::Nobody => "nobody",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that was done, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudit {
    /// When.
    pub at: Timestamp,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// Who: an id, or a number of the system's.
    pub actor_id: String,
    /// What they were called then.
    pub actor_name: String,
    /// What was done: kind of object and verb, like `user.invited`.
    pub action: &'static str,
    /// To what kind of thing.
    pub object_kind: &'static str,
    /// To which one.
    pub object_id: String,
    /// What it was called then.
    pub object_name: String,
    /// What changed, without secrets.
    pub change: Value,
    /// From where.
    pub address: Option<String>,
    /// What the log of the program calls the request.
    pub request_id: Uuid,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the log: 1, 2, 3, without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// Who: an id, or a number of the system's.
    pub actor_id: String,
    /// What they were called then.
    pub actor_name: String,
    /// What was done: kind of object and verb, like `user.invited`.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// To which one.
    pub object_id: String,
    /// What it was called then.
    pub object_name: String,
    /// What changed.
    pub change: Value,
    /// From where.
    pub address: Option<String>,
    /// What the log of the program calls the request.
    pub request_id: Uuid,
}

/// Which entries are asked for: those that meet all that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Done by the actor with this id.
    pub actor_id: Option<String>,
    /// Done by an actor whose name contains this, however either is written in capitals (of the Latin alphabet).
    pub actor_name: Option<String>,
    /// With this action; with a full stop at its end, every action that begins so.
    pub action: Option<String>,
    /// Done to things of this kind.
    pub object_kind: Option<String>,
    /// Done to the thing with this id.
    pub object_id: Option<String>,
    /// Done to a thing whose name contains this, however either is written in capitals (of the Latin alphabet).
    pub object_name: Option<String>,
    /// Done at this moment or later.
    pub from: Option<Timestamp>,
    /// Done before this moment.
    pub until: Option<Timestamp>,
}

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Rows that are as they were written, from the first one on.
    pub rows: i64,
    /// Number of the first row that was changed or is missing.
    pub broken_at: Option<i64>,
}

// In the order of the table, which is that of `Stored` and of the hash.
macro_rules! audit_columns {
    () => {
        "seq, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, change, address, request_id"
    };
}

// The newest entries that meet a filter. `$indexed` is what an index can find: a filter that may be unset is read row by row.
macro_rules! filtered {
    ($indexed:literal) => {
        concat!(
            "SELECT ",
            audit_columns!(),
            " FROM audit_log WHERE ",
            $indexed,
            " seq < ?1 AND (?2 IS NULL OR actor_id = ?2) AND (?3 IS NULL OR instr(lower(actor_name), lower(?3)) > 0)
              AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR substr(action, 1, length(?5)) = ?5)
              AND (?6 IS NULL OR object_kind = ?6) AND (?7 IS NULL OR object_id = ?7) AND at >= ?8 AND at < ?9
              AND (?11 IS NULL OR instr(lower(object_name), lower(?11)) > 0) ORDER BY seq DESC LIMIT ?10"
        )
    };
}

/// A row as it is stored, which is what is hashed.
struct Stored {
    seq: i64,
    at: i64,
    actor_kind: String,
    actor_id: String,
    actor_name: String,
    action: String,
    object_kind: String,
    object_id: String,
    object_name: String,
    change: String,
    address: Option<String>,
    request_id: String,
}

impl Stored {
    fn new(seq: i64, new: &NewAudit) -> Self {
        Self {
            seq,
            at: new.at.as_ms(),
            actor_kind: new.actor_kind.name().to_owned(),
            actor_id: new.actor_id.clone(),
            actor_name: new.actor_name.clone(),
            action: new.action.to_owned(),
            object_kind: new.object_kind.to_owned(),
            object_id: new.object_id.clone(),
            object_name: new.object_name.clone(),
            change: new.change.to_string(),
            address: new.address.clone(),
            request_id: new.request_id.to_string(),
        }
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            seq: columns.value()?,
            at: columns.value()?,
            actor_kind: columns.value()?,
            actor_id: columns.value()?,
            actor_name: columns.value()?,
            action: columns.value()?,
            object_kind: columns.value()?,
            object_id: columns.value()?,
            object_name: columns.value()?,
            change: columns.value()?,
            address: columns.value()?,
            request_id: columns.value()?,
        })
    }

    fn hash(&self, previous: &[u8]) -> [u8; 32] {
        let numbers = [self.seq, self.at].map(i64::to_be_bytes);
        let columns: [Option<&[u8]>; 12] = [
            Some(&numbers[0]),
            Some(&numbers[1]),
            Some(self.actor_kind.as_bytes()),
            Some(self.actor_id.as_bytes()),
            Some(self.actor_name.as_bytes()),
            Some(self.action.as_bytes()),
            Some(self.object_kind.as_bytes()),
            Some(self.object_id.as_bytes()),
            Some(self.object_name.as_bytes()),
            Some(self.change.as_bytes()),
            self.address.as_deref().map(str::as_bytes),
            Some(self.request_id.as_bytes()),
        ];
        let mut hash = Sha256::new();
        hash.update(previous);
        for column in columns {
            let length = column.map_or(u64::MAX, |bytes| bytes.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(column.unwrap_or_default());
        }
        hash.finalize().into()
    }
}

fn entry(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(AuditEntry {
        seq: columns.value()?,
        at: columns.moment()?,
        actor_kind: columns.named("a kind of actor", ActorKind::from_name)?,
        actor_id: columns.value()?,
        actor_name: columns.value()?,
        action: columns.value()?,
        object_kind: columns.value()?,
        object_id: columns.value()?,
        object_name: columns.value()?,
        change: columns.parsed("a change")?,
        address: columns.value()?,
        request_id: columns.parsed("a request's id")?,
    })
}

/// The number and the hash of a row.
struct Head {
    seq: i64,
    hash: Vec<u8>,
}

impl Head {
    /// Before the first row.
    fn start() -> Self {
        Self { seq: 0, hash: vec![0; 32] }
    }
}

/// The newest row, as the log remembers it.
async fn head(connection: &mut SqliteConnection, doing: &'static str) -> Result<Head, StoreError> {
    let row =
        sqlx::query("SELECT seq, hash FROM audit_head").fetch_optional(connection).await.map_err(StoreError::doing(doing))?;
    let Some(row) = row else { return Ok(Head::start()) };
    let mut columns = Columns::new(&row, doing);
    Ok(Head { seq: columns.value()?, hash: columns.value()? })
}

impl Store {
    /// Entries that meet a filter, the newest first, from the one before the number `before` on.
    pub async fn audit(&self, filter: &AuditFilter, before: Option<i64>, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let action = filter.action.as_deref();
        let (prefix, exact) = (action.filter(|action| action.ends_with('.')), action.filter(|action| !action.ends_with('.')));
        let query = if filter.object_kind.is_some() && filter.object_id.is_some() {
            filtered!("object_kind = ?6 AND object_id = ?7 AND")
        } else if filter.actor_id.is_some() {
            filtered!("actor_id = ?2 AND")
        } else if exact.is_some() {
            filtered!("action = ?4 AND")
        } else {
            filtered!("")
        };
        let rows = sqlx::query(query)
            .bind(before.unwrap_or(i64::MAX))
            .bind(filter.actor_id.as_deref())
            .bind(filter.actor_name.as_deref())
            .bind(exact)
            .bind(prefix)
            .bind(filter.object_kind.as_deref())
            .bind(filter.object_id.as_deref())
            .bind(filter.from.map_or(i64::MIN, Timestamp::as_ms))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_ms))
            .bind(i64::from(limit))
            .bind(filter.object_name.as_deref())
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        rows.iter().map(entry).collect()
    }

    /// Reads the whole log, a slice at a time, and says whether it is as it was written.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        // Rows that are written from now on are read too, but none before this one may be missing.
        let head = head(&mut *self.reader().await?, VERIFY).await?;
        let mut last = Head::start();
        let mut after = i64::MIN;
        loop {
            let rows =
                sqlx::query(concat!("SELECT ", audit_columns!(), ", hash FROM audit_log WHERE seq > ? ORDER BY seq LIMIT ?"))
                    .bind(after)
                    .bind(SLICE_ROWS)
                    .fetch_all(self.readers())
                    .await
                    .map_err(StoreError::doing(VERIFY))?;
            for row in &rows {
                let mut columns = Columns::new(row, VERIFY);
                let stored = Stored::read(&mut columns)?;
                let hash: Vec<u8> = columns.value()?;
                let is_next = stored.seq == last.seq + 1;
                let is_another_head = stored.seq == head.seq && hash != head.hash;
                if !is_next || is_another_head || hash != stored.hash(&last.hash) {
                    return Ok(AuditVerdict { rows: last.seq, broken_at: Some(stored.seq.min(last.seq + 1)) });
                }
                last = Head { seq: stored.seq, hash };
            }
            if rows.is_empty() {
                let broken_at = (last.seq < head.seq).then_some(last.seq + 1);
                return Ok(AuditVerdict { rows: last.seq, broken_at });
            }
            after = last.seq;
        }
    }
}

impl Transaction<'_> {
    /// Writes down what was done; gives its place in the log.
    pub async fn append_audit(&mut self, new: &NewAudit) -> Result<i64, StoreError> {
        let doing = || StoreError::doing(APPEND);
        let head = head(self.connection(), APPEND).await?;
        let row = Stored::new(head.seq.saturating_add(1), new);
        let hash = row.hash(&head.hash);
        sqlx::query(concat!(
            "INSERT INTO audit_log (",
            audit_columns!(),
            ", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ))
        .bind(row.seq)
        .bind(row.at)
        .bind(row.actor_kind)
        .bind(row.actor_id)
        .bind(row.actor_name)
        .bind(row.action)
        .bind(row.object_kind)
        .bind(row.object_id)
        .bind(row.object_name)
        .bind(row.change)
        .bind(row.address)
        .bind(row.request_id)
        .bind(hash.as_slice())
        .execute(self.connection())
        .await
        .map_err(doing())?;
        sqlx::query(
            "INSERT INTO audit_head (only_row, seq, hash) VALUES (1, ?, ?)
             ON CONFLICT (only_row) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        )
        .bind(row.seq)
        .bind(hash.as_slice())
        .execute(self.connection())
        .await
        .map_err(doing())?;
        Ok(row.seq)
    }
}

#[cfg(test)]
mod tests;
