//! HTTP: every route on one screen in [`router`]; public pages from memory, calls of heartbeats, events, metrics, files.

mod answer;
mod assets;
mod badges;
mod embed;
mod events;
mod failure;
mod feeds;
mod health;
mod language;
mod markup;
mod messages;
mod metrics;
mod page;
mod page_cache;
mod page_data;
mod ping;
mod render;
mod router;
mod security;
mod serve;
mod site_files;
mod small;
mod snapshot;
mod statuspage;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use probe::schedule::Punctuality;
use tokio_util::sync::CancellationToken;

use crate::service::monitoring::Monitoring;
use crate::service::past::Past;

pub use messages::FluentMessages;
pub(crate) use page_cache::PageCache;
use router::router;
pub(crate) use serve::serve;
pub(crate) use snapshot::Snapshots;

/// What handlers need. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    pub(crate) monitoring: Arc<Monitoring>,
    pub(crate) pages: Arc<PageCache>,
    pub(crate) punctuality: Arc<Punctuality>,
    pub(crate) snapshots: Arc<Snapshots>,
    /// What is not in memory.
    pub(crate) past: Past,
    /// Where we listen: what the site's address is when nobody says.
    pub(crate) address: SocketAddr,
    /// False while the file on disk is not the configuration that runs, because it has mistakes.
    pub(crate) config_is_valid: Arc<AtomicBool>,
    /// Ends streams when the server stops.
    pub(crate) stopping: CancellationToken,
}
