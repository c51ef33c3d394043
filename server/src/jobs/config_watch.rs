//! Takes up changes of the configuration file, and of the files it names, without a restart. Looks at their times and sizes every two
//! seconds: that works on every file system and through the links that Kubernetes mounts. A file with mistakes changes nothing and is
//! said on stderr and in `/readyz`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use probe::Target;
use probe::schedule::Scheduler;
use store::Store;

use crate::config::{self, Config, Environment, Loaded};
use crate::service::enrolment;
use crate::service::monitoring::Monitoring;
use crate::service::uplink::Uplink;

const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Everything that a new configuration reaches.
pub(crate) struct ConfigWatch {
    pub(crate) path: PathBuf,
    pub(crate) environment: Environment,
    pub(crate) monitoring: Arc<Monitoring>,
    pub(crate) store: Store,
    pub(crate) scheduler: Scheduler,
    pub(crate) uplink: Arc<Uplink>,
    pub(crate) is_valid: Arc<AtomicBool>,
}

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

impl ConfigWatch {
    /// Follows the files for ever; `loaded` is what runs.
    pub(crate) async fn run(mut self, loaded: Loaded) {
        let Loaded { files_read, fingerprint, .. } = loaded;
        let (mut files, mut fingerprint) = (files_read, fingerprint);
        // Nothing seen yet: the first look reads again, in case the file changed between its reading and now.
        let mut seen = Look::new();
        loop {
            let clock = &self.monitoring.clock;
            clock.sleep_until(clock.elapsed() + LOOK_EVERY).await;
            let revived = self.scheduler.revive();
            if revived > 0 {
                tracing::error!(revived, "probes had died and were started again");
            }
            let now = look(&files);
            if now == seen {
                continue;
            }
            seen = now;
            let (path, environment) = (self.path.clone(), Arc::clone(&self.environment));
            let read = tokio::task::spawn_blocking(move || config::load(&path, &|name| environment(name))).await;
            match read {
                Ok(Ok(loaded)) => {
                    if files != loaded.files_read {
                        files.clone_from(&loaded.files_read);
                        // Looked at only now: the next look reads once more, in case they changed in between.
                        seen = Look::new();
                    }
                    let is_back = !self.is_valid.load(Ordering::Relaxed);
                    if loaded.fingerprint == fingerprint && !is_back {
                        continue;
                    }
                    match self.take_up(loaded.config).await {
                        Ok(()) => fingerprint = loaded.fingerprint,
                        // The next look tries again.
                        Err(problem) => {
                            self.is_valid.store(false, Ordering::Relaxed);
                            tracing::error!(
                                problem,
                                "the changed configuration could not be taken up; the one before stays in force"
                            );
                            seen = Look::new();
                        }
                    }
                }
                Ok(Err(errors)) => {
                    if files != errors.files_read {
                        files.clone_from(&errors.files_read);
                        seen = look(&files);
                    }
                    self.is_valid.store(false, Ordering::Relaxed);
                    report(&self.path, &errors);
                }
                Err(panic) => tracing::error!(%panic, "reading the configuration failed; the one before stays in force"),
            }
        }
    }

    async fn take_up(&mut self, config: Config) -> Result<(), String> {
        let config = Arc::new(config);
        let roster = enrolment::enrol(&self.monitoring, &config).await.map_err(|error| error.to_string())?;
        let prepared = self.scheduler.prepare(enrolment::schedule(&config, &roster)).map_err(|(_, error)| error.to_string())?;
        self.uplink.set_targets(targets(&config));
        let (components, probes) = (config.components.len(), config.probes.len());
        enrolment::switch_to(&self.monitoring, &self.store, config, &roster).await.map_err(|error| error.to_string())?;
        self.scheduler.switch_to(prepared);
        self.is_valid.store(true, Ordering::Relaxed);
        tracing::info!(components, probes, "took up the changed configuration");
        Ok(())
    }
}

/// Mistakes go to stderr as they are, for eyes, besides the log's one line.
fn report(path: &Path, errors: &config::ConfigErrors) {
    tracing::error!(path = %path.display(), mistakes = errors.mistakes.len(), "the configuration has mistakes; the one before stays in force");
    eprintln!("{errors}");
}
