//! What pages ask for. The server implements [`PageData`]; the structs here are all that can ever stand on a public page, which is
//! why none of them has a field for a URL, a header, a token, a probe's name or a cause in words.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use domain::component::Status;
use domain::outage::OutageEnd;
use domain::probe::heartbeat::HeartbeatPhase;
use domain::probe::observation::{CauseKind, Verdict};
use domain::text::Language;
use domain::time::{Change, Timestamp};
use domain::uptime::{Tally, Weights};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::i18n::{Messages, Text};

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageError {
    /// There is no such thing, or it is not public. Status 404.
    #[error("there is no such page")]
    NotFound,
}

/// What pages read. One call per page.
#[async_trait::async_trait]
pub trait PageData: Send + Sync {
    /// The front page.
    async fn status(&self, language: Language) -> StatusPage;
    /// One component.
    async fn component(&self, language: Language, slug: &str) -> Result<ComponentPage, PageError>;
    /// What stands around every page.
    fn site(&self, language: Language) -> PublicSite;
}

/// What every page stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicSite {
    /// Its name in the page's language.
    pub name: String,
    /// A line about it.
    pub description: Option<String>,
    /// Languages it is offered in, the first being its own.
    pub languages: Vec<Language>,
    /// The zone its days and times are in.
    pub time_zone: TimeZone,
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
}

/// The state of everything, for one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The status that wants most attention.
    pub worst: Status,
    /// Public components.
    pub total: usize,
    /// How many of them have that status.
    pub affected: usize,
    /// Since when it is so.
    pub since: Option<Timestamp>,
}

/// Components that stand together.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicGroup {
    /// Slug, for its place on the page.
    pub slug: String,
    /// Its name; `None` for those without a group.
    pub name: Option<String>,
    /// In the order of the configuration; never empty.
    pub components: Vec<PublicComponent>,
}

/// A component in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicComponent {
    /// Its slug.
    pub slug: String,
    /// Its name in the page's language.
    pub name: String,
    /// A line about it.
    pub description: Option<String>,
    /// Its status.
    pub status: Status,
    /// Since when it has it.
    pub since: Option<Timestamp>,
    /// When it was first watched.
    pub watched_since: Timestamp,
    /// When it was last checked, or last called.
    pub checked_at: Option<Timestamp>,
    /// The last 90 days in the site's zone, oldest first.
    pub days: Vec<PublicDay>,
    /// Over those days.
    pub tally: Tally,
    /// Names of components it depends on that are in trouble: they may explain its state.
    pub troubled_dependencies: Vec<String>,
}

/// One day of a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublicDay {
    /// Which day, in the site's zone.
    pub date: Date,
    /// How long each status lasted.
    pub tally: Tally,
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
    /// Over 24 hours, 7 days, 30 days and 90 days, in that order.
    pub spans: [Tally; 4],
    /// How uptime is computed.
    pub weights: Weights,
    /// Outages of the last 90 days, newest first, at most as many as a page can show.
    pub outages: Vec<PublicOutage>,
    /// How many older ones of the last 90 days are left out.
    pub outages_left_out: usize,
    /// What watches it.
    pub checks: Vec<PublicCheck>,
}

/// An outage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOutage {
    /// The first bad moment.
    pub started_at: Timestamp,
    /// The end and what it was.
    pub ended: Option<(Timestamp, OutageEnd)>,
    /// The worst of it.
    pub worst: Status,
    /// Severities in order of time.
    pub segments: Vec<Change<Status>>,
}

/// What kind of look a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// An HTTP request.
    Http,
    /// A TCP connection.
    Tcp,
    /// It calls us.
    Heartbeat(HeartbeatPhase),
}

/// A check and what it last saw, without saying of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicCheck {
    /// Its kind.
    pub kind: CheckKind,
    /// Its newest result.
    pub last: Option<PublicResult>,
}

/// A result, without its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicResult {
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// The kind of trouble.
    pub cause: Option<CauseKind>,
}

/// The names of the files that a page loads, as they are served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Path of the style sheet.
    pub css: Option<String>,
    /// Paths of the JS glue and the WASM module.
    pub islands: Option<(String, String)>,
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
