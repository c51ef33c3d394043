//! What pages ask for. The server implements [`PageData`]; the structs here are all that can ever stand on a public page, which is
//! why none of them has a field for a URL, a header, a token, a probe's name or a cause in words.

mod check;
mod component;
pub mod desk;
mod incident;
mod outage;
mod postmortem;
pub mod runbook;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use domain::month::Month;
use domain::text::Language;
use domain::time::Timestamp;
use domain::uptime::Weights;
use jiff::tz::TimeZone;
use thiserror::Error;

pub use self::check::{CheckKind, PublicCheck, PublicResult};
pub use self::component::{PublicComponent, PublicDay, PublicGroup, PublicLatency, Summary};
pub use self::incident::{
    IncidentPage, PublicAffected, PublicComponentChange, PublicIncident, PublicMaintenance, PublicMetric, PublicRow, PublicUpdate,
};
pub use self::outage::{HistoryPage, OutageOf, PublicMonth, PublicOutage};
pub use self::postmortem::{
    BodyAction, BodyBlock, BodyPiece, BodyRow, BodyRun, ImpactBar, PostmortemContent, PostmortemList, PostmortemPage,
    PostmortemRow, PostmortemText, PostmortemView, PublicEdit, TextChanges,
};
pub use self::runbook::{AlertStub, RunbookList, RunbookText};
use crate::i18n::{Messages, Text};

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageError {
    /// There is no such thing, or it is not public. Status 404.
    #[error("there is no such page")]
    NotFound,
    /// What it needs cannot be read right now. Status 503.
    #[error("what the page needs cannot be read right now")]
    Unavailable,
}

/// What pages read. One call per page.
#[async_trait::async_trait]
pub trait PageData: Send + Sync {
    /// The front page.
    async fn status(&self, language: Language) -> Arc<StatusPage>;
    /// One component.
    async fn component(&self, language: Language, slug: &str) -> Result<ComponentPage, PageError>;
    /// Outages by month; `until` is the last of the three months, the present one if it is `None`.
    async fn history(&self, language: Language, until: Option<Month>) -> Result<HistoryPage, PageError>;
    /// One public incident, by its public number.
    async fn incident(&self, language: Language, number: i64) -> Result<IncidentPage, PageError>;
    /// All public runbooks.
    async fn runbooks(&self, language: Language) -> RunbookList;
    /// One public runbook.
    async fn runbook(&self, language: Language, slug: &str) -> Result<RunbookText, PageError>;
    /// All postmortems that everybody may read.
    async fn postmortems(&self, language: Language) -> PostmortemList;
    /// One postmortem, as it is or once was, or what changed in it.
    async fn postmortem(&self, language: Language, slug: &str, view: PostmortemView) -> Result<PostmortemPage, PageError>;
    /// What stands around every page.
    fn site(&self, language: Language) -> PublicSite;
}

/// What every page stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicSite {
    /// Its stable public id: 12 characters of base32.
    pub id: String,
    /// Where it is found, without a slash at the end: `https://status.example.org`. What stands outside of pages (feeds, the API, previews) needs it.
    pub base: String,
    /// Its name in the page's language.
    pub name: String,
    /// A line about it.
    pub description: Option<String>,
    /// Languages it is offered in, the first being its own.
    pub languages: Vec<Language>,
    /// The zone its days and times are in.
    pub time_zone: TimeZone,
    /// When this site began; what has never changed is of then.
    pub created_at: Timestamp,
}

/// The front page.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusPage {
    /// Counts confirmed changes; a page with a smaller number is out of date.
    pub version: u64,
    /// When these figures were taken.
    pub taken_at: Timestamp,
    /// The state of everything.
    pub summary: Summary,
    /// Since when Yagura's own uplink is gone, if it is: then results from outside are unknown.
    pub uplink_lost_since: Option<Timestamp>,
    /// Groups in the order of the configuration; components without a group come in one without a name.
    pub groups: Vec<PublicGroup>,
    /// How uptime is computed.
    pub weights: Weights,
    /// Outages that touch the last 14 days, of every component, the newest first, at most as many as a page can show.
    pub outages: Vec<OutageOf>,
    /// How many older ones of these 14 days are left out.
    pub outages_left_out: usize,
    /// Incidents, the newest first: all open ones, and at most 50 in all.
    pub incidents: Vec<PublicIncident>,
    /// Maintenance, the newest first: all that is ahead or in progress, and at most 50 in all.
    pub maintenances: Vec<PublicMaintenance>,
}

/// The page of one component.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentPage {
    /// Counts confirmed changes.
    pub version: u64,
    /// When these figures were taken.
    pub taken_at: Timestamp,
    /// The component.
    pub component: PublicComponent,
    /// How uptime is computed.
    pub weights: Weights,
    /// Outages of the last 90 days, newest first, at most as many as a page can show.
    pub outages: Vec<PublicOutage>,
    /// How many older ones of the last 90 days are left out.
    pub outages_left_out: usize,
    /// Maintenance of it that is ahead or in progress, the soonest first.
    pub maintenances: Vec<PublicMaintenance>,
    /// What watches it.
    pub checks: Vec<PublicCheck>,
}

/// The names of the files that a page loads, as they are served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Path of the style sheet.
    pub css: Option<String>,
    /// Paths of the JS glue and the WASM module.
    pub islands: Option<(String, String)>,
    /// Path of the style sheet that pages of the desk load beside it.
    pub desk_css: Option<String>,
    /// Paths of the JS glue and the WASM module of the desk, which has all islands.
    pub desk_islands: Option<(String, String)>,
    /// Path of the style sheet of postmortems.
    pub postmortem_css: Option<String>,
    /// Path of the script of the editor.
    pub editor_script: Option<String>,
    /// Path of the script that every page of the desk loads besides.
    pub desk_script: Option<String>,
    /// Changes with every build of the assets.
    pub build: String,
}

/// Everything a page is rendered with; put into the context by the server.
#[derive(Clone)]
pub struct PageContext {
    /// The page's language.
    pub language: Language,
    /// What the page reads.
    pub data: Arc<dyn PageData>,
    /// The words.
    pub messages: Arc<dyn Messages>,
    /// The files.
    pub assets: Arc<Assets>,
    /// The path without its language, which the language switch needs.
    pub path: String,
    /// The HTTP status that the answer gets.
    pub status: Arc<AtomicU16>,
}

impl PageContext {
    /// The words in the page's language.
    pub fn text(&self) -> Text {
        Text::new(Arc::clone(&self.messages), self.language)
    }

    /// Sets the HTTP status of the answer.
    pub fn set_status(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }
}
