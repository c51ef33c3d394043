//! The desk: everything that people and programs may ask for, each with the question whether they may. Pages, the API and the command
//! line call the same functions; the other files of this folder that begin with `impl Desk` are its subjects.
//!
//! A change is one transaction: what it changes, its rows in the audit log, and what is remembered for a request that is sent twice.

use std::sync::Arc;
use std::time::Duration;

use domain::account::Permission;
use domain::time::Timestamp;
use futures::future::BoxFuture;
use probe::clock::Clock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::audit::NewAudit;
use store::keys::ApiKey;
use store::sessions::SessionState;
use store::{Store, Transaction, WriterHandle};

use super::action_items::ActionWatch;
use super::backup::BackupWatch;
use super::caller::{Caller, NO_SESSION, Who};
use super::configuration::Configuration;
use super::monitoring::Monitoring;
use super::notifications::Notifications;
use super::passkeys::Ceremonies;
use super::problem::Problem;
use super::runbooks::Runbooks;
use super::runs::RunWatch;
use super::secret::Passwords;
use super::throttle::Throttles;

/// How long somebody waits for a change to be on disk before they are told to try again.
const CHANGE_LIMIT: Duration = Duration::from_secs(5);

/// Where changes are made and written down. Enough for what a command does while no server runs.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Store,
    pub(super) writer: WriterHandle,
}

/// Everything that can be asked for.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(super) ledger: Ledger,
    pub(super) store: Store,
    pub(super) writer: WriterHandle,
    pub(super) monitoring: Arc<Monitoring>,
    pub(super) passwords: Passwords,
    pub(super) throttles: Throttles,
    pub(super) ceremonies: Ceremonies,
    pub(crate) configuration: Configuration,
    /// How the scheduled backups are doing.
    pub(crate) backups: BackupWatch,
    pub(super) runbooks: Runbooks,
    pub(super) runs: RunWatch,
    pub(super) notifications: Notifications,
    pub(super) action_watch: ActionWatch,
}

/// What was done, for the audit log.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(super) action: &'static str,
    pub(super) object_kind: &'static str,
    pub(super) object_id: String,
    pub(super) object_name: String,
    /// `{"name": [before, after]}`, without secrets.
    pub(super) change: serde_json::Value,
}

impl Done {
    pub(super) fn new(
        action: &'static str,
        object_kind: &'static str,
        object_id: impl ToString,
        object_name: impl ToString,
    ) -> Self {
        let (object_id, object_name) = (object_id.to_string(), object_name.to_string());
        Self { action, object_kind, object_id, object_name, change: serde_json::json!({}) }
    }

    /// Notes a value before and after, if they differ.
    pub(super) fn changed<T: Serialize>(mut self, name: &str, before: T, after: T) -> Self {
        let pair = [before, after].map(|value| serde_json::to_value(value).unwrap_or_default());
        if pair[0] != pair[1]
            && let Some(change) = self.change.as_object_mut()
        {
            change.insert(name.to_owned(), serde_json::Value::from(pair.to_vec()));
        }
        self
    }
}

/// What somebody did, as a row of the audit log.
pub(super) fn audit_row(caller: &Caller, done: Done, now: Timestamp) -> NewAudit {
    let Done { action, object_kind, object_id, object_name, change } = done;
    let (actor_kind, actor_id) = caller.actor();
    NewAudit {
        at: now,
        actor_kind,
        actor_id,
        actor_name: caller.name().to_owned(),
        action,
        object_kind,
        object_id,
        object_name,
        change,
        address: caller.address.map(|address| address.to_string()),
        request_id: caller.request,
    }
}

/// What a change gives, and what it did.
pub(super) type Outcome<T> = Result<(T, Vec<Done>), Problem>;

impl Desk {
    /// How many passwords were checked since the start.
    pub(crate) fn passwords_checked(&self) -> u64 {
        self.passwords.checked()
    }

    pub(crate) fn new(store: Store, monitoring: Arc<Monitoring>, configuration: Configuration, backups: BackupWatch) -> Self {
        let (clock, writer) = (Arc::clone(&monitoring.clock), monitoring.writer.clone());
        let throttles = Throttles::new(&clock);
        Self {
            ledger: Ledger::new(clock, store.clone(), writer.clone()),
            store,
            writer,
            monitoring,
            passwords: Passwords::default(),
            throttles,
            ceremonies: Ceremonies::default(),
            configuration,
            backups,
            runbooks: Runbooks::default(),
            runs: RunWatch::default(),
            notifications: Notifications::default(),
            action_watch: ActionWatch::default(),
        }
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.ledger.clock.now()
    }

    /// Changes something in one transaction, if they may. A request that was done before gives what it gave then.
    pub(super) async fn change<T, F>(&self, caller: &Caller, permission: Option<Permission>, work: F) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>, Timestamp) -> BoxFuture<'t, Outcome<T>> + Send + 'static,
    {
        self.ledger.change(caller, permission, work).await
    }

    /// What the same request gave when it was done before.
    pub(super) async fn done_before<T: DeserializeOwned + Send + 'static>(&self, caller: &Caller) -> Result<Option<T>, Problem> {
        self.ledger.done_before(caller).await
    }
}

impl Ledger {
    pub(crate) fn new(clock: Arc<dyn Clock>, store: Store, writer: WriterHandle) -> Self {
        Self { clock, store, writer }
    }

    /// What the same request gave when it was done before.
    pub(super) async fn done_before<T: DeserializeOwned + Send + 'static>(&self, caller: &Caller) -> Result<Option<T>, Problem> {
        if caller.idempotency.is_none() {
            return Ok(None);
        }
        let caller = caller.clone();
        let limit = self.clock.sleep_until(self.clock.elapsed() + CHANGE_LIMIT);
        self.writer.transact(move |transaction| Box::pin(async move { earlier(transaction, &caller).await }), limit).await
    }

    /// Changes something in one transaction, if they may. A request that was done before gives what it gave then.
    pub(super) async fn change<T, F>(&self, caller: &Caller, permission: Option<Permission>, work: F) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>, Timestamp) -> BoxFuture<'t, Outcome<T>> + Send + 'static,
    {
        let now = self.clock.now();
        if let Some(permission) = permission {
            caller.must(permission, now)?;
        }
        let caller = caller.clone();
        let limit = self.clock.sleep_until(self.clock.elapsed() + CHANGE_LIMIT);
        self.writer
            .transact(move |transaction| Box::pin(in_transaction(transaction, (caller, permission), now, work)), limit)
            .await
    }
}

/// Under whose name outcomes are remembered.
fn remembered_by(caller: &Caller) -> String {
    let (kind, id) = caller.actor();
    format!("{}:{id}", kind.name())
}

/// What the same request gave when it was done before.
async fn earlier<T: DeserializeOwned>(transaction: &mut Transaction<'_>, caller: &Caller) -> Result<Option<T>, Problem> {
    let Some(asked) = &caller.idempotency else { return Ok(None) };
    let Some(earlier) = transaction.earlier_outcome(&remembered_by(caller), &asked.key).await? else { return Ok(None) };
    if earlier.request_hash != asked.request_hash {
        return Err(Problem::KeyReused);
    }
    // What cannot be read any more was written by another version; the request was done, and must not be done again.
    serde_json::from_str(&earlier.outcome).map(Some).map_err(|_| Problem::KeyReused)
}

/// Looks again at who asks: they may have been signed out, disabled or made less while this waited for its turn.
async fn still_may(
    transaction: &mut Transaction<'_>,
    caller: &Caller,
    permission: Option<Permission>,
    now: Timestamp,
) -> Result<(), Problem> {
    match &caller.who {
        // Whoever is just signing in has no session yet.
        Who::User(user) if user.session != NO_SESSION => {
            let found = transaction.session(&user.session).await?;
            let (session, fresh) = found.ok_or(Problem::SignedOut)?;
            let is_open = session.state == SessionState::Open && session.expires_at > now && fresh.disabled_at.is_none();
            if !is_open {
                return Err(Problem::SignedOut);
            }
            if permission.is_some_and(|permission| !fresh.role.may(permission)) {
                return Err(Problem::Forbidden);
            }
        }
        Who::Key { id, .. } => {
            let fresh = transaction.api_key(*id).await?;
            let is_good = |key: &ApiKey| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now);
            if !fresh.as_ref().is_some_and(is_good) {
                return Err(Problem::SignedOut);
            }
        }
        _ => {}
    }
    Ok(())
}

async fn in_transaction<T, F>(
    transaction: &mut Transaction<'_>,
    (caller, permission): (Caller, Option<Permission>),
    now: Timestamp,
    work: F,
) -> Result<T, Problem>
where
    T: Serialize + DeserializeOwned,
    F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>, Timestamp) -> BoxFuture<'t, Outcome<T>>,
{
    still_may(transaction, &caller, permission, now).await?;
    if let Some(earlier) = earlier(transaction, &caller).await? {
        return Ok(earlier);
    }
    let (value, done) = work(transaction, now).await?;
    for done in done {
        transaction.append_audit(&audit_row(&caller, done, now)).await?;
    }
    if let Some(asked) = &caller.idempotency {
        let outcome = serde_json::to_string(&value).map_err(|_| Problem::Busy)?;
        transaction.keep_outcome(&remembered_by(&caller), &asked.key, &asked.request_hash, &outcome, now).await?;
    }
    Ok(value)
}

/// Does something to its end, also when nobody waits for it any more: the handler of a client that has gone is dropped wherever
/// it stands, and what was kept by then would not be taken up.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or_else(|panic| {
        tracing::error!(%panic, "a change broke off");
        Err(Problem::Busy)
    })
}
