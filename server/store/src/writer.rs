//! The writer: one task that owns the only writing connection. Whoever has something to keep leaves it here and goes on.
//!
//! Results are committed in batches, about once a second. Believed changes, calls of heartbeats and people's actions are committed
//! at once. While the database is locked by somebody else the task tries again and all waits in memory, up to a limit that is
//! counted in minutes of results; past it the oldest are given up, counted and said. Changes have a limit of their own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::probe::heartbeat::Ping;
use domain::probe::observation::{CauseKind, Observation, Verdict};
use domain::time::Timestamp;
use domain::tower::{Effect, ProbeKey};
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Notify, oneshot, watch};

use crate::action::{Act, Action, Transaction};
use crate::alerts::AlertChange;
use crate::notifications::{DeliveryChange, Notification};
use crate::retention::{Horizon, Place, Slice};
use crate::roster::{Roster, Wanted};
use crate::{StoreError, WritingConnection, apply, transaction};

/// Results that may wait for the disk: 20 minutes of 10,000 probes a minute, about 20 MB.
pub const WAITING_RESULTS_MAX: usize = 200_000;
/// Changes that may wait. Each stands for a confirmed turn of a probe, so this is hours of a large installation in flames.
pub const WAITING_CHANGES_MAX: usize = 200_000;
/// How long results gather before they are committed.
const BATCH_INTERVAL: Duration = Duration::from_secs(1);
/// Longest detail of a result that is kept, in characters.
const DETAIL_CHARS_MAX: usize = 500;
/// Pause between two attempts while the database is locked (each attempt itself waits for the lock a while).
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// One result as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptResult {
    /// Of which probe.
    pub probe: ProbeKey,
    /// When the execution started.
    pub at: Timestamp,
    /// What it says.
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// HTTP status or exit code.
    pub code: Option<u16>,
    /// Why it was not up.
    pub cause: Option<CauseKind>,
    /// The cause in words.
    pub detail: Option<Box<str>>,
}

impl KeptResult {
    /// What is kept of an observation.
    pub fn new(probe: ProbeKey, observation: &Observation) -> Self {
        Self {
            probe,
            at: observation.at,
            verdict: observation.verdict,
            duration_us: observation.duration_us,
            code: observation.code,
            cause: observation.cause.as_ref().map(|cause| cause.kind),
            detail: observation.cause.as_ref().map(|cause| cause.detail.chars().take(DETAIL_CHARS_MAX).collect()),
        }
    }
}

/// One call of a heartbeat as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPing {
    /// Of which probe.
    pub probe: ProbeKey,
    /// The call.
    pub ping: Ping,
    /// How long the job ran, in milliseconds, if this call ended a run.
    pub run_ms: Option<u64>,
    /// What the sender had to say, at most [`domain::probe::heartbeat::PING_BODY_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

/// Something that is written at once and in order.
#[derive(Debug)]
pub enum Change {
    /// A believed history changed.
    Effect(Effect),
    /// A heartbeat called.
    Ping(KeptPing),
    /// An alert began, turned, ended, or was decided about.
    Alert(Box<AlertChange>),
    /// Something is to be said to the people on duty.
    Notification(Box<Notification>),
    /// What became of that.
    Delivery(Box<DeliveryChange>),
}

#[derive(Debug)]
enum Waiting {
    Change(Change),
    /// A change whose sender waits for the commit. If it has gone away before the commit, the change is not made.
    Answered(Vec<Change>, oneshot::Sender<()>),
    Roster(Wanted, oneshot::Sender<Result<Roster, StoreError>>),
    RollUp {
        until: Timestamp,
    },
    Retain(Horizon, Place, oneshot::Sender<Result<Slice, StoreError>>),
    Action(Box<dyn Act>),
}

impl Waiting {
    /// True when who left it no longer waits for it.
    fn is_abandoned(&self) -> bool {
        match self {
            Self::Change(_) | Self::RollUp { .. } => false,
            Self::Answered(_, sender) => sender.is_closed(),
            Self::Roster(_, sender) => sender.is_closed(),
            Self::Retain(_, _, sender) => sender.is_closed(),
            Self::Action(action) => action.is_abandoned(),
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    results: VecDeque<KeptResult>,
    changes: VecDeque<Waiting>,
}

impl Queue {
    /// Makes room for one more. What nobody waits for goes first, then the oldest change; gives how many changes were lost.
    fn make_room(&mut self) -> u64 {
        if self.changes.len() < WAITING_CHANGES_MAX {
            return 0;
        }
        self.changes.retain(|waiting| !waiting.is_abandoned());
        if self.changes.len() < WAITING_CHANGES_MAX {
            return 0;
        }
        let oldest = self.changes.iter().position(|waiting| matches!(waiting, Waiting::Change(_)));
        u64::from(self.changes.remove(oldest.unwrap_or(0)).is_some())
    }
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Notify,
    is_closed: watch::Sender<bool>,
    alive_at_ms: AtomicI64,
    results_written: AtomicU64,
    results_dropped: AtomicU64,
    changes_dropped: AtomicU64,
    is_stuck: AtomicBool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic elsewhere cannot leave a queue half changed: every critical section is a few pushes or a take.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where everybody leaves what must be kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WriterHandle(Arc<Shared>);

/// How the writer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterHealth {
    /// Results and changes that wait for the disk.
    pub waiting: usize,
    /// Results committed since the start.
    pub results_written: u64,
    /// Results given up because too many waited.
    pub results_dropped: u64,
    /// Changes given up because too many waited.
    pub changes_dropped: u64,
    /// True while the newest attempt to write failed.
    pub is_stuck: bool,
}

impl WriterHandle {
    /// Leaves a result. Never waits.
    pub fn result(&self, result: KeptResult) {
        let mut queue = self.0.queue();
        if queue.results.len() >= WAITING_RESULTS_MAX {
            queue.results.pop_front();
            self.0.results_dropped.fetch_add(1, Ordering::Relaxed);
        }
        queue.results.push_back(result);
    }

    /// Leaves changes, to be committed at once. Never waits.
    pub fn changes(&self, changes: impl IntoIterator<Item = Change>) {
        let mut queue = self.0.queue();
        for change in changes {
            self.0.changes_dropped.fetch_add(queue.make_room(), Ordering::Relaxed);
            queue.changes.push_back(Waiting::Change(change));
        }
        drop(queue);
        self.0.wake.notify_one();
    }

    /// Leaves changes that belong together and returns when they are on disk, or with [`StoreError::TooSlow`] once `limit` has
    /// come; then they are not made, unless their commit was just under way.
    pub async fn commit(&self, changes: Vec<Change>, limit: impl Future<Output = ()>) -> Result<(), StoreError> {
        let answer = self.ask(|sender| Waiting::Answered(changes, sender));
        tokio::select! {
            biased;
            outcome = answer => outcome.map_err(|_| StoreError::Stopped),
            () = limit => Err(StoreError::TooSlow),
        }
    }

    /// Does `work` in a transaction of its own and returns when it is on disk, or with [`StoreError::TooSlow`] once `limit` has come;
    /// then it is not done, unless it was just under way. An error of `work` undoes all of it.
    pub async fn transact<T, E, F>(&self, work: F, limit: impl Future<Output = ()>) -> Result<T, E>
    where
        F: for<'t, 'c> FnOnce(&'t mut Transaction<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let answer = self.ask(|answer| Waiting::Action(Box::new(Action { work, answer })));
        tokio::select! {
            biased;
            outcome = answer => outcome.unwrap_or_else(|_| Err(StoreError::Stopped.into())),
            () = limit => Err(StoreError::TooSlow.into()),
        }
    }

    /// Gives everything that is configured its key. Waits as long as the database is locked.
    pub async fn enrol(&self, wanted: Wanted) -> Result<Roster, StoreError> {
        self.ask(|sender| Waiting::Roster(wanted, sender)).await.map_err(|_| StoreError::Stopped)?
    }

    /// Condenses all results before `until` that are not condensed yet, a slice at a time, between which others are served.
    pub fn roll_up(&self, until: Timestamp) {
        let mut queue = self.0.queue();
        // One at a time: it does the work of those that came while it waited.
        queue.changes.retain(|waiting| !matches!(waiting, Waiting::RollUp { .. }));
        queue.changes.push_back(Waiting::RollUp { until });
        drop(queue);
        self.0.wake.notify_one();
    }

    /// Deletes one slice of what lies before `horizon`, from `place` on.
    pub async fn retain(&self, horizon: Horizon, place: Place) -> Result<Slice, StoreError> {
        self.ask(|sender| Waiting::Retain(horizon, place, sender)).await.map_err(|_| StoreError::Stopped)?
    }

    /// Says that Yagura watches at `now`; kept with the next commit, or within a second.
    pub fn alive(&self, now: Timestamp) {
        self.0.alive_at_ms.store(now.as_ms(), Ordering::Relaxed);
    }

    /// How the writer is doing.
    pub fn health(&self) -> WriterHealth {
        let queue = self.0.queue();
        WriterHealth {
            waiting: queue.results.len() + queue.changes.len(),
            results_written: self.0.results_written.load(Ordering::Relaxed),
            results_dropped: self.0.results_dropped.load(Ordering::Relaxed),
            changes_dropped: self.0.changes_dropped.load(Ordering::Relaxed),
            is_stuck: self.0.is_stuck.load(Ordering::Relaxed),
        }
    }

    /// No more comes: the writer commits what waits and ends.
    pub fn close(&self) {
        self.0.is_closed.send_replace(true);
    }

    fn ask<T>(&self, make: impl FnOnce(oneshot::Sender<T>) -> Waiting) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        if !*self.0.is_closed.borrow() {
            let mut queue = self.0.queue();
            self.0.changes_dropped.fetch_add(queue.make_room(), Ordering::Relaxed);
            queue.changes.push_back(make(sender));
        }
        self.0.wake.notify_one();
        receiver
    }
}

/// The task.
#[derive(Debug)]
pub struct Writer {
    connection: SqliteConnection,
    shared: Arc<Shared>,
}

impl Writer {
    /// A writer on the writing connection, and the way to reach it.
    pub fn new(WritingConnection(connection): WritingConnection) -> (Self, WriterHandle) {
        let shared = Arc::new(Shared::default());
        (Self { connection, shared: Arc::clone(&shared) }, WriterHandle(shared))
    }

    /// Writes until [`WriterHandle::close`], then what is left, giving up on that after `patience`.
    pub async fn run(mut self, patience: Duration) {
        let mut closed = self.shared.is_closed.subscribe();
        let shared = Arc::clone(&self.shared);
        loop {
            // Woken by a change, by the interval for results, or by the end.
            tokio::select! {
                () = shared.wake.notified() => {}
                () = tokio::time::sleep(BATCH_INTERVAL) => {}
                _ = closed.wait_for(|is_closed| *is_closed) => {}
            }
            let is_last = *closed.borrow();
            let mut closing = closed.clone();
            let out_of_patience = async move {
                let _ = closing.wait_for(|is_closed| *is_closed).await;
                tokio::time::sleep(patience).await;
            };
            tokio::select! {
                biased;
                () = self.write_waiting() => {}
                () = out_of_patience => {
                    tracing::error!("the database stayed locked while stopping; what waited is lost");
                    break;
                }
            }
            if is_last {
                break;
            }
        }
        // Leaves one file behind, so that copying it is a copy of everything. Whoever ran out of patience may have left something begun.
        for last in ["ROLLBACK", "PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            if let Err(error) = sqlx::query(last).execute(&mut self.connection).await {
                tracing::debug!(%error, last, "could not tidy up the database");
            }
        }
        let _ = sqlx::Connection::close(self.connection).await;
    }

    async fn write_waiting(&mut self) {
        let (results, changes) = {
            let mut queue = self.shared.queue();
            (std::mem::take(&mut queue.results), std::mem::take(&mut queue.changes))
        };
        let mut batch = apply::Batch::new(results.into(), self.shared.alive_at_ms.load(Ordering::Relaxed));
        for waiting in changes {
            match waiting {
                Waiting::Change(change) => batch.push(vec![change], None),
                Waiting::Answered(changes, sender) => batch.push(changes, Some(sender)),
                other => {
                    // Jobs see what was left before them and run in transactions of their own.
                    self.commit(std::mem::replace(&mut batch, apply::Batch::new(Vec::new(), 0))).await;
                    self.job(other).await;
                }
            }
        }
        self.commit(batch).await;
    }

    /// Commits a batch, however long that takes.
    async fn commit(&mut self, mut batch: apply::Batch) {
        let results = batch.results().len() as u64;
        loop {
            batch.forget_the_gone();
            match batch.write(&mut self.connection).await {
                Ok(()) => break,
                Err(error) if error.is_lasting() => return self.commit_singly(batch, &error).await,
                Err(error) => self.wait_after(&error).await,
            }
        }
        self.unstuck();
        self.shared.results_written.fetch_add(results, Ordering::Relaxed);
        batch.answer();
    }

    /// Something in a batch can never be written. It must not stop what stands behind it: everything is tried by itself, and what
    /// is refused is given up, counted and said. Who waits for it hears that it was not kept.
    async fn commit_singly(&mut self, batch: apply::Batch, cause: &StoreError) {
        tracing::error!(error = %cause, "the database refuses something for good; keeping the rest");
        for single in batch.into_singles() {
            let results = single.results().len() as u64;
            loop {
                match single.write(&mut self.connection).await {
                    Ok(()) => {
                        self.shared.results_written.fetch_add(results, Ordering::Relaxed);
                        single.answer();
                        break;
                    }
                    Err(error) if error.is_lasting() => {
                        tracing::error!(%error, "given up");
                        let given_up = if results > 0 { &self.shared.results_dropped } else { &self.shared.changes_dropped };
                        given_up.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    Err(error) => self.wait_after(&error).await,
                }
            }
        }
        self.unstuck();
    }

    async fn job(&mut self, job: Waiting) {
        match job {
            Waiting::Roster(wanted, sender) => {
                let outcome = loop {
                    match crate::roster::enrol(&mut self.connection, &wanted).await {
                        Err(error) if error.is_busy() => self.wait_after(&error).await,
                        outcome => break outcome,
                    }
                };
                self.unstuck();
                let _ = sender.send(outcome);
            }
            Waiting::RollUp { until } => match crate::rollup::roll_up(&mut self.connection, until).await {
                Ok(false) => {}
                // The rest comes behind what has been left meanwhile.
                Ok(true) => WriterHandle(Arc::clone(&self.shared)).roll_up(until),
                // Not urgent: when it fails, the next one does its work too.
                Err(error) => tracing::warn!(%error, "rollups are late"),
            },
            Waiting::Retain(horizon, place, sender) => {
                let _ = sender.send(crate::retention::delete_slice(&mut self.connection, horizon, place).await);
            }
            Waiting::Action(action) => {
                // Only the lock is waited for; what comes after it fails or not, once.
                while !action.is_abandoned() {
                    match transaction::begin(&mut self.connection).await {
                        Ok(()) => {
                            action.run(&mut self.connection).await;
                            break;
                        }
                        Err(error) => self.wait_after(&error).await,
                    }
                }
                self.unstuck();
            }
            Waiting::Change(_) | Waiting::Answered(..) => {}
        }
    }

    async fn wait_after(&self, error: &StoreError) {
        if !self.shared.is_stuck.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "cannot write to the database; results wait in memory, checks go on");
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }

    fn unstuck(&self) {
        if self.shared.is_stuck.swap(false, Ordering::Relaxed) {
            tracing::info!("the database takes writes again");
        }
    }
}
