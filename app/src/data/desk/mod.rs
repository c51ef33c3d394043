//! What pages of the desk show. Unlike the public structs beside it, these may hold what only people who signed in may see; the two never
//! mix: a public page has no way to get one of these.

mod account;
mod action_items;
mod alerts;
mod form;
mod incidents;
mod notifications;
mod now;
mod people;
mod planned;
mod postmortems;
mod runbooks;
mod runs;
mod watching;

use std::sync::Arc;

use domain::account::{Permission, Role};
use domain::text::Language;
use domain::time::Timestamp;
use jiff::tz::TimeZone;

pub use self::account::{
    AccountPage, ConfirmPage, PasskeyRow, RecoveryCodesPage, SecondFactorPage, SessionRow, SetUpPage, SignInPage, TotpPage,
};
pub use self::action_items::{ActionItemPage, ActionItemsPage, ActionLine, InsightPage, SPANS};
pub use self::alerts::{AlertEventRow, AlertPage, AlertRaisePage, AlertRow, AlertsPage, CoverageName, CoverageType, RemedyRow};
pub use self::form::{FieldError, FormState};
pub use self::incidents::{
    AffectedRow, EntriesChoosePage, EntryEditPage, EntryRow, EvidenceRow, HitRow, IncidentEditPage, IncidentPage, IncidentRow,
    IncidentsPage, MetricCell, PasteLine, PastePage, RevisionRow, SuggestionRow, TimelineDay, UpdateEditPage, UpdateRow,
};
pub use self::notifications::{Bell, ChannelRow, NotificationRow, NotificationsPage};
pub use self::now::{BackupState, NowComponent, NowPage, NowProbe};
pub use self::people::{AuditPage, AuditRow, KeyMadePage, KeyRow, KeysPage, LinkMade, PeoplePage, PersonPage, PersonRow};
pub use self::planned::{MaintenanceEditPage, MaintenanceRow, MaintenancesPage};
pub use self::postmortems::{
    CheckLine, CommentLine, DeskPiece, PostmortemComparePage, PostmortemEditPage, PostmortemImportPage, PostmortemLine,
    PostmortemMergePage, PostmortemNewPage, PostmortemPublishPage, PostmortemShowPage, PostmortemsPage, ReadText, ReviewLine,
    RevisionLine, ShownText, WaitingLine,
};
pub use self::runbooks::{
    AlertStubPage, CoveragePage, FindingRow, RunRow, RunbookPage, RunbookRow, RunbookWritePage, RunbooksPage, StaleRow,
    StepChange, StepFigures, VersionDiffPage, WrongNote,
};
pub use self::runs::{
    NewerVersion, OfferedRunbook, ParamField, RunNote, RunPage, RunRebasePage, RunSection, RunStartPage, RunStep, RunView,
    Unpaired,
};
pub use self::watching::{
    ComponentChoice, ComponentEditPage, ComponentRow, Origin, PauseState, ProbeEditPage, ProbePage, ProbeRow, ResultRow, Sender,
    WatchingPage,
};
use crate::data::Assets;
use crate::i18n::{Messages, Text};

/// Everything a page of the desk is rendered from.
#[derive(Clone)]
pub struct DeskContext {
    /// The language it is in.
    pub language: Language,
    /// The words.
    pub messages: Arc<dyn Messages>,
    /// Where the files of the browser are.
    pub assets: Arc<Assets>,
    /// Path and query of the page, to come back to it.
    pub path: String,
    /// Name of the site.
    pub site_name: String,
    /// The site's zone; times are shown in it.
    pub zone: TimeZone,
    /// The site's languages.
    pub languages: Vec<Language>,
    /// Who looks at it; nobody before signing in.
    pub viewer: Option<Viewer>,
    /// What was just done, in words.
    pub notice: Option<String>,
    /// The present.
    pub now: Timestamp,
    /// What is shown.
    pub page: Arc<DeskPage>,
}

impl DeskContext {
    /// The words in the page's language.
    pub fn text(&self) -> Text {
        Text::new(Arc::clone(&self.messages), self.language)
    }

    /// True when whoever looks at the page may do it.
    pub fn may(&self, permission: Permission) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.role.may(permission))
    }
}

/// Who looks at a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Their id, under which the browser keeps what they typed.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are here.
    pub role: Role,
}

/// Every page of the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskPage {
    /// A one-time link was opened: choose a name (for the first account) and a password.
    SetUp(SetUpPage),
    /// Sign in.
    SignIn(SignInPage),
    /// The second factor of a sign-in.
    SecondFactor(SecondFactorPage),
    /// Show once more who you are, before something that matters.
    Confirm(ConfirmPage),
    /// The state of everything.
    Now(NowPage),
    /// Components and their probes.
    Watching(WatchingPage),
    /// Make or change a component.
    ComponentEdit(ComponentEditPage),
    /// One probe.
    Probe(ProbePage),
    /// Make or change a probe.
    ProbeEdit(ProbeEditPage),
    /// What rings, and what rang.
    Alerts(AlertsPage),
    /// One alert.
    Alert(Box<AlertPage>),
    /// Raise an alert by hand.
    AlertRaise(AlertRaisePage),
    /// Who is told of alerts.
    Notifications(NotificationsPage),
    /// Incidents.
    Incidents(IncidentsPage),
    /// Open an incident, or change what is said of one.
    IncidentEdit(IncidentEditPage),
    /// One incident.
    Incident(Box<IncidentPage>),
    /// One row of a timeline.
    EntryEdit(Box<EntryEditPage>),
    /// Choose who may read which rows.
    EntriesChoose(EntriesChoosePage),
    /// Paste a timeline.
    Paste(PastePage),
    /// Tell the public.
    UpdateEdit(UpdateEditPage),
    /// Runbooks.
    Runbooks(RunbooksPage),
    /// One runbook.
    Runbook(Box<RunbookPage>),
    /// How two versions of one differ.
    VersionDiff(VersionDiffPage),
    /// Write a runbook.
    RunbookWrite(Box<RunbookWritePage>),
    /// An alert that no runbook is bound to.
    AlertStub(AlertStubPage),
    /// What needs attention.
    Coverage(CoveragePage),
    /// Begin a run.
    RunStart(RunStartPage),
    /// A run.
    Run(Box<RunPage>),
    /// Go on with a newer version?
    RunRebase(RunRebasePage),
    /// Postmortems.
    Postmortems(PostmortemsPage),
    /// Begin one, or say why there is none.
    PostmortemNew(PostmortemNewPage),
    /// One postmortem.
    Postmortem(Box<PostmortemShowPage>),
    /// Write it.
    PostmortemEdit(Box<PostmortemEditPage>),
    /// Put together what two people wrote.
    PostmortemMerge(Box<PostmortemMergePage>),
    /// Two revisions of one.
    PostmortemCompare(Box<PostmortemComparePage>),
    /// Publish it.
    PostmortemPublish(Box<PostmortemPublishPage>),
    /// Take one that was written elsewhere.
    PostmortemImport(Box<PostmortemImportPage>),
    /// What is left to do.
    ActionItems(ActionItemsPage),
    /// One action item, or a new one.
    ActionItem(Box<ActionItemPage>),
    /// What it adds up to.
    Insight(Box<InsightPage>),
    /// Planned work.
    Maintenances(MaintenancesPage),
    /// Plan work, or change a plan.
    MaintenanceEdit(MaintenanceEditPage),
    /// People.
    People(PeoplePage),
    /// One person.
    Person(PersonPage),
    /// API keys.
    Keys(KeysPage),
    /// A key that was just made, shown this once.
    KeyMade(KeyMadePage),
    /// One's own account.
    Account(AccountPage),
    /// Set up the second factor.
    Totp(TotpPage),
    /// Recovery codes that were just made, shown this once.
    RecoveryCodes(RecoveryCodesPage),
    /// Who did what.
    Audit(AuditPage),
    /// Something is not to be had, in words.
    Failure(Failure),
}

/// Why a page of the desk cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is nothing at this address. Status 404.
    NotFound,
    /// Their role does not allow it. Status 403.
    Forbidden,
    /// A one-time link that was used, is too old or never was. Status 410.
    LinkGone,
    /// It came from another site, or the browser does not say where from. Status 403.
    CrossSite,
    /// Too many attempts; seconds until the next may be made. Status 429.
    TooManyAttempts(u64),
    /// More was sent than a form may have. Status 413.
    TooLarge,
    /// What was sent is no form, or not all of it arrived. Status 400 or 415.
    NotAForm,
    /// Somebody changed it since it was read. Status 409.
    Conflict,
    /// It cannot be done as things stand. Status 409.
    Refused,
    /// The database cannot be read or did not take it in time. Status 503.
    Unavailable,
}

impl Failure {
    /// The name in message keys.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::LinkGone => "link-gone",
            Self::CrossSite => "cross-site",
            Self::TooManyAttempts(_) => "too-many",
            Self::TooLarge => "too-large",
            Self::NotAForm => "not-a-form",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
        }
    }
}
