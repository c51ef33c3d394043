//! Starts everything in order, and stops it in the reverse order within five seconds.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::probe::observation::Verdict;
use probe::clock::Clock;
use probe::schedule::{Deliver, Scheduler};
use probe::{ProberError, Resolver, ResolverError};
use store::{Store, StoreError, Writer, WritingConnection};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{self, ConfigErrors, Environment};
use crate::jobs::backup::{BackupEvent, Backups, Tell};
use crate::jobs::{alerts, config_watch, digest, housekeeping, incidents, maintenance, notifications, runbooks, uplink_watch};
use crate::service::backup::BackupWatch;
use crate::service::configuration::{Beginning, Configuration, Sources, Whole, targets};
use crate::service::desk::Desk;
use crate::service::uplink::{Uplink, excused};
use crate::service::{enrolment, monitoring::Monitoring, past::Past};
use crate::socket;
use crate::web::{self, PageCache, Web};

/// Open requests get this long when stopping; streams end at once.
const DRAIN: Duration = Duration::from_secs(2);
/// What waits for the disk gets this long when stopping.
const LAST_WRITE: Duration = Duration::from_secs(2);
/// Tidying up the database gets this long beside it.
const TIDYING: Duration = Duration::from_millis(500);
/// Pause between two attempts to open a locked database.
const OPEN_RETRY: Duration = Duration::from_millis(500);
/// Name of the file whose lock means "a server runs on this folder".
pub(crate) const LOCK_NAME: &str = "yagura.lock";

/// What a server is started with.
pub struct Options {
    /// The configuration file.
    pub config: PathBuf,
    /// The folder of the database; made if it is not there.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Environment variables that the configuration may use.
    pub environment: Environment,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Mistakes in the configuration, all of them.
    #[error("{0}")]
    Config(ConfigErrors),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {source}; it must be a folder that this user can write", .path.display())]
    Data {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another server has the data folder.
    #[error("another Yagura already runs on the data folder {}; stop it first, or give this one another folder with --data", .0.display())]
    Occupied(PathBuf),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A probe that cannot run although its configuration parsed.
    #[error("probe `{slug}` cannot run: {source}")]
    Probe {
        /// Which.
        slug: String,
        /// Why.
        source: ProberError,
    },
    /// No name can be resolved on this machine.
    #[error("names cannot be resolved: {0}")]
    Resolver(#[from] ResolverError),
    /// Nothing can be sent.
    #[error(transparent)]
    Notifications(#[from] notify::send::SenderError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// A running server.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    monitoring: Arc<Monitoring>,
    stopping: CancellationToken,
    http: JoinHandle<()>,
    writer: JoinHandle<()>,
    jobs: Vec<JoinHandle<()>>,
    /// Address of the one-time link for the first account, as long as nobody has one.
    pub set_up_link: Option<String>,
    recalling: JoinHandle<()>,
    _lock: File,
}

/// Starts a server.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let Options { config: path, data, listen, environment, clock } = options;
    let loaded = config::load(&path, &|name| environment(name)).map_err(StartError::Config)?;
    let lock = lock_folder(&data)?;
    raise_file_limit();
    let (store, connection) = open_patiently(&data).await?;
    let (writer, handle) = Writer::new(connection);
    let writer = tokio::spawn(writer.run(LAST_WRITE));
    let sources = Sources { file: loaded.config.clone(), definitions: store.definitions().await?, pauses: store.pauses().await? };
    let folder = path.parent().unwrap_or(Path::new(""));
    let whole = Whole::of(&sources, folder, &environment)
        .map_err(|mistakes| StartError::Config(config::conflicts(&mistakes, &path.display().to_string())))?;
    let config = Arc::new(whole.watched());
    let (monitoring, roster) = enrolment::begin(Arc::clone(&config), &store, handle, Arc::clone(&clock)).await?;
    let monitoring = Arc::new(monitoring);

    let (resolver, complaint) = Resolver::from_system_or_local()?;
    if let Some(complaint) = complaint {
        tracing::warn!(%complaint, "the system's resolver settings cannot be read; asking 127.0.0.1");
    }
    let resolver = Arc::new(resolver);
    let uplink = Arc::new(Uplink::new(Arc::clone(&clock)));
    uplink.set_targets(targets(&config));
    let deliver = deliver(Arc::clone(&monitoring), Arc::clone(&uplink), Arc::clone(&resolver));
    let mut scheduler = Scheduler::new(Arc::clone(&clock), Arc::clone(&resolver), deliver);
    let punctuality = scheduler.punctuality();
    let prepared = scheduler.prepare(enrolment::schedule(&config, &roster)).map_err(|(key, source)| {
        let slug = monitoring.state().probes.get(&key).map(|probe| probe.slug.to_string()).unwrap_or_default();
        StartError::Probe { slug, source }
    })?;

    let sender = notify::send::Sender::new()?;
    let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
    let address = listener.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;
    let stopping = CancellationToken::new();
    let past = Past::new(store.clone());
    scheduler.switch_to(prepared);
    let configuration = Configuration::new(Beginning {
        path,
        environment,
        monitoring: Arc::clone(&monitoring),
        store: store.clone(),
        scheduler,
        uplink: Arc::clone(&uplink),
        loaded,
        sources,
        whole,
    });
    let backups = BackupWatch::default();
    let desk = Arc::new(Desk::new(store.clone(), Arc::clone(&monitoring), configuration, backups.clone()));
    desk.load_plans().await?;
    desk.load_incidents().await?;
    desk.load_postmortems().await?;
    desk.load_runbooks().await?;
    desk.load_alerts().await?;
    desk.load_notifications(address, sender.clone()).await?;
    let web = Web {
        monitoring: Arc::clone(&monitoring),
        pages: Arc::new(PageCache::default()),
        punctuality,
        desk: Arc::clone(&desk),
        snapshots: Arc::default(),
        past: past.clone(),
        address,
        stopping: stopping.clone(),
    };
    let set_up_link = first_link(&desk, &web).await;
    let http = tokio::spawn(web::serve(listener, web, stopping.clone()));
    let making = Backups {
        monitoring: Arc::clone(&monitoring),
        store,
        config: desk.configuration.path().to_owned(),
        watch: backups,
        tell: write_down(Arc::clone(&desk)),
    };
    let mut jobs = vec![
        tokio::spawn(making.run()),
        tokio::spawn(housekeeping::tick(Arc::clone(&monitoring))),
        tokio::spawn(housekeeping::roll_up(Arc::clone(&monitoring))),
        tokio::spawn(housekeeping::clean_up(Arc::clone(&monitoring))),
        tokio::spawn(uplink_watch::run(Arc::clone(&monitoring), uplink, resolver)),
        tokio::spawn(config_watch::run(Arc::clone(&desk), Arc::clone(&clock))),
        tokio::spawn(runbooks::run(Arc::clone(&desk), Arc::clone(&clock))),
        tokio::spawn(maintenance::run(Arc::clone(&desk), Arc::clone(&clock))),
        tokio::spawn(alerts::run(Arc::clone(&desk), Arc::clone(&clock))),
        tokio::spawn(incidents::run(Arc::clone(&desk), Arc::clone(&clock))),
        tokio::spawn(digest::run(Arc::clone(&desk), Arc::clone(&clock))),
        tokio::spawn(notifications::run(Arc::clone(&desk), Arc::clone(&clock), sender)),
    ];
    match socket::listen(&data) {
        Ok(listener) => jobs.push(tokio::spawn(socket::serve(listener, data, desk, stopping.clone()))),
        // A path too long for a socket, or a file system without: commands then need the server stopped.
        Err(error) => tracing::warn!(%error, "commands cannot reach this server"),
    }
    // Ends by itself when it is done, unlike those above.
    let recalling = tokio::spawn(past.recall_latencies(Arc::clone(&monitoring)));
    tracing::info!(
        components = config.components.len(),
        probes = config.probes.len(),
        "watching; the page is at http://{address}/"
    );
    Ok(Running { address, monitoring, stopping, http, writer, jobs, set_up_link, recalling, _lock: lock })
}

impl Running {
    /// Stops: no new checks, open requests end, and what was seen is written.
    pub async fn stop(self) {
        self.jobs.iter().for_each(JoinHandle::abort);
        self.recalling.abort();
        self.stopping.cancel();
        if tokio::time::timeout(DRAIN, self.http).await.is_err() {
            tracing::warn!("some requests were still open and are cut off");
        }
        self.monitoring.tick();
        self.monitoring.writer.close();
        if tokio::time::timeout(LAST_WRITE + TIDYING, self.writer).await.is_err() {
            tracing::error!("the database did not close in time");
        }
        tracing::info!("stopped");
    }

    /// Returns when a part that must not end has ended, which it does only by a fault of ours: better no watchtower than one that
    /// looks awake and is not. Whoever runs it starts it again.
    pub async fn ended(&mut self) {
        let jobs = futures::future::select_all(self.jobs.iter_mut());
        tokio::select! {
            outcome = &mut self.http => tracing::error!(?outcome, "the listener ended"),
            outcome = &mut self.writer => tracing::error!(?outcome, "the writer ended"),
            (outcome, _, _) = jobs => tracing::error!(?outcome, "a loop ended"),
        }
    }
}

/// Where an observation goes: bad ones from outside count only while our own uplink works.
fn deliver(monitoring: Arc<Monitoring>, uplink: Arc<Uplink>, resolver: Arc<Resolver>) -> Deliver {
    Arc::new(move |probe, observation| {
        let (monitoring, uplink, resolver) = (Arc::clone(&monitoring), Arc::clone(&uplink), Arc::clone(&resolver));
        Box::pin(async move {
            let mut observation = observation;
            if observation.verdict == Verdict::Down && monitoring.is_outside(probe) {
                let took = Duration::from_micros(observation.duration_us.unwrap_or(0));
                let began = monitoring.clock.elapsed().saturating_sub(took);
                if !uplink.is_up_since(began, &resolver).await {
                    monitoring.uplink_is(false);
                    observation = excused(observation);
                }
            }
            monitoring.observed(probe, observation);
        })
    })
}

/// Puts what becomes of scheduled backups into the audit log.
fn write_down(desk: Arc<Desk>) -> Tell {
    Box::new(move |event| {
        let desk = Arc::clone(&desk);
        Box::pin(async move {
            let noted = match event {
                BackupEvent::Made { file, bytes, took_ms, deleted } => desk.backup_made(&file, bytes, took_ms, &deleted).await,
                BackupEvent::Failed { error } => desk.backup_failed(&error).await,
            };
            if let Err(error) = noted {
                tracing::warn!(%error, "what became of a backup could not be written down");
            }
        })
    })
}

/// A link for the first account. That it cannot be made is no reason not to watch.
async fn first_link(desk: &Desk, web: &Web) -> Option<String> {
    match desk.first_link().await {
        Ok(token) => token.map(|token| format!("{}/desk/set-up/{token}", web.base())),
        Err(error) => {
            tracing::warn!(%error, "no link for the first account could be made; `yagura user add` makes one");
            None
        }
    }
}

pub(crate) fn lock_folder(data: &Path) -> Result<File, StartError> {
    let failed = |source| StartError::Data { path: data.to_owned(), source };
    // Hashes of passwords lie in it: nobody else has any business there.
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(failed)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(data.join(LOCK_NAME)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::Occupied(data.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens the database; one that somebody else keeps locked is waited for, and said.
pub(crate) async fn open_patiently(data: &Path) -> Result<(Store, WritingConnection), StartError> {
    let mut has_complained = false;
    loop {
        match Store::open(data).await {
            Err(error) if error.is_busy() => {
                if !has_complained {
                    tracing::warn!(%error, "the database is locked by another program; waiting for it");
                    has_complained = true;
                }
                tokio::time::sleep(OPEN_RETRY).await;
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// Every check needs a file handle; the soft limit of most systems (1,024) is below what a large installation has in flight.
fn raise_file_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(65_536) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}
