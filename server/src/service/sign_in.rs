//! Signing in and out: passwords, second factors, sessions, one-time links. What is wrong with a name or a password is never told apart,
//! neither in words nor in time.

use std::net::IpAddr;
use std::time::Duration;

use domain::account::Role;
use domain::account::name::UserName;
use domain::account::password;
use domain::text::Secret;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::accounts::{NewUser, User};
use store::sessions::{Session, SessionState};
use uuid::Uuid;

use super::caller::{Caller, NO_SESSION, SignedIn, Who};
use super::desk::{Desk, Done};
use super::problem::{Invalid, Problem};
use super::second_factor;
use super::secret::{TOKEN_CHARS, hash, token};

/// A session that is not used for so long ends.
pub(crate) const SESSION_IDLE: Duration = Duration::from_secs(14 * 86_400);
/// A session ends so long after it began, used or not.
pub(crate) const SESSION_WHOLE: Duration = Duration::from_secs(90 * 86_400);
/// For so long the second factor is waited for.
const SECOND_FACTOR_WAIT: Duration = Duration::from_secs(10 * 60);
/// Uses of a session are noted this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// A one-time link is good for so long.
pub(crate) const LINK_FOR: Duration = Duration::from_secs(3 * 86_400);
/// Longest name of a browser that is kept, in characters.
const USER_AGENT_CHARS_MAX: usize = 300;

/// A session that was just opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    /// What the browser gets to keep.
    pub(crate) token: String,
    /// True when the second factor must be shown first.
    pub(crate) needs_second_factor: bool,
}

/// A session as a request shows it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) user: User,
    pub(crate) session: Session,
    pub(crate) hash: [u8; 32],
}

impl Known {
    /// Who they are, as far as they have signed in.
    pub(crate) fn signed_in(&self) -> Option<SignedIn> {
        (self.session.state == SessionState::Open).then(|| SignedIn {
            key: self.user.key,
            id: self.user.id,
            name: self.user.name.to_string(),
            role: self.user.role,
            session: self.hash,
            confirmed_at: self.session.confirmed_at,
        })
    }
}

/// What was shown to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    Password,
    PasswordAndCode,
    PasswordAndRecoveryCode,
    Passkey,
    Link,
}

impl Means {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndCode => "password and code",
            Self::PasswordAndRecoveryCode => "password and recovery code",
            Self::Passkey => "passkey",
            Self::Link => "one-time link",
        }
    }
}

/// How a session is opened.
#[derive(Clone, Debug)]
pub(super) struct Opening<'a> {
    pub(super) state: SessionState,
    pub(super) means: Means,
    /// What the browser calls itself.
    pub(super) user_agent: &'a str,
    /// The token of the session that ends with it.
    pub(super) before: Option<&'a str>,
    /// The passkey that was shown, and what is kept of it from now on.
    pub(super) passkey: Option<(Uuid, String)>,
}

/// What a one-time link opens.
#[derive(Clone, Debug)]
pub(crate) struct OpenLink {
    /// Whose account; `None`: the first one.
    pub(crate) user: Option<User>,
}

impl OpenLink {
    /// Name of whose account it opens.
    pub(crate) fn name(&self) -> Option<String> {
        self.user.as_ref().map(|user| user.name.to_string())
    }
}

/// What is to be remembered of nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Nothing {}

fn wrong() -> Problem {
    Problem::invalid("", "invalid-sign-in")
}

impl Desk {
    /// Whose session this is, if it is still good. Notes now and then that it is used.
    pub(crate) async fn session(&self, token: &str) -> Result<Option<Known>, Problem> {
        // What cannot be one of ours is not looked for.
        if token.len() != TOKEN_CHARS {
            return Ok(None);
        }
        let (now, hash) = (self.now(), hash(token));
        let Some((session, user)) = self.store.session(&hash).await? else { return Ok(None) };
        if session.expires_at <= now || user.disabled_at.is_some() {
            return Ok(None);
        }
        if session.state == SessionState::Open && now.since(session.last_seen_at) >= TOUCH_EVERY {
            let expires_at = now.plus(SESSION_IDLE).min(session.created_at.plus(SESSION_WHOLE));
            // A page must not wait for that, nor fail for it.
            let writer = self.writer.clone();
            tokio::spawn(async move {
                let touched = writer.transact(
                    move |transaction| Box::pin(async move { transaction.touch_session(&hash, now, expires_at).await }),
                    std::future::pending(),
                );
                if let Err(error) = touched.await {
                    tracing::debug!(%error, "could not note that a session is used");
                }
            });
        }
        Ok(Some(Known { user, session, hash }))
    }

    /// An attempt from an address with a key that is not good.
    pub(crate) fn attempt_from(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.throttles.wrong_key(address)
    }

    /// True when somebody has an account.
    pub(crate) async fn has_people(&self) -> Result<bool, Problem> {
        Ok(self.store.has_users().await?)
    }

    /// Signs in by name and password. `before` is the token the browser showed: its session ends, so that nobody can give somebody
    /// else a session to sign in with.
    pub(crate) async fn sign_in(
        &self,
        caller: &Caller,
        (name, password): (&str, &Secret),
        user_agent: &str,
        before: Option<&str>,
    ) -> Result<Opened, Problem> {
        self.throttles.address(caller.address)?;
        let parsed = name.parse::<UserName>();
        let found_by = parsed.as_ref().map_or_else(|_| name.to_lowercase(), UserName::key);
        self.throttles.guess(&found_by, caller.address)?;
        if password.expose().len() > password::PASSWORD_BYTES_MAX {
            return Err(wrong());
        }
        let user = match &parsed {
            Ok(name) => self.store.user_by_name(name).await?,
            Err(_) => None,
        };
        let user = user.filter(|user| user.disabled_at.is_none());
        let is_right = self.passwords.verify(password, user.as_ref().and_then(|user| user.password_hash.as_ref())).await?;
        match user {
            Some(user) if is_right => {
                let state = if user.totp_secret.is_some() { SessionState::SecondFactor } else { SessionState::Open };
                self.open(caller, &user, Opening { state, means: Means::Password, user_agent, before, passkey: None }).await
            }
            Some(user) => {
                self.refused(caller, &user, "password");
                Err(wrong())
            }
            None => Err(wrong()),
        }
    }

    /// Notes that somebody could not show that they are `user`: the first times, then at most once an hour, since the log only grows.
    /// Nobody waits for it: the time of the answer would tell that there is such an account.
    pub(super) fn refused(&self, caller: &Caller, user: &User, what: &'static str) {
        if !self.throttles.may_note_refusal(user.key) {
            return;
        }
        let done = Done::new("session.refused", "user", user.id, &user.name).changed("shown", "", what);
        let (ledger, caller) = (self.ledger.clone(), Caller { idempotency: None, ..caller.clone() });
        tokio::spawn(async move {
            let noted = ledger.change(&caller, None, move |_, _| Box::pin(async move { Ok((Nothing {}, vec![done])) }));
            if let Err(error) = noted.await {
                tracing::warn!(%error, "a refused sign-in could not be noted");
            }
        });
    }

    /// Opens a session.
    pub(super) async fn open(
        &self,
        caller: &Caller,
        user: &User,
        Opening { state, means, user_agent, before, passkey }: Opening<'_>,
    ) -> Result<Opened, Problem> {
        let (token, before) = (token(), before.map(hash));
        let session_hash = hash(&token);
        let address = caller.address.map(|address| address.to_string());
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect::<String>();
        let shown = user.clone();
        let caller = self.acting(caller, user);
        self.change(&caller, None, move |transaction, now| {
            Box::pin(async move {
                // What was looked at before may be over by now: somebody disabled, another password, another second factor.
                let fresh = transaction.user(shown.id).await?.filter(|fresh| {
                    let is_same = fresh.password_hash == shown.password_hash && fresh.totp_secret == shown.totp_secret;
                    fresh.disabled_at.is_none() && is_same
                });
                let fresh = fresh.ok_or(Problem::SignedOut)?;
                if let Some((passkey, credential)) = passkey
                    && !transaction.used_passkey(passkey, &credential, now).await?
                {
                    return Err(Problem::SignedOut);
                }
                let wait = if state == SessionState::Open { SESSION_IDLE } else { SECOND_FACTOR_WAIT };
                let session = Session {
                    id: Uuid::now_v7(),
                    user_key: fresh.key,
                    state,
                    created_at: now,
                    last_seen_at: now,
                    expires_at: now.plus(wait),
                    confirmed_at: now,
                    address,
                    user_agent: (!user_agent.is_empty()).then_some(user_agent),
                };
                let had = match before {
                    Some(before) => transaction.delete_session(&before).await?,
                    None => false,
                };
                // A second factor belongs to a password that was shown: that must still wait for it.
                if !had && matches!(means, Means::PasswordAndCode | Means::PasswordAndRecoveryCode) {
                    return Err(Problem::SignedOut);
                }
                transaction.insert_session(&session_hash, &session).await?;
                let done = Done::new("session.opened", "user", fresh.id, &fresh.name).changed("means", "", means.name());
                Ok((Nothing {}, if state == SessionState::Open { vec![done] } else { Vec::new() }))
            })
        })
        .await?;
        Ok(Opened { token, needs_second_factor: state == SessionState::SecondFactor })
    }

    /// The same caller, once it is known who it is.
    pub(super) fn acting(&self, caller: &Caller, user: &User) -> Caller {
        self.acting_as(caller, (user.key, user.id), user.name.to_string(), user.role)
    }

    fn acting_as(&self, caller: &Caller, (key, id): (i64, Uuid), name: String, role: Role) -> Caller {
        let who = Who::User(SignedIn { key, id, name, role, session: NO_SESSION, confirmed_at: self.now() });
        Caller { who, idempotency: None, ..caller.clone() }
    }

    /// Shows the second factor: a code of the app, or a recovery code.
    pub(crate) async fn show_code(&self, caller: &Caller, shown: &str, code: &str, user_agent: &str) -> Result<Opened, Problem> {
        self.throttles.address(caller.address)?;
        let known = self.session(shown).await?.filter(|known| known.session.state == SessionState::SecondFactor);
        let Some(Known { user, .. }) = known else { return Err(Problem::SignedOut) };
        self.throttles.second_factor(user.key)?;
        let means = self.use_code(&self.acting(caller, &user), &user, code).await?;
        let Some(means) = means else {
            self.refused(caller, &user, "second factor");
            return Err(Problem::invalid("code", "invalid-code"));
        };
        let opening = Opening { state: SessionState::Open, means, user_agent, before: Some(shown), passkey: None };
        self.open(caller, &user, opening).await
    }

    /// Uses up a code; `None` when it is not good.
    async fn use_code(&self, caller: &Caller, user: &User, code: &str) -> Result<Option<Means>, Problem> {
        let user_key = user.key;
        if let Some(secret) = &user.totp_secret
            && let Some(step) = second_factor::step_of(secret, code, self.now())
        {
            let is_good = self
                .change(caller, None, move |transaction, _| {
                    Box::pin(async move { Ok((transaction.use_totp_step(user_key, step).await?, Vec::new())) })
                })
                .await?;
            return Ok(is_good.then_some(Means::PasswordAndCode));
        }
        let (code, done) =
            (super::secret::recovery_hash(code), Done::new("user.recovery_code_used", "user", user.id, &user.name));
        let is_good = self
            .change(caller, None, move |transaction, now| {
                Box::pin(async move {
                    let is_good = transaction.use_recovery_code(user_key, &code, now).await?;
                    Ok((is_good, if is_good { vec![done] } else { Vec::new() }))
                })
            })
            .await?;
        Ok(is_good.then_some(Means::PasswordAndRecoveryCode))
    }

    /// Ends the session that asks.
    pub(crate) async fn sign_out(&self, caller: &Caller) -> Result<(), Problem> {
        let user = caller.person()?;
        let (session, done) = (user.session, Done::new("session.ended", "user", user.id, &user.name));
        self.change(caller, None, move |transaction, _| {
            Box::pin(async move {
                transaction.delete_session(&session).await?;
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        Ok(())
    }

    /// Shows the password once more, before something that matters; whoever has a second factor shows that too, or else it could be
    /// taken away by the password alone.
    pub(crate) async fn confirm_by_password(&self, caller: &Caller, password: &Secret, code: &str) -> Result<(), Problem> {
        let signed_in = caller.person()?;
        self.throttles.confirmation(signed_in.key)?;
        let user = self.store.user(signed_in.id).await?.ok_or(Problem::SignedOut)?;
        if !self.passwords.verify(password, user.password_hash.as_ref()).await? {
            self.refused(caller, &user, "password");
            return Err(Problem::invalid("password", "invalid-password"));
        }
        if user.totp_secret.is_some() {
            self.throttles.second_factor(user.key)?;
            if self.use_code(caller, &user, code).await?.is_none() {
                self.refused(caller, &user, "second factor");
                return Err(Problem::invalid("code", "invalid-code"));
            }
        }
        self.confirmed(caller).await
    }

    /// Notes that they have just shown who they are.
    pub(super) async fn confirmed(&self, caller: &Caller) -> Result<(), Problem> {
        let session = caller.person()?.session;
        self.change(caller, None, move |transaction, now| {
            Box::pin(async move {
                transaction.confirm_session(&session, now).await?;
                Ok((Nothing {}, Vec::new()))
            })
        })
        .await?;
        Ok(())
    }

    /// A link for the first account, if there is none yet; only the newest is good. For whoever reads the log.
    pub(crate) async fn first_link(&self) -> Result<Option<String>, Problem> {
        let token = token();
        let kept = hash(&token);
        let is_first = self
            .change(&Caller::system(), None, move |transaction, now| {
                Box::pin(async move {
                    if transaction.has_users().await? {
                        return Ok((false, Vec::new()));
                    }
                    transaction.insert_link(&kept, None, now, now.plus(LINK_FOR)).await?;
                    Ok((true, Vec::new()))
                })
            })
            .await?;
        Ok(is_first.then_some(token))
    }

    /// What a one-time link opens. Looking at it does not use it up.
    pub(crate) async fn look_at_link(&self, caller: &Caller, token: &str) -> Result<OpenLink, Problem> {
        self.throttles.address(caller.address)?;
        let link = self.store.link(&hash(token), self.now()).await?.ok_or(Problem::NotFound("link"))?;
        Ok(OpenLink { user: link.user })
    }

    /// Uses a one-time link: a new password, for the first account also its name. Whoever was signed in to that account is so no more.
    pub(crate) async fn set_up(
        &self,
        caller: &Caller,
        (link, name): (&str, &str),
        password: &Secret,
        user_agent: &str,
    ) -> Result<Opened, Problem> {
        let known = self.look_at_link(caller, link).await?;
        let mut invalid = Vec::new();
        let is_first = known.user.is_none();
        let name = known.name().as_deref().unwrap_or(name).parse::<UserName>().ok();
        if name.is_none() {
            invalid.push(Invalid::new("name", "invalid-name"));
        }
        if let Err(error) = password::check(password.expose(), name.as_ref().map_or("", UserName::as_str)) {
            invalid.push(Invalid::new("password", password_key(error)));
        }
        let Some(name) = name.filter(|_| invalid.is_empty()) else { return Err(Problem::Invalid(invalid)) };
        let (password_hash, link) = (self.passwords.hash(password).await?, hash(link));
        // Whoever has the link is who the account is for, and the log says so.
        let fresh = Uuid::now_v7();
        let (who, role) = known.user.as_ref().map_or((fresh, Role::Owner), |user| (user.id, user.role));
        let acting = self.acting_as(caller, (0, who), name.to_string(), role);
        let id = self
            .change(&acting, None, move |transaction, now| {
                Box::pin(async move {
                    let taken = transaction.take_link(&link, now).await?.ok_or(Problem::NotFound("link"))?;
                    let key = match taken.user_key {
                        Some(key) => key,
                        // Two may have had the link open.
                        None if transaction.has_users().await? => return Err(Problem::NotFound("link")),
                        None => {
                            let new = NewUser { id: fresh, name: name.clone(), role: Role::Owner, created_at: now };
                            transaction.insert_user(&new).await?
                        }
                    };
                    let user = transaction.user_by_name(&name).await?.filter(|user| user.key == key);
                    let user = user.ok_or(Problem::NotFound("link"))?;
                    let has_had = user.password_hash.is_some();
                    transaction.set_password(key, &password_hash).await?;
                    transaction.delete_sessions(key, None).await?;
                    transaction.delete_links(key).await?;
                    let action = if has_had { "user.password_set" } else { "user.signed_up" };
                    let done = Done::new(action, "user", user.id, &user.name).changed("role", "", user.role.name());
                    Ok((user.id, vec![done]))
                })
            })
            .await?;
        let user = self.store.user(id).await?.ok_or(Problem::NotFound("link"))?;
        if is_first {
            tracing::info!(name = %user.name, "the first account was set up");
        }
        // Who only has a link has not shown the second factor.
        let state = if user.totp_secret.is_some() { SessionState::SecondFactor } else { SessionState::Open };
        self.open(caller, &user, Opening { state, means: Means::Link, user_agent, before: None, passkey: None }).await
    }
}

/// The message for a password that cannot be.
pub(super) fn password_key(error: password::PasswordError) -> &'static str {
    match error {
        password::PasswordError::TooShort => "invalid-password-short",
        password::PasswordError::TooLong => "invalid-password-long",
        password::PasswordError::Guessable => "invalid-password-guessable",
    }
}

/// Makes a one-time link for an account.
pub(super) async fn insert_link(transaction: &mut Transaction<'_>, user_key: i64, now: Timestamp) -> Result<String, Problem> {
    let token = token();
    transaction.insert_link(&hash(&token), Some(user_key), now, now.plus(LINK_FOR)).await?;
    Ok(token)
}
