//! One's own account: password, second factor, recovery codes, passkeys, language, and the places where one is signed in.

use domain::account::name::UserName;
use domain::account::password;
use domain::text::{Language, Secret};
use store::accounts::{Passkey, TotpSecret, User, UserChange};
use store::sessions::Session;
use uuid::Uuid;

use super::caller::Caller;
use super::desk::{Desk, Done};
use super::problem::Problem;
use super::second_factor::{self, Offer, SECRET_BYTES};
use super::secret::{random, recovery_code, recovery_hash};
use super::sign_in::{Nothing, password_key};

/// Recovery codes that are made at a time.
const RECOVERY_CODES: usize = 10;

/// One's own account.
#[derive(Clone, Debug)]
pub(crate) struct OwnAccount {
    pub(crate) user: User,
    pub(crate) passkeys: Vec<Passkey>,
    pub(crate) sessions: Vec<Session>,
}

impl Desk {
    /// The account of who asks.
    pub(crate) async fn own_account(&self, caller: &Caller) -> Result<OwnAccount, Problem> {
        let signed_in = caller.person()?;
        let user = self.store.user(signed_in.id).await?.ok_or(Problem::SignedOut)?;
        let (passkeys, sessions) = tokio::try_join!(self.store.passkeys(user.key), self.store.sessions(user.key, self.now()))?;
        Ok(OwnAccount { user, passkeys, sessions })
    }

    /// What is refused unless they have just shown who they are.
    fn own_and_confirmed(&self, caller: &Caller) -> Result<(), Problem> {
        caller.person()?;
        if caller.is_confirmed(self.now()) { Ok(()) } else { Err(Problem::NeedsConfirmation) }
    }

    /// A new password, shown the present one. All other sessions end. Who has none (only passkeys) must have shown who they are.
    pub(crate) async fn set_password(&self, caller: &Caller, current: &Secret, new: &Secret) -> Result<(), Problem> {
        let signed_in = caller.person()?;
        let (key, session) = (signed_in.key, signed_in.session);
        let user = self.store.user(signed_in.id).await?.ok_or(Problem::SignedOut)?;
        if user.password_hash.is_some() {
            self.throttles.confirmation(key)?;
            if !self.passwords.verify(current, user.password_hash.as_ref()).await? {
                self.refused(caller, &user, "password");
                return Err(Problem::invalid("current", "invalid-password"));
            }
        } else {
            self.own_and_confirmed(caller)?;
        }
        password::check(new.expose(), user.name.as_str()).map_err(|error| Problem::invalid("password", password_key(error)))?;
        let hash = self.passwords.hash(new).await?;
        let done = Done::new("user.password_set", "user", user.id, &user.name);
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                transaction.set_password(key, &hash).await?;
                transaction.delete_sessions(key, Some(&session)).await?;
                transaction.delete_links(key).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// The language the desk is in for them; `None`: as the browser says.
    pub(crate) async fn set_language(&self, caller: &Caller, language: Option<Language>) -> Result<(), Problem> {
        let (key, id) = (caller.person()?.key, caller.person()?.id);
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                let user = transaction.user(id).await?.ok_or(Problem::SignedOut)?;
                if user.language == language {
                    return Ok((Nothing {}, Vec::new()));
                }
                let done = Done::new("user.changed", "user", id, &user.name).changed(
                    "language",
                    user.language.map(Language::tag),
                    language.map(Language::tag),
                );
                let change = UserChange { name: user.name, role: user.role, language, disabled_at: user.disabled_at };
                if !transaction.update_user(key, user.version, &change).await? {
                    return Err(Problem::Conflict);
                }
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// Shows a secret for the second factor. It is not in force before a code of it was shown; asked again, the same one is shown.
    pub(crate) fn offer_totp(&self, caller: &Caller) -> Result<Offer, Problem> {
        self.own_and_confirmed(caller)?;
        let signed_in = caller.person()?;
        let secret = self.ceremonies.totp_secret(signed_in.session, self.now(), || TotpSecret(random::<SECRET_BYTES>().to_vec()));
        let site = self.monitoring.state().config.site.name.get(Language::En).to_owned();
        second_factor::offer(&secret, &site, &signed_in.name)
    }

    /// Puts the second factor in force; gives recovery codes, which are shown this once.
    pub(crate) async fn set_totp(&self, caller: &Caller, code: &str) -> Result<Vec<String>, Problem> {
        self.own_and_confirmed(caller)?;
        let signed_in = caller.person()?.clone();
        self.throttles.second_factor(signed_in.key)?;
        let secret =
            self.ceremonies.known_totp_secret(signed_in.session, self.now()).ok_or(Problem::Refused("refused-totp-expired"))?;
        let step = second_factor::step_of(&secret, code, self.now()).ok_or_else(|| Problem::invalid("code", "invalid-code"))?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
        let hashes: Vec<[u8; 32]> = codes.iter().map(|code| recovery_hash(code)).collect();
        let done = Done::new("user.totp_set", "user", signed_in.id, &signed_in.name);
        let key = signed_in.key;
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                transaction.set_totp(key, Some(&secret.0)).await?;
                // The code that was just shown is used up.
                transaction.use_totp_step(key, step).await?;
                transaction.replace_recovery_codes(key, &hashes).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        self.ceremonies.forget_totp_secret(signed_in.session);
        Ok(codes)
    }

    /// Takes the second factor away.
    pub(crate) async fn remove_totp(&self, caller: &Caller) -> Result<(), Problem> {
        self.own_and_confirmed(caller)?;
        let signed_in = caller.person()?;
        let (key, id) = (signed_in.key, signed_in.id);
        let done = Done::new("user.totp_removed", "user", id, &signed_in.name);
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                if transaction.user(id).await?.is_none_or(|user| user.totp_secret.is_none()) {
                    return Ok((Nothing {}, Vec::new()));
                }
                transaction.set_totp(key, None).await?;
                transaction.replace_recovery_codes(key, &[]).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// New recovery codes in the place of those before.
    pub(crate) async fn new_recovery_codes(&self, caller: &Caller) -> Result<Vec<String>, Problem> {
        self.own_and_confirmed(caller)?;
        let signed_in = caller.person()?;
        let (key, id) = (signed_in.key, signed_in.id);
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
        let hashes: Vec<[u8; 32]> = codes.iter().map(|code| recovery_hash(code)).collect();
        let done = Done::new("user.recovery_codes_made", "user", id, &signed_in.name);
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                if transaction.user(id).await?.is_none_or(|user| user.totp_secret.is_none()) {
                    return Err(Problem::Refused("refused-no-totp"));
                }
                transaction.replace_recovery_codes(key, &hashes).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(codes)
    }

    /// Removes a passkey. The last way to sign in stays.
    pub(crate) async fn remove_passkey(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        self.own_and_confirmed(caller)?;
        let signed_in = caller.person()?;
        let (key, user_id, name, session) = (signed_in.key, signed_in.id, signed_in.name.clone(), signed_in.session);
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                let user = transaction.user(user_id).await?.ok_or(Problem::SignedOut)?;
                if user.password_hash.is_none() && user.passkeys <= 1 {
                    return Err(Problem::Refused("refused-last-passkey"));
                }
                let removed = transaction.delete_passkey(key, id).await?.ok_or(Problem::NotFound("passkey"))?;
                // Whoever has it may be signed in by it.
                transaction.delete_sessions(key, Some(&session)).await?;
                let done = Done::new("user.passkey_removed", "user", user_id, name).changed("passkey", removed.name.as_str(), "");
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// Ends one of one's own sessions.
    pub(crate) async fn end_own_session(&self, caller: &Caller, id: Uuid) -> Result<(), Problem> {
        let signed_in = caller.person()?;
        let (key, done) = (signed_in.key, Done::new("session.ended", "user", signed_in.id, &signed_in.name));
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                if !transaction.delete_session_by_id(key, id).await? {
                    return Err(Problem::NotFound("session"));
                }
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// Ends all of one's own sessions but the one that asks; gives how many.
    pub(crate) async fn sign_out_others(&self, caller: &Caller) -> Result<u64, Problem> {
        let signed_in = caller.person()?;
        let (key, session) = (signed_in.key, signed_in.session);
        let done = Done::new("session.all_ended", "user", signed_in.id, &signed_in.name);
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move { Ok((transaction.delete_sessions(key, Some(&session)).await?, vec![done])) })
        })
        .await
    }
}

/// A name that somebody typed.
pub(super) fn name(text: &str) -> Result<UserName, Problem> {
    text.parse().map_err(|_| Problem::invalid("name", "invalid-name"))
}
