//! HTTP: every route on one screen in [`router`]; public pages from memory, calls of heartbeats, events, metrics, files.

mod assets;
mod events;
mod health;
mod language;
mod messages;
mod metrics;
mod page_cache;
mod page_data;
mod ping;
mod router;
mod security;
mod serve;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use probe::schedule::Punctuality;
use tokio_util::sync::CancellationToken;

use crate::service::monitoring::Monitoring;

pub use messages::FluentMessages;
pub(crate) use page_cache::PageCache;
use router::router;
pub(crate) use serve::serve;

/// What handlers need. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    pub(crate) monitoring: Arc<Monitoring>,
    pub(crate) pages: Arc<PageCache>,
    pub(crate) punctuality: Arc<Punctuality>,
    /// False while the file on disk is not the configuration that runs, because it has mistakes.
    pub(crate) config_is_valid: Arc<AtomicBool>,
    /// Ends streams when the server stops.
    pub(crate) stopping: CancellationToken,
}
