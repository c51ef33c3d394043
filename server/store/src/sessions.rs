//! Where people are signed in, and the one-time links by which they get that far. Tokens are known here by their SHA-256 only.

use domain::time::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::accounts::{self, User};
use crate::columns::Columns;
use crate::idempotency::KEPT_FOR;
use crate::{Store, StoreError, Transaction};

/// Sessions of one account in one state: more browsers than anybody uses. Each state has its own limit, so that who only knows a
/// password, and opens sessions that wait for the second factor, throws nobody out.
const SESSIONS_MAX: i64 = 50;
/// Sessions in a list; above what one account can have.
const LISTED_MAX: i64 = 200;
/// Rows of one table that one call of [`Transaction::delete_expired`] deletes: a few milliseconds in which nobody else writes.
const DELETED_MAX: i64 = 1_000;

const READ: &str = "read a session";
const CHANGE: &str = "change a session";
const END: &str = "end a session";
const READ_LINK: &str = "read a one-time link";
const LINK: &str = "make or use a one-time link";

/// How far somebody has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// They have shown a password; the second factor is waited for.
    SecondFactor,
    /// They are signed in.
    Open,
}

impl SessionState {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::SecondFactor, Self::Open];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::Open => "open",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A session: one browser in which somebody signed in. It keeps its state; who shows the second factor gets a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// What its owner sees of it; a UUIDv7.
    pub id: Uuid,
    /// Whose.
    pub user_key: i64,
    /// How far they have signed in.
    pub state: SessionState,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When they last showed who they are.
    pub confirmed_at: Timestamp,
    /// From where it was opened.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// A one-time link that was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose account it opens; none: it makes the first one.
    pub user: Option<User>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A one-time link that has just been used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenLink {
    /// Whose account it opens; none: it makes the first one.
    pub user_key: Option<i64>,
}

// In the order in which `session` reads them.
macro_rules! session_columns {
    () => {
        "id, user_key, state, created_at, last_seen_at, expires_at, confirmed_at, address, user_agent"
    };
}

fn session(row: &SqliteRow) -> Result<Session, StoreError> {
    let mut columns = Columns::new(row, READ);
    Ok(Session {
        id: columns.parsed("a session's id")?,
        user_key: columns.value()?,
        state: columns.named("a session's state", SessionState::from_name)?,
        created_at: columns.moment()?,
        last_seen_at: columns.moment()?,
        expires_at: columns.moment()?,
        confirmed_at: columns.moment()?,
        address: columns.value()?,
        user_agent: columns.value()?,
    })
}

async fn by_hash(connection: &mut SqliteConnection, hash: &[u8; 32]) -> Result<Option<(Session, User)>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", session_columns!(), " FROM session WHERE hash = ?"))
        .bind(hash.as_slice())
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::doing(READ))?;
    let Some(session) = row.as_ref().map(session).transpose()? else { return Ok(None) };
    Ok(accounts::by_key(connection, session.user_key).await?.map(|user| (session, user)))
}

impl Store {
    /// The session with this token and whose it is, in whatever state, expired or not.
    pub async fn session(&self, hash: &[u8; 32]) -> Result<Option<(Session, User)>, StoreError> {
        by_hash(&mut *self.reader().await?, hash).await
    }

    /// Where somebody is signed in at `now`, the newest use first.
    pub async fn sessions(&self, user_key: i64, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            session_columns!(),
            " FROM session WHERE user_key = ? AND state = ? AND expires_at > ? ORDER BY last_seen_at DESC, id DESC LIMIT ?"
        ))
        .bind(user_key)
        .bind(SessionState::Open.name())
        .bind(now.as_ms())
        .bind(LISTED_MAX)
        .fetch_all(self.readers())
        .await
        .map_err(StoreError::doing(READ))?;
        rows.iter().map(session).collect()
    }

    /// What a one-time link opens, if it is good at `now`. Looking at it does not use it up.
    pub async fn link(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Link>, StoreError> {
        let mut connection = self.reader().await?;
        let row = sqlx::query("SELECT user_key, expires_at FROM link WHERE hash = ? AND expires_at > ?")
            .bind(hash.as_slice())
            .bind(now.as_ms())
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::doing(READ_LINK))?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::new(&row, READ_LINK);
        let user_key: Option<i64> = columns.value()?;
        let expires_at = columns.moment()?;
        let user = match user_key {
            Some(key) => accounts::by_key(&mut connection, key).await?,
            None => None,
        };
        // An account that is gone must not leave behind a link that makes a first one.
        Ok((user.is_some() == user_key.is_some()).then_some(Link { user, expires_at }))
    }
}

impl Transaction<'_> {
    /// The session with this token and whose it is, in whatever state, expired or not.
    pub async fn session(&mut self, hash: &[u8; 32]) -> Result<Option<(Session, User)>, StoreError> {
        by_hash(self.connection(), hash).await
    }

    /// Keeps a session. Of those of the same account in the same state the longest unused go, so that 50 stay.
    pub async fn insert_session(&mut self, hash: &[u8; 32], session: &Session) -> Result<(), StoreError> {
        let doing = || StoreError::doing("keep a session");
        sqlx::query(concat!("INSERT INTO session (", session_columns!(), ", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
            .bind(session.id.to_string())
            .bind(session.user_key)
            .bind(session.state.name())
            .bind(session.created_at.as_ms())
            .bind(session.last_seen_at.as_ms())
            .bind(session.expires_at.as_ms())
            .bind(session.confirmed_at.as_ms())
            .bind(session.address.as_deref())
            .bind(session.user_agent.as_deref())
            .bind(hash.as_slice())
            .execute(self.connection())
            .await
            .map_err(doing())?;
        sqlx::query(
            "DELETE FROM session WHERE user_key = ?1 AND state = ?2 AND hash NOT IN (
                 SELECT hash FROM session WHERE user_key = ?1 AND state = ?2
                 ORDER BY hash = ?3 DESC, last_seen_at DESC, id DESC LIMIT ?4)",
        )
        .bind(session.user_key)
        .bind(session.state.name())
        .bind(hash.as_slice())
        .bind(SESSIONS_MAX)
        .execute(self.connection())
        .await
        .map_err(doing())?;
        Ok(())
    }

    /// Ends a session. False when there is none with this token.
    pub async fn delete_session(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM session WHERE hash = ?").bind(hash.as_slice()).execute(self.connection()).await;
        Ok(deleted.map_err(StoreError::doing(END))?.rows_affected() > 0)
    }

    /// Ends a session of somebody. False when they have none with this id.
    pub async fn delete_session_by_id(&mut self, user_key: i64, id: Uuid) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM session WHERE user_key = ? AND id = ?")
            .bind(user_key)
            .bind(id.to_string())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(END))?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Ends all sessions of somebody, but not the one with the token `except`; gives how many.
    pub async fn delete_sessions(&mut self, user_key: i64, except: Option<&[u8; 32]>) -> Result<u64, StoreError> {
        let deleted = sqlx::query("DELETE FROM session WHERE user_key = ? AND hash IS NOT ?")
            .bind(user_key)
            .bind(except.map(<[u8; 32]>::as_slice))
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(END))?;
        Ok(deleted.rows_affected())
    }

    /// Notes that a session is used, and when it now ends.
    pub async fn touch_session(
        &mut self,
        hash: &[u8; 32],
        last_seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE session SET last_seen_at = ?, expires_at = ? WHERE hash = ?")
            .bind(last_seen_at.as_ms())
            .bind(expires_at.as_ms())
            .bind(hash.as_slice())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// Notes that they have once more shown who they are.
    pub async fn confirm_session(&mut self, hash: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE session SET confirmed_at = ? WHERE hash = ?")
            .bind(at.as_ms())
            .bind(hash.as_slice())
            .execute(self.connection())
            .await
            .map_err(StoreError::doing(CHANGE))?;
        Ok(())
    }

    /// Deletes sessions and links that are over, and outcomes that nobody asks for any more; gives how many. A thousand of each
    /// at most: called now and then, it keeps up.
    pub async fn delete_expired(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for (statement, until) in [
            ("DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_at <= ? LIMIT ?)", now),
            ("DELETE FROM link WHERE hash IN (SELECT hash FROM link WHERE expires_at <= ? LIMIT ?)", now),
            (
                "DELETE FROM idempotency WHERE (actor_id, key) IN (SELECT actor_id, key FROM idempotency WHERE at <= ? LIMIT ?)",
                now.minus(KEPT_FOR),
            ),
        ] {
            let outcome = sqlx::query(statement).bind(until.as_ms()).bind(DELETED_MAX).execute(self.connection()).await;
            deleted += outcome.map_err(StoreError::doing("delete what is over"))?.rows_affected();
        }
        Ok(deleted)
    }

    /// Keeps a one-time link. Earlier ones for the same account, or for the first account, are no longer good.
    pub async fn insert_link(
        &mut self,
        hash: &[u8; 32],
        user_key: Option<i64>,
        created_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = || StoreError::doing(LINK);
        sqlx::query("DELETE FROM link WHERE user_key IS ?").bind(user_key).execute(self.connection()).await.map_err(doing())?;
        sqlx::query("INSERT INTO link (hash, user_key, created_at, expires_at) VALUES (?, ?, ?, ?)")
            .bind(hash.as_slice())
            .bind(user_key)
            .bind(created_at.as_ms())
            .bind(expires_at.as_ms())
            .execute(self.connection())
            .await
            .map_err(doing())?;
        Ok(())
    }

    /// Uses a one-time link up, if it is good at `now`.
    pub async fn take_link(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<Option<TakenLink>, StoreError> {
        let doing = || StoreError::doing(LINK);
        let row = sqlx::query("DELETE FROM link WHERE hash = ? AND expires_at > ? RETURNING user_key")
            .bind(hash.as_slice())
            .bind(now.as_ms())
            .fetch_optional(self.connection())
            .await
            .map_err(doing())?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(TakenLink { user_key: row.try_get(0).map_err(doing())? }))
    }

    /// Takes back the links that open somebody's account; gives how many.
    pub async fn delete_links(&mut self, user_key: i64) -> Result<u64, StoreError> {
        let deleted = sqlx::query("DELETE FROM link WHERE user_key = ?").bind(user_key).execute(self.connection()).await;
        Ok(deleted.map_err(StoreError::doing(LINK))?.rows_affected())
    }
}

#[cfg(test)]
mod tests;
