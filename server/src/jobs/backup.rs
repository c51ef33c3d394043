//! Makes backups on schedule, keeps as many as are wanted, and rings when the next one is late. The settings may change at any time,
//! and a folder that does not answer keeps nothing from ringing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::probe::confirm::CLOCK_STEP_MAX;
use domain::probe::heartbeat::{Ping, Signal};
use domain::text::Slug;
use domain::time::Timestamp;
use futures::future::BoxFuture;
use notify::Notification;
use probe::clock::Clock;
use store::Store;

use crate::config::BackupSettings;
use crate::service::backup::{BackupFile, BackupStatus, BackupWatch, Schedule, delete_surplus, file_name, make, newest_good};
use crate::service::monitoring::{Monitoring, PingOutcome};

/// How soon changed settings and what is due are noticed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// After a failure it is tried again so much later.
const RETRY: Duration = Duration::from_secs(600);
/// Pause between two attempts to read what rang before a restart.
const READ_RETRY: Duration = Duration::from_secs(10);

/// Something that belongs into the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackupEvent {
    /// A backup was made, and old ones were deleted for it.
    Made { file: String, bytes: u64, took_ms: u64, deleted: Vec<String> },
    /// Backups fail from now on. Told once, until one is made again.
    Failed { error: String },
}

/// Writes an event down.
pub(crate) type Tell = Box<dyn Fn(BackupEvent) -> BoxFuture<'static, ()> + Send + Sync>;

/// The loop.
pub(crate) struct Backups {
    pub(crate) monitoring: Arc<Monitoring>,
    pub(crate) store: Store,
    /// The configuration file, which goes into every backup.
    pub(crate) config: PathBuf,
    pub(crate) watch: BackupWatch,
    pub(crate) tell: Tell,
}

enum Outcome {
    /// The newest backup that was there already.
    Looked(Option<BackupFile>),
    Made {
        file: BackupFile,
        took_ms: u64,
        deleted: Vec<String>,
    },
}

type Attempt = Result<Outcome, String>;

/// What is to be done under the settings that are in force.
struct Plan {
    settings: BackupSettings,
    schedule: Schedule,
    newest: Option<BackupFile>,
    has_looked: bool,
    error: Option<String>,
    /// By the monotonic clock: before this, nothing is tried.
    retry_at: Duration,
    attempt: Option<BoxFuture<'static, Attempt>>,
}

impl Plan {
    fn new(settings: BackupSettings, now: Timestamp) -> Self {
        let schedule = Schedule { every: settings.every, since: now };
        Self { settings, schedule, newest: None, has_looked: false, error: None, retry_at: Duration::ZERO, attempt: None }
    }

    /// When the newest was made. One from the future is as good as none: the clock was wrong, and nothing would be due for long.
    fn newest_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.newest.as_ref().map(|file| file.at).filter(|at| *at <= now.plus(CLOCK_STEP_MAX))
    }

    /// What rang before a restart rings on until there is a backup.
    fn is_late(&self, now: Timestamp, is_ringing: bool) -> bool {
        let newest = self.newest_at(now);
        (newest.is_none() && is_ringing) || self.schedule.late_at(newest) <= now
    }

    fn status(&self, now: Timestamp, is_late: bool) -> BackupStatus {
        BackupStatus {
            newest_good_at: self.newest.as_ref().map(|file| file.at),
            bytes: self.newest.as_ref().map(|file| file.bytes),
            error: self.error.clone(),
            due_at: self.schedule.due_at(self.newest_at(now)),
            is_late,
        }
    }
}

async fn outcome(plan: Option<&mut Plan>) -> Attempt {
    let Some(attempt) = plan.and_then(|plan| plan.attempt.as_mut()) else { return std::future::pending().await };
    attempt.await
}

async fn look(folder: PathBuf, now: Timestamp) -> Attempt {
    match newest_good(folder.clone(), now).await {
        Ok(newest) => Ok(Outcome::Looked(newest)),
        // The folder is not made: under a mount point that is empty just now it would be in the wrong place.
        Err(error) => Err(format!(
            "cannot read the folder for backups {}: {error}; it must be a folder that this user can write",
            folder.display()
        )),
    }
}

async fn make_one(clock: Arc<dyn Clock>, store: Store, config: PathBuf, settings: BackupSettings) -> Attempt {
    let (now, began) = (clock.now(), clock.elapsed());
    let path = settings.folder.join(file_name(now));
    let made = make(&store, &path, &config, now).await.map_err(|error| error.to_string())?;
    let took_ms = clock.elapsed().saturating_sub(began).as_millis() as u64;
    // A backup is good whether or not those before it go.
    let deleted = delete_surplus(settings.folder, settings.keep, now).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "old backups could not be looked for");
        Vec::new()
    });
    Ok(Outcome::Made { file: BackupFile { at: now, path, bytes: made.bytes }, took_ms, deleted })
}

impl Backups {
    /// Makes backups for ever.
    pub(crate) async fn run(self) {
        let clock = Arc::clone(&self.monitoring.clock);
        let mut late_since = self.ringing_since().await;
        let mut plan: Option<Plan> = None;
        loop {
            let settings = self.monitoring.state().config.backup.clone();
            if plan.as_ref().map(|plan| &plan.settings) != settings.as_ref() {
                plan = settings.map(|settings| Plan::new(settings, clock.now()));
            }
            if let Some(plan) = &mut plan {
                self.begin(plan);
            }
            self.report(plan.as_ref(), &mut late_since);
            let nap = clock.sleep_until(clock.elapsed() + LOOK_EVERY);
            let attempt = tokio::select! {
                attempt = outcome(plan.as_mut()) => Some(attempt),
                () = nap => None,
            };
            if let (Some(plan), Some(attempt)) = (&mut plan, attempt) {
                self.take(plan, attempt).await;
            }
        }
    }

    /// Since when the alert has been ringing, if it rang when Yagura was last stopped.
    async fn ringing_since(&self) -> Option<Timestamp> {
        loop {
            match self.store.open_tower_alert(notify::BACKUP_LATE).await {
                Ok(since) => return since,
                Err(error) => tracing::warn!(%error, "open alerts cannot be read; backups wait for that"),
            }
            let clock = &self.monitoring.clock;
            clock.sleep_until(clock.elapsed() + READ_RETRY).await;
        }
    }

    /// Begins what is to be done, one thing at a time.
    fn begin(&self, plan: &mut Plan) {
        let clock = Arc::clone(&self.monitoring.clock);
        if plan.attempt.is_some() || clock.elapsed() < plan.retry_at {
            return;
        }
        let now = clock.now();
        if !plan.has_looked {
            plan.attempt = Some(Box::pin(look(plan.settings.folder.clone(), now)));
        } else if plan.schedule.due_at(plan.newest_at(now)) <= now {
            let making = make_one(clock, self.store.clone(), self.config.clone(), plan.settings.clone());
            plan.attempt = Some(Box::pin(making));
        }
    }

    /// Takes what came of it.
    async fn take(&self, plan: &mut Plan, attempt: Attempt) {
        plan.attempt = None;
        match attempt {
            Ok(Outcome::Looked(newest)) => {
                plan.has_looked = true;
                plan.newest = newest;
            }
            Ok(Outcome::Made { file, took_ms, deleted }) => {
                let (name, bytes) = (file.name(), file.bytes);
                tracing::info!(file = %file.path.display(), bytes, took_ms, deleted = deleted.len(), "made a backup");
                plan.error = None;
                plan.newest = Some(file);
                self.call(plan.settings.heartbeat.as_ref(), format!("{name}: {bytes} bytes in {took_ms} ms")).await;
                (self.tell)(BackupEvent::Made { file: name, bytes, took_ms, deleted }).await;
            }
            Err(error) => {
                tracing::error!(%error, again_in_s = RETRY.as_secs(), "a backup could not be made");
                plan.retry_at = self.monitoring.clock.elapsed() + RETRY;
                if plan.error.replace(error.clone()).is_none() {
                    (self.tell)(BackupEvent::Failed { error }).await;
                }
            }
        }
    }

    /// Says how backups are doing, and rings or ceases to.
    fn report(&self, plan: Option<&Plan>, late_since: &mut Option<Timestamp>) {
        let now = self.monitoring.clock.now();
        // Where none are wanted none is late.
        let is_late = plan.is_some_and(|plan| plan.is_late(now, late_since.is_some()));
        self.watch.set(plan.map(|plan| plan.status(now, is_late)));
        let (started_at, ended_at) = match (*late_since, is_late) {
            (None, true) => (now, None),
            (Some(since), false) => (since, Some(now)),
            _ => return,
        };
        *late_since = is_late.then_some(now);
        self.monitoring.state().backup_late_since = *late_since;
        self.monitoring.changed_inside();
        notify::log(&Notification { alert_type: notify::BACKUP_LATE, started_at, ended_at });
    }

    /// Calls the heartbeat that waits for good backups, as another program would.
    async fn call(&self, heartbeat: Option<&Slug>, words: String) {
        let Some(slug) = heartbeat else { return };
        let Some(token) = self.token_of(slug) else {
            tracing::warn!(heartbeat = %slug, "the heartbeat that backups are to call is paused or not there");
            return;
        };
        let ping = Ping { at: self.monitoring.clock.now(), signal: Signal::Success, run_id: None };
        match self.monitoring.pinged(&token, ping, words.into_bytes()).await {
            PingOutcome::Kept => {}
            PingOutcome::UnknownToken => tracing::warn!(heartbeat = %slug, "the heartbeat of backups has just been changed"),
            PingOutcome::NotKept(error) => tracing::warn!(%error, heartbeat = %slug, "the heartbeat of backups was not called"),
        }
    }

    fn token_of(&self, slug: &Slug) -> Option<String> {
        let state = self.monitoring.state();
        let (key, _) = state.probes.iter().find(|(_, watched)| watched.slug == *slug)?;
        let (token, _) = state.tokens.iter().find(|(_, probe)| *probe == key)?;
        Some(token.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rang_before_a_restart_rings_until_there_is_a_backup() {
        let hour = Duration::from_secs(3600);
        let now = Timestamp::from_ms(1_795_000_000_000);
        let settings = BackupSettings { folder: PathBuf::from("/backups"), every: 24 * hour, keep: 7, heartbeat: None };
        let mut plan = Plan::new(settings, now);
        assert!(!plan.is_late(now, false), "the first one may take a while");
        assert!(plan.is_late(now, true));
        assert!(plan.is_late(now.plus(hour), false));
        plan.newest = Some(BackupFile { at: now, path: PathBuf::from("/backups/a.db"), bytes: 1 });
        assert!(!plan.is_late(now.plus(47 * hour), true));
        assert!(plan.is_late(now.plus(48 * hour), false));
        assert_eq!(plan.status(now, false).due_at, now.plus(24 * hour));
        plan.newest = Some(BackupFile { at: now.plus(1_000 * hour), path: PathBuf::from("/backups/b.db"), bytes: 1 });
        assert_eq!(plan.status(now, false).due_at, now, "one from the future is as good as none");
    }
}
