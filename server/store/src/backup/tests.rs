//! Copies are whole, say what they are, and whatever is wrong with a file is found.

use std::fs::{self, File};
use std::future::pending;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::probe::observation::{CauseKind, Verdict};
use domain::time::Timestamp;
use domain::tower::ProbeKey;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{BackupNote, examine, finish_restore, leftovers, read_note};
use crate::audit::{ActorKind, NewAudit};
use crate::writer::KeptResult;
use crate::{FILE_NAME, Store, StoreError, Writer, WriterHandle};

struct Open {
    folder: TempDir,
    store: Store,
    writer: WriterHandle,
    task: JoinHandle<()>,
}

async fn open_in(folder: TempDir) -> Open {
    let (store, connection) = Store::open(folder.path()).await.unwrap();
    let (writer, handle) = Writer::new(connection);
    Open { folder, store, writer: handle, task: tokio::spawn(writer.run(Duration::from_secs(5))) }
}

async fn open() -> Open {
    open_in(tempfile::tempdir().unwrap()).await
}

impl Open {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Enough results for hundreds of pages.
    async fn fill(&self) {
        for number in 0..20_000 {
            self.writer.result(KeptResult {
                probe: ProbeKey(number % 7),
                at: Timestamp::from_ms(1_000_000 + number),
                verdict: Verdict::Down,
                duration_us: Some(1_000),
                code: Some(503),
                cause: Some(CauseKind::Condition),
                detail: Some(format!("text number {number} that makes the file larger").into_boxed_str()),
            });
        }
        self.writer.commit(Vec::new(), pending()).await.unwrap();
    }

    async fn append(&self, rows: u32) {
        for number in 0..rows {
            let row = NewAudit {
                at: Timestamp::from_ms(i64::from(number)),
                actor_kind: ActorKind::System,
                actor_id: String::new(),
                actor_name: "Yagura".to_owned(),
                action: "backup.made",
                object_kind: "backup",
                object_id: number.to_string(),
                object_name: format!("number {number}"),
                change: serde_json::json!({}),
                address: None,
                request_id: Uuid::nil(),
            };
            let done: Result<i64, StoreError> = self
                .writer
                .transact(move |transaction| Box::pin(async move { transaction.append_audit(&row).await }), pending())
                .await;
            done.unwrap();
        }
    }

    async fn close(self) -> TempDir {
        self.writer.close();
        self.task.await.unwrap();
        self.folder
    }
}

fn note() -> BackupNote {
    let config = "site: {name: 櫓}\n".to_owned();
    BackupNote { made_at: Timestamp::from_ms(1_795_000_000_042), version: "0.1.0".to_owned(), config }
}

/// Runs statements, as somebody does who has the file.
async fn run(file: &Path, statements: &[&'static str]) {
    let mut connection = crate::options(file).unwrap().connect().await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

async fn count(file: &Path, query: &'static str) -> i64 {
    let mut connection = crate::options(file).unwrap().read_only(true).connect().await.unwrap();
    let count = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

/// Overwrites `pages` pages in the middle of the file.
fn damage(file: &Path, pages: u64) {
    let all = fs::metadata(file).unwrap().len() / 4096;
    assert!(all > 200, "{all} pages are too few: the middle would not be results");
    let file = File::options().write(true).open(file).unwrap();
    for page in (all - pages) / 2..u64::midpoint(all, pages) {
        file.write_all_at(&[0xff; 4096], page * 4096).unwrap();
    }
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_others_write_is_whole_and_never_between_two_states() {
    let open = open().await;
    open.fill().await;
    open.append(3).await;
    let writer = open.writer.clone();
    let writing = tokio::spawn(async move {
        for number in 0_i64.. {
            let done: Result<(), StoreError> = writer
                .transact(
                    move |transaction| {
                        Box::pin(async move {
                            for side in ["left", "right"] {
                                sqlx::query("INSERT INTO mark (name, value) VALUES (?, ?)")
                                    .bind(format!("{side}-{number}"))
                                    .bind(number)
                                    .execute(transaction.connection())
                                    .await
                                    .map_err(StoreError::doing("mark"))?;
                            }
                            Ok(())
                        })
                    },
                    tokio::time::sleep(Duration::from_secs(10)),
                )
                .await;
            if done.is_err() {
                break;
            }
        }
    });
    let mut before = 0;
    for name in ["first.db", "second.db", "third.db"] {
        let to = open.path(name);
        let made = open.store.back_up(&to, &note()).await.unwrap();
        assert_eq!(made.bytes, fs::metadata(&to).unwrap().len());
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        let left = count(&to, "SELECT COUNT(*) FROM mark WHERE name LIKE 'left-%'").await;
        let right = count(&to, "SELECT COUNT(*) FROM mark WHERE name LIKE 'right-%'").await;
        assert_eq!(left, right, "both or neither");
        assert!(left >= before, "a later copy holds all of an earlier one");
        before = left;
        let seen = examine(&to).await.unwrap();
        assert!(seen.is_sound(), "{seen:?}");
        assert_eq!((seen.pending_migrations, seen.newer_migrations.len()), (0, 0));
        assert_eq!(seen.audit.map(|audit| (audit.rows, audit.broken_at)), Some((3, None)));
        assert!(seen.counts.contains(&("results", 20_000)), "{:?}", seen.counts);
        assert!(seen.counts.contains(&("rows of the audit log", 3)), "{:?}", seen.counts);
        assert_eq!((seen.bytes, seen.wal_bytes), (made.bytes, 0));
    }
    open.writer.close();
    writing.await.unwrap();
    assert!(names(open.folder.path()).iter().all(|name| !name.contains(".tmp")));
}

#[tokio::test]
async fn what_a_backup_says_about_itself_comes_back() {
    let open = open().await;
    let to = open.path("copy.db");
    open.store.back_up(&to, &note()).await.unwrap();
    assert_eq!(read_note(&to).await.unwrap(), note());
    let live = read_note(open.store.path()).await;
    assert!(matches!(live, Err(StoreError::NoBackup(_))), "the database itself is no backup: {live:?}");
    let text = open.path("text.db");
    let long = "long ".repeat(2_000);
    for content in ["", "short", long.as_str()] {
        fs::write(&text, content).unwrap();
        assert!(matches!(read_note(&text).await, Err(StoreError::NoBackup(_))), "{} bytes", content.len());
    }
    assert!(read_note(&open.path("absent.db")).await.is_err());
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_by_a_whole_one() {
    let first = open().await;
    first.fill().await;
    let to = first.path("copy.db");
    fs::write(&to, "the one before").unwrap();
    let folder = first.close().await;
    // A copy is made from tables alone, so one page of an index would not matter.
    damage(&folder.path().join(FILE_NAME), 100);
    let damaged = open_in(folder).await;
    assert!(damaged.store.back_up(&to, &note()).await.is_err());
    assert_eq!(fs::read_to_string(&to).unwrap(), "the one before");
    assert!(names(damaged.folder.path()).iter().all(|name| !name.contains(".tmp")), "nothing stays behind");

    let sound = open().await;
    sound.store.back_up(&to, &note()).await.unwrap();
    assert_eq!(read_note(&to).await.unwrap(), note());
    let nowhere = sound.path("no/such/folder.db");
    assert!(matches!(sound.store.back_up(&nowhere, &note()).await, Err(StoreError::File { .. })));
    assert!(matches!(sound.store.back_up(sound.folder.path(), &note()).await, Err(StoreError::File { .. })));
}

#[tokio::test]
async fn a_damaged_page_is_found() {
    let open = open().await;
    open.fill().await;
    let to = open.path("copy.db");
    open.store.back_up(&to, &note()).await.unwrap();
    assert!(examine(&to).await.unwrap().is_sound());
    damage(&to, 1);
    let seen = examine(&to).await.unwrap();
    assert!(!seen.complaints.is_empty() && !seen.is_sound());
    fs::write(&to, "no database at all").unwrap();
    assert!(!examine(&to).await.unwrap().is_sound());
    assert!(examine(&open.path("absent.db")).await.is_err());
}

#[tokio::test]
async fn a_missing_row_of_the_audit_log_is_found_and_so_is_one_taken_off_its_end() {
    let open = open().await;
    open.append(5).await;
    let verdict = async |statement: &'static str| {
        let to = open.path("copy.db");
        open.store.back_up(&to, &note()).await.unwrap();
        run(&to, &["DROP TRIGGER audit_log_is_not_deleted", statement]).await;
        let seen = examine(&to).await.unwrap();
        assert!(seen.is_sound(), "the file itself is: {seen:?}");
        seen.audit.unwrap().broken_at
    };
    assert_eq!(verdict("DELETE FROM audit_log WHERE seq = 3").await, Some(3));
    assert_eq!(verdict("DELETE FROM audit_log WHERE seq = 5").await, Some(5));
    assert_eq!(verdict("DELETE FROM audit_log WHERE seq > 5").await, None);
}

#[tokio::test]
async fn migrations_of_other_versions_and_broken_references_are_found() {
    let open = open().await;
    let to = open.path("copy.db");
    open.store.back_up(&to, &note()).await.unwrap();
    run(
        &to,
        &[
            "PRAGMA foreign_keys = OFF",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (29991231000000, 'from the future', 1, x'00', 1)",
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT MIN(version) FROM _sqlx_migrations)",
            "INSERT INTO recovery_code (user_key, hash) VALUES (77, x'00')",
        ],
    )
    .await;
    let seen = examine(&to).await.unwrap();
    assert_eq!((seen.pending_migrations, seen.newer_migrations.as_slice()), (1, &[29_991_231_000_000][..]));
    assert_eq!(seen.broken_references, 1);
    assert!(!seen.is_sound());
}

#[tokio::test]
async fn a_restored_database_is_no_backup_any_more_and_nobody_is_signed_in() {
    let open = open().await;
    let restored = tempfile::tempdir().unwrap();
    let file = restored.path().join(FILE_NAME);
    open.store.back_up(&file, &note()).await.unwrap();
    let used = [
        "INSERT INTO user (key, id, name, name_key, role, created_at) VALUES (1, 'u', 'mika', 'mika', 'owner', 1)",
        "INSERT INTO session (hash, id, user_key, state, created_at, last_seen_at, expires_at, confirmed_at)
         VALUES (x'01', 's', 1, 'open', 1, 1, 1, 1)",
        "INSERT INTO link (hash, user_key, created_at, expires_at) VALUES (x'02', 1, 1, 1)",
    ];
    run(&file, &used).await;
    let folder = open_in(restored).await.close().await;
    finish_restore(&file).await.unwrap();
    assert!(matches!(read_note(&file).await, Err(StoreError::NoBackup(_))));
    assert_eq!(count(&file, "SELECT (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM link)").await, 0);
    assert_eq!(count(&file, "SELECT COUNT(*) FROM user").await, 1);
    open_in(folder).await.close().await;
}

#[tokio::test]
async fn what_broken_off_backups_left_goes_a_day_later_and_nothing_else_does() {
    let open = open().await;
    for name in [".yagura-backup-0123.tmp", ".yagura-backup-0123.tmp-journal", "yagura-20261122T200000Z.db", "other.tmp"] {
        fs::write(open.path(name), "").unwrap();
    }
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let made_in = |later: Duration| BackupNote { made_at: Timestamp::from_ms(now).plus(later), ..note() };
    open.store.back_up(&open.path("soon.db"), &made_in(Duration::from_secs(3600))).await.unwrap();
    assert!(open.path(".yagura-backup-0123.tmp").exists(), "another program may be at it");
    let later = made_in(Duration::from_secs(25 * 3600));
    assert_eq!(leftovers(open.folder.path(), later.made_at).len(), 2);
    open.store.back_up(&open.path("later.db"), &later).await.unwrap();
    let left = names(open.folder.path());
    assert!(left.iter().all(|name| !name.starts_with(".yagura-backup-")), "{left:?}");
    assert!(open.path("yagura-20261122T200000Z.db").exists() && open.path("other.tmp").exists());
}
