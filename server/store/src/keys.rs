//! API keys. A key itself is never here: only its SHA-256, and the first characters, by which people tell keys apart.

use domain::account::Scope;
use domain::time::Timestamp;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::columns::{self, Columns};
use crate::{Store, StoreError, Transaction};

const READ: &str = "read an API key";
const CHANGE: &str = "change an API key";

/// An API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Name of who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is no longer good.
    pub revoked_at: Option<Timestamp>,
}

// In the order in which `api_key` reads them.
macro_rules! key_columns {
    () => {
        "id, name, prefix, scopes, created_by, created_at, expires_at, last_used_at, revoked_at"
    };
}

fn api_key(row: &SqliteRow) -> Result<ApiKey, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(ApiKey {
        id: columns.parsed("an API key's id")?,
        name: columns.value()?,
        prefix: columns.value()?,
        scopes: columns.words("a scope", Scope::from_name)?,
        created_by: columns.value()?,
        created_at: columns.moment()?,
        expires_at: columns.moment_if_any()?,
        last_used_at: columns.moment_if_any()?,
        revoked_at: columns.moment_if_any()?,
    })
}

impl Store {
    /// The key with this hash, also when it has ended or was revoked.
    pub async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", key_columns!(), " FROM api_key WHERE hash = ?"))
            .bind(hash.as_slice())
            .fetch_optional(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        row.as_ref().map(api_key).transpose()
    }

    /// Keys, the newest first, from the one behind `after`: ids are in the order of time.
    pub async fn api_keys(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<ApiKey>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            key_columns!(),
            " FROM api_key WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2"
        ))
        .bind(after.map(|id| id.to_string()))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        rows.iter().map(api_key).collect()
    }
}

impl Transaction<'_> {
    /// The key with this id, also when it has ended or was revoked.
    pub async fn api_key(&mut self, id: Uuid) -> Result<Option<ApiKey>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", key_columns!(), " FROM api_key WHERE id = ?"))
            .bind(id.to_string())
            .fetch_optional(self.connection())
            .await
            .map_err(StoreError::doing(READ))?;
        row.as_ref().map(api_key).transpose()
    }

    /// Keeps a key with its hash.
    pub async fn insert_api_key(&mut self, key: &ApiKey, hash: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query(concat!("INSERT INTO api_key (", key_columns!(), ", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
            .bind(key.id.to_string())
            .bind(key.name.as_str())
            .bind(key.prefix.as_str())
            .bind(columns::join(key.scopes.iter().map(|scope| scope.name())))
            .bind(key.created_by.as_str())
            .bind(key.created_at.as_ms())
            .bind(key.expires_at.map(Timestamp::as_ms))
            .bind(key.last_used_at.map(Timestamp::as_ms))
            .bind(key.revoked_at.map(Timestamp::as_ms))
            .bind(hash.as_slice())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing("keep an API key"))?;
        Ok(())
    }

    /// Ends a key; gives what it was. `None` when there is none with this id, or it was revoked before.
    pub async fn revoke_api_key(&mut self, id: Uuid, at: Timestamp) -> Result<Option<ApiKey>, StoreError> {
        let row = sqlx::query(concat!(
            "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING ",
            key_columns!()
        ))
        .bind(at.as_ms())
        .bind(id.to_string())
        .fetch_optional(self.connection())
        .await
        .map_err(StoreError::doing(CHANGE))?;
        row.as_ref().map(api_key).transpose()
    }

    /// Notes that a key is used.
    pub async fn touch_api_key(&mut self, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE api_key SET last_used_at = ? WHERE id = ?")
            .bind(at.as_ms())
            .bind(id.to_string())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// How many keys were not revoked; those that ended by themselves count too.
    pub async fn api_keys_in_use(&mut self) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT COUNT(*) FROM api_key WHERE revoked_at IS NULL")
            .fetch_one(self.connection())
            .await
            .map_err(StoreError::doing("count API keys"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Database, at, open};

    fn key(n: u128) -> ApiKey {
        ApiKey {
            id: Uuid::from_u128(n),
            name: format!("key {n}"),
            prefix: "ygr_abcd".to_owned(),
            scopes: vec![Scope::Read, Scope::OperateProbes],
            created_by: "mika".to_owned(),
            created_at: at(1),
            expires_at: Some(at(9)),
            last_used_at: None,
            revoked_at: None,
        }
    }

    async fn insert(database: &Database, n: u8) {
        let kept = key(n.into());
        database.write(move |t| Box::pin(async move { t.insert_api_key(&kept, &[n; 32]).await })).await.unwrap();
    }

    #[tokio::test]
    async fn a_key_is_found_by_its_hash_as_it_was_kept() {
        let database = open().await;
        insert(&database, 1).await;
        assert_eq!(database.store.api_key(&[1; 32]).await.unwrap(), Some(key(1)));
        assert_eq!(database.store.api_key(&[2; 32]).await.unwrap(), None);
        let id = Uuid::from_u128(1);
        database.write(move |t| Box::pin(async move { t.touch_api_key(id, at(5)).await })).await.unwrap();
        assert_eq!(database.store.api_key(&[1; 32]).await.unwrap().unwrap().last_used_at, Some(at(5)));
        database.run("UPDATE api_key SET scopes = 'read everything'").await.unwrap();
        let error = database.store.api_key(&[1; 32]).await.unwrap_err();
        assert!(error.to_string().contains("`everything`"), "{error}");
    }

    #[tokio::test]
    async fn a_key_is_revoked_once() {
        let database = open().await;
        insert(&database, 1).await;
        insert(&database, 2).await;
        let revoke = |n| database.write(move |t| Box::pin(async move { t.revoke_api_key(Uuid::from_u128(n), at(7)).await }));
        assert_eq!(revoke(1).await.unwrap(), Some(ApiKey { revoked_at: Some(at(7)), ..key(1) }));
        assert_eq!(revoke(1).await.unwrap(), None);
        assert_eq!(revoke(3).await.unwrap(), None);
        assert_eq!(database.write(|t| Box::pin(async move { t.api_keys_in_use().await })).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn keys_are_listed_a_page_at_a_time_the_newest_first() {
        let database = open().await;
        for n in 1..=5 {
            insert(&database, n).await;
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = database.store.api_keys(after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page.iter().map(|key| key.id.as_u128()));
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }
}
