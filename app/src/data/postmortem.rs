//! Postmortems as everybody reads them. Texts are HTML that is safe to show; what is withheld is not in it. No author, no reviewer, no internal row has a
//! place here.

use domain::action_item::{ActionKind, Horizon, Priority, Stage};
use domain::component::Status;
use domain::incident::IncidentStatus;
use domain::incident::work::{EntryKind, HypothesisState, Marker, Precision};
use domain::postmortem::Analysis;
use domain::postmortem::outline::Heading;
use domain::text::Language;
use domain::time::{TimeRange, Timestamp};
use jiff::tz::TimeZone;

/// All postmortems that everybody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemList {
    /// Counts confirmed changes.
    pub version: u64,
    /// The newest incident first.
    pub rows: Vec<PostmortemRow>,
}

/// One in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemRow {
    /// Its address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The language of that.
    pub language: Language,
    /// When what it tells of began.
    pub began_at: Timestamp,
    /// How long it took to recover, in milliseconds.
    pub recovered_ms: Option<u64>,
    /// Names of components.
    pub components: Vec<String>,
    /// How sure its authors are.
    pub analysis: Analysis,
    /// When it was first published.
    pub published_at: Timestamp,
    /// When it was last.
    pub updated_at: Timestamp,
    /// True when it was taken back.
    pub is_retracted: bool,
}

/// What is asked of a postmortem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PostmortemView {
    /// As it is.
    Newest,
    /// As this publication has it.
    Version(i64),
    /// What this publication changed.
    Changes(i64),
}

/// The page of a postmortem.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemPage {
    /// Counts confirmed changes.
    pub version: u64,
    /// Its address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The first words of it, for previews.
    pub description: String,
    /// The incident's number and name, if that has a page.
    pub incident: Option<(i64, String)>,
    /// Publications, the newest first.
    pub history: Vec<PublicEdit>,
    /// The publication that is shown.
    pub shown: PublicEdit,
    /// What is shown of it.
    pub content: PostmortemContent,
}

/// What is shown of a postmortem.
#[derive(Clone, Debug, PartialEq)]
pub enum PostmortemContent {
    /// Its text.
    Text(Box<PostmortemText>),
    /// What changed since the publication before.
    Changes(Vec<TextChanges>),
    /// It was taken back, and why.
    Retracted(String),
}

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicEdit {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// What changed, in words.
    pub message: String,
    /// True when nothing changed of what is said.
    pub is_minor: bool,
    /// How sure its authors were.
    pub analysis: Analysis,
}

/// The text of a postmortem with what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemText {
    /// The language that it is in.
    pub language: Language,
    /// The zone of its times.
    pub zone: TimeZone,
    /// Figures in the strip: name and milliseconds.
    pub figures: Vec<(String, u64)>,
    /// How long it took as its authors say, in milliseconds.
    pub stated_ms: Option<u64>,
    /// Components with their bars.
    pub bars: Vec<ImpactBar>,
    /// What the bars show.
    pub span: Option<TimeRange>,
    /// The text.
    pub pieces: Vec<BodyPiece>,
    /// Its headings.
    pub outline: Vec<Heading>,
}

/// A component's bar: how it was while it was affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpactBar {
    /// Its slug, if its page is there.
    pub slug: Option<String>,
    /// Its name.
    pub name: String,
    /// Stretches in order of time.
    pub stretches: Vec<(TimeRange, Status)>,
    /// True when probes saw this; else it is what people say.
    pub is_measured: bool,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyPiece {
    /// HTML that is safe to show.
    Html(String),
    /// What a live block shows.
    Block {
        /// What is said beside it.
        caption: Option<String>,
        /// What it shows.
        block: BodyBlock,
    },
}

/// What a live block shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyBlock {
    /// Components: name, how, from when, until when.
    Impact(Vec<(String, Status, Timestamp, Option<Timestamp>)>),
    /// Figures: name and milliseconds; and what its authors say.
    Metrics(Vec<(String, u64)>, Option<u64>),
    /// Rows of the timeline.
    Timeline(Vec<BodyRow>),
    /// What the public was told: when, which status, HTML.
    Updates(Vec<(Timestamp, IncidentStatus, String)>),
    /// Runbooks that were followed.
    Runs(Vec<BodyRun>),
    /// What is to be done.
    Actions(Vec<BodyAction>),
}

/// A row of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyRow {
    /// When.
    pub at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// True when it stands out.
    pub is_starred: bool,
    /// What it is; none: it is withheld.
    pub kind: Option<EntryKind>,
    /// What it says, HTML; none: it is withheld.
    pub html: Option<String>,
    /// Of a decision: what was decided against.
    pub rejected: Vec<String>,
    /// Of a hypothesis: what became of it.
    pub hypothesis: Option<HypothesisState>,
    /// Moments that it stands for.
    pub markers: Vec<Marker>,
}

/// A runbook that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyRun {
    /// Its slug, if it can be read.
    pub slug: Option<String>,
    /// What it is called.
    pub title: String,
    /// Its version.
    pub version: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it: `run-outcome-…` in messages.
    pub outcome: Option<String>,
    /// Steps that were settled, and all.
    pub steps: (u32, u32),
}

/// Something that is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyAction {
    /// Its number.
    pub number: i64,
    /// What.
    pub text: String,
    /// What it is good for.
    pub kind: ActionKind,
    /// How soon.
    pub horizon: Horizon,
    /// How much it matters.
    pub priority: Priority,
    /// How far it is.
    pub stage: Stage,
    /// By which day, in words.
    pub due: Option<String>,
    /// Of one that was put off: until which day, in words.
    pub until: Option<String>,
    /// Why it was put off or will not be done.
    pub why: Option<String>,
}

/// What changed in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChanges {
    /// `title` or `body`.
    pub field: &'static str,
    /// Its language.
    pub language: Language,
    /// Parts that differ, with what stands around them.
    pub parts: Vec<Vec<domain::postmortem::compare::Row>>,
}
