//! Runs at the desk: beginning one, and the screen on which it is followed.

use domain::runbook::run::{Outcome, Stand};
use domain::time::Timestamp;

use super::incidents::EvidenceRow;
use super::{FormState, RunRow};
use crate::data::runbook::{PartText, StepText};

/// Begin a run by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct RunStartPage {
    /// The runbook's slug.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// Values that it takes.
    pub params: Vec<ParamField>,
    /// Incidents that go on: number, title.
    pub incidents: Vec<(i64, String)>,
    /// Components: slug, name.
    pub components: Vec<(String, String)>,
    /// Fields, posted to `/desk/runbooks/{slug}/run`: `mode`, `incident` (a number, or empty), `component` (a slug, or empty), for each value
    /// `param_<name>`, `request` (hidden).
    pub form: FormState,
}

/// A value that a runbook takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamField {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub label: String,
    /// What it is now, or would be.
    pub value: String,
    /// True when the runbook cannot be followed to its end without it.
    pub is_required: bool,
    /// True when it is set in one's own shell and never here.
    pub is_secret: bool,
    /// What it must look like, as a regular expression.
    pub pattern: String,
}

/// The responder's screen.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPage {
    /// Counts changes that the desk can see.
    pub version: u64,
    /// What stands in lists of it.
    pub row: RunRow,
    /// The number of the version that is followed.
    pub runbook_version: i64,
    /// The language of the text when the reader's is not there; empty: it is the reader's.
    pub language: &'static str,
    /// Title of its incident.
    pub incident_title: Option<String>,
    /// True for a checklist to be gone through from memory and confirmed at the end: the list is shown first.
    pub is_do_confirm: bool,
    /// How it is shown: `focus` (one step, large) or `list`.
    pub view: RunView,
    /// Sections in order.
    pub sections: Vec<RunSection>,
    /// The id of the step that is shown large; none: nothing is left.
    pub current: Option<String>,
    /// The place of the newest event.
    pub seq: i64,
    /// What the browser needs to know where steps stand while it is offline, as JSON: `domain::runbook::run::plan::Plan`.
    pub plan_json: String,
    /// Events that moved steps so far, as JSON: a list of `domain::runbook::run::Event`.
    pub events_json: String,
    /// Values that are known: label and value.
    pub params: Vec<ParamField>,
    /// Values that are missing and needed.
    pub missing: Vec<ParamField>,
    /// A newer version.
    pub newer: Option<NewerVersion>,
    /// Steps that were done and not taken back: id of the step, plain text, id of its undo, plain text of that.
    pub unpaired: Vec<Unpaired>,
    /// What came of it, when it ended: outcome, words, the runbook that would have been right.
    pub ended: Option<(Outcome, String, Option<String>)>,
    /// Notes about the run as a whole.
    pub notes: Vec<RunNote>,
    /// Runbooks to choose from when it was the wrong one: slug, title.
    pub runbooks: Vec<(String, String)>,
    /// True when whoever looks may do something.
    pub may_run: bool,
    /// The id of whoever looks.
    pub user: String,
    /// A form of a step that was refused: the step's id, and its fields (see [`RunStep`]).
    pub refused: Option<(String, FormState)>,
    /// Fields of the missing values, posted to `/desk/runs/{number}/params`: `param_<name>`, `request` (hidden).
    pub params_form: FormState,
    /// Fields of a note about the run as a whole, posted to `/desk/runs/{number}/notes`: `text`, `deed` (`note` or `wrong`), `request` (hidden).
    pub note_form: FormState,
    /// Fields of the end, posted to `/desk/runs/{number}/finish`: `outcome`, `text`, `right` (a slug, or empty), `seq` and `request` (hidden).
    pub finish_form: FormState,
}

/// How a run is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunView {
    /// One step, large. The default.
    Focus,
    /// All steps.
    List,
}

/// A section of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSection {
    /// Heading in words.
    pub heading: String,
    /// What stands in it: prose, and steps by their place in `steps`.
    pub parts: Vec<PartText>,
    /// Where its steps stand; one for each step in `parts`, in order.
    pub steps: Vec<RunStep>,
}

/// Where a step stands. Posted to `/desk/runs/{number}/steps/{id}` with the button `deed` (a deed's name), and `text` (reason or note), `answer`,
/// `at` (when it happened, as people type a time; empty: now), `seq` and `request` (hidden). Files go to `…/steps/{id}/evidence`
/// (multipart: `file`, `text` for pasted output, `keep_secrets`, `request`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStep {
    /// What it says.
    pub text: StepText,
    /// Its place among steps, from 1.
    pub number: usize,
    /// Where it stands.
    pub stand: Stand,
    /// Who made it so, and when.
    pub by: Option<(String, Timestamp)>,
    /// Their reason.
    pub reason: Option<String>,
    /// The answer that was given.
    pub answer: Option<String>,
    /// True when it has no command of its own and follows from those below it.
    pub is_group: bool,
    /// True when it can be ticked (or answered) as things stand.
    pub may_tick: bool,
    /// True when whoever looks ticked it, and somebody else has to confirm it.
    pub is_own: bool,
    /// When its timer runs out.
    pub timer_due_at: Option<Timestamp>,
    /// What was noted.
    pub notes: Vec<RunNote>,
    /// Files.
    pub evidence: Vec<EvidenceRow>,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunNote {
    /// What was noted, as it was typed.
    pub text: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// True when it says that the runbook is wrong.
    pub is_wrong: bool,
}

/// A step that was done and not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaired {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// The id of the step that takes it back.
    pub undo: String,
    /// What that says.
    pub undo_title: String,
}

/// A newer version of the runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewerVersion {
    /// Its number.
    pub number: i64,
    /// How many steps changed.
    pub changed: usize,
    /// How many came.
    pub added: usize,
    /// How many went.
    pub removed: usize,
    /// How many ticks would have to be looked at once more.
    pub rechecks: usize,
}

/// Go on with a newer version?
#[derive(Clone, Debug, PartialEq)]
pub struct RunRebasePage {
    /// The run.
    pub row: RunRow,
    /// The version that is followed.
    pub from: i64,
    /// The newer one.
    pub to: i64,
    /// What became of each step, and whether it was ticked.
    pub steps: Vec<(super::StepChange, bool)>,
    /// Fields, posted to `/desk/runs/{number}/rebase`: `to`, `seq`, `request` (all hidden).
    pub form: FormState,
}

/// A runbook that may be followed in an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedRunbook {
    /// Its slug; posted as `runbook` to `/desk/incidents/{number}/runs`.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// Why it is offered: `component`, `alert`, `severity` or `state` (message `offered-…`).
    pub why: &'static str,
}
