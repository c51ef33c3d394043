//! API keys: made with scopes and an end, shown once, kept as a hash, revoked at once.

use std::time::Duration;

use domain::account::{Permission, Scope};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::keys::ApiKey;
use uuid::Uuid;

use super::caller::{Caller, Who};
use super::desk::{Desk, Done};
use super::problem::{Invalid, Problem};
use super::secret::{TOKEN_CHARS, hash, token};
use super::sign_in::Nothing;

/// What every key begins with, so that scanners for secrets know it.
pub(crate) const KEY_PREFIX: &str = "ygr_";
/// Characters of a key that are kept to tell keys apart: what is ours, and 24 bits.
const SHOWN_CHARS: usize = 8;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 64;
/// Most keys in use.
const KEYS_MAX: i64 = 200;
/// Longest time a key may be good for, if it ends at all.
const LIFE_MAX: Duration = Duration::from_secs(3660 * 86_400);
/// Uses of a key are noted this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// Keys on one page of a list.
const PAGE_ROWS: u32 = 100;

/// What a new key is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyWanted {
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    /// When it ends; `None`: never.
    pub(crate) expires_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyMade {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// The key itself. It is not kept, also not for a request that is sent twice.
    #[serde(skip)]
    pub(crate) key: Option<String>,
}

/// One page of keys.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) keys: Vec<ApiKey>,
    pub(crate) more: Option<Uuid>,
}

impl Desk {
    /// Whose key this is, if it is still good. Notes now and then that it is used.
    pub(crate) async fn key(&self, shown: &str) -> Result<Option<Who>, Problem> {
        // What cannot be one of ours is not looked for.
        if !shown.starts_with(KEY_PREFIX) || shown.len() != KEY_PREFIX.len() + TOKEN_CHARS {
            return Ok(None);
        }
        let now = self.now();
        let Some(key) = self.store.api_key(&hash(shown)).await? else { return Ok(None) };
        if key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= now) {
            return Ok(None);
        }
        if key.last_used_at.is_none_or(|at| now.since(at) >= TOUCH_EVERY) {
            let id = key.id;
            let writer = self.writer.clone();
            tokio::spawn(async move {
                let touched = writer.transact(
                    move |transaction| Box::pin(async move { transaction.touch_api_key(id, now).await }),
                    std::future::pending(),
                );
                if let Err(error) = touched.await {
                    tracing::debug!(%error, "could not note that a key is used");
                }
            });
        }
        Ok(Some(Who::Key { id: key.id, name: key.name, scopes: key.scopes }))
    }

    /// Keys, the newest first, a page at a time.
    pub(crate) async fn keys(&self, caller: &Caller, after: Option<Uuid>, limit: Option<u32>) -> Result<Keys, Problem> {
        caller.must(Permission::ManageKeys, self.now())?;
        let limit = limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        let mut keys = self.store.api_keys(after, limit + 1).await?;
        let has_more = keys.len() > limit as usize;
        keys.truncate(limit as usize);
        let more = keys.last().filter(|_| has_more).map(|last| last.id);
        Ok(Keys { keys, more })
    }

    /// Makes a key.
    pub(crate) async fn make_key(&self, caller: &Caller, wanted: KeyWanted) -> Result<KeyMade, Problem> {
        let now = self.now();
        let name = wanted.name.trim().to_owned();
        let mut invalid = Vec::new();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            invalid.push(Invalid::new("name", "invalid-key-name"));
        }
        if wanted.scopes.is_empty() {
            invalid.push(Invalid::new("scopes", "invalid-scopes"));
        }
        if wanted.expires_at.is_some_and(|end| end <= now || end > now.plus(LIFE_MAX)) {
            invalid.push(Invalid::new("expires_at", "invalid-expiry"));
        }
        caller.must(Permission::ManageKeys, now)?;
        if !invalid.is_empty() {
            return Err(Problem::Invalid(invalid));
        }
        let created_by = caller.name().to_owned();
        self.change(caller, Some(Permission::ManageKeys), move |transaction, now| {
            Box::pin(async move {
                if transaction.api_keys_in_use().await? >= KEYS_MAX {
                    return Err(Problem::Refused("refused-too-many-keys"));
                }
                let (id, key) = (Uuid::now_v7(), format!("{KEY_PREFIX}{}", token()));
                let mut scopes = wanted.scopes;
                scopes.sort_unstable();
                scopes.dedup();
                let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
                let done = Done::new("key.made", "key", id, &name).changed("scopes", String::new(), names.join(" ")).changed(
                    "expires_at",
                    None,
                    wanted.expires_at.map(|at| at.to_string()),
                );
                let kept = ApiKey {
                    id,
                    name: name.clone(),
                    prefix: key.chars().take(SHOWN_CHARS).collect(),
                    scopes,
                    created_by,
                    created_at: now,
                    expires_at: wanted.expires_at,
                    last_used_at: None,
                    revoked_at: None,
                };
                transaction.insert_api_key(&kept, &hash(&key)).await?;
                Ok((KeyMade { id, name, key: Some(key) }, vec![done]))
            })
        })
        .await
    }

    /// Ends a key, at once.
    pub(crate) async fn revoke_key(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        self.change(caller, Some(Permission::ManageKeys), move |transaction, now| {
            Box::pin(async move {
                let key = transaction.revoke_api_key(id, now).await?.ok_or(Problem::NotFound("key"))?;
                Ok((Nothing {}, vec![Done::new("key.revoked", "key", id, &key.name)]))
            })
        })
        .await?;
        Ok(())
    }
}
