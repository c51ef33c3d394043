//! People: who is invited, what they are here, and how they lose it again. There is always an owner who can sign in.

use domain::account::{Permission, Role};
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::accounts::{NewUser, User, UserChange};
use store::sessions::Session;
use uuid::Uuid;

use super::accounts::name;
use super::caller::Caller;
use super::desk::{Desk, Done, Ledger};
use super::problem::Problem;
use super::sign_in::{LINK_FOR, Nothing, insert_link};

/// Most accounts: far above any team, and small enough for every list.
const PEOPLE_MAX: usize = 1_000;
/// People on one page of a list.
const PAGE_ROWS: u32 = 100;

/// A one-time link that was just made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LinkMade {
    pub(crate) user: Uuid,
    pub(crate) name: String,
    /// The secret in the address. It is not kept, also not for a request that is sent twice.
    #[serde(skip)]
    pub(crate) token: Option<String>,
    pub(crate) expires_at: domain::time::Timestamp,
}

/// What becomes of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonChange {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The version they had when they were read.
    pub(crate) version: i64,
}

/// One person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) sessions: Vec<Session>,
    /// True when nobody else could manage people.
    pub(crate) is_last_owner: bool,
}

/// One page of people.
#[derive(Clone, Debug)]
pub(crate) struct People {
    pub(crate) people: Vec<User>,
    /// After whom the next page begins.
    pub(crate) more: Option<String>,
}

impl Desk {
    /// People by name, a page at a time.
    pub(crate) async fn people(&self, caller: &Caller, after: Option<&str>, limit: Option<u32>) -> Result<People, Problem> {
        caller.must(Permission::ManagePeople, self.now())?;
        let limit = limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        let mut people = self.store.users(after, limit + 1).await?;
        let has_more = people.len() > limit as usize;
        people.truncate(limit as usize);
        let more = people.last().filter(|_| has_more).map(|last| last.name.key());
        Ok(People { people, more })
    }

    /// One person, and where they are signed in.
    pub(crate) async fn person(&self, caller: &Caller, id: Uuid) -> Result<Person, Problem> {
        caller.must(Permission::ManagePeople, self.now())?;
        let user = self.store.user(id).await?.ok_or(Problem::NotFound("person"))?;
        let sessions = self.store.sessions(user.key, self.now()).await?;
        let is_owner = user.role == Role::Owner && user.disabled_at.is_none();
        let is_last_owner = is_owner && self.store.enabled_owners().await? <= 1;
        Ok(Person { user, sessions, is_last_owner })
    }

    /// Makes an account and a link by which its owner takes it up.
    pub(crate) async fn invite(&self, caller: &Caller, typed: &str, role: Role) -> Result<LinkMade, Problem> {
        self.ledger.invite(caller, typed, role).await
    }

    /// A new link for somebody who cannot sign in any more. The password they have stays good until the link is used.
    pub(crate) async fn make_link(&self, caller: &Caller, id: Uuid) -> Result<LinkMade, Problem> {
        self.ledger.make_link(caller, id).await
    }

    /// Another name or role.
    pub(crate) async fn change_person(&self, caller: &Caller, id: Uuid, wanted: PersonChange) -> Result<(), Problem> {
        let name = name(&wanted.name)?;
        self.change(caller, Some(Permission::ManagePeople), move |transaction, _| {
            Box::pin(async move {
                let user = found(transaction, id).await?;
                if transaction.user_by_name(&name).await?.is_some_and(|other| other.id != id) {
                    return Err(Problem::invalid("name", "invalid-name-taken"));
                }
                let done = Done::new("user.changed", "user", id, &name)
                    .changed("name", user.name.as_str(), name.as_str())
                    .changed("role", user.role.name(), wanted.role.name());
                let loses = user.role == Role::Owner && wanted.role != Role::Owner;
                let (language, disabled_at) = (user.language, user.disabled_at);
                let change = UserChange { name, role: wanted.role, language, disabled_at };
                if !transaction.update_user(user.key, wanted.version, &change).await? {
                    return Err(Problem::Conflict);
                }
                if loses {
                    an_owner_is_left(transaction).await?;
                }
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// Disables an account: its sessions end, its links too; what it did stays.
    pub(crate) async fn disable(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        self.change(caller, Some(Permission::ManagePeople), move |transaction, now| {
            Box::pin(async move {
                let user = found(transaction, id).await?;
                if user.disabled_at.is_some() {
                    return Ok((Nothing {}, Vec::new()));
                }
                let change =
                    UserChange { name: user.name.clone(), role: user.role, language: user.language, disabled_at: Some(now) };
                transaction.update_user(user.key, user.version, &change).await?;
                an_owner_is_left(transaction).await?;
                transaction.delete_sessions(user.key, None).await?;
                transaction.delete_links(user.key).await?;
                Ok((Nothing {}, vec![Done::new("user.disabled", "user", id, &user.name)]))
            })
        })
        .await?;
        Ok(())
    }

    /// Lets somebody in again.
    pub(crate) async fn enable(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        self.change(caller, Some(Permission::ManagePeople), move |transaction, _| {
            Box::pin(async move {
                let user = found(transaction, id).await?;
                if user.disabled_at.is_none() {
                    return Ok((Nothing {}, Vec::new()));
                }
                let change = UserChange { name: user.name.clone(), role: user.role, language: user.language, disabled_at: None };
                transaction.update_user(user.key, user.version, &change).await?;
                Ok((Nothing {}, vec![Done::new("user.enabled", "user", id, &user.name)]))
            })
        })
        .await?;
        Ok(())
    }

    /// Ends one session of somebody, or all of them.
    pub(crate) async fn end_sessions(&self, caller: &Caller, id: Uuid, session: Option<Uuid>) -> Result<(), Problem> {
        self.change(caller, Some(Permission::ManagePeople), move |transaction, _| {
            Box::pin(async move {
                let user = found(transaction, id).await?;
                let action = match session {
                    Some(session) if !transaction.delete_session_by_id(user.key, session).await? => {
                        return Err(Problem::NotFound("session"));
                    }
                    Some(_) => "session.ended",
                    None => {
                        transaction.delete_sessions(user.key, None).await?;
                        "session.all_ended"
                    }
                };
                Ok((Nothing {}, vec![Done::new(action, "user", id, &user.name)]))
            })
        })
        .await?;
        Ok(())
    }

    /// Takes away the second factor and the passkeys of somebody who lost their phone, and ends their sessions.
    pub(crate) async fn remove_totp_of(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        self.change(caller, Some(Permission::ManagePeople), move |transaction, _| {
            Box::pin(async move {
                let user = found(transaction, id).await?;
                if user.totp_secret.is_none() && user.passkeys == 0 {
                    return Ok((Nothing {}, Vec::new()));
                }
                transaction.set_totp(user.key, None).await?;
                transaction.replace_recovery_codes(user.key, &[]).await?;
                let passkeys = transaction.delete_passkeys(user.key).await?;
                transaction.delete_sessions(user.key, None).await?;
                an_owner_is_left(transaction).await?;
                let done = Done::new("user.totp_removed", "user", id, &user.name).changed("passkeys", passkeys, 0);
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }
}

impl Ledger {
    /// Makes an account and a link by which its owner takes it up.
    pub(crate) async fn invite(&self, caller: &Caller, typed: &str, role: Role) -> Result<LinkMade, Problem> {
        let name = name(typed)?;
        self.change(caller, Some(Permission::ManagePeople), move |transaction, now| {
            Box::pin(async move {
                if transaction.user_by_name(&name).await?.is_some() {
                    return Err(Problem::invalid("name", "invalid-name-taken"));
                }
                if transaction.count_users().await? >= PEOPLE_MAX as i64 {
                    return Err(Problem::Refused("refused-too-many-people"));
                }
                let id = Uuid::now_v7();
                let new = NewUser { id, name: name.clone(), role, created_at: now };
                let key = transaction.insert_user(&new).await?;
                let token = insert_link(transaction, key, now).await?;
                let done = Done::new("user.invited", "user", id, &name).changed("role", "", role.name());
                let made = LinkMade { user: id, name: name.to_string(), token: Some(token), expires_at: now.plus(LINK_FOR) };
                Ok((made, vec![done]))
            })
        })
        .await
    }

    /// A new link for somebody who cannot sign in any more. The password they have stays good until the link is used.
    pub(crate) async fn make_link(&self, caller: &Caller, id: Uuid) -> Result<LinkMade, Problem> {
        self.change(caller, Some(Permission::ManagePeople), move |transaction, now| {
            Box::pin(async move {
                let user = found(transaction, id).await?;
                if user.disabled_at.is_some() {
                    return Err(Problem::Refused("refused-disabled"));
                }
                let token = insert_link(transaction, user.key, now).await?;
                let done = Done::new("user.link_made", "user", id, &user.name);
                let expires_at = now.plus(LINK_FOR);
                Ok((LinkMade { user: id, name: user.name.to_string(), token: Some(token), expires_at }, vec![done]))
            })
        })
        .await
    }

    /// The same for somebody of whom only the name is known.
    pub(crate) async fn make_link_for(&self, caller: &Caller, typed: &str) -> Result<LinkMade, Problem> {
        let user = self.store.user_by_name(&name(typed)?).await?.ok_or(Problem::NotFound("person"))?;
        self.make_link(caller, user.id).await
    }
}

async fn found(transaction: &mut Transaction<'_>, id: Uuid) -> Result<User, Problem> {
    transaction.user(id).await?.ok_or(Problem::NotFound("person"))
}

/// Undoes what would leave nobody who can manage people.
async fn an_owner_is_left(transaction: &mut Transaction<'_>) -> Result<(), Problem> {
    if transaction.enabled_owners().await? == 0 { Err(Problem::Refused("refused-last-owner")) } else { Ok(()) }
}
