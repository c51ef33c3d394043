//! HTTP: every public route on one screen in [`router`], those of people who signed in in [`desk`]; public pages from memory, calls of
//! heartbeats, events, metrics, files.

mod alert_page;
mod alert_rows;
mod answer;
mod api;
mod assets;
mod badges;
mod calendar;
mod cross_site;
mod desk;
mod embed;
mod events;
mod failure;
mod feeds;
pub(crate) mod finding_words;
mod health;
mod hooks;
mod incident_rows;
mod language;
mod markdown;
mod markup;
mod metrics;
mod notification_rows;
mod overview;
mod page;
mod page_cache;
mod page_data;
mod ping;
mod postmortem_export;
mod postmortem_marks;
mod postmortem_text;
mod render;
mod router;
mod runbook_markdown;
mod runbook_rows;
mod runbook_text;
mod security;
mod serve;
mod site_files;
mod small;
mod snapshot;
mod statuspage;

use std::net::SocketAddr;
use std::sync::Arc;

use app::i18n::Text;
use domain::text::Language;
use jiff::tz::TimeZone;
use probe::schedule::Punctuality;
use tokio_util::sync::CancellationToken;

use crate::service::desk::Desk;
use crate::service::monitoring::Monitoring;
use crate::service::past::Past;

pub use crate::messages::FluentMessages;
pub use api::openapi;
pub use desk::routes as desk_routes;
pub(crate) use page_cache::PageCache;
use router::router;
pub(crate) use serve::serve;
pub(crate) use snapshot::Snapshots;

/// Everything that is ever written into the audit log.
pub fn audit_actions() -> &'static [&'static str] {
    &crate::service::audit::ACTIONS
}

/// The zone with this name; UTC for one that this machine does not know (any more).
fn zone_named(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The words of the interface.
fn words_in(language: Language) -> Text {
    Text::new(Arc::new(FluentMessages), language)
}

impl Web {
    /// Where the site is found, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        page_data::site_base(self)
    }
}

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
    /// What people and programs may ask for.
    pub(crate) desk: Arc<Desk>,
    /// Ends streams when the server stops.
    pub(crate) stopping: CancellationToken,
}
