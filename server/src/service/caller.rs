//! Who asks for something to be done, and what they may do. Every change at the desk, by the API or by the command line begins with one
//! of these, and it is what the audit log names.

use std::net::IpAddr;
use std::time::Duration;

use domain::account::{Permission, Role, Scope};
use domain::time::Timestamp;
use store::audit::ActorKind;
use uuid::Uuid;

use super::problem::Problem;

/// For so long after people have shown who they are, nobody asks them again before something that matters.
pub(crate) const CONFIRMED_FOR: Duration = Duration::from_secs(15 * 60);

/// The session of somebody who is just signing in: no token has this hash.
pub(crate) const NO_SESSION: [u8; 32] = [0; 32];

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A person, in a browser.
    User(SignedIn),
    /// A program with an API key.
    Key { id: Uuid, name: String, scopes: Vec<Scope> },
    /// Somebody at a shell of the machine who may open the data folder.
    Shell { uid: u32, name: String },
    /// Yagura itself.
    System,
    /// Somebody who has not signed in: may do nothing that anybody is asked about.
    Nobody,
}

/// A person who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) key: i64,
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// SHA-256 of the token of their session.
    pub(crate) session: [u8; 32],
    /// When they last showed who they are.
    pub(crate) confirmed_at: Timestamp,
}

/// A wish of a client that the same request, sent twice, is done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdempotencyKey {
    /// What the client calls the request.
    pub(crate) key: String,
    /// SHA-256 of what was asked for.
    pub(crate) request_hash: [u8; 32],
}

/// Who asks, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    /// The address of the client, as far as proxies that are trusted tell it.
    pub(crate) address: Option<IpAddr>,
    /// What the log calls this request.
    pub(crate) request: Uuid,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

impl Caller {
    /// Yagura itself.
    pub(crate) fn system() -> Self {
        Self { who: Who::System, address: None, request: Uuid::now_v7(), idempotency: None }
    }

    /// Somebody who has not signed in, from somewhere.
    pub(crate) fn nobody(address: Option<IpAddr>) -> Self {
        Self { who: Who::Nobody, address, ..Self::system() }
    }

    /// Somebody at a shell.
    pub(crate) fn shell(uid: u32, name: String) -> Self {
        Self { who: Who::Shell { uid, name }, ..Self::system() }
    }

    /// Refuses what they may not do.
    pub(crate) fn must(&self, permission: Permission, now: Timestamp) -> Result<(), Problem> {
        let may = match &self.who {
            Who::User(user) => user.role.may(permission),
            Who::Key { scopes, .. } => scopes.iter().any(|scope| scope.may(permission)),
            Who::Shell { .. } | Who::System => true,
            Who::Nobody => return Err(Problem::SignedOut),
        };
        if !may {
            return Err(Problem::Forbidden);
        }
        if permission.needs_confirmation() && !self.is_confirmed(now) {
            return Err(Problem::NeedsConfirmation);
        }
        Ok(())
    }

    /// True when a person has shown lately who they are; what is no person cannot be asked.
    pub(crate) fn is_confirmed(&self, now: Timestamp) -> bool {
        match &self.who {
            Who::User(user) => now.since(user.confirmed_at) <= CONFIRMED_FOR,
            _ => true,
        }
    }

    /// The person, where only a person can be meant.
    pub(crate) fn person(&self) -> Result<&SignedIn, Problem> {
        match &self.who {
            Who::User(user) => Ok(user),
            _ => Err(Problem::OnlyForPeople),
        }
    }

    /// Their name.
    pub(crate) fn name(&self) -> &str {
        match &self.who {
            Who::User(user) => &user.name,
            Who::Key { name, .. } | Who::Shell { name, .. } => name,
            Who::System => "Yagura",
            Who::Nobody => "",
        }
    }

    /// Kind and id, as the audit log names them.
    pub(crate) fn actor(&self) -> (ActorKind, String) {
        match &self.who {
            Who::User(user) => (ActorKind::User, user.id.to_string()),
            Who::Key { id, .. } => (ActorKind::Key, id.to_string()),
            Who::Shell { uid, .. } => (ActorKind::Shell, uid.to_string()),
            Who::System => (ActorKind::System, String::new()),
            Who::Nobody => (ActorKind::Nobody, String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, confirmed_at: Timestamp) -> Caller {
        let user = SignedIn { key: 1, id: Uuid::nil(), name: "mika".to_owned(), role, session: [0; 32], confirmed_at };
        Caller { who: Who::User(user), ..Caller::system() }
    }

    #[test]
    fn what_matters_needs_a_person_who_has_just_shown_who_they_are() {
        let shown_at = Timestamp::from_ms(1_000_000);
        let owner = person(Role::Owner, shown_at);
        let (soon, late) = (shown_at.plus(CONFIRMED_FOR), shown_at.plus(CONFIRMED_FOR + Duration::from_millis(1)));
        assert!(owner.must(Permission::ManagePeople, soon).is_ok());
        assert!(matches!(owner.must(Permission::ManagePeople, late), Err(Problem::NeedsConfirmation)));
        assert!(owner.must(Permission::Configure, late).is_ok());
        let responder = person(Role::Responder, shown_at);
        assert!(matches!(responder.must(Permission::ManagePeople, late), Err(Problem::Forbidden)), "forbidden comes first");
    }

    #[test]
    fn nobody_may_do_nothing() {
        let nobody = Caller::nobody(None);
        for permission in Permission::ALL {
            assert!(matches!(nobody.must(permission, Timestamp::from_ms(0)), Err(Problem::SignedOut)), "{permission:?}");
        }
    }

    #[test]
    fn keys_and_shells_are_never_asked_who_they_are() {
        let who = Who::Key { id: Uuid::nil(), name: "ci".to_owned(), scopes: vec![Scope::Admin] };
        let key = Caller { who, ..Caller::system() };
        assert!(key.must(Permission::ManageKeys, Timestamp::from_ms(i64::MAX / 2)).is_ok());
        assert!(matches!(key.person(), Err(Problem::OnlyForPeople)));
    }
}
