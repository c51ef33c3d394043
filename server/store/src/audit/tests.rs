//! The log only grows, shows what was done to it, and is found again by what people type.

use serde_json::json;

use super::*;
use crate::testing::{Database, at, open};

fn new(actor: &str, action: &'static str, object: &str) -> NewAudit {
    NewAudit {
        at: at(1),
        actor_kind: ActorKind::User,
        actor_id: format!("id of {actor}"),
        actor_name: actor.to_owned(),
        action,
        object_kind: "user",
        object_id: object.to_owned(),
        object_name: format!("name of {object}"),
        change: json!({ "role": ["viewer", "owner"] }),
        address: Some("192.0.2.7".to_owned()),
        request_id: Uuid::from_u128(9),
    }
}

async fn append(database: &Database, new: NewAudit) -> i64 {
    database.write(move |t| Box::pin(async move { t.append_audit(&new).await })).await.unwrap()
}

/// A log of `rows` rows, at the times 1, 2, 3.
async fn log(rows: i64) -> Database {
    let database = open().await;
    for seq in 1..=rows {
        let row = NewAudit { at: at(seq), ..new("mika", "user.invited", "7") };
        assert_eq!(append(&database, row).await, seq);
    }
    database
}

async fn found(database: &Database, filter: AuditFilter) -> Vec<i64> {
    database.store.audit(&filter, None, 100).await.unwrap().iter().map(|entry| entry.seq).collect()
}

fn verdict(rows: i64, broken_at: Option<i64>) -> AuditVerdict {
    AuditVerdict { rows, broken_at }
}

#[tokio::test]
async fn what_is_written_down_comes_back_as_it_was() {
    let database = open().await;
    append(&database, new("mika", "user.invited", "7")).await;
    let expected = AuditEntry {
        seq: 1,
        at: at(1),
        actor_kind: ActorKind::User,
        actor_id: "id of mika".to_owned(),
        actor_name: "mika".to_owned(),
        action: "user.invited".to_owned(),
        object_kind: "user".to_owned(),
        object_id: "7".to_owned(),
        object_name: "name of 7".to_owned(),
        change: json!({ "role": ["viewer", "owner"] }),
        address: Some("192.0.2.7".to_owned()),
        request_id: Uuid::from_u128(9),
    };
    assert_eq!(database.store.audit(&AuditFilter::default(), None, 10).await.unwrap(), [expected]);
}

/// Computed with `sha256sum`. If this fails, logs that were written before no longer verify.
#[test]
fn the_hash_is_the_one_that_is_documented() {
    let row = NewAudit {
        actor_kind: ActorKind::System,
        actor_id: String::new(),
        object_kind: "backup",
        object_name: "one".to_owned(),
        change: json!({ "size": [0, 5] }),
        address: None,
        request_id: Uuid::nil(),
        ..new("Yagura", "backup.made", "1")
    };
    let hash = Stored::new(1, &row).hash(&[0; 32]);
    let hash = hash.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(hash, "2e142ed3085c477f45fe55fe43a1432cadcc655f805d5793311c4efa4432cbb8");
}

#[test]
fn text_cannot_move_from_one_column_to_the_next() {
    let row = |id: &str, name: &str| NewAudit { actor_id: id.to_owned(), actor_name: name.to_owned(), ..new("", "a", "b") };
    let hash = |row: &NewAudit| Stored::new(1, row).hash(&[0; 32]);
    assert_ne!(hash(&row("ab", "c")), hash(&row("a", "bc")));
    let without = NewAudit { address: None, ..row("a", "b") };
    assert_ne!(hash(&without), hash(&NewAudit { address: Some(String::new()), ..row("a", "b") }));
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    assert_eq!(open().await.store.verify_audit().await.unwrap(), verdict(0, None));
    assert_eq!(log(3).await.store.verify_audit().await.unwrap(), verdict(3, None));
    let longer_than_a_slice = open().await;
    let work = longer_than_a_slice.write(|t| {
        Box::pin(async move {
            for _ in 0..=SLICE_ROWS {
                t.append_audit(&new("mika", "user.invited", "7")).await?;
            }
            Ok(())
        })
    });
    work.await.unwrap();
    assert_eq!(longer_than_a_slice.store.verify_audit().await.unwrap(), verdict(SLICE_ROWS + 1, None));
}

#[tokio::test]
async fn the_database_refuses_to_change_the_log() {
    let database = log(2).await;
    for statement in [
        "UPDATE audit_log SET actor_name = 'nobody'",
        "DELETE FROM audit_log WHERE seq = 2",
        "INSERT OR REPLACE INTO audit_log SELECT seq, at, actor_kind, actor_id, 'nobody', action, object_kind, object_id,
             object_name, change, address, request_id, hash FROM audit_log",
    ] {
        let error = database.run(statement).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    assert_eq!(database.store.verify_audit().await.unwrap(), verdict(2, None));
}

#[tokio::test]
async fn a_row_that_was_changed_shows() {
    let database = log(4).await;
    database.run("DROP TRIGGER audit_log_is_not_changed").await.unwrap();
    database.run("UPDATE audit_log SET actor_name = 'nobody' WHERE seq = 3").await.unwrap();
    assert_eq!(database.store.verify_audit().await.unwrap(), verdict(2, Some(3)));
}

#[tokio::test]
async fn a_row_that_was_taken_out_shows_wherever_it_was() {
    for gone in 1..=4 {
        let database = log(4).await;
        database.run("DROP TRIGGER audit_log_is_not_deleted").await.unwrap();
        let statement = format!("DELETE FROM audit_log WHERE seq = {gone}").leak();
        assert_eq!(database.run(statement).await.unwrap(), 1);
        assert_eq!(database.store.verify_audit().await.unwrap(), verdict(gone - 1, Some(gone)));
        assert_eq!(append(&database, new("mika", "user.invited", "7")).await, 5, "its number is not given away again");
        assert_eq!(database.store.verify_audit().await.unwrap(), verdict(gone - 1, Some(gone)), "and writing on hides nothing");
    }
}

#[tokio::test]
async fn a_row_that_was_put_in_shows() {
    let database = log(2).await;
    database
        .run(
            "INSERT INTO audit_log SELECT 0, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name,
             change, address, request_id, hash FROM audit_log WHERE seq = 1",
        )
        .await
        .unwrap();
    assert_eq!(database.store.verify_audit().await.unwrap(), verdict(0, Some(0)));
}

#[tokio::test]
async fn entries_are_read_a_page_at_a_time_the_newest_first() {
    let database = log(5).await;
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = database.store.audit(&AuditFilter::default(), before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        seen.extend(page.iter().map(|entry| entry.seq));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn filters_narrow_down_one_by_one_and_together() {
    let database = open().await;
    for row in [
        new("Mika", "user.invited", "7"),
        new("Ken", "user.invited", "8"),
        NewAudit { at: at(50), ..new("Ken", "user.disabled", "7") },
        NewAudit { object_kind: "key", ..new("Mika", "key.made", "7") },
        new("Ken", "users_of_something_else", "9"),
    ] {
        append(&database, row).await;
    }
    let text = |text: &str| Some(text.to_owned());
    let all = AuditFilter::default;
    assert_eq!(found(&database, all()).await, [5, 4, 3, 2, 1]);
    assert_eq!(found(&database, AuditFilter { actor_id: text("id of Mika"), ..all() }).await, [4, 1]);
    assert_eq!(found(&database, AuditFilter { actor_id: text("id of"), ..all() }).await, [0_i64; 0]);
    assert_eq!(found(&database, AuditFilter { actor_name: text("IK"), ..all() }).await, [4, 1]);
    assert_eq!(found(&database, AuditFilter { action: text("user.invited"), ..all() }).await, [2, 1]);
    assert_eq!(found(&database, AuditFilter { action: text("user."), ..all() }).await, [3, 2, 1]);
    assert_eq!(found(&database, AuditFilter { action: text("user"), ..all() }).await, [0_i64; 0]);
    assert_eq!(found(&database, AuditFilter { object_kind: text("key"), ..all() }).await, [4]);
    assert_eq!(found(&database, AuditFilter { object_id: text("7"), ..all() }).await, [4, 3, 1]);
    let thing = AuditFilter { object_kind: text("user"), object_id: text("7"), ..all() };
    assert_eq!(found(&database, thing.clone()).await, [3, 1]);
    assert_eq!(found(&database, AuditFilter { actor_name: text("ken"), action: text("user."), ..thing }).await, [3]);
    assert_eq!(found(&database, AuditFilter { from: Some(at(50)), ..all() }).await, [3]);
    assert_eq!(found(&database, AuditFilter { until: Some(at(50)), ..all() }).await, [5, 4, 2, 1]);
}

#[tokio::test]
async fn what_people_type_stands_for_itself() {
    let database = open().await;
    for name in ["100%", "1000", "a_b", "axb", r"back\slash", "quote'\" -- ;", "佐藤"] {
        append(&database, new(name, "user.invited", "7")).await;
    }
    let endless = "%".repeat(100_000);
    let cases: [(&str, &[i64]); 8] = [
        ("0%", &[1]),
        ("%", &[1]),
        ("_", &[3]),
        (r"\", &[5]),
        ("'", &[6]),
        ("' OR 1 = 1 --", &[]),
        ("藤", &[7]),
        (&endless, &[]),
    ];
    for (typed, expected) in cases {
        let filter = AuditFilter { actor_name: Some(typed.to_owned()), ..AuditFilter::default() };
        assert_eq!(found(&database, filter).await, expected, "{}", typed.chars().take(20).collect::<String>());
        let filter = AuditFilter { action: Some(format!("{typed}.")), ..AuditFilter::default() };
        assert_eq!(found(&database, filter).await, [0_i64; 0]);
    }
}
