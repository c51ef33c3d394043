//! Runbooks at the desk: all of them, one of them with its history, writing one, and what needs attention.

use domain::runbook::run::{Mode, Outcome, RunState};
use domain::time::Timestamp;

use super::{AlertRow, CoverageName, CoverageType, FormState};
use crate::data::runbook::RunbookText;

/// All runbooks.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbooksPage {
    /// Runs that go on, the newest first.
    pub active: Vec<RunRow>,
    /// Those that the filter lets through, by name.
    pub rows: Vec<RunbookRow>,
    /// How many there are in all.
    pub total: usize,
    /// The folder of the operator's own, if there is one.
    pub folder: Option<String>,
    /// Why the folder cannot be read right now; what was read before stays in use.
    pub folder_problem: Option<String>,
    /// Files in it that are no runbook's, in words.
    pub strays: Vec<FindingRow>,
    /// Fields of the filter (GET): `q`.
    pub form: FormState,
}

/// A runbook in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbookRow {
    /// Its slug; its page is `/desk/runbooks/{slug}`.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// Names of alerts that lead to it.
    pub alerts: Vec<String>,
    /// How many steps it has.
    pub steps: usize,
    /// How long it takes as its author says, in minutes.
    pub estimated_minutes: Option<u64>,
    /// The number of the version in use; none: its files have mistakes, and there never was one without.
    pub version: Option<i64>,
    /// True when it ships with Yagura.
    pub is_bundled: bool,
    /// True when everybody may read it.
    pub is_public: bool,
    /// How many mistakes its files have.
    pub errors: usize,
    /// How many things could be better.
    pub warnings: usize,
    /// When it was last followed because something was wrong.
    pub last_used_at: Option<Timestamp>,
    /// When it was last practised.
    pub last_drilled_at: Option<Timestamp>,
    /// What is due, as parts of message keys: `review`, `drill`, …
    pub due: Vec<&'static str>,
}

/// A run in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its number; its page is `/desk/runs/{number}`.
    pub number: i64,
    /// The runbook's slug.
    pub runbook: String,
    /// What that is called.
    pub title: String,
    /// Why it is followed.
    pub mode: Mode,
    /// Whether it goes on.
    pub state: RunState,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The number of its incident.
    pub incident: Option<i64>,
    /// Who began it.
    pub started_by: String,
    /// When.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How many steps are settled, and how many apply.
    pub settled: usize,
    /// How many apply.
    pub total: usize,
}

/// One runbook.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbookPage {
    /// What stands in lists of it.
    pub row: RunbookRow,
    /// Its text; none while no version without mistakes is known.
    pub text: Option<RunbookText>,
    /// The version that is shown; another one than `row.version` when an older one was asked for.
    pub shown_version: Option<i64>,
    /// Versions, the newest first: number and since when.
    pub versions: Vec<(i64, Timestamp)>,
    /// What is wrong with its files.
    pub findings: Vec<FindingRow>,
    /// Who wrote it, as it says.
    pub owner: Option<String>,
    /// The files it was read from; empty for one that ships.
    pub files: Vec<String>,
    /// When it was last reviewed and by whom.
    pub reviewed: Option<(Timestamp, String)>,
    /// When a review is due.
    pub review_due_at: Option<Timestamp>,
    /// When a drill is due.
    pub drill_due_at: Option<Timestamp>,
    /// Steps with figures of the last live runs.
    pub figures: Vec<StepFigures>,
    /// Live runs, the newest first, at most 20.
    pub runs: Vec<RunRow>,
    /// Drills and rehearsals, the newest first, at most 20.
    pub drills: Vec<RunRow>,
    /// Notes that it is wrong: run, step's title (empty: none), text, who, when; the newest first.
    pub wrong: Vec<WrongNote>,
    /// True when whoever looks may follow it.
    pub may_run: bool,
    /// True when they may say that it was reviewed.
    pub may_review: bool,
    /// Fields, posted to `/desk/runbooks/{slug}/review`: `note`, `version` (hidden).
    pub review_form: FormState,
}

/// Figures of a step over the last live runs.
#[derive(Clone, Debug, PartialEq)]
pub struct StepFigures {
    /// Its id.
    pub id: String,
    /// What it says, plain text.
    pub title: String,
    /// In how many runs something was done about it.
    pub runs: usize,
    /// How long it took in the middle, in milliseconds; none under two runs.
    pub median_ms: Option<u64>,
    /// In how many runs it was left out.
    pub skipped: usize,
    /// In how many it failed.
    pub failed: usize,
}

/// Somebody noted that a runbook is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongNote {
    /// The number of the run.
    pub run: i64,
    /// What the step says; empty: of the run as a whole.
    pub step: String,
    /// What they noted.
    pub text: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Something that the linter found, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The file; empty for a text that was typed.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// True for a mistake, false for what could be better.
    pub is_error: bool,
    /// What.
    pub words: String,
    /// What to do.
    pub suggestion: String,
}

/// How one version differs from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDiffPage {
    /// The runbook's slug.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// The older version.
    pub from: i64,
    /// The newer one.
    pub to: i64,
    /// Steps of either, in the order of the newer one; those that went stand where they were.
    pub steps: Vec<StepChange>,
    /// Versions to choose from.
    pub versions: Vec<i64>,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepChange {
    /// Its id.
    pub id: String,
    /// `kept`, `changed`, `moved`, `new` or `removed` (message `step-change-…`).
    pub what: &'static str,
    /// Its text before, as it was written; empty for a new one.
    pub before: String,
    /// Its text now; empty for one that went.
    pub after: String,
}

/// Write a runbook, or look a text through.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbookWritePage {
    /// The runbook that it begins from; none: a new one.
    pub slug: Option<String>,
    /// The folder where files belong; none: the configuration names none yet.
    pub folder: Option<String>,
    /// The name under which the file belongs there.
    pub file_name: String,
    /// What is wrong with the text; none before it was looked at.
    pub findings: Option<Vec<FindingRow>>,
    /// How it will look.
    pub preview: Option<RunbookText>,
    /// Fields, posted to `/desk/runbooks/write`: `source`, `slug` (hidden, may be empty), `language` (`ja`, `en`); buttons `check`, `ids` (writes missing ids), `download`.
    pub form: FormState,
}

/// The page for an alert that no runbook is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStubPage {
    /// The part of the address before the name, like `kubernetes`.
    pub component: String,
    /// The name as it stands in the address.
    pub alert: String,
    /// What others wrote about it.
    pub upstream: Option<String>,
    /// Where one is written.
    pub write_href: String,
    /// The newest alerts of this name.
    pub rang: Vec<AlertRow>,
    /// Runbooks whose name or alerts are like it: slug, title.
    pub similar: Vec<(String, String)>,
}

/// What needs attention.
#[derive(Clone, Debug, PartialEq)]
pub struct CoveragePage {
    /// Types of alerts that have neither a runbook nor a reason, or whose reason is no longer good.
    pub uncovered: Vec<CoverageType>,
    /// Types whose reason is good for now.
    pub waived: Vec<CoverageType>,
    /// What rang without a runbook in the last 90 days, the most often first.
    pub unknown: Vec<CoverageName>,
    /// Runbooks for alerts of which no type is configured: slug and title.
    pub ready: Vec<(String, String)>,
    /// Runbooks with something to look after, the worst first.
    pub stale: Vec<StaleRow>,
    /// How many runbooks need nothing.
    pub fresh: usize,
    /// Names of alerts that two runbooks claim, with their slugs; the first is used.
    pub contested: Vec<(String, Vec<String>)>,
}

/// A runbook with something to look after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleRow {
    /// Its slug.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// Why, in words, the gravest first.
    pub reasons: Vec<String>,
}
