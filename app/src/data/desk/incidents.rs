//! Incidents at the desk: the list with its search, the page on which one is worked, and its forms.

use domain::component::Status;
use domain::incident::work::{
    EntryKind, HypothesisState, IncidentKind, Marker, Precision, Role, Severity, Source, State, Visibility,
};
use domain::incident::{Impact, IncidentStatus};
use domain::time::Timestamp;
use jiff::tz::TimeZone;

use super::{ActionLine, AlertRow, ComponentChoice, FormState, OfferedRunbook, RunRow};

/// Incidents: what is suggested, what is open, what is over, or what a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentsPage {
    /// Counts changes that the desk can see.
    pub version: u64,
    /// What Yagura suggests.
    pub suggestions: Vec<SuggestionRow>,
    /// Those that people work on, the gravest first. Empty while something is searched for or filtered.
    pub open: Vec<IncidentRow>,
    /// The others, or what the filter lets through, the newest first.
    pub rest: Vec<IncidentRow>,
    /// What the search found; `None` while nothing is searched for.
    pub hits: Option<Vec<HitRow>>,
    /// Components to filter by.
    pub components: Vec<ComponentChoice>,
    /// Severities in words.
    pub severities: Vec<(Severity, String)>,
    /// Address of the next page of `rest`.
    pub older: Option<String>,
    /// Fields of the filter (GET): `q`, `state` (`open`, `ended`, or empty), `severity`, `component`, `kind`.
    pub form: FormState,
}

/// An incident that Yagura suggests.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestionRow {
    /// Its name; sent as `id` to `/desk/suggestions/accept` and `/desk/suggestions/dismiss`.
    pub id: String,
    /// Names of the components in trouble with their status and since when, the worst first.
    pub components: Vec<(String, Status, Timestamp)>,
    /// Names of those to be suspected, the likeliest first: with how many of how many dependants fail.
    pub suspects: Vec<(String, usize, usize)>,
    /// Since when.
    pub since: Timestamp,
    /// The number of the open incident that it belongs to, if there is one: accepting adds the components there.
    pub joins: Option<i64>,
}

/// An incident in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentRow {
    /// Its number; its page is `/desk/incidents/{number}`.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: IncidentKind,
    /// How far it is.
    pub state: State,
    /// How grave it is.
    pub severity: Severity,
    /// That in words.
    pub severity_label: String,
    /// How bad it is for users.
    pub impact: Impact,
    /// True when everybody may see it.
    pub is_public: bool,
    /// When somebody began to work on it.
    pub opened_at: Timestamp,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// When the next update is due.
    pub next_update_due_at: Option<Timestamp>,
    /// Names of the components.
    pub components: Vec<String>,
    /// Who leads.
    pub lead: Option<String>,
}

/// Something that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HitRow {
    /// Of which incident.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Where to look.
    pub href: String,
    /// What it is: `title`, `entry` or `update` (message `hit-…`).
    pub place: &'static str,
    /// Words around what was searched for, in pieces; true: what was searched for itself.
    pub excerpt: Vec<(String, bool)>,
    /// When it was.
    pub at: Timestamp,
}

/// Open an incident, or change what is said of one.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentEditPage {
    /// The one to be changed; `None`: a new one. Posted to `/desk/incidents/new` or `/desk/incidents/{number}/edit`.
    pub number: Option<i64>,
    /// Components to choose from.
    pub components: Vec<ComponentChoice>,
    /// Names of people to choose from.
    pub people: Vec<String>,
    /// Names of time zones, the site's first.
    pub zones: Vec<String>,
    /// Severities in words.
    pub severities: Vec<(Severity, String)>,
    /// Fields: `title_ja`, `title_en`, `kind`, `severity`, `impact`, `zone`, `lead`, `scribe`, `comms` (names, or empty), for each component
    /// `status_<slug>` (a status, or empty: not affected); only for a new one `began` (a time as it is typed; empty: now) and `body` (the first
    /// row of the timeline, may be empty); only for a known one `stated_minutes`, `shows_metrics` (`yes` or absent), `version` (hidden).
    pub form: FormState,
}

/// An incident that is worked.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentPage {
    /// Counts changes that the desk can see; the page is told when it rises.
    pub version: u64,
    /// The incident itself.
    pub row: IncidentRow,
    /// Its number on public pages, while it is public.
    pub public_number: Option<i64>,
    /// Changes with its facts; sent as `version` with the forms that change them.
    pub record_version: i64,
    /// Its zone.
    pub zone: TimeZone,
    /// Who has which role.
    pub roles: Vec<(Role, String)>,
    /// True when its figures are public with it.
    pub shows_metrics: bool,
    /// What it affects.
    pub affected: Vec<AffectedRow>,
    /// Figures, in the order in which they come about.
    pub metrics: Vec<MetricCell>,
    /// How long it took as its authors say, in milliseconds.
    pub stated_ms: Option<u64>,
    /// The timeline.
    pub days: Vec<TimelineDay>,
    /// Markers and the row each points at (id and moment); all of them, in order.
    pub markers: Vec<(Marker, Option<(String, Timestamp)>)>,
    /// What the public was told, the newest first.
    pub updates: Vec<UpdateRow>,
    /// Related incidents: number, title.
    pub related: Vec<(i64, String)>,
    /// Numbers of those that were merged into it.
    pub absorbed: Vec<i64>,
    /// Runs of runbooks in it, the newest first.
    pub runs: Vec<RunRow>,
    /// Its alerts, the newest first.
    pub alerts: Vec<AlertRow>,
    /// Runbooks that may help, the likeliest first; those that are being followed are not among them.
    pub offered: Vec<OfferedRunbook>,
    /// Its postmortem: number, and how far it is.
    pub postmortem: Option<(i64, domain::postmortem::State)>,
    /// What is to be done after it.
    pub actions: Vec<ActionLine>,
    /// Earlier incidents with the same components or alerts: number, title, when each was opened, and the number of its postmortem.
    pub earlier: Vec<(i64, String, Timestamp, Option<i64>)>,
    /// What earlier incidents of its kind left to be done, open ones first.
    pub kin: Vec<ActionLine>,
    /// States that may follow, and whether each needs a reason.
    pub next_states: Vec<(State, bool)>,
    /// True when whoever looks may write rows.
    pub may_write: bool,
    /// True when they may do all the rest.
    pub may_respond: bool,
    /// The id of whoever looks; what they typed and did not send is kept under it.
    pub user: String,
    /// Fields of the composer, posted to `/desk/incidents/{number}/entries`: `kind`, `body`, `at`, `rejected` (a line each), `hypothesis`,
    /// `keep_secrets` (`yes` or absent).
    pub composer: FormState,
    /// Fields of the state, posted to `/desk/incidents/{number}/state`: `to`, `reason`, `version`.
    pub state_form: FormState,
    /// Fields of a relation or merge: `other` (a number); posted to `…/relate`, `…/unrelate`, `…/merge`.
    pub other_form: FormState,
}

/// A component that an incident affects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedRow {
    /// Its name.
    pub name: String,
    /// How.
    pub status: Status,
    /// From when.
    pub from: Timestamp,
    /// Until when; `None`: it goes on.
    pub until: Option<Timestamp>,
}

/// A figure of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricCell {
    /// What it is: `metric-…` in messages.
    pub name: &'static str,
    /// How long, in milliseconds; `None`: a marker is missing.
    pub ms: Option<i64>,
    /// From which marker.
    pub from: Marker,
    /// To which.
    pub until: Marker,
}

/// Rows of one day in the incident's zone.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineDay {
    /// The day in words.
    pub label: String,
    /// The day as `2024-04-18`.
    pub date: String,
    /// Its rows, in order.
    pub rows: Vec<EntryRow>,
}

/// A row of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRow {
    /// Its id; its place on the page is `t-{id}`, its form `/desk/incidents/{number}/entries/{id}`.
    pub id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// What it is.
    pub kind: EntryKind,
    /// Where it came from.
    pub source: Source,
    /// Who wrote it.
    pub actor: String,
    /// What it says, as HTML that is safe to show.
    pub html: String,
    /// What was decided against.
    pub rejected: Vec<String>,
    /// What became of the hypothesis.
    pub hypothesis: Option<HypothesisState>,
    /// True when it stands out.
    pub is_starred: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// What somebody noted beside it.
    pub annotation: Option<String>,
    /// Its revision; from 2 on it was edited.
    pub revision: i64,
    /// True when it was deleted.
    pub is_deleted: bool,
    /// True when Yagura wrote it.
    pub is_machine: bool,
    /// Markers that point at it.
    pub markers: Vec<Marker>,
    /// Files.
    pub evidence: Vec<EvidenceRow>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// Its id; it is at `/desk/incidents/{number}/evidence/{id}`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// True for a picture.
    pub is_image: bool,
    /// How large it is.
    pub bytes: u64,
}

/// What the public was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateRow {
    /// Its number.
    pub number: i64,
    /// The status it tells.
    pub status: IncidentStatus,
    /// What it says in each language (tag and safe HTML).
    pub bodies: Vec<(&'static str, String)>,
    /// Names of components and their status before and after.
    pub changes: Vec<(String, Status, Status)>,
    /// Who wrote it.
    pub author: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it says it is of.
    pub display_at: Timestamp,
    /// The number of the one that it corrects.
    pub corrects: Option<i64>,
    /// The number of the one that corrects it.
    pub corrected_by: Option<i64>,
}

/// One row and its forms.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryEditPage {
    /// Of which incident.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Its zone.
    pub zone: TimeZone,
    /// The row as it is now.
    pub row: EntryRow,
    /// Somebody changed it meanwhile: who, when, and their text as it was typed. What one typed oneself stands in `form`, and saving again
    /// puts it over theirs.
    pub theirs: Option<(String, Timestamp, String)>,
    /// How it once was, the newest first.
    pub revisions: Vec<RevisionRow>,
    /// Markers that can point at it, and whether they do.
    pub markers: Vec<(Marker, bool)>,
    /// True when whoever looks may change it.
    pub may_write: bool,
    /// The id of whoever looks.
    pub user: String,
    /// Fields, posted to `/desk/incidents/{number}/entries/{id}`: `at`, `kind`, `precision`, `body`, `rejected`, `hypothesis`, `visibility`, `is_starred`, `annotation`,
    /// `markers` (several), `revision` (hidden), `keep_secrets`. Of a row that Yagura wrote only `visibility`, `is_starred`, `annotation` and `markers`.
    pub form: FormState,
    /// What is wrong with a file that was sent to `…/entries/{id}/evidence` (multipart: `file`, `keep_secrets`), or with text (`name`, `text`).
    pub evidence_form: FormState,
}

/// A row as it once was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRow {
    /// Which.
    pub revision: i64,
    /// When it became so.
    pub at: Timestamp,
    /// Who made it so.
    pub actor: String,
    /// When it happened, as it was said then.
    pub occurred_at: Timestamp,
    /// What it was.
    pub kind: EntryKind,
    /// Its text as it was typed.
    pub body: String,
}

/// All rows of a timeline, to choose who may read which.
#[derive(Clone, Debug, PartialEq)]
pub struct EntriesChoosePage {
    /// Of which incident.
    pub number: i64,
    /// Its zone.
    pub zone: TimeZone,
    /// Rows that are there and can be told, in order of time.
    pub rows: Vec<EntryRow>,
    /// True when they may choose what the public sees; else only what stands out.
    pub may_tell: bool,
    /// Fields: `all` (empty or a visibility, for all rows of people), and of each row `visibility_<id>`, `star_<id>`, `revision_<id>` (hidden).
    pub form: FormState,
}

/// Paste a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct PastePage {
    /// Of which incident.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Its zone.
    pub zone: TimeZone,
    /// How each line was understood; empty before the first look. Each stands in the form as `at_<n>`, `kind_<n>`, `body_<n>` and `take_<n>` (`yes` or absent), n from 0, and
    /// as it was pasted in `line_<n>` (hidden), with its number in the text in `number_<n>` (hidden). Posted with the button `look` the text is read (again); with `correct` what was
    /// corrected is looked at again; with `save` it is saved.
    pub lines: Vec<PasteLine>,
    /// The id of whoever looks.
    pub user: String,
    /// Fields: `text`, `day` (`2024-04-18`; the day of the first line that has none), and those of the lines; `count` (hidden) says how many.
    pub form: FormState,
}

/// A pasted line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasteLine {
    /// Which line of the text, from 1.
    pub number: usize,
    /// The line itself.
    pub source: String,
    /// When it was, if that was understood.
    pub at: Option<Timestamp>,
    /// Why it was not understood, in words.
    pub problem: Option<String>,
    /// True when it is taken.
    pub is_taken: bool,
}

/// Tell the public.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateEditPage {
    /// Of which incident.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// True when the incident is public.
    pub is_public: bool,
    /// Its zone.
    pub zone: TimeZone,
    /// Components with what they show now.
    pub components: Vec<(ComponentChoice, Status)>,
    /// Texts to begin with: name for `?template=`, words.
    pub templates: Vec<(String, String)>,
    /// The update that is corrected.
    pub corrects: Option<UpdateRow>,
    /// What the public will see, per language (tag, safe HTML); empty before the preview.
    pub preview: Vec<(&'static str, String)>,
    /// The id of whoever looks.
    pub user: String,
    /// Fields, posted to `/desk/incidents/{number}/updates/new`: `status`, `body_ja`, `body_en`, `only` (`ja`, `en` or empty: both), for each component `status_<slug>` (a status, or empty: as it is),
    /// `display_at`, `next_update` (minutes, or empty: none is promised), `corrects` (hidden), `make_public` (`yes` or absent), `keep_secrets`. The button `preview` only shows it.
    pub form: FormState,
}
