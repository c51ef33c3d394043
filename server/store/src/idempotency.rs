//! What requests with an `Idempotency-Key` came to, so that one that is sent twice is done once. Old ones go with
//! [`Transaction::delete_expired`].

use std::time::Duration;

use domain::time::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::{StoreError, Transaction};

/// For so long it is remembered. Clients that were cut off ask again within minutes.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// What a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierOutcome {
    /// SHA-256 of what was asked for.
    pub request_hash: Vec<u8>,
    /// What was answered, without secrets.
    pub outcome: String,
}

impl Transaction<'_> {
    /// What the request that this actor sent with this key came to, if it was done.
    pub async fn earlier_outcome(&mut self, actor_id: &str, key: &str) -> Result<Option<EarlierOutcome>, StoreError> {
        let doing = || StoreError::doing("look for an earlier request");
        let row = sqlx::query("SELECT request_hash, outcome FROM idempotency WHERE actor_id = ? AND key = ?")
            .bind(actor_id)
            .bind(key)
            .fetch_optional(self.connection())
            .await
            .map_err(doing())?;
        let read = |row: SqliteRow| -> Result<_, sqlx::Error> {
            Ok(EarlierOutcome { request_hash: row.try_get(0)?, outcome: row.try_get(1)? })
        };
        row.map(read).transpose().map_err(doing())
    }

    /// Remembers what a request came to. One that is remembered is an error: look first.
    pub async fn keep_outcome(
        &mut self,
        actor_id: &str,
        key: &str,
        request_hash: &[u8],
        outcome: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO idempotency (actor_id, key, request_hash, outcome, at) VALUES (?, ?, ?, ?, ?)")
            .bind(actor_id)
            .bind(key)
            .bind(request_hash)
            .bind(outcome)
            .bind(at.as_ms())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("remember a request"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{at, open};

    #[tokio::test]
    async fn a_request_is_remembered_for_its_actor_and_for_a_day() {
        let database = open().await;
        let day_ms = 86_400_000;
        database
            .write(|t| Box::pin(async move { t.keep_outcome("user:1", "a", &[7; 32], "{}", at(1_000)).await }))
            .await
            .unwrap();
        let earlier = |actor: &'static str| database.write(move |t| Box::pin(async move { t.earlier_outcome(actor, "a").await }));
        assert_eq!(earlier("user:1").await.unwrap().unwrap().request_hash, [7_u8; 32]);
        assert_eq!(earlier("key:1").await.unwrap(), None, "another's key says nothing");
        let again = database.write(|t| Box::pin(async move { t.keep_outcome("user:1", "a", &[8; 32], "{}", at(1)).await })).await;
        assert!(again.is_err());
        let delete = |now| database.write(move |t| Box::pin(async move { t.delete_expired(at(now)).await }));
        assert_eq!(delete(1_000 + day_ms - 1).await.unwrap(), 0);
        assert_eq!(delete(1_000 + day_ms).await.unwrap(), 1);
        assert_eq!(earlier("user:1").await.unwrap(), None);
    }
}
