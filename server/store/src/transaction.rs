//! Where the writer's transactions begin and end.
//!
//! By SQL of our own: sqlx counts by itself how many are begun, and SQLite rolls back by itself where the disk is full (see
//! <https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction>). From then on sqlx takes one for begun for
//! ever and refuses the next, and nothing would be written again after a disk was full once.

use sqlx::sqlite::SqliteConnection;

use crate::StoreError;

/// Begins one, with the lock to write. Whoever calls it calls [`end`].
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await.map_err(StoreError::doing("begin a transaction"))?;
    Ok(())
}

/// Keeps what went well, and nothing of what did not. Afterwards none is begun, whatever comes out.
pub(crate) async fn end<T, E: From<StoreError>>(connection: &mut SqliteConnection, outcome: Result<T, E>) -> Result<T, E> {
    let outcome = match outcome {
        Ok(done) => match sqlx::query("COMMIT").execute(&mut *connection).await {
            Ok(_) => return Ok(done),
            Err(error) => Err(E::from(StoreError::doing("commit")(error))),
        },
        Err(error) => Err(error),
    };
    // Refused where SQLite has done so already.
    let _ = sqlx::query("ROLLBACK").execute(connection).await;
    outcome
}

#[cfg(test)]
mod tests {
    use domain::probe::observation::Verdict;
    use domain::time::Timestamp;

    use super::*;
    use crate::Store;
    use crate::apply::Batch;
    use crate::roster::{self, Wanted, WantedComponent, WantedProbe};
    use crate::writer::KeptResult;

    #[tokio::test]
    async fn after_one_that_sqlite_rolled_back_by_itself_come_others() {
        let folder = tempfile::tempdir().unwrap();
        let (store, connection) = Store::open(folder.path()).await.unwrap();
        let mut connection = connection.0;
        let wanted = Wanted {
            components: vec![WantedComponent { slug: "c".parse().unwrap(), renamed_from: None, rule: String::new() }],
            probes: vec![WantedProbe {
                slug: "p".parse().unwrap(),
                renamed_from: None,
                component: "c".parse().unwrap(),
                kind: "active",
            }],
            now: Timestamp::from_ms(0),
        };
        let probe = roster::enrol(&mut connection, &wanted).await.unwrap().probes[0].key;
        let at = Timestamp::from_ms(1);
        let result = KeptResult { probe, at, verdict: Verdict::Down, duration_us: None, code: None, cause: None, detail: None };
        let batch = Batch::new(vec![result], 0);
        // What a disk without room does at the commit.
        let full = "CREATE TEMP TRIGGER full BEFORE INSERT ON result BEGIN SELECT RAISE(ROLLBACK, 'full'); END";
        sqlx::query(full).execute(&mut connection).await.unwrap();
        for _ in 0..2 {
            assert!(batch.write(&mut connection).await.unwrap_err().to_string().contains("full"));
        }
        sqlx::query("DROP TRIGGER full").execute(&mut connection).await.unwrap();
        batch.write(&mut connection).await.unwrap();
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM result").fetch_one(store.readers()).await.unwrap();
        assert_eq!(kept, 1);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_what_failed() {
        let folder = tempfile::tempdir().unwrap();
        let (_store, connection) = Store::open(folder.path()).await.unwrap();
        let mut connection = connection.0;
        for (kept, outcome) in [(0, Err(StoreError::TooSlow)), (1, Ok(()))] {
            begin(&mut connection).await.unwrap();
            sqlx::query("INSERT INTO mark (name, value) VALUES ('test', 1)").execute(&mut connection).await.unwrap();
            assert_eq!(end(&mut connection, outcome).await.is_ok(), kept == 1);
            let found = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM mark WHERE name = 'test'");
            assert_eq!(found.fetch_one(&mut connection).await.unwrap(), kept);
        }
    }
}
