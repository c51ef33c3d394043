//! What is watched: the file, what was made at the desk, and what is paused, put together and taken up without a restart. One at a time:
//! a change of the file and a change at the desk never cross.
//!
//! The file's time and size are looked at every two seconds: that works on every file system and through the links that Kubernetes mounts.
//! What cannot be put together changes nothing and is said on stderr, in `/readyz` and on *Now*.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use domain::probe::observation::Observation;
use domain::text::Slug;
use domain::time::Timestamp;
use probe::Target;
use probe::schedule::Scheduler;
use store::Store;
use store::definitions::{Definition, Pause};
use tokio::sync::{Mutex, MutexGuard};

use super::enrolment;
use super::monitoring::Monitoring;
use super::uplink::Uplink;
use crate::config::{self, Config, ConfigErrors, Environment, Loaded, Made, MadeMistake};

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
    pub(crate) fn of(sources: &Sources, folder: &Path, environment: &Environment) -> Result<Self, Unusable> {
        let made: Vec<Made> = sources.definitions.iter().map(made).collect();
        let config = config::overlay(&sources.file, &made, folder, &|name| environment(name)).map_err(Unusable::Mistakes)?;
        let known = |pause: &&Pause| config.probes.iter().any(|probe| probe.slug == pause.probe);
        let pauses = sources.pauses.iter().filter(known).cloned().collect();
        Ok(Self { config: Arc::new(config), pauses: Arc::new(pauses), definitions: Arc::new(sources.definitions.clone()) })
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

    /// Waits for one's turn to change something.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().await
    }

    /// Takes up other sources in somebody's turn.
    pub(crate) async fn take_up(&self, turn: &mut Turn, sources: Sources, whole: Whole) -> Result<(), String> {
        turn.take_up(&whole).await?;
        turn.sources = sources;
        *self.whole.write().unwrap_or_else(PoisonError::into_inner) = whole;
        Ok(())
    }

    /// Says that what is stored is not in force yet; the next look tries again.
    pub(crate) fn try_again(&self, turn: &mut Turn) {
        turn.seen = Look::new();
        turn.fingerprint = turn.fingerprint.wrapping_add(1);
        self.is_valid.store(false, Ordering::Relaxed);
    }

    /// Looks whether the file changed, and whether a pause is over, and takes up what there is.
    pub(crate) async fn look(&self, now: Timestamp) -> Vec<Pause> {
        let mut turn = self.turn().await;
        let revived = turn.scheduler.revive();
        if revived > 0 {
            tracing::error!(revived, "probes had died and were started again");
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
        let whole = match Whole::of(&sources, turn.folder(), &turn.environment) {
            Ok(whole) => whole,
            Err(Unusable::Mistakes(mistakes)) => {
                return self.report(&config::conflicts(&mistakes, &turn.path.display().to_string()));
            }
        };
        let (components, probes) = (whole.config.components.len(), whole.config.probes.len());
        match self.take_up(turn, sources, whole).await {
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
        eprintln!("{errors}");
    }
}

impl Turn {
    /// Where the paths of the configuration begin.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Puts other sources together.
    pub(crate) fn whole(&self, sources: &Sources) -> Result<Whole, Unusable> {
        Whole::of(sources, self.folder(), &self.environment)
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
