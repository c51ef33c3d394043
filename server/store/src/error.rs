//! What can go wrong with the database: what, where, what to do.

use std::path::PathBuf;

use thiserror::Error;

/// A failure of the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file cannot be opened or created.
    #[error("cannot open the database {}: {source}; check that the folder exists and belongs to this user", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// A migration failed; nothing of it was kept.
    #[error("cannot bring the database {} up to this version: {source}; was it written by a newer Yagura?", .path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<sqlx::migrate::MigrateError>,
    },
    /// A statement failed.
    #[error("the database refused to {action}: {source}")]
    Statement {
        /// What was being done.
        action: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A stored value that this version does not know.
    #[error("the database holds {what} `{value}`, which this version does not know; was it written by a newer Yagura?")]
    UnknownValue {
        /// The kind of value.
        what: &'static str,
        /// What was found.
        value: String,
    },
    /// A file beside the database cannot be worked with.
    #[error("cannot {action} {}: {source}; check that its folder exists, that this user may write there, and that the disk has room", .path.display())]
    File {
        /// What was being done, up to the file's name.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A copy that was to be a backup is not sound; it was not kept.
    #[error("the copy of the database is damaged ({complaint}); `yagura doctor` says whether the database itself is")]
    Damaged {
        /// What SQLite's check says first.
        complaint: String,
    },
    /// What was given as a backup is none.
    #[error("{} is no backup that Yagura made", .0.display())]
    NoBackup(PathBuf),
    /// As many as there may be are there.
    #[error("there are {limit} {what} already, the most there may be; end some of them first")]
    Full {
        /// What there are so many of.
        what: &'static str,
        /// How many there may be.
        limit: u32,
    },
    /// It could not be written within the time its sender waits.
    #[error("the database did not take the write in time; it may be locked by another program, or the disk may be full")]
    TooSlow,
    /// The writer has stopped.
    #[error("Yagura is stopping and takes no more writes")]
    Stopped,
}

impl StoreError {
    /// Wraps an error of sqlx with what was being done.
    pub(crate) fn doing(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Statement { action, source }
    }

    /// True when somebody else holds the lock and trying again may help.
    pub fn is_busy(&self) -> bool {
        // SQLITE_BUSY, SQLITE_LOCKED.
        matches!(self.sqlite_code(), Some(5 | 6))
    }

    /// True when the same write will fail for ever: it breaks a constraint of the schema. All else (lock, full disk, bad disk) may pass.
    pub(crate) fn is_lasting(&self) -> bool {
        // SQLITE_CONSTRAINT, SQLITE_MISMATCH.
        matches!(self.sqlite_code(), Some(19 | 20))
    }

    /// SQLite's primary result code.
    pub(crate) fn sqlite_code(&self) -> Option<u32> {
        let source = match self {
            Self::Open { source, .. } | Self::Statement { source, .. } => source,
            Self::Migrate { source, .. } => match source.as_ref() {
                sqlx::migrate::MigrateError::Execute(source) | sqlx::migrate::MigrateError::ExecuteMigration(source, _) => source,
                _ => return None,
            },
            _ => return None,
        };
        // Extended codes carry more in the higher bytes.
        let code = source.as_database_error()?.code()?.parse::<u32>().ok()?;
        Some(code & 0xff)
    }
}
