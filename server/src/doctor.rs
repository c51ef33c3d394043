//! `yagura doctor`: looks at a data folder and a configuration, and says what is wrong and what to do. Changes nothing.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use domain::time::Timestamp;
use rustix::fs::{Access, access, statvfs};
use store::FILE_NAME;
use store::backup::{Examination, examine, leftovers};

use crate::backup::WORKSHOP;
use crate::boot::LOCK_NAME;
use crate::config::{self, BackupSettings};
use crate::service::backup::newest_good;

const MIB: u64 = 1024 * 1024;
/// With less room than this the next hours of results may not fit.
const ROOM_MIN: u64 = 64 * MIB;
/// The write-ahead log is cut back to 64 MiB whenever nobody reads; three times that means that somebody does, for long.
const WAL_MAX: u64 = 192 * MIB;
/// A running server marks every second that it watches.
const ALIVE_WITHIN: Duration = Duration::from_secs(60);
/// So far ahead a result may be without the clock being wrong.
const AHEAD_MAX: Duration = Duration::from_secs(60);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// As it should be.
    Good,
    /// It works, and should be looked at.
    Warning,
    /// Something does not work, or data are in danger.
    Bad,
}

impl Severity {
    /// As it is printed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) what: String,
    /// What to do.
    pub(crate) advice: Option<String>,
}

impl Finding {
    fn good(what: impl Into<String>) -> Self {
        Self { severity: Severity::Good, what: what.into(), advice: None }
    }

    fn warning(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, what: what.into(), advice: Some(advice.into()) }
    }

    fn bad(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Bad, ..Self::warning(what, advice) }
    }
}

/// Looks at everything.
pub(crate) async fn doctor(
    data: &Path,
    config: Option<&Path>,
    environment: &dyn Fn(&str) -> Option<String>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let settings = config.and_then(|path| configuration(path, environment, &mut findings));
    if let Some(folder) = folder(data, &mut findings) {
        permissions(data, &folder, &mut findings);
        let served = is_served(data);
        let path = data.join(FILE_NAME);
        let bytes = fs::metadata(&path).map_or(0, |file| file.len());
        room(data, bytes, &mut findings);
        if path.exists() {
            match examine(&path).await {
                Ok(seen) => findings.extend(judge(&seen, served, now)),
                Err(error) => findings.push(Finding::bad(error.to_string(), "see the runbook database-locked")),
            }
        } else {
            findings.push(Finding::good(format!("there is no database in {} yet; `yagura serve` makes it", data.display())));
        }
        rubbish(data, now, &mut findings);
    }
    if let Some(settings) = settings {
        backups(&settings, now, &mut findings).await;
        if settings.folder != data {
            rubbish(&settings.folder, now, &mut findings);
        }
    }
    findings
}

/// The configuration's settings for backups, if it can be read and has any.
fn configuration(
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
    findings: &mut Vec<Finding>,
) -> Option<BackupSettings> {
    match config::load(path, environment) {
        Ok(loaded) => {
            findings.push(Finding::good(format!("the configuration {} has no mistakes", path.display())));
            if loaded.config.backup.is_none() {
                let what = "the configuration schedules no backups";
                findings.push(Finding::warning(what, "add a section `backup`, or run `yagura backup` regularly yourself"));
            }
            loaded.config.backup
        }
        Err(errors) => {
            let advice = "correct them; a running server keeps to the configuration before";
            findings.push(Finding::bad(format!("the configuration has mistakes:\n{errors}"), advice));
            None
        }
    }
}

/// The data folder, if there is one that can be looked into.
fn folder(data: &Path, findings: &mut Vec<Finding>) -> Option<Metadata> {
    let name = data.display();
    let metadata = match fs::metadata(data) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let advice = "`yagura serve` makes it; or give another one with --data";
            findings.push(Finding::warning(format!("there is no data folder {name}"), advice));
            return None;
        }
        Err(error) => {
            let advice = "run this as the user that Yagura runs as";
            findings.push(Finding::bad(format!("the data folder {name} cannot be looked at: {error}"), advice));
            return None;
        }
    };
    if !metadata.is_dir() {
        findings.push(Finding::bad(format!("{name} is no folder"), "give the data folder with --data"));
        return None;
    }
    match access(data, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => findings.push(Finding::good(format!("this user can write the data folder {name}"))),
        Err(error) => {
            let advice = "run this as the user that Yagura runs as; if that is this one, give it the folder with `chown`";
            findings.push(Finding::bad(format!("this user cannot write the data folder {name}: {error}"), advice));
        }
    }
    Some(metadata)
}

/// Who may read the database, and whose the files are.
fn permissions(data: &Path, folder: &Metadata, findings: &mut Vec<Finding>) {
    let files = [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal"), format!("{FILE_NAME}-shm"), LOCK_NAME.to_owned()];
    for path in files.map(|name| data.join(name)) {
        let Ok(file) = fs::metadata(&path) else { continue };
        if file.uid() != folder.uid() {
            let what = format!("{} belongs to another user than its folder", path.display());
            findings.push(Finding::bad(what, "somebody ran Yagura as another user; give the file back with `chown`"));
        }
    }
    let Ok(database) = fs::metadata(data.join(FILE_NAME)) else { return };
    if database.mode() & 0o004 != 0 && folder.mode() & 0o001 != 0 {
        let what = "every user of this machine can read the database, which holds tokens and hashes of passwords";
        findings.push(Finding::warning(what, format!("chmod 700 {}", data.display())));
    }
}

/// Whether a server runs on the folder, if that can be told.
fn is_served(data: &Path) -> Option<bool> {
    let file = match File::open(data.join(LOCK_NAME)) {
        Ok(file) => file,
        Err(error) => return (error.kind() == ErrorKind::NotFound).then_some(false),
    };
    match file.try_lock_shared() {
        Ok(()) => Some(false),
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    }
}

/// Whether the database may grow.
fn room(data: &Path, database: u64, findings: &mut Vec<Finding>) {
    let disk = match statvfs(data) {
        Ok(disk) => disk,
        Err(error) => {
            let what = format!("how much room the disk of {} has cannot be told: {error}", data.display());
            findings.push(Finding::warning(what, "look with `df`"));
            return;
        }
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let what = format!("the disk has {} free; the database has {}", size(free), size(database));
    findings.push(if free < ROOM_MIN {
        Finding::bad(what, "make room now; see the runbook database-locked")
    } else if disk.f_files > 0 && disk.f_favail == 0 {
        Finding::bad("the disk has no inodes left", "delete small files; see the runbook database-locked")
    } else if free < database {
        Finding::warning(what, "make room: a copy of the database beside it would not fit")
    } else {
        Finding::good(what)
    });
}

/// What a look into the database means.
fn judge(seen: &Examination, served: Option<bool>, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    let restore = "stop Yagura, copy the data folder elsewhere, and restore the newest backup with `yagura restore`";
    if let Some(first) = seen.complaints.first() {
        let more = match seen.complaints.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more of that kind)"),
        };
        findings.push(Finding::bad(format!("the database is damaged: {first}{more}"), restore));
    } else {
        let counts: Vec<_> = seen.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        let (all, free) = (size(seen.bytes), size(seen.free_bytes));
        findings.push(Finding::good(format!("the database is sound: {}; {all}, of which {free} are free", counts.join(", "))));
    }
    if seen.broken_references > 0 {
        let what = format!("{} rows of the database refer to something that is not there", seen.broken_references);
        findings.push(Finding::warning(what, "nothing breaks by it; please report it as a fault of Yagura"));
    }
    if let Some(version) = seen.altered_migrations.first() {
        findings.push(Finding::bad(format!("migration {version} of the database is not the one of this version"), restore));
    }
    if let Some(version) = seen.newer_migrations.first() {
        let what = format!("the database was written by a newer Yagura (migration {version})");
        findings.push(Finding::bad(what, "run that version, or restore a backup that is older"));
    }
    if seen.pending_migrations > 0 {
        let what = format!("{} migrations are to be applied to the database", seen.pending_migrations);
        findings.push(Finding::warning(what, "the next `yagura serve` does it; make a backup first"));
    }
    if let Some(audit) = seen.audit {
        findings.push(match audit.broken_at {
            None => Finding::good(format!("the audit log is unbroken: {} rows", audit.rows)),
            Some(seq) => Finding::bad(
                format!("the audit log was changed, or rows are missing, from number {seq} on"),
                "somebody who can write the file did this; keep a copy, and compare it with a backup",
            ),
        });
    }
    if seen.wal_bytes > WAL_MAX {
        let what = format!("the write-ahead log has grown to {}", size(seen.wal_bytes));
        findings.push(Finding::warning(what, "another program has been reading for long; `fuser -v yagura.db` shows it"));
    }
    if [seen.newest_result_at, seen.alive_at].into_iter().flatten().any(|at| at > now.plus(AHEAD_MAX)) {
        let what = "there are results from the future: the clock of this machine is wrong now, or was";
        findings.push(Finding::warning(what, "see whether `timedatectl` says that the clock is synchronised"));
    }
    findings.push(watching(seen.alive_at, served, now));
    findings
}

fn watching(alive_at: Option<Timestamp>, served: Option<bool>, now: Timestamp) -> Finding {
    match (alive_at, served) {
        (None, Some(true)) => Finding::good("a server runs and has just begun"),
        (None, _) => Finding::good("nothing has been watched with this database yet"),
        (Some(at), Some(true)) if now.since(at) > ALIVE_WITHIN => Finding::bad(
            format!("a server runs, but has written nothing since {at}"),
            "look at its log and its /readyz; see the runbook database-locked",
        ),
        (Some(at), Some(true)) => Finding::good(format!("a server runs; it watched at {at}")),
        (Some(at), Some(false)) => {
            Finding::warning(format!("no server runs; the last one watched at {at}"), "start it with `yagura serve`")
        }
        (Some(at), None) => Finding::good(format!("somebody watched at {at}; whether a server runs cannot be told")),
    }
}

/// How old the newest scheduled backup is.
async fn backups(settings: &BackupSettings, now: Timestamp, findings: &mut Vec<Finding>) {
    let folder = settings.folder.display();
    let advice = "see the runbook backup-late";
    findings.push(match newest_good(settings.folder.clone(), now).await {
        Ok(Some(file)) if now.since(file.at) > settings.every.saturating_mul(2) => {
            Finding::bad(format!("the newest backup in {folder} is of {}", file.at), advice)
        }
        Ok(Some(file)) => Finding::good(format!("the newest backup in {folder} is of {}, {}", file.at, size(file.bytes))),
        Ok(None) => Finding::bad(format!("there is no backup in {folder} that can be read"), advice),
        Err(error) => Finding::bad(format!("the folder for backups {folder} cannot be read: {error}"), advice),
    });
}

/// What broken off backups and restores left.
fn rubbish(folder: &Path, now: Timestamp, findings: &mut Vec<Finding>) {
    for path in leftovers(folder, now) {
        let what = format!("{} is left from a backup that was broken off", path.display());
        findings.push(Finding::warning(what, "the next backup into that folder removes it"));
    }
    let workshop = folder.join(WORKSHOP);
    if workshop.exists() {
        let what = format!("{} is left from a restore that was broken off", workshop.display());
        findings.push(Finding::warning(what, "remove it, unless `yagura restore` runs just now"));
    }
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / MIB;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use store::Store;
    use store::audit::AuditVerdict;

    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    fn worst(findings: &[Finding]) -> Severity {
        findings.iter().map(|finding| finding.severity).max().unwrap()
    }

    fn says(findings: &[Finding], severity: Severity, words: &str) -> bool {
        findings.iter().any(|finding| finding.severity == severity && finding.what.contains(words))
    }

    async fn look(data: &Path, config: Option<&Path>) -> Vec<Finding> {
        doctor(data, config, &|_| None, NOW).await
    }

    #[tokio::test]
    async fn a_fresh_folder_is_well() {
        let folder = tempfile::tempdir().unwrap();
        let findings = look(folder.path(), None).await;
        assert_eq!(worst(&findings), Severity::Good, "{findings:?}");
        assert!(says(&findings, Severity::Good, "no database"));
        let (_store, _connection) = Store::open(folder.path()).await.unwrap();
        let findings = look(folder.path(), None).await;
        assert_eq!(worst(&findings), Severity::Good, "{findings:?}");
        assert!(says(&findings, Severity::Good, "the audit log is unbroken: 0 rows"));
        assert!(look(&folder.path().join("absent"), None).await.iter().all(|finding| finding.advice.is_some()));
    }

    #[tokio::test]
    async fn what_is_wrong_on_the_disk_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        fs::write(&file, "no database at all").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join(WORKSHOP)).unwrap();
        let config = folder.path().join("yagura.yaml");
        fs::write(&config, "nonsense: 1\n").unwrap();
        let findings = look(folder.path(), Some(&config)).await;
        assert!(says(&findings, Severity::Bad, "the database is damaged"), "{findings:?}");
        assert!(says(&findings, Severity::Bad, "the configuration has mistakes"));
        assert!(says(&findings, Severity::Warning, "every user of this machine can read"));
        assert!(says(&findings, Severity::Warning, "left from a restore"));
    }

    #[tokio::test]
    async fn the_newest_backup_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let settings = |folder: &Path| BackupSettings {
            folder: folder.to_owned(),
            every: Duration::from_secs(3600),
            keep: 3,
            heartbeat: None,
        };
        for folder in [folder.path().to_owned(), folder.path().join("absent")] {
            let mut findings = Vec::new();
            backups(&settings(&folder), NOW, &mut findings).await;
            assert_eq!(worst(&findings), Severity::Bad, "{findings:?}");
        }
    }

    #[test]
    fn each_sign_of_trouble_is_told_and_has_an_advice() {
        let audit = Some(AuditVerdict { rows: 3, broken_at: None });
        let well = Examination { audit, alive_at: Some(NOW), newest_result_at: Some(NOW), ..Examination::default() };
        assert_eq!(worst(&judge(&well, Some(true), NOW)), Severity::Good);
        let ill = [
            Examination { complaints: vec!["page 7".to_owned()], ..well.clone() },
            Examination { broken_references: 1, ..well.clone() },
            Examination { newer_migrations: vec![1], ..well.clone() },
            Examination { altered_migrations: vec![1], ..well.clone() },
            Examination { pending_migrations: 1, ..well.clone() },
            Examination { audit: Some(AuditVerdict { rows: 3, broken_at: Some(4) }), ..well.clone() },
            Examination { wal_bytes: WAL_MAX + 1, ..well.clone() },
            Examination { newest_result_at: Some(NOW.plus(2 * AHEAD_MAX)), ..well.clone() },
            Examination { alive_at: Some(NOW.minus(2 * ALIVE_WITHIN)), ..well.clone() },
        ];
        for seen in ill {
            let told: Vec<_> = judge(&seen, Some(true), NOW).into_iter().filter(|f| f.severity > Severity::Good).collect();
            assert_eq!(told.len(), 1, "{seen:?}: {told:?}");
            assert!(told[0].advice.is_some());
        }
        assert_eq!(worst(&judge(&well, Some(false), NOW)), Severity::Warning, "nobody watches");
    }
}
