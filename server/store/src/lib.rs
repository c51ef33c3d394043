//! SQLite, and the only SQL. One writer task owns the only writing connection; reads go through a small pool beside it (WAL).
//!
//! This crate never decides anything and never reads a clock: it stores what it is given and gives back domain types.
//!
//! Code map: [`Store`] opens the file; [`writer`] takes what must be kept, in batches, without ever making a probe wait;
//! `apply` is what one batch does; [`roster`] gives configured things their keys; [`load`] reads what a restart needs, [`past`]
//! what pages show of long ago, [`results`] what the desk shows of one probe; [`rollup`] condenses and [`retention`] deletes,
//! both in slices inside the writer. What people do is a [`Transaction`] (`action`), with its methods in the files of the subjects:
//! [`accounts`], [`sessions`] and [`keys`] say who may come in, [`audit`] who did what, [`idempotency`] what was asked before;
//! [`definitions`] and [`maintenances`] are what was made and planned at the desk; [`incidents`] what is worked on, its timeline, what the
//! public was told and the index that is searched; [`alerts`] what rang; [`runbooks`] checklists in every version, and what was done when they were followed;
//! [`postmortems`] the stories in every revision, [`action_items`] what is left to do. `columns` reads their rows.

pub mod accounts;
mod action;
pub mod action_items;
pub mod alerts;
mod apply;
pub mod audit;
pub mod backup;
mod codes;
mod columns;
pub mod definitions;
mod error;
pub mod idempotency;
pub mod incidents;
pub mod insight;
pub mod keys;
pub mod load;
pub mod maintenances;
pub mod notifications;
mod overwrite;
pub mod past;
pub mod postmortems;
pub mod results;
pub mod retention;
pub mod rollup;
pub mod roster;
pub mod runbooks;
pub mod sessions;
#[cfg(test)]
mod testing;
mod transaction;
pub mod writer;

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Sqlite};

pub use action::Transaction;
pub use error::StoreError;
pub use writer::{Writer, WriterHandle};

/// The one connection that writes; only [`Writer`] can use it.
#[derive(Debug)]
pub struct WritingConnection(SqliteConnection);

/// Name of the database within the data folder.
pub const FILE_NAME: &str = "yagura.db";
/// How long one attempt waits for a lock that somebody else holds; the writer then tries again, readers give up.
const BUSY_TIMEOUT: Duration = Duration::from_millis(250);
/// The mode of the database and the files beside it.
const OWNER_ONLY: u32 = 0o600;
/// Reading connections. Pages come from memory, so few are needed.
const READERS: u32 = 3;

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    readers: SqlitePool,
}

fn options(path: &Path) -> Result<SqliteConnectOptions, StoreError> {
    let options = SqliteConnectOptions::from_str("sqlite://")
        .map_err(|source| StoreError::Open { path: path.to_owned(), source })?
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .disable_statement_logging();
    Ok(options)
}

/// Sees to it that only its owner can read the database at `path`, which holds hashes of passwords and secrets: one that is not there is
/// made, empty, and SQLite gives the files beside it the mode of this one. The folder alone does not hide it: it may be older than we.
fn shut(path: &Path) -> io::Result<()> {
    // Never opened if it is there: to close it again would drop the locks of other connections within this process.
    match OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    for side in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(side);
        let outcome = fs::metadata(&file).and_then(|metadata| match metadata.permissions().mode() & 0o077 {
            0 => Ok(()),
            _ => fs::set_permissions(&file, Permissions::from_mode(OWNER_ONLY)),
        });
        match outcome {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, file = %file.display(), "others can read this file, and its mode cannot be changed");
            }
            _ => {}
        }
    }
    Ok(())
}

impl Store {
    /// Opens the database in `data`, creates it if it is not there, and applies the migrations. Gives the connection for the
    /// writer beside it. A database that somebody else keeps locked is an error that [`StoreError::is_busy`] tells from others.
    pub async fn open(data: &Path) -> Result<(Self, WritingConnection), StoreError> {
        let path = data.join(FILE_NAME);
        let open = |source| StoreError::Open { path: path.clone(), source };
        shut(&path).map_err(|error| open(sqlx::Error::Io(error)))?;
        let writing = options(&path)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // 16 MiB: the upper levels of all trees stay in memory; the file itself is cached by the system.
            .pragma("cache_size", "-16384")
            .pragma("journal_size_limit", "67108864");
        let mut connection = writing.connect().await.map_err(open)?;
        sqlx::migrate!("../../migrations")
            .run(&mut connection)
            .await
            .map_err(|source| StoreError::Migrate { path: path.clone(), source: Box::new(source) })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(2))
            .connect_lazy_with(options(&path)?.read_only(true).pragma("cache_size", "-1024"));
        Ok((Self { path, readers }, WritingConnection(connection)))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True when the database answers a read.
    pub async fn is_readable(&self) -> bool {
        sqlx::query("SELECT 1 FROM mark LIMIT 1").fetch_optional(&self.readers).await.is_ok() && self.path.exists()
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// One of the reading connections, for reads that are made of several, or that a [`Transaction`] makes too.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(StoreError::doing("open another reading connection"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_its_owner_can_read_the_database_also_one_that_was_open_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["", "-wal", "-shm"].map(|side| folder.path().join(format!("{FILE_NAME}{side}")));
        let modes = || files.each_ref().map(|file| fs::metadata(file).unwrap().permissions().mode() & 0o777);
        let (_store, _connection) = Store::open(folder.path()).await.unwrap();
        assert_eq!(modes(), [OWNER_ONLY; 3]);
        files.iter().for_each(|file| fs::set_permissions(file, Permissions::from_mode(0o644)).unwrap());
        let (store, _other) = Store::open(folder.path()).await.unwrap();
        assert_eq!(modes(), [OWNER_ONLY; 3]);
        assert!(store.is_readable().await);
    }
}
