//! Action items at the desk: the board, one of them, and what they add up to.

use domain::action_item::{ActionKind, Horizon, Priority, Stage};
use domain::insight::Insight;
use domain::time::Timestamp;

use super::FormState;

/// An action item in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLine {
    /// Its number; its page is `/desk/action-items/{number}`.
    pub number: i64,
    /// What is to be done.
    pub text: String,
    /// What it is good for.
    pub kind: ActionKind,
    /// How soon.
    pub horizon: Horizon,
    /// How much it matters.
    pub priority: Priority,
    /// How far it is.
    pub stage: Stage,
    /// Who is to do it.
    pub owner: Option<String>,
    /// By which day, in words.
    pub due: Option<String>,
    /// True when that day has passed.
    pub is_overdue: bool,
    /// Until when it was put off, in words.
    pub until: Option<String>,
    /// Number and title of its incident.
    pub incident: Option<(i64, String)>,
}

/// All action items.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionItemsPage {
    /// True for the board, false for the list.
    pub is_board: bool,
    /// Those that are shown, the most pressing first.
    pub rows: Vec<ActionLine>,
    /// How many of each stage there are, whatever is shown.
    pub counts: Vec<(Stage, usize)>,
    /// Names of people to filter by.
    pub people: Vec<String>,
    /// Fields of the filter (GET): `stage`, `owner`, `view`.
    pub form: FormState,
    /// True when more could be shown than are.
    pub is_cut: bool,
}

/// Make an item, or one item.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionItemPage {
    /// The item; none: a new one.
    pub line: Option<ActionLine>,
    /// Where it came from: `origin-…` in messages.
    pub origin: &'static str,
    /// The number of its run.
    pub run: Option<i64>,
    /// Where it is worked on.
    pub url: Option<String>,
    /// What it brings about, each with what proves it, in words; empty: nothing can.
    pub bound: Vec<(String, String)>,
    /// What became of it, the newest first: when, who, what in words, note.
    pub events: Vec<(Timestamp, String, String, Option<String>)>,
    /// Steps that may follow: `begin`, `finish` and so on.
    pub steps: Vec<&'static str>,
    /// Names of people to choose from.
    pub people: Vec<String>,
    /// What it can be bound to: value and name.
    pub bindable: Vec<(String, String)>,
    /// True when whoever looks may change it.
    pub may_write: bool,
    /// Fields: `text`, `kind`, `horizon`, `priority`, `owner`, `due`, `url`, `bound` (several), `incident`, `version`.
    pub form: FormState,
    /// Fields: `step`, `reason`, `until`, `accepted_by`, `version`.
    pub step: FormState,
}

/// What incidents and their follow-up add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct InsightPage {
    /// The figures.
    pub insight: Insight,
    /// Names of components by slug.
    pub names: Vec<(String, String)>,
    /// Fields (GET): `months`, one of [`SPANS`].
    pub form: FormState,
    /// Whether there were more incidents than are added up.
    pub is_cut: bool,
}

/// How many months may be looked at.
pub const SPANS: [u8; 5] = [3, 6, 12, 24, 36];
