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

use crate::config::{self, Config, Loaded};
use crate::service::enrolment;
use crate::service::monitoring::Monitoring;
use crate::service::uplink::Uplink;

const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Everything that a new configuration reaches.
pub(crate) struct ConfigWatch {
    pub(crate) path: PathBuf,
    pub(crate) environment: Arc<dyn Fn(&str) -> Option<String> + Send + Sync>,
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
        let mut seen = look(&files);
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = look(&files);
            if now == seen {
                continue;
            }
            seen = now;
            let (path, environment) = (self.path.clone(), Arc::clone(&self.environment));
            let read = tokio::task::spawn_blocking(move || config::load(&path, &|name| environment(name))).await;
            match read {
                Ok(Ok(loaded)) => {
                    files.clone_from(&loaded.files_read);
                    seen = look(&files);
                    let is_back = !self.is_valid.load(Ordering::Relaxed);
                    if loaded.fingerprint == fingerprint && !is_back {
                        continue;
                    }
                    fingerprint = loaded.fingerprint;
                    self.is_valid.store(true, Ordering::Relaxed);
                    self.take_up(loaded.config).await;
                }
                Ok(Err(errors)) => {
                    files.clone_from(&errors.files_read);
                    seen = look(&files);
                    self.is_valid.store(false, Ordering::Relaxed);
                    report(&self.path, &errors);
                }
                Err(panic) => tracing::error!(%panic, "reading the configuration failed; the one before stays in force"),
            }
        }
    }

    async fn take_up(&mut self, config: Config) {
        let config = Arc::new(config);
        let roster = match enrolment::enrol(&self.monitoring, &config).await {
            Ok(roster) => roster,
            Err(error) => return tracing::error!(%error, "the new configuration could not be taken up"),
        };
        let prepared = match self.scheduler.prepare(enrolment::schedule(&config, &roster)) {
            Ok(prepared) => prepared,
            Err((_, error)) => {
                self.is_valid.store(false, Ordering::Relaxed);
                return tracing::error!(%error, "the new configuration names a probe that cannot run; the one before stays in force");
            }
        };
        self.uplink.set_targets(targets(&config));
        let (components, probes) = (config.components.len(), config.probes.len());
        if let Err(error) = enrolment::switch_to(&self.monitoring, &self.store, config, &roster).await {
            return tracing::error!(%error, "the new configuration could not be taken up");
        }
        self.scheduler.switch_to(prepared);
        tracing::info!(components, probes, "took up the changed configuration");
    }
}

/// Mistakes go to stderr as they are, for eyes, besides the log's one line.
fn report(path: &Path, errors: &config::ConfigErrors) {
    tracing::error!(path = %path.display(), mistakes = errors.mistakes.len(), "the configuration has mistakes; the one before stays in force");
    eprintln!("{errors}");
}
