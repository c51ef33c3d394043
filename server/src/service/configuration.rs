//! What is watched: the file, what was made at the desk, and what is paused, put together and taken up without a restart. One at a time:
//! a change of the file and a change at the desk never cross.
//!
//! The file's time and size are looked at every two seconds: that works on every file system and through the links that Kubernetes mounts.
//! What cannot be put together changes nothing and is said on stderr, in `/readyz` and on *Now*.
//!
//! What is stored and what is in force may part: a commit that takes longer than its sender waits, a fault of ours in between. Whoever
//! changes something says beforehand that they may ([`Turn::is_stale`]); the next turn reads again what is stored and takes it up.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use domain::probe::observation::Observation;
use domain::text::Slug;
use domain::time::Timestamp;
use probe::Target;
use probe::schedule::Scheduler;
use store::definitions::{Definition, Pause};
use store::{Store, StoreError};
use tokio::sync::{Mutex, MutexGuard};

use super::enrolment;
use super::monitoring::Monitoring;
use super::uplink::Uplink;
use crate::config::{self, Config, ConfigErrors, Environment, Loaded, Made, MadeMistake};

/// How long somebody waits until what is stored can be read behind everything that is being written.
const STORED_LIMIT: Duration = Duration::from_secs(5);

/// What a file looked like.
type Look = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

fn look(files: &[PathBuf]) -> Look {
    let of = |path: &PathBuf| std::fs::metadata(path).ok().and_then(|meta| Some((meta.modified().ok()?, meta.len())));
    files.iter().map(|path| (path.clone(), of(path))).collect()
}

/// The targets of the self check.
pub(crate) fn targets(config: &Config) -> Vec<Target> {
    config.self_check.iter().map(|target| Target { host: target.host.clone(), port: target.port.get() }).collect()
}

/// What is put together.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    /// The file as it was last read without mistakes.
    pub(crate) file: Config,
    /// What was made at the desk.
    pub(crate) definitions: Vec<Definition>,
    /// What is paused.
    pub(crate) pauses: Vec<Pause>,
}

/// Why sources cannot be put together.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// Mistakes in what was made at the desk, or in how it fits the file.
    Mistakes(Vec<MadeMistake>),
    /// A fault of ours, which is in the log.
    Fault,
}

/// Everything that is configured, paused or not, and what is watched of it.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub(crate) config: Arc<Config>,
    pub(crate) pauses: Arc<Vec<Pause>>,
    pub(crate) definitions: Arc<Vec<Definition>>,
}

impl Whole {
    /// Puts sources together. `folder` is where the paths in definitions begin.
    pub(crate) fn of(sources: &Sources, folder: &Path, environment: &Environment) -> Result<Self, Vec<MadeMistake>> {
        let made: Vec<Made> = sources.definitions.iter().map(made).collect();
        let config = config::overlay(&sources.file, &made, folder, &|name| environment(name))?;
        let definitions = Arc::new(sources.definitions.clone());
        let whole = Self { config: Arc::new(config), pauses: Arc::default(), definitions };
        Ok(whole.with_pauses(&sources.pauses))
    }

    /// The same with other pauses, as far as there are such probes. Nothing is read for it.
    pub(crate) fn with_pauses(self, pauses: &[Pause]) -> Self {
        let known = |pause: &&Pause| self.config.probes.iter().any(|probe| probe.slug == pause.probe);
        let pauses: Vec<Pause> = pauses.iter().filter(known).cloned().collect();
        Self { pauses: Arc::new(pauses), ..self }
    }

    /// Without what is paused.
    pub(crate) fn watched(&self) -> Config {
        let mut config = Config::clone(&self.config);
        config.probes.retain(|probe| self.pause(&probe.slug).is_none());
        config
    }

    /// The pause of a probe.
    pub(crate) fn pause(&self, probe: &Slug) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.probe == *probe)
    }
}

/// As the configuration wants it.
pub(crate) fn made(definition: &Definition) -> Made {
    let kind = match definition.kind {
        store::definitions::DefinitionKind::Group => config::MadeKind::Group,
        store::definitions::DefinitionKind::Component => config::MadeKind::Component,
        store::definitions::DefinitionKind::Probe => config::MadeKind::Probe,
    };
    Made { kind, slug: definition.slug.clone(), body: definition.body.clone() }
}

/// Who changes what is watched, one at a time.
#[derive(Debug)]
pub(crate) struct Configuration {
    path: PathBuf,
    turn: Mutex<Turn>,
    whole: RwLock<Whole>,
    is_valid: AtomicBool,
}

/// Whose turn it is to change something.
pub(crate) struct Turn {
    path: PathBuf,
    environment: Environment,
    monitoring: Arc<Monitoring>,
    store: Store,
    scheduler: Scheduler,
    uplink: Arc<Uplink>,
    pub(crate) sources: Sources,
    /// True while more may be stored than is in force: from before a change is committed until it is taken up.
    pub(crate) is_stale: bool,
    files: Vec<PathBuf>,
    fingerprint: u64,
    /// What the files looked like; empty: look again.
    seen: Look,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What a configuration is begun with.
pub(crate) struct Beginning {
    pub(crate) path: PathBuf,
    pub(crate) environment: Environment,
    pub(crate) monitoring: Arc<Monitoring>,
    pub(crate) store: Store,
    pub(crate) scheduler: Scheduler,
    pub(crate) uplink: Arc<Uplink>,
    pub(crate) loaded: Loaded,
    pub(crate) sources: Sources,
    pub(crate) whole: Whole,
}

impl Configuration {
    pub(crate) fn new(beginning: Beginning) -> Self {
        let Beginning { path, environment, monitoring, store, scheduler, uplink, loaded, sources, whole } = beginning;
        let Loaded { files_read, fingerprint, .. } = loaded;
        let turn = Turn {
            path: path.clone(),
            environment,
            monitoring,
            store,
            scheduler,
            uplink,
            sources,
            is_stale: false,
            files: files_read,
            fingerprint,
            // Nothing seen yet: the first look reads again, in case the file changed between its reading and now.
            seen: Look::new(),
        };
        Self { path, turn: Mutex::new(turn), whole: RwLock::new(whole), is_valid: AtomicBool::new(true) }
    }

    /// Everything that is configured.
    pub(crate) fn whole(&self) -> Whole {
        self.whole.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// False while the file on disk is not what is in force, because it has mistakes.
    pub(crate) fn is_valid(&self) -> bool {
        self.is_valid.load(Ordering::Relaxed)
    }

    /// Waits for one's turn.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().await
    }

    /// Waits for one's turn to change something; all that is stored is then known.
    pub(crate) async fn turn_to_change(&self) -> Result<MutexGuard<'_, Turn>, StoreError> {
        let mut turn = self.turn().await;
        self.catch_up(&mut turn).await?;
        Ok(turn)
    }

    /// Takes up what people changed, in somebody's turn. What is stored and cannot be taken up stays for the next turn.
    pub(crate) async fn take_up(&self, turn: &mut Turn, sources: Sources, whole: Whole) -> Result<(), String> {
        if let Err(problem) = self.put_in_force(turn, sources, whole).await {
            self.is_valid.store(false, Ordering::Relaxed);
            return Err(problem);
        }
        turn.is_stale = false;
        if !self.is_valid() {
            // What was changed may be what the file did not fit: it is read again although it is the same.
            turn.seen = Look::new();
        }
        Ok(())
    }

    async fn put_in_force(&self, turn: &mut Turn, sources: Sources, whole: Whole) -> Result<(), String> {
        turn.take_up(&whole).await?;
        turn.sources = sources;
        *self.whole.write().unwrap_or_else(PoisonError::into_inner) = whole;
        Ok(())
    }

    /// Reads what is stored and takes it up, if it may be more than what is in force. Otherwise a change that was committed although
    /// nobody heard of it would be in the way of every later one until the next start.
    async fn catch_up(&self, turn: &mut Turn) -> Result<(), StoreError> {
        if !turn.is_stale {
            return Ok(());
        }
        let (definitions, pauses) = turn.stored().await?;
        turn.sources.definitions = definitions;
        turn.sources.pauses = pauses;
        let put_together = turn.put_together(turn.sources.clone()).await;
        let (sources, whole) = put_together.unwrap_or_else(|unusable| {
            tracing::error!(?unusable, "what is stored cannot be put together; of it, only pauses are taken up");
            // Said in full when the file is read again.
            self.is_valid.store(false, Ordering::Relaxed);
            (turn.sources.clone(), self.whole().with_pauses(&turn.sources.pauses))
        });
        if let Err(problem) = self.take_up(turn, sources, whole).await {
            // No reason to refuse a change, which may be what mends it.
            tracing::error!(problem, "what is stored could not be taken up; trying again");
        }
        Ok(())
    }

    /// Looks whether the file changed, and whether a pause is over, and takes up what there is.
    pub(crate) async fn look(&self, now: Timestamp) -> Vec<Pause> {
        let mut turn = self.turn().await;
        let revived = turn.scheduler.revive();
        if revived > 0 {
            tracing::error!(revived, "probes had died and were started again");
        }
        if let Err(error) = self.catch_up(&mut turn).await {
            tracing::debug!(%error, "what is stored could not be read; trying again");
        }
        self.look_at_files(&mut turn).await;
        let is_over = |pause: &&Pause| pause.until.is_some_and(|until| until <= now);
        turn.sources.pauses.iter().filter(is_over).cloned().collect()
    }

    async fn look_at_files(&self, turn: &mut Turn) {
        let now = look(&turn.files);
        if now == turn.seen {
            return;
        }
        turn.seen = now;
        let (path, environment) = (turn.path.clone(), Arc::clone(&turn.environment));
        let read = tokio::task::spawn_blocking(move || config::load(&path, &|name| environment(name))).await;
        let loaded = match read {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(errors)) => {
                if turn.files != errors.files_read {
                    turn.files.clone_from(&errors.files_read);
                    turn.seen = look(&turn.files);
                }
                return self.report(&errors);
            }
            Err(panic) => {
                tracing::error!(%panic, "reading the configuration failed; the one before stays in force");
                return;
            }
        };
        if turn.files != loaded.files_read {
            turn.files.clone_from(&loaded.files_read);
            // Looked at only now: the next look reads once more, in case they changed in between.
            turn.seen = Look::new();
        }
        if loaded.fingerprint == turn.fingerprint && self.is_valid() {
            return;
        }
        let sources = Sources { file: loaded.config, ..turn.sources.clone() };
        let (sources, whole) = match turn.put_together(sources).await {
            Ok(put_together) => put_together,
            Err(Unusable::Mistakes(mistakes)) => {
                return self.report(&config::conflicts(&mistakes, &turn.path.display().to_string()));
            }
            Err(Unusable::Fault) => return self.is_valid.store(false, Ordering::Relaxed),
        };
        let (components, probes) = (whole.config.components.len(), whole.config.probes.len());
        match self.put_in_force(turn, sources, whole).await {
            Ok(()) => {
                turn.fingerprint = loaded.fingerprint;
                self.is_valid.store(true, Ordering::Relaxed);
                tracing::info!(components, probes, "took up the changed configuration");
            }
            Err(problem) => {
                self.is_valid.store(false, Ordering::Relaxed);
                tracing::error!(problem, "the changed configuration could not be taken up; the one before stays in force");
                turn.seen = Look::new();
            }
        }
    }

    /// Mistakes go to stderr as they are, for eyes, besides the log's one line.
    fn report(&self, errors: &ConfigErrors) {
        self.is_valid.store(false, Ordering::Relaxed);
        tracing::error!(path = %self.path.display(), mistakes = errors.mistakes.len(), "the configuration has mistakes; the one before stays in force");
        complain!("{errors}");
    }
}

impl Turn {
    /// Where the paths of the configuration begin.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Puts other sources together, where that keeps nobody else waiting: there may be thousands, and files are read for them.
    pub(crate) fn put_together(
        &self,
        sources: Sources,
    ) -> impl Future<Output = Result<(Sources, Whole), Unusable>> + Send + use<> {
        let (folder, environment) = (self.folder().to_owned(), Arc::clone(&self.environment));
        let working = tokio::task::spawn_blocking(move || {
            let whole = Whole::of(&sources, &folder, &environment);
            whole.map(|whole| (sources, whole))
        });
        async move {
            match working.await {
                Ok(outcome) => outcome.map_err(Unusable::Mistakes),
                Err(panic) => {
                    tracing::error!(%panic, "putting the configuration together failed");
                    Err(Unusable::Fault)
                }
            }
        }
    }

    /// What is stored, read behind everything that was left to be written before.
    fn stored(&self) -> impl Future<Output = Result<(Vec<Definition>, Vec<Pause>), StoreError>> + Send + use<> {
        let (clock, writer) = (Arc::clone(&self.monitoring.clock), self.monitoring.writer.clone());
        async move {
            let limit = clock.sleep_until(clock.elapsed() + STORED_LIMIT);
            writer
                .transact(
                    |transaction| {
                        Box::pin(async move {
                            let definitions = transaction.definitions().await?;
                            Ok::<_, StoreError>((definitions, transaction.pauses().await?))
                        })
                    },
                    limit,
                )
                .await
        }
    }

    /// One more execution of a probe, beside its rhythm.
    pub(crate) fn run_now(&self, probe: &Slug) -> Option<impl Future<Output = Observation> + Send + use<>> {
        let key = {
            let state = self.monitoring.state();
            state.probes.iter().find(|(_, watched)| watched.slug == *probe).map(|(key, _)| *key)
        };
        self.scheduler.run_now(key?)
    }

    async fn take_up(&mut self, whole: &Whole) -> Result<(), String> {
        let config = Arc::new(whole.watched());
        let roster = enrolment::enrol(&self.monitoring, &config).await.map_err(|error| error.to_string())?;
        let prepared = self.scheduler.prepare(enrolment::schedule(&config, &roster)).map_err(|(_, error)| error.to_string())?;
        self.uplink.set_targets(targets(&config));
        enrolment::switch_to(&self.monitoring, &self.store, config, &roster).await.map_err(|error| error.to_string())?;
        self.scheduler.switch_to(prepared);
        Ok(())
    }
}
