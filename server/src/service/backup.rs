//! Backups: how one is made, what scheduled ones are called, which of them are kept, when the next one is due, and what is known of
//! them right now.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};

use domain::probe::confirm::CLOCK_STEP_MAX;
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use store::backup::{BackupMade, BackupNote, read_note};
use store::{Store, StoreError};

use crate::config::FILE_BYTES_MAX;

/// What scheduled backups are called, after the second in UTC in which they were made.
const NAME_FORMAT: &str = "yagura-%Y%m%dT%H%M%SZ.db";
/// Files that are looked into for the newest good one: were so many damaged one after another, the disk would be.
const LOOKED_INTO_MAX: usize = 10;
/// Where there is no backup yet, the first one is late when it is not there after this.
const FIRST_LATE_AFTER: Duration = Duration::from_secs(3600);

/// A file of a scheduled backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupFile {
    pub(crate) at: Timestamp,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl BackupFile {
    /// Its name without the folder.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// What the backup of this moment is called.
pub(crate) fn file_name(at: Timestamp) -> String {
    at.to_jiff().strftime(NAME_FORMAT).to_string()
}

/// When the backup with this name was made. Other files in the folder are none of our business.
fn time_of(name: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime(NAME_FORMAT, name).ok()?;
    let at = Timestamp::from_jiff(civil.to_zoned(TimeZone::UTC).ok()?.timestamp());
    (file_name(at) == name).then_some(at)
}

/// The scheduled backups in a folder, the newest first.
fn scan(folder: &Path) -> io::Result<Vec<BackupFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // One that has gone meanwhile is passed over.
        if let Some(at) = entry.file_name().to_str().and_then(time_of)
            && let Ok(metadata) = entry.metadata()
        {
            files.push(BackupFile { at, path: entry.path(), bytes: metadata.len() });
        }
    }
    files.sort_by_key(|file| Reverse(file.at));
    Ok(files)
}

/// The newest backup in a folder that can be read. Those from the future are the work of a clock that was wrong.
pub(crate) async fn newest_good(folder: PathBuf, now: Timestamp) -> io::Result<Option<BackupFile>> {
    let files = tokio::task::spawn_blocking(move || scan(&folder)).await??;
    for file in files.into_iter().filter(|file| file.at <= now.plus(CLOCK_STEP_MAX)).take(LOOKED_INTO_MAX) {
        match read_note(&file.path).await {
            Ok(_) => return Ok(Some(file)),
            Err(error) => tracing::warn!(%error, file = %file.path.display(), "a backup cannot be read"),
        }
    }
    Ok(None)
}

/// Which files go when `keep` are kept, and never fewer than one. Those from the future do not count and do not go: they are the work
/// of a clock that was wrong, and must not push out what is good.
fn surplus(mut files: Vec<BackupFile>, keep: u32, now: Timestamp) -> Vec<BackupFile> {
    files.retain(|file| file.at <= now);
    files.sort_by_key(|file| Reverse(file.at));
    files.split_off(files.len().min(keep.max(1) as usize))
}

/// Deletes all but the newest `keep` scheduled backups in a folder; gives the names of those that are gone.
pub(crate) async fn delete_surplus(folder: PathBuf, keep: u32, now: Timestamp) -> io::Result<Vec<String>> {
    let delete = move || -> io::Result<Vec<String>> {
        let mut deleted = Vec::new();
        for file in surplus(scan(&folder)?, keep, now) {
            match fs::remove_file(&file.path) {
                Ok(()) => deleted.push(file.name()),
                Err(error) => tracing::warn!(%error, file = %file.path.display(), "an old backup cannot be deleted"),
            }
        }
        Ok(deleted)
    };
    tokio::task::spawn_blocking(delete).await?
}

/// Backs up the database, with the configuration file as it is on disk, to the file `to`.
pub(crate) async fn make(store: &Store, to: &Path, config: &Path, now: Timestamp) -> Result<BackupMade, StoreError> {
    let config = read_config(config).await.unwrap_or_else(|error| {
        // The database is worth more than the file; whoever restores it reads why the file is not there.
        tracing::warn!(%error, path = %config.display(), "a backup is made without the configuration file");
        let path = config.display().to_string().replace(char::is_control, " ");
        format!("# {path} could not be read when this backup was made: {error}\n")
    });
    store.back_up(to, &BackupNote { made_at: now, version: env!("CARGO_PKG_VERSION").to_owned(), config }).await
}

async fn read_config(path: &Path) -> io::Result<String> {
    if tokio::fs::metadata(path).await?.len() > FILE_BYTES_MAX as u64 {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than a configuration may be"));
    }
    tokio::fs::read_to_string(path).await
}

/// When backups are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) every: Duration,
    /// Since when this schedule is in force.
    pub(crate) since: Timestamp,
}

impl Schedule {
    /// When the next one is due: at once where there is none.
    pub(crate) fn due_at(self, newest: Option<Timestamp>) -> Timestamp {
        newest.map_or(self.since, |at| at.plus(self.every))
    }

    /// From when on the next one is late.
    pub(crate) fn late_at(self, newest: Option<Timestamp>) -> Timestamp {
        match newest {
            Some(at) => at.plus(self.every.saturating_mul(2)),
            None => self.since.plus(self.every.min(FIRST_LATE_AFTER)),
        }
    }
}

/// How scheduled backups are doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupStatus {
    /// When the newest good one was made.
    pub(crate) newest_good_at: Option<Timestamp>,
    /// Its size.
    pub(crate) bytes: Option<u64>,
    /// Why the newest attempt failed.
    pub(crate) error: Option<String>,
    /// When the next one is due.
    pub(crate) due_at: Timestamp,
    /// True when it is so late that it rings.
    pub(crate) is_late: bool,
}

/// Where the loop that makes backups says how they are doing. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct BackupWatch(Arc<Mutex<Option<BackupStatus>>>);

impl BackupWatch {
    /// How they are doing; `None` when none are scheduled.
    pub(crate) fn status(&self) -> Option<BackupStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says how they are doing.
    pub(crate) fn set(&self, status: Option<BackupStatus>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn file(at: Timestamp) -> BackupFile {
        BackupFile { at, path: PathBuf::from(file_name(at)), bytes: 1 }
    }

    #[test]
    fn a_name_says_when_and_only_our_own_names_are_ours() {
        assert_eq!(file_name(Timestamp::from_ms(1_795_377_600_999)), "yagura-20261122T200000Z.db");
        assert_eq!(time_of("yagura-20261122T200000Z.db"), Some(Timestamp::from_ms(1_795_377_600_000)));
        for other in ["yagura.db", "yagura-20261122T200000Z.db-wal", "yagura-20261322T200000Z.db", "yagura-2026112T200000Z.db"] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_backup_is_due_after_its_interval_and_late_after_two() {
        let schedule = Schedule { every: 24 * HOUR, since: NOW };
        let newest = Some(NOW.minus(HOUR));
        assert_eq!(schedule.due_at(newest), NOW.plus(23 * HOUR));
        assert_eq!(schedule.late_at(newest), NOW.plus(47 * HOUR));
        assert_eq!(schedule.due_at(None), NOW, "the first one is due at once");
        assert_eq!(schedule.late_at(None), NOW.plus(HOUR));
    }

    #[tokio::test]
    async fn what_is_kept_is_the_newest_that_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let source = tempfile::tempdir().unwrap();
        let (store, _connection) = Store::open(source.path()).await.unwrap();
        let config = source.path().join("yagura.yaml");
        fs::write(&config, "site: {name: x}\n").unwrap();
        let at = |hours: u32| NOW.minus(HOUR * hours);
        for hours in [5, 3, 2] {
            make(&store, &folder.path().join(file_name(at(hours))), &config, at(hours)).await.unwrap();
        }
        fs::write(folder.path().join(file_name(at(1))), "damaged").unwrap();
        fs::write(folder.path().join(file_name(NOW.plus(9 * HOUR))), "from the future").unwrap();
        fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
        let newest = newest_good(folder.path().to_owned(), NOW).await.unwrap().unwrap();
        assert_eq!(newest.name(), file_name(at(2)));
        assert_eq!(read_note(&newest.path).await.unwrap().config, "site: {name: x}\n");
        let deleted = delete_surplus(folder.path().to_owned(), 3, NOW).await.unwrap();
        assert_eq!(deleted, vec![file_name(at(5))]);
        assert!(folder.path().join("notes.txt").exists());
        assert!(newest_good(folder.path().join("absent"), NOW).await.is_err());

        let without = folder.path().join("without.db");
        make(&store, &without, &source.path().join("absent.yaml"), NOW).await.unwrap();
        assert!(read_note(&without).await.unwrap().config.contains("could not be read"));
    }

    proptest! {
        #[test]
        fn the_newest_are_kept_and_nothing_from_the_future_goes(
            hours in prop::collection::vec(-50_i64..50, 0..30),
            keep in 0_u32..12,
        ) {
            let files: Vec<_> = hours.iter().map(|hours| file(Timestamp::from_ms(NOW.as_ms() + hours * 3_600_000))).collect();
            let past = files.iter().filter(|file| file.at <= NOW).count();
            let gone = surplus(files.clone(), keep, NOW);
            prop_assert_eq!(past - gone.len(), past.min(keep.max(1) as usize));
            prop_assert!(gone.iter().all(|file| file.at <= NOW));
            let newest_gone = gone.iter().map(|file| file.at).max();
            let as_new = files.iter().filter(|file| file.at <= NOW && newest_gone.is_some_and(|gone| file.at >= gone)).count();
            prop_assert!(newest_gone.is_none() || as_new > keep.max(1) as usize, "what is kept is no older than what goes");
        }
    }
}
