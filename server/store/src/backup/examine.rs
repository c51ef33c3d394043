//! Looks at the file of a database or of a backup without changing it: whether it is sound, whether this version understands it, and
//! how much is in it.

use std::fs;
use std::path::Path;

use domain::time::Timestamp;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqlitePoolOptions;

use super::{PATIENCE, distrusting};
use crate::audit::AuditVerdict;
use crate::{Store, StoreError};

/// What this version of Yagura makes of a database.
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Connections that look.
const LOOKING: u32 = 2;
/// References that lead nowhere are counted so far.
const BROKEN_REFERENCES_MAX: i64 = 1_000;

/// What is counted.
const COUNTS: [(&str, &str); 11] = [
    ("components", "SELECT COUNT(*) FROM component WHERE removed_at IS NULL"),
    ("probes", "SELECT COUNT(*) FROM probe WHERE removed_at IS NULL"),
    ("results", "SELECT COUNT(*) FROM result"),
    ("calls of heartbeats", "SELECT COUNT(*) FROM ping"),
    ("outages", "SELECT COUNT(*) FROM outage"),
    ("accounts", "SELECT COUNT(*) FROM user"),
    ("incidents", "SELECT COUNT(*) FROM incident"),
    ("versions of runbooks", "SELECT COUNT(*) FROM runbook_version"),
    ("runs of runbooks", "SELECT COUNT(*) FROM run"),
    ("maintenance plans", "SELECT COUNT(*) FROM maintenance"),
    ("rows of the audit log", "SELECT COUNT(*) FROM audit_log"),
];

/// What a look at a file found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// What SQLite's check says (at most 100 lines), and what could not be read. Empty when the file is sound.
    pub complaints: Vec<String>,
    /// Rows whose reference leads nowhere; counting ends at 1,000.
    pub broken_references: u64,
    /// Migrations of this version that were not applied; opening the database applies them.
    pub pending_migrations: usize,
    /// Migrations that this version does not know: a newer one made them.
    pub newer_migrations: Vec<i64>,
    /// Migrations that failed half-way, or were applied with another content than this version knows.
    pub altered_migrations: Vec<i64>,
    /// What the audit log's chain says; none where it cannot be read, or does not exist yet.
    pub audit: Option<AuditVerdict>,
    /// How many there are of what.
    pub counts: Vec<(&'static str, u64)>,
    /// When the newest result is of.
    pub newest_result_at: Option<Timestamp>,
    /// When Yagura last watched.
    pub alive_at: Option<Timestamp>,
    /// Size of the file.
    pub bytes: u64,
    /// Size of its write-ahead log.
    pub wal_bytes: u64,
    /// How much of the file is free for what comes.
    pub free_bytes: u64,
}

impl Examination {
    /// True when nothing in the file is damaged. An audit log that somebody changed is not damage.
    pub fn is_sound(&self) -> bool {
        self.complaints.is_empty() && self.broken_references == 0 && self.altered_migrations.is_empty()
    }

    /// What was read, or nothing and a complaint.
    fn take<T: Default>(&mut self, outcome: Result<T, StoreError>) -> T {
        outcome.unwrap_or_else(|error| {
            self.complaints.push(error.to_string());
            T::default()
        })
    }

    /// The same for what an older database does not have yet.
    fn take_if_there<T>(&mut self, outcome: Result<T, StoreError>) -> Option<T> {
        match outcome {
            Err(_) if self.pending_migrations > 0 => None,
            outcome => self.take(outcome.map(Some)),
        }
    }
}

/// Looks at all of the database in `file`, which takes as long as reading it. Another program may be writing to it.
pub async fn examine(file: &Path) -> Result<Examination, StoreError> {
    let open = |source| StoreError::Open { path: file.to_owned(), source: sqlx::Error::Io(source) };
    let mut wal = file.as_os_str().to_owned();
    wal.push("-wal");
    let bytes = fs::metadata(file).map_err(open)?.len();
    let wal_bytes = fs::metadata(wal).map_or(0, |wal| wal.len());
    let pool = SqlitePoolOptions::new().max_connections(LOOKING).acquire_timeout(PATIENCE);
    let readers = pool.connect_lazy_with(distrusting(file)?);
    let store = Store { path: file.to_owned(), readers };
    let mut seen = Examination { bytes, wal_bytes, ..Examination::default() };
    look(&store, &mut seen).await;
    store.readers.close().await;
    Ok(seen)
}

async fn look(store: &Store, seen: &mut Examination) {
    match lines(store).await {
        Ok(lines) => seen.complaints = lines.into_iter().filter(|line| line != "ok").collect(),
        Err(error) => {
            // What cannot even be checked holds nothing else that could be believed.
            seen.complaints.push(error.to_string());
            return;
        }
    }
    let applied = seen.take(applied(store).await);
    compare(&applied, seen);
    seen.broken_references = seen.take(broken_references(store).await);
    seen.free_bytes = seen.take(free_bytes(store).await);
    for (name, query) in COUNTS {
        let count = seen.take_if_there(number(store, query).await);
        seen.counts.extend(count.map(|count| (name, count)));
    }
    seen.newest_result_at = seen.take(newest_result_at(store).await);
    seen.alive_at = seen.take(store.alive_at().await);
    seen.audit = seen.take_if_there(store.verify_audit().await);
}

async fn lines(store: &Store) -> Result<Vec<String>, StoreError> {
    let lines = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(store.readers()).await;
    lines.map_err(StoreError::doing("check whether it is sound"))
}

/// A migration in the database: version, whether it went well, checksum.
type Applied = (i64, bool, Vec<u8>);

async fn applied(store: &Store) -> Result<Vec<Applied>, StoreError> {
    let rows = sqlx::query_as("SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version");
    rows.fetch_all(store.readers()).await.map_err(StoreError::doing("say which migrations it has"))
}

fn compare(applied: &[Applied], seen: &mut Examination) {
    let known = || MIGRATIONS.iter().filter(|migration| !migration.migration_type.is_down_migration());
    for (version, is_whole, checksum) in applied {
        match known().find(|migration| migration.version == *version) {
            None => seen.newer_migrations.push(*version),
            Some(migration) if !*is_whole || migration.checksum.as_ref() != checksum.as_slice() => {
                seen.altered_migrations.push(*version);
            }
            Some(_) => {}
        }
    }
    seen.pending_migrations = known().filter(|known| applied.iter().all(|(version, ..)| *version != known.version)).count();
}

async fn broken_references(store: &Store) -> Result<u64, StoreError> {
    let count: Result<i64, sqlx::Error> =
        sqlx::query_scalar("SELECT COUNT(*) FROM (SELECT 1 FROM pragma_foreign_key_check LIMIT ?)")
            .bind(BROKEN_REFERENCES_MAX)
            .fetch_one(store.readers())
            .await;
    Ok(count.map_err(StoreError::doing("check its references"))?.unsigned_abs())
}

async fn free_bytes(store: &Store) -> Result<u64, StoreError> {
    Ok(number(store, "PRAGMA freelist_count").await?.saturating_mul(number(store, "PRAGMA page_size").await?))
}

async fn number(store: &Store, query: &'static str) -> Result<u64, StoreError> {
    let number: Result<i64, sqlx::Error> = sqlx::query_scalar(query).fetch_one(store.readers()).await;
    Ok(number.map_err(StoreError::doing("be counted"))?.unsigned_abs())
}

async fn newest_result_at(store: &Store) -> Result<Option<Timestamp>, StoreError> {
    // By probe: the newest of each is found at once, the newest of all only by reading everything.
    let newest: Result<Option<i64>, sqlx::Error> =
        sqlx::query_scalar("SELECT MAX((SELECT MAX(at) FROM result WHERE probe_key = probe.key)) FROM probe")
            .fetch_one(store.readers())
            .await;
    Ok(newest.map_err(StoreError::doing("say when its newest result is of"))?.map(Timestamp::from_ms))
}
