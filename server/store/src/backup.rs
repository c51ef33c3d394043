//! Backups: a copy of the database, made while it is being written, that carries the text of the configuration with it. One file, from
//! which everything can be had back.
//!
//! A backup is whole or it is not there: the copy is made under another name, checked, and put in its place last.

mod examine;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use domain::time::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

pub use self::examine::{Examination, examine};
use crate::columns::Columns;
use crate::{Store, StoreError};

/// How names of copies that are being made begin, and what they have behind that.
const TEMPORARY: (&str, &str) = (".yagura-backup-", ".tmp");
/// A copy that is older is nobody's any more: no copy takes so long.
const LEFTOVER_AGE: Duration = Duration::from_secs(24 * 3600);
/// How long a copy waits for a lock. Nobody waits for the copy.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest configuration that is read back, in bytes: as much as a configuration file may have.
const CONFIG_BYTES_MAX: i64 = 4 * 1024 * 1024;
/// Longest version that is read back, in characters.
const VERSION_CHARS_MAX: i64 = 100;

const ANNOTATE: &str = "write down what a backup is";
const READ_NOTE: &str = "read what a backup is";
const FINISH: &str = "make a database out of a backup";

/// What a backup says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupNote {
    /// When it was made.
    pub made_at: Timestamp,
    /// Which version of Yagura made it.
    pub version: String,
    /// The text of the configuration file at that time.
    pub config: String,
}

/// A backup that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupMade {
    /// Its size.
    pub bytes: u64,
}

impl Store {
    /// Copies the database to the file `to`, with `note` in it, while everybody goes on reading and writing. A file that is there
    /// already is replaced once the new one is whole and checked.
    pub async fn back_up(&self, to: &Path, note: &BackupNote) -> Result<BackupMade, StoreError> {
        let (to, made_at) = (to.to_owned(), note.made_at);
        let temporary = blocking(move || Temporary::beside(&to, made_at)).await?;
        copy(&self.path, &temporary.path).await?;
        annotate(&temporary.path, note).await?;
        blocking(move || temporary.put_in_place()).await
    }
}

/// What the backup in `file` says about itself. Changes nothing.
pub async fn read_note(file: &Path) -> Result<BackupNote, StoreError> {
    let mut connection = connect(file, distrusting(file)?).await?;
    let row = sqlx::query(
        "SELECT made_at, version, config FROM backup_note
         WHERE only_row = 1 AND length(version) <= ? AND length(CAST(config AS BLOB)) <= ?",
    )
    .bind(VERSION_CHARS_MAX)
    .bind(CONFIG_BYTES_MAX)
    .fetch_optional(&mut connection)
    .await
    .map_err(StoreError::doing(READ_NOTE));
    let _ = connection.close().await;
    let no_backup = || StoreError::NoBackup(file.to_owned());
    let row = row.map_err(|error| match error.sqlite_code() {
        // SQLITE_ERROR: no such table. SQLITE_NOTADB.
        Some(1 | 26) => no_backup(),
        _ => error,
    })?;
    let row = row.ok_or_else(no_backup)?;
    let mut columns = Columns::new(&row, READ_NOTE);
    Ok(BackupNote { made_at: columns.moment()?, version: columns.value()?, config: columns.value()? })
}

/// Makes a database out of a restored backup that was migrated and that nobody has open: its note goes, and so do sessions and one-time
/// links, because one that was ended after the backup was made must not come back.
pub async fn finish_restore(file: &Path) -> Result<(), StoreError> {
    let options = crate::options(file)?.busy_timeout(PATIENCE).synchronous(SqliteSynchronous::Full);
    let mut connection = connect(file, options).await?;
    let mut outcome = Ok(());
    for statement in [
        "BEGIN IMMEDIATE",
        "DROP TABLE IF EXISTS backup_note",
        "DELETE FROM session",
        "DELETE FROM link",
        "COMMIT",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ] {
        outcome = sqlx::query(statement).execute(&mut connection).await.map(|_| ()).map_err(StoreError::doing(FINISH));
        if outcome.is_err() {
            break;
        }
    }
    // What was begun and not committed is undone by this.
    let _ = connection.close().await;
    outcome
}

async fn connect(file: &Path, options: SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    options.connect().await.map_err(|source| StoreError::Open { path: file.to_owned(), source })
}

/// How a file that somebody may have given us is read: without running anything that stands in its schema.
fn distrusting(file: &Path) -> Result<SqliteConnectOptions, StoreError> {
    let options = crate::options(file)?.busy_timeout(PATIENCE).read_only(true);
    Ok(options.pragma("trusted_schema", "OFF").pragma("cell_size_check", "ON"))
}

/// Copies what is committed at this moment. The source is read within one transaction, which stops nobody.
async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let doing = || StoreError::doing("copy itself");
    let target = to.to_str().ok_or_else(|| doing()(sqlx::Error::Io(io::Error::new(ErrorKind::InvalidFilename, "not UTF-8"))))?;
    let mut source = connect(from, crate::options(from)?.busy_timeout(PATIENCE).read_only(true)).await?;
    let outcome = sqlx::query("VACUUM INTO ?").bind(target).execute(&mut source).await.map_err(doing());
    let _ = source.close().await;
    outcome.map(|_| ())
}

/// Writes the note into a copy and checks the copy.
async fn annotate(copy: &Path, note: &BackupNote) -> Result<(), StoreError> {
    // A copy that is broken off is thrown away, so its journal need not outlive us.
    let options = crate::options(copy)?.busy_timeout(PATIENCE).journal_mode(SqliteJournalMode::Memory);
    let mut connection = connect(copy, options).await?;
    let outcome = annotate_on(&mut connection, note).await;
    let _ = connection.close().await;
    let complaints = outcome.map_err(StoreError::doing(ANNOTATE))?;
    match complaints.into_iter().next() {
        Some(sound) if sound == "ok" => Ok(()),
        complaint => Err(StoreError::Damaged { complaint: complaint.unwrap_or_else(|| "it cannot be checked".to_owned()) }),
    }
}

async fn annotate_on(connection: &mut SqliteConnection, note: &BackupNote) -> Result<Vec<String>, sqlx::Error> {
    for statement in [
        // Somebody may have taken a backup as their database without `yagura restore`.
        "DROP TABLE IF EXISTS backup_note",
        "CREATE TABLE backup_note (
             only_row         INTEGER PRIMARY KEY CHECK (only_row = 1),
             made_at          INTEGER NOT NULL,
             version          TEXT    NOT NULL,
             config           TEXT    NOT NULL
         ) STRICT",
    ] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    sqlx::query("INSERT INTO backup_note (only_row, made_at, version, config) VALUES (1, ?, ?, ?)")
        .bind(note.made_at.as_ms())
        .bind(note.version.as_str())
        .bind(note.config.as_str())
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar("PRAGMA integrity_check").fetch_all(connection).await
}

/// Does what waits for the disk where it makes nobody else wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    // Fails only when the program ends.
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::File { action, path: path.to_owned(), source }
}

/// A copy that is being made. Dropped before it is in its place it is removed.
struct Temporary {
    path: PathBuf,
    to: PathBuf,
    folder: PathBuf,
    is_in_place: bool,
}

impl Temporary {
    /// An empty file that only this user can read, in the folder of `to`, so that it can take its place in one step.
    fn beside(to: &Path, made_at: Timestamp) -> Result<Self, StoreError> {
        const ACTION: &str = "make a backup at";
        // Absolute: SQLite takes names that begin in certain ways for something else.
        let target = std::path::absolute(to).map_err(failed(ACTION, to))?;
        let folder = match target.parent() {
            Some(folder) if target.file_name().is_some() => folder.to_owned(),
            _ => return Err(failed(ACTION, to)(ErrorKind::InvalidFilename.into())),
        };
        if target.is_dir() {
            return Err(failed(ACTION, to)(ErrorKind::IsADirectory.into()));
        }
        sweep(&folder, made_at);
        let path = folder.join(format!("{}{}{}", TEMPORARY.0, Uuid::now_v7().simple(), TEMPORARY.1));
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed(ACTION, to))?;
        Ok(Self { path, to: target, folder, is_in_place: false })
    }

    /// On disk for good, then under its own name.
    fn put_in_place(mut self) -> Result<BackupMade, StoreError> {
        const ACTION: &str = "put a backup in its place at";
        let file = File::open(&self.path).map_err(failed(ACTION, &self.to))?;
        file.sync_all().map_err(failed(ACTION, &self.to))?;
        let bytes = file.metadata().map_err(failed(ACTION, &self.to))?.len();
        fs::rename(&self.path, &self.to).map_err(failed(ACTION, &self.to))?;
        self.is_in_place = true;
        // Some network file systems cannot do this for a folder; the file itself is safe.
        if let Err(error) = File::open(&self.folder).and_then(|folder| folder.sync_all()) {
            tracing::debug!(%error, folder = %self.folder.display(), "the folder of a backup cannot be synchronised");
        }
        Ok(BackupMade { bytes })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_in_place
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "a broken off backup could not be removed");
        }
    }
}

/// Removes what earlier attempts left when the program was killed.
fn sweep(folder: &Path, now: Timestamp) {
    for path in leftovers(folder, now) {
        match fs::remove_file(&path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed a backup that was broken off"),
            Err(error) => tracing::warn!(%error, path = %path.display(), "a backup that was broken off could not be removed"),
        }
    }
}

/// Files in `folder` that broken off backups left more than a day before `now`. The next backup in that folder removes them.
pub fn leftovers(folder: &Path, now: Timestamp) -> Vec<PathBuf> {
    let oldest_ms = u128::try_from(now.minus(LEFTOVER_AGE).as_ms()).unwrap_or(0);
    let is_old = |entry: &fs::DirEntry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let since_epoch = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        since_epoch.is_some_and(|since_epoch| since_epoch.as_millis() < oldest_ms)
    };
    let is_ours = |entry: &fs::DirEntry| {
        // SQLite's journal of such a file has the same name and something behind it.
        entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPORARY.0) && name.contains(TEMPORARY.1))
    };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter(|entry| is_ours(entry) && is_old(entry)).map(|entry| entry.path()).collect()
}
