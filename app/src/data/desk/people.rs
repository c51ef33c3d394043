//! People, keys, and who did what.

use domain::account::{Role, Scope};
use domain::time::Timestamp;

use super::{FormState, SessionRow};

/// People.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeoplePage {
    /// By name.
    pub people: Vec<PersonRow>,
    /// Where more are: `after` in the address.
    pub more: Option<String>,
    /// A link that was just made, shown this once.
    pub link: Option<LinkMade>,
    /// The form for an invitation. Fields: `name`, `role`. Posted to `/desk/people`.
    pub form: FormState,
}

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Their id; their page is `/desk/people/{id}`.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are here.
    pub role: Role,
    /// True for who asks.
    pub is_self: bool,
    /// True when they can sign in: they have a password or a passkey.
    pub has_signed_up: bool,
    /// True when they have a second factor or a passkey.
    pub has_second_factor: bool,
    /// When they were last here.
    pub last_seen_at: Option<Timestamp>,
    /// When they were disabled.
    pub disabled_at: Option<Timestamp>,
}

/// A one-time link that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkMade {
    /// For whom.
    pub name: String,
    /// The whole address.
    pub url: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// One person. Posts: `/desk/people/{id}` (the form), `…/link` (a new one-time link), `…/disable`, `…/enable`, `…/sign-out` (everywhere),
/// `…/sessions/{session}/end`, `…/totp/remove`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPage {
    /// The person.
    pub person: PersonRow,
    /// When the account was made.
    pub created_at: Timestamp,
    /// True when a second factor is set up.
    pub has_totp: bool,
    /// How many passkeys they have.
    pub passkeys: u32,
    /// Where they are signed in.
    pub sessions: Vec<SessionRow>,
    /// A link that was just made.
    pub link: Option<LinkMade>,
    /// True when they are the only owner who can sign in: they can neither be disabled nor become less.
    pub is_last_owner: bool,
    /// Fields: `name`, `role`, `version` (hidden).
    pub form: FormState,
}

/// API keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysPage {
    /// The newest first.
    pub keys: Vec<KeyRow>,
    /// Where more are: `after` in the address.
    pub more: Option<String>,
    /// The form for a new one. Fields: `name`, `scopes` (several), `expires` (`30d`, `90d`, `365d`, `never`). Posted to `/desk/keys`.
    pub form: FormState,
}

/// A key in a list. Revoked by a post to `/desk/keys/{id}/revoke`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMadePage {
    /// What it is for.
    pub name: String,
    /// The key itself, shown this once.
    pub key: String,
    /// Address of the API, for the example.
    pub example_url: String,
}

/// Who did what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The newest first.
    pub rows: Vec<AuditRow>,
    /// Where older ones are: `before` in the address.
    pub older: Option<i64>,
    /// Actions to choose from.
    pub actions: Vec<String>,
    /// The filter, which is sent by GET. Fields: `actor`, `action`, `object`, `from`, `until` (dates).
    pub form: FormState,
}

/// One row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `user`, `key`, `shell` or `system`.
    pub actor_kind: &'static str,
    /// Who.
    pub actor: String,
    /// What, as in `user.invited`; the message is `audit-user-invited`.
    pub action: String,
    /// What sort of thing was changed.
    pub object_kind: String,
    /// Which.
    pub object: String,
    /// What changed: name, value before, value after.
    pub changes: Vec<(String, String, String)>,
    /// From which address.
    pub address: Option<String>,
}
