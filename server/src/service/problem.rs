//! Why something that people or programs ask for is not done. Transport-agnostic: `web` turns each into a page in their language or into
//! problem+json; nothing in here is meant for the public.

use std::time::Duration;

use store::StoreError;
use thiserror::Error;

/// Something that is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// The field, as forms and the API call it; empty: all of it.
    pub(crate) field: String,
    /// Key of a message, which begins with `invalid-`.
    pub(crate) key: &'static str,
    /// What the one who read it says, in English: for what only the reader of the configuration can tell.
    pub(crate) detail: Option<String>,
}

impl Invalid {
    /// A value that a message describes.
    pub(crate) fn new(field: impl Into<String>, key: &'static str) -> Self {
        Self { field: field.into(), key, detail: None }
    }
}

/// Why it is not done.
#[derive(Debug, Error)]
pub(crate) enum Problem {
    /// Nobody is signed in, or what was shown is not (or no longer) good.
    #[error("sign in first, or show an API key that is still good")]
    SignedOut,
    /// Their role or scope does not allow it.
    #[error("your role, or the key's scope, does not allow this")]
    Forbidden,
    /// They must show once more who they are.
    #[error("show once more who you are; this was more than 15 minutes ago")]
    NeedsConfirmation,
    /// Only a person can do it for themselves.
    #[error("only a person who signed in can do this, for themselves")]
    OnlyForPeople,
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Somebody changed it since it was read.
    #[error("somebody has changed this meanwhile; read it again and repeat your change")]
    Conflict,
    /// It cannot be done as things stand; key of a message, which begins with `refused-`.
    #[error("this cannot be done as things stand")]
    Refused(&'static str),
    /// Values that cannot be.
    #[error("some values cannot be used")]
    Invalid(Vec<Invalid>),
    /// It was sent before, with another content under the same `Idempotency-Key`.
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    /// Too many attempts.
    #[error("too many attempts; try again in {} s", .0.as_secs())]
    TooMany(Duration),
    /// So much at once that more would not be good for checks.
    #[error("too much is going on at once; try again in a moment")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Problem {
    /// One value that a message describes.
    pub(crate) fn invalid(field: impl Into<String>, key: &'static str) -> Self {
        Self::Invalid(vec![Invalid::new(field, key)])
    }
}
