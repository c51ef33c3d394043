//! Passkeys, by `webauthn-rs`: registered and shown in two steps, between which a challenge is kept here, for five minutes and not too
//! many at a time. Who may ask stands in the site's address: a passkey is bound to its host.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;
use serde_json::Value;
use store::accounts::{self, TotpSecret};
use store::sessions::SessionState;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder,
};

use super::caller::Caller;
use super::desk::{Desk, Done};
use super::problem::Problem;
use super::sign_in::{Means, Nothing, Opened, Opening};

/// A ceremony must be over within this time.
const CEREMONY_FOR: Duration = Duration::from_secs(5 * 60);
/// Ceremonies at a time; the oldest goes. Anybody may begin one.
const CEREMONIES_MAX: usize = 1_000;
/// A secret for the second factor waits this long for its first code.
const TOTP_FOR: Duration = Duration::from_secs(15 * 60);
/// Secrets that wait at a time.
const TOTP_MAX: usize = 1_000;
/// Passkeys of one person.
const PASSKEYS_MAX: usize = 20;
/// Longest name of a passkey, in characters.
const NAME_CHARS_MAX: usize = 64;

enum Challenge {
    Register(i64, PasskeyRegistration),
    SignIn(DiscoverableAuthentication),
    Confirm(i64, PasskeyAuthentication),
}

#[derive(Default)]
struct Waiting {
    /// Begun by people who are signed in.
    own: HashMap<Uuid, (Timestamp, Challenge)>,
    /// Begun by anybody, and kept apart, so that strangers push nobody out but each other.
    sign_ins: HashMap<Uuid, (Timestamp, Challenge)>,
    /// By session: whoever had another session has not seen this one.
    totp: HashMap<[u8; 32], (Timestamp, TotpSecret)>,
}

/// What waits for its second step. In memory only: after a restart one begins anew.
#[derive(Default)]
pub(crate) struct Ceremonies(Mutex<Waiting>);

impl fmt::Debug for Ceremonies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceremonies").finish_non_exhaustive()
    }
}

/// Drops what is too old, and the oldest if there are still too many.
fn make_room<K: Copy + Eq + std::hash::Hash, V>(
    kept: &mut HashMap<K, (Timestamp, V)>,
    now: Timestamp,
    life: Duration,
    max: usize,
) {
    kept.retain(|_, (since, _)| now.since(*since) <= life);
    while kept.len() >= max {
        let Some(oldest) = kept.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| *key) else { return };
        kept.remove(&oldest);
    }
}

impl Ceremonies {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Every critical section is one insert or remove, so a panic leaves nothing half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, now: Timestamp, challenge: Challenge) -> Uuid {
        let mut waiting = self.waiting();
        let place = if matches!(challenge, Challenge::SignIn(_)) { &mut waiting.sign_ins } else { &mut waiting.own };
        make_room(place, now, CEREMONY_FOR, CEREMONIES_MAX);
        let id = Uuid::new_v4();
        place.insert(id, (now, challenge));
        id
    }

    /// A challenge can be answered once.
    fn take(&self, now: Timestamp, id: Uuid) -> Option<Challenge> {
        let mut waiting = self.waiting();
        let (since, challenge) = waiting.own.remove(&id).or_else(|| waiting.sign_ins.remove(&id))?;
        (now.since(since) <= CEREMONY_FOR).then_some(challenge)
    }

    /// The secret that waits for its first code, or a new one.
    pub(super) fn totp_secret(&self, session: [u8; 32], now: Timestamp, make: impl FnOnce() -> TotpSecret) -> TotpSecret {
        if let Some(secret) = self.known_totp_secret(session, now) {
            return secret;
        }
        let mut waiting = self.waiting();
        make_room(&mut waiting.totp, now, TOTP_FOR, TOTP_MAX);
        waiting.totp.entry(session).or_insert_with(|| (now, make())).1.clone()
    }

    /// The secret that waits for its first code.
    pub(super) fn known_totp_secret(&self, session: [u8; 32], now: Timestamp) -> Option<TotpSecret> {
        let waiting = self.waiting();
        let (since, secret) = waiting.totp.get(&session)?;
        (now.since(*since) <= TOTP_FOR).then(|| secret.clone())
    }

    pub(super) fn forget_totp_secret(&self, session: [u8; 32]) {
        self.waiting().totp.remove(&session);
    }
}

/// The first step: what the browser is asked.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) ceremony: Uuid,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub(crate) public_key: Value,
}

/// True when passkeys can be bound to this address: a host that is a name. Browsers refuse numbers.
pub(crate) fn is_possible(base: &str) -> bool {
    webauthn(base).is_ok()
}

fn webauthn(base: &str) -> Result<Webauthn, Problem> {
    let refused = || Problem::Refused("refused-passkeys");
    let origin = Url::parse(base).map_err(|_| refused())?;
    let host = match origin.host() {
        Some(url::Host::Domain(host)) => host.to_owned(),
        _ => return Err(refused()),
    };
    // A passkey without TLS only works on the machine itself.
    if origin.scheme() != "https" && host != "localhost" && !host.ends_with(".localhost") {
        return Err(refused());
    }
    let builder = WebauthnBuilder::new(&host, &origin).map_err(|_| refused())?;
    builder.rp_name("Yagura").timeout(CEREMONY_FOR).build().map_err(|_| refused())
}

/// The JSON for the browser, of the one field that its functions take.
fn public_key(challenge: &impl serde::Serialize) -> Result<Value, Problem> {
    let mut challenge = serde_json::to_value(challenge).map_err(|_| Problem::Busy)?;
    Ok(challenge.get_mut("publicKey").map(Value::take).unwrap_or_default())
}

fn stored(passkeys: &[accounts::Passkey]) -> Vec<Passkey> {
    passkeys.iter().filter_map(|passkey| serde_json::from_str(&passkey.credential).ok()).collect()
}

fn failed(error: impl fmt::Display) -> Problem {
    // Anybody can send anything here, so it is no news.
    tracing::debug!(%error, "a passkey was not accepted");
    Problem::invalid("credential", "invalid-passkey")
}

impl Desk {
    /// First step of a new passkey.
    pub(crate) async fn begin_registration(&self, caller: &Caller, base: &str) -> Result<Begun, Problem> {
        let signed_in = caller.person()?;
        if !caller.is_confirmed(self.now()) {
            return Err(Problem::NeedsConfirmation);
        }
        let passkeys = self.store.passkeys(signed_in.key).await?;
        if passkeys.len() >= PASSKEYS_MAX {
            return Err(Problem::Refused("refused-too-many-passkeys"));
        }
        let known: Vec<CredentialID> = passkeys.iter().map(|passkey| passkey.credential_id.clone()).collect();
        let (challenge, state) = webauthn(base)?
            .start_passkey_registration(signed_in.id, &signed_in.name, &signed_in.name, Some(known))
            .map_err(failed)?;
        let mut public_key = public_key(&challenge)?;
        // Kept by the authenticator itself, so that one signs in without typing a name.
        if let Some(selection) = public_key.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
            selection.insert("residentKey".to_owned(), "required".into());
            selection.insert("requireResidentKey".to_owned(), true.into());
        }
        let ceremony = self.ceremonies.begin(self.now(), Challenge::Register(signed_in.key, state));
        Ok(Begun { ceremony, public_key })
    }

    /// Second step of a new passkey.
    pub(crate) async fn finish_registration(
        &self,
        caller: &Caller,
        base: &str,
        ceremony: Uuid,
        credential: Value,
        name: &str,
    ) -> Result<Uuid, Problem> {
        let signed_in = caller.person()?.clone();
        let credential: RegisterPublicKeyCredential = serde_json::from_value(credential).map_err(failed)?;
        let Some(Challenge::Register(user_key, state)) = self.ceremonies.take(self.now(), ceremony) else {
            return Err(Problem::Refused("refused-ceremony-over"));
        };
        if user_key != signed_in.key {
            return Err(Problem::Refused("refused-ceremony-over"));
        }
        let passkey = webauthn(base)?.finish_passkey_registration(&credential, &state).map_err(failed)?;
        let credential_id: Vec<u8> = passkey.cred_id().clone();
        let credential = serde_json::to_string(&passkey).map_err(failed)?;
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        let name = if name.is_empty() { "passkey".to_owned() } else { name };
        if self.store.passkey_by_credential(&credential_id).await?.is_some() {
            return Err(Problem::invalid("credential", "invalid-passkey-known"));
        }
        let done = Done::new("user.passkey_added", "user", signed_in.id, &signed_in.name).changed("passkey", "", name.as_str());
        self.change(caller, None, move |transaction, now| {
            Box::pin(async move {
                // Again, where nobody can come between.
                let user = transaction.user(signed_in.id).await?.ok_or(Problem::SignedOut)?;
                if user.passkeys as usize >= PASSKEYS_MAX {
                    return Err(Problem::Refused("refused-too-many-passkeys"));
                }
                let id = Uuid::now_v7();
                let kept =
                    accounts::Passkey { id, user_key, name, credential_id, credential, created_at: now, last_used_at: None };
                transaction.insert_passkey(&kept).await?;
                Ok((id, vec![done]))
            })
        })
        .await
    }

    /// First step of signing in: any passkey that the browser has for this site.
    pub(crate) fn begin_sign_in(&self, caller: &Caller, base: &str) -> Result<Begun, Problem> {
        self.throttles.address(caller.address)?;
        let (challenge, state) = webauthn(base)?.start_discoverable_authentication().map_err(failed)?;
        let ceremony = self.ceremonies.begin(self.now(), Challenge::SignIn(state));
        Ok(Begun { ceremony, public_key: public_key(&challenge)? })
    }

    /// Second step of signing in. A passkey is both factors: something one has, and a finger or a number.
    pub(crate) async fn finish_sign_in(
        &self,
        caller: &Caller,
        base: &str,
        (ceremony, credential): (Uuid, Value),
        user_agent: &str,
        before: Option<&str>,
    ) -> Result<Opened, Problem> {
        self.throttles.address(caller.address)?;
        let credential: PublicKeyCredential = serde_json::from_value(credential).map_err(failed)?;
        let Some(Challenge::SignIn(state)) = self.ceremonies.take(self.now(), ceremony) else {
            return Err(Problem::Refused("refused-ceremony-over"));
        };
        let webauthn = webauthn(base)?;
        let (user_id, credential_id) = webauthn.identify_discoverable_authentication(&credential).map_err(failed)?;
        let found = self.store.passkey_by_credential(credential_id).await?;
        let (user, kept) =
            found.filter(|(user, _)| user.id == user_id && user.disabled_at.is_none()).ok_or_else(|| failed("it is nobody's"))?;
        let mut passkey: Passkey = serde_json::from_str(&kept.credential).map_err(failed)?;
        let shown = webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey).map_err(failed)?;
        passkey.update_credential(&shown);
        let passkey = Some((kept.id, serde_json::to_string(&passkey).map_err(failed)?));
        let opening = Opening { state: SessionState::Open, means: Means::Passkey, user_agent, before, passkey };
        self.open(caller, &user, opening).await
    }

    /// First step of showing once more who one is.
    pub(crate) async fn begin_confirmation(&self, caller: &Caller, base: &str) -> Result<Begun, Problem> {
        let signed_in = caller.person()?;
        let passkeys = stored(&self.store.passkeys(signed_in.key).await?);
        if passkeys.is_empty() {
            return Err(Problem::Refused("refused-no-passkey"));
        }
        let (challenge, state) = webauthn(base)?.start_passkey_authentication(&passkeys).map_err(failed)?;
        let ceremony = self.ceremonies.begin(self.now(), Challenge::Confirm(signed_in.key, state));
        Ok(Begun { ceremony, public_key: public_key(&challenge)? })
    }

    /// Second step of showing once more who one is.
    pub(crate) async fn finish_confirmation(
        &self,
        caller: &Caller,
        base: &str,
        ceremony: Uuid,
        credential: Value,
    ) -> Result<(), Problem> {
        let signed_in = caller.person()?;
        let credential: PublicKeyCredential = serde_json::from_value(credential).map_err(failed)?;
        let state = match self.ceremonies.take(self.now(), ceremony) {
            Some(Challenge::Confirm(user_key, state)) if user_key == signed_in.key => state,
            _ => return Err(Problem::Refused("refused-ceremony-over")),
        };
        let shown = webauthn(base)?.finish_passkey_authentication(&credential, &state).map_err(failed)?;
        let found = self.store.passkey_by_credential(shown.cred_id()).await?;
        let (_, kept) = found.filter(|(user, _)| user.key == signed_in.key).ok_or_else(|| failed("it is nobody's"))?;
        let mut passkey: Passkey = serde_json::from_str(&kept.credential).map_err(failed)?;
        passkey.update_credential(&shown);
        self.used(caller, kept.id, &passkey).await?;
        self.confirmed(caller).await
    }

    async fn used(&self, caller: &Caller, id: Uuid, passkey: &Passkey) -> Result<(), Problem> {
        let credential = serde_json::to_string(passkey).map_err(failed)?;
        self.change(caller, None, move |transaction, now| {
            Box::pin(async move {
                if !transaction.used_passkey(id, &credential, now).await? {
                    return Err(Problem::SignedOut);
                }
                Ok((Nothing {}, Vec::new()))
            })
        })
        .await?;
        Ok(())
    }
}
