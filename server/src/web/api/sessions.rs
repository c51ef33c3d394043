//! Where somebody is signed in, as lists show it.

use serde::Serialize;
use store::sessions::Session as Kept;
use utoipa::ToSchema;
use uuid::Uuid;

use super::paging::{self, Paging, list};
use super::problem::Failed;
use crate::service::user_agent;

/// A place where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// Its id.
    id: Uuid,
    /// True for the one that asks.
    is_own: bool,
    /// When they signed in.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used.
    #[schema(format = DateTime)]
    last_seen_at: String,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    expires_at: String,
    /// From which address they signed in.
    address: Option<String>,
    /// What the browser calls itself, in a few words.
    browser: String,
}

list!(SessionList, Session, "Sessions, by when they began.");

/// A page of sessions; `own` is the one that asks.
pub(super) fn page(sessions: Vec<Kept>, own: Option<Uuid>, paging: &Paging) -> Result<SessionList, Failed> {
    // Ids are in the order of time.
    let (sessions, next_cursor) = paging::page(sessions, paging, |session| session.id.to_string())?;
    let shown = |session: Kept| Session {
        is_own: own == Some(session.id),
        id: session.id,
        created_at: session.created_at.to_string(),
        last_seen_at: session.last_seen_at.to_string(),
        expires_at: session.expires_at.to_string(),
        address: session.address,
        browser: user_agent::in_words(session.user_agent.as_deref().unwrap_or_default()),
    };
    Ok(SessionList { items: sessions.into_iter().map(shown).collect(), next_cursor })
}
