//! `yagura restore`: makes a data folder out of a backup. The new database is made beside its place and put there last, so that a
//! folder has either the whole of it or nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::time::Timestamp;
use serde_json::json;
use store::audit::NewAudit;
use store::backup::{BackupNote, Examination, examine, finish_restore, read_note};
use store::{FILE_NAME, Store, StoreError, Writer};
use thiserror::Error;

use crate::boot::{self, StartError};
use crate::service::caller::Caller;

/// Where the configuration of a restored backup is put, within the data folder.
const CONFIG_NAME: &str = "yagura.restored.yaml";
/// Where the new database is made, within the data folder.
pub(crate) const WORKSHOP: &str = ".yagura-restore.tmp";
/// What may follow the name of a database: SQLite would take these for the new one's.
const SIDE_FILES: [&str; 3] = ["-wal", "-shm", "-journal"];
/// How long one write to the new database may take. Nobody else has it, so it is only the disk.
const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// A backup that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restored {
    /// When the backup was made.
    pub(crate) made_at: Timestamp,
    /// Which version of Yagura made it.
    pub(crate) version: String,
    /// Where the configuration of that time is now.
    pub(crate) config: PathBuf,
    /// What should be looked at, in words; none: nothing.
    pub(crate) warnings: Vec<String>,
}

/// Why a backup is not restored. The data folder is as it was.
#[derive(Debug, Error)]
pub(crate) enum RestoreError {
    /// There is a database already.
    #[error("the data folder already has {}; restore into an empty folder with --data, or stop Yagura and move yagura.db and everything whose name begins with it to another folder first", .0.display())]
    Taken(PathBuf),
    /// There is another restored configuration already.
    #[error("{} is there already and differs from the one in the backup; move it away first", .0.display())]
    ConfigTaken(PathBuf),
    /// A server has the folder, or it cannot be used.
    #[error(transparent)]
    Folder(#[from] StartError),
    /// A newer version made the backup.
    #[error("{} was made by Yagura {version}, which is newer than this one ({}); restore it with that version or a later one", .file.display(), env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The backup.
        file: PathBuf,
        /// What made it.
        version: String,
    },
    /// The backup is damaged.
    #[error("{} is damaged ({complaint}); restore an older backup", .file.display())]
    Damaged {
        /// The backup.
        file: PathBuf,
        /// What is wrong with it.
        complaint: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was being done, up to the file's name.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no backup, or the database does not do what it should.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RestoreError {
    move |source| RestoreError::File { action, path: path.to_owned(), source }
}

/// Restores the backup in `file` into the folder `data`, which is made if it is not there.
pub(crate) async fn restore(file: &Path, data: &Path, caller: &Caller, now: Timestamp) -> Result<Restored, RestoreError> {
    let note = read_note(file).await?;
    refuse_taken(data)?;
    let mut site = Site::prepare(data)?;
    // Once more: until the lock was ours, a server may have come and gone.
    refuse_taken(data)?;
    let database = site.workshop.join(FILE_NAME);
    copy(file, &database)?;
    let seen = examine(&database).await?;
    refuse_unusable(file, &note, &seen)?;
    migrate(&site.workshop, file, &note, caller, now).await?;
    finish_restore(&database).await?;
    site.put_in_place(&note.config)?;
    let mut warnings = Vec::new();
    if let Some(seq) = seen.audit.and_then(|audit| audit.broken_at) {
        warnings.push(format!("the audit log in the backup was changed, or rows are missing, from number {seq} on"));
    }
    if seen.broken_references > 0 {
        warnings.push(format!("{} rows in the backup refer to something that is not there", seen.broken_references));
    }
    Ok(Restored { made_at: note.made_at, version: note.version, config: data.join(CONFIG_NAME), warnings })
}

fn refuse_taken(data: &Path) -> Result<(), RestoreError> {
    let names = std::iter::once(FILE_NAME.to_owned()).chain(SIDE_FILES.map(|side| format!("{FILE_NAME}{side}")));
    match names.map(|name| data.join(name)).find(|path| path.symlink_metadata().is_ok()) {
        Some(taken) => Err(RestoreError::Taken(taken)),
        None => Ok(()),
    }
}

fn refuse_unusable(file: &Path, note: &BackupNote, seen: &Examination) -> Result<(), RestoreError> {
    if !seen.newer_migrations.is_empty() {
        return Err(RestoreError::Newer { file: file.to_owned(), version: note.version.clone() });
    }
    let altered = seen.altered_migrations.first().map(|version| format!("its migration {version} is not ours"));
    match seen.complaints.first().cloned().or(altered) {
        Some(complaint) => Err(RestoreError::Damaged { file: file.to_owned(), complaint }),
        None => Ok(()),
    }
}

/// Brings the database up to this version, and writes into its audit log that history was set back.
async fn migrate(folder: &Path, file: &Path, note: &BackupNote, caller: &Caller, now: Timestamp) -> Result<(), StoreError> {
    let (actor_kind, actor_id) = caller.actor();
    let row = NewAudit {
        at: now,
        actor_kind,
        actor_id,
        actor_name: caller.name().to_owned(),
        action: "backup.restored",
        object_kind: "backup",
        object_id: note.made_at.to_string(),
        object_name: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        change: json!({ "version": [note.version, env!("CARGO_PKG_VERSION")] }),
        address: None,
        request_id: caller.request,
    };
    let (_store, connection) = Store::open(folder).await?;
    let (writer, handle) = Writer::new(connection);
    let writing = tokio::spawn(writer.run(WRITE_LIMIT));
    let appended: Result<i64, StoreError> = handle
        .transact(
            move |transaction| Box::pin(async move { transaction.append_audit(&row).await }),
            tokio::time::sleep(WRITE_LIMIT),
        )
        .await;
    handle.close();
    writing.await.map_err(|_| StoreError::Stopped)?;
    appended.map(|_| ())
}

/// Copies the backup, on disk for good, readable for this user only.
fn copy(from: &Path, to: &Path) -> Result<(), RestoreError> {
    let mut source = File::open(from).map_err(failed("read", from))?;
    let mut target = create(to).map_err(failed("write", to))?;
    io::copy(&mut source, &mut target).map_err(failed("copy the backup to", to))?;
    target.sync_all().map_err(failed("write", to))
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The data folder while it is being made. Dropped before it is finished, nothing of it stays.
struct Site<'d> {
    data: &'d Path,
    workshop: PathBuf,
    was_there: bool,
    has_written_config: bool,
    is_finished: bool,
    _lock: File,
}

impl<'d> Site<'d> {
    /// Locks the folder against servers, and clears a place to work in.
    fn prepare(data: &'d Path) -> Result<Self, RestoreError> {
        let was_there = data.exists();
        let lock = boot::lock_folder(data)?;
        let workshop = data.join(WORKSHOP);
        let site = Self { data, workshop, was_there, has_written_config: false, is_finished: false, _lock: lock };
        // Of an attempt that was killed. The lock says that nobody is at it.
        match fs::remove_dir_all(&site.workshop) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed("clear", &site.workshop)(error)),
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&site.workshop).map_err(failed("make", &site.workshop))?;
        Ok(site)
    }

    /// The configuration first, the database last: with it the folder is a restored one.
    fn put_in_place(&mut self, config: &str) -> Result<(), RestoreError> {
        let (made, place) = (self.workshop.join(FILE_NAME), self.data.join(FILE_NAME));
        for side in SIDE_FILES {
            let beside = self.workshop.join(format!("{FILE_NAME}{side}"));
            if beside.metadata().is_ok_and(|file| file.len() > 0) {
                let source = io::Error::other("the database did not write all of it into one file");
                return Err(failed("leave out", &beside)(source));
            }
        }
        self.write_config(config)?;
        File::open(&made).and_then(|file| file.sync_all()).map_err(failed("write", &made))?;
        fs::rename(&made, &place).map_err(failed("put the database in its place at", &place))?;
        self.is_finished = true;
        File::open(self.data).and_then(|folder| folder.sync_all()).map_err(failed("write the folder", self.data))
    }

    fn write_config(&mut self, config: &str) -> Result<(), RestoreError> {
        let path = self.data.join(CONFIG_NAME);
        match create(&path) {
            Ok(mut file) => {
                self.has_written_config = true;
                file.write_all(config.as_bytes()).and_then(|()| file.sync_all()).map_err(failed("write", &path))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match fs::read(&path) {
                Ok(before) if before == config.as_bytes() => Ok(()),
                _ => Err(RestoreError::ConfigTaken(path)),
            },
            Err(error) => Err(failed("write", &path)(error)),
        }
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        let mut removals = vec![fs::remove_dir_all(&self.workshop)];
        if !self.is_finished {
            if self.has_written_config {
                removals.push(fs::remove_file(self.data.join(CONFIG_NAME)));
            }
            if !self.was_there {
                removals.push(fs::remove_file(self.data.join(boot::LOCK_NAME)));
                removals.push(fs::remove_dir(self.data));
            }
        }
        for error in removals.into_iter().filter_map(Result::err).filter(|error| error.kind() != ErrorKind::NotFound) {
            tracing::warn!(%error, folder = %self.data.display(), "something that is not needed could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
    const CONFIG: &str = "site: {name: x}\n";

    /// A folder with the backup `backup.db` in it.
    async fn backed_up() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        fs::create_dir(&source).unwrap();
        let (store, _connection) = Store::open(&source).await.unwrap();
        let file = folder.path().join("backup.db");
        let note = BackupNote { made_at: NOW, version: "0.0.9".to_owned(), config: CONFIG.to_owned() };
        store.back_up(&file, &note).await.unwrap();
        (folder, file)
    }

    async fn run(file: &Path, data: &Path) -> Result<Restored, RestoreError> {
        restore(file, data, &Caller::shell(0, "root".to_owned()), NOW).await
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[tokio::test]
    async fn a_backup_becomes_a_folder_that_can_be_served() {
        let (folder, file) = backed_up().await;
        let data = folder.path().join("data");
        let restored = run(&file, &data).await.unwrap();
        assert_eq!((restored.made_at, restored.version.as_str()), (NOW, "0.0.9"));
        assert_eq!(restored.warnings, Vec::<String>::new());
        assert_eq!(fs::read_to_string(&restored.config).unwrap(), CONFIG);
        assert_eq!(names(&data), [FILE_NAME, boot::LOCK_NAME, CONFIG_NAME]);
        for name in [FILE_NAME, CONFIG_NAME] {
            assert_eq!(fs::metadata(data.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
        let seen = examine(&data.join(FILE_NAME)).await.unwrap();
        assert!(seen.is_sound() && seen.pending_migrations == 0, "{seen:?}");
        assert_eq!(seen.audit.map(|audit| (audit.rows, audit.broken_at)), Some((1, None)), "it says that it was restored");
        assert!(matches!(read_note(&data.join(FILE_NAME)).await, Err(StoreError::NoBackup(_))));
        Store::open(&data).await.unwrap();
    }

    #[tokio::test]
    async fn a_folder_that_has_a_database_or_a_server_is_left_alone() {
        let (folder, file) = backed_up().await;
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let lock = boot::lock_folder(&data).unwrap();
        assert!(matches!(run(&file, &data).await, Err(RestoreError::Folder(StartError::Occupied(_)))));
        drop(lock);
        for name in ["yagura.db", "yagura.db-wal"] {
            fs::write(data.join(name), "somebody's").unwrap();
            assert!(matches!(run(&file, &data).await, Err(RestoreError::Taken(path)) if path.ends_with(name)));
            assert_eq!(fs::read_to_string(data.join(name)).unwrap(), "somebody's");
            fs::remove_file(data.join(name)).unwrap();
        }
        fs::write(data.join(CONFIG_NAME), "another").unwrap();
        assert!(matches!(run(&file, &data).await, Err(RestoreError::ConfigTaken(_))));
        assert_eq!(names(&data), [boot::LOCK_NAME, CONFIG_NAME]);
        fs::write(data.join(CONFIG_NAME), CONFIG).unwrap();
        run(&file, &data).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_backup_or_damaged_leaves_nothing_behind() {
        let (folder, file) = backed_up().await;
        let data = folder.path().join("data");
        let text = folder.path().join("text.db");
        fs::write(&text, "no backup").unwrap();
        assert!(matches!(run(&text, &data).await, Err(RestoreError::Store(StoreError::NoBackup(_)))));
        assert!(run(&folder.path().join("absent.db"), &data).await.is_err());
        let mut damaged = fs::read(&file).unwrap();
        damaged[20 * 4096..30 * 4096].fill(0xff);
        fs::write(&file, &damaged).unwrap();
        assert!(run(&file, &data).await.is_err());
        assert!(!data.exists(), "nothing was there, and nothing is");
    }
}
