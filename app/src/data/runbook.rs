//! A runbook as it is read: the same pieces on public pages and at the desk. Nothing of an incident, a run or a person is in here.

use domain::runbook::{Need, Risk, SectionKind};

/// A runbook in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookText {
    /// Its slug.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// The language of its text when the reader's is not there; empty: it is the reader's.
    pub language: &'static str,
    /// The number of its version; 0 for a text that is being written.
    pub version: i64,
    /// How long it takes as its author says, in minutes.
    pub estimated_minutes: Option<u64>,
    /// What one must have at hand.
    pub needs: Vec<Need>,
    /// What it was written for: product and versions.
    pub applies_to: Vec<(String, String)>,
    /// Names of alerts that lead to it.
    pub alerts: Vec<String>,
    /// Sections in order.
    pub sections: Vec<SectionText>,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionText {
    /// What it is for.
    pub kind: SectionKind,
    /// Its heading as written; used for [`SectionKind::Other`] only.
    pub heading: String,
    /// What stands in it.
    pub parts: Vec<PartText>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartText {
    /// Safe HTML.
    Prose(String),
    /// A step, with those below it right behind it (their `depth` is larger).
    Step(Box<StepText>),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepText {
    /// Its id; empty: none yet.
    pub id: String,
    /// 1 at the top.
    pub depth: usize,
    /// What it says, safe HTML without a paragraph around it.
    pub title_html: String,
    /// The same as plain text.
    pub title: String,
    /// What stands below.
    pub blocks: Vec<BlockText>,
    /// How much can go wrong.
    pub risk: Option<Risk>,
    /// True when it must not be left out lightly.
    pub is_critical: bool,
    /// True when a second person confirms it.
    pub is_two_person: bool,
    /// How long to wait after it, in seconds.
    pub timer_s: Option<u64>,
    /// What one must have at hand.
    pub needs: Vec<Need>,
    /// Plain text of the step that takes it back.
    pub undo: Option<String>,
    /// Slug of the probe by which Yagura sees that it is done.
    pub verify: Option<String>,
    /// Answers of a decision: the answer as written, its words, and the plain text of the step that it leads to.
    pub answers: Vec<AnswerText>,
    /// Only if that decision (plain text) was answered so (its words).
    pub when: Option<(String, String)>,
}

/// An answer of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerText {
    /// As it is written and sent.
    pub answer: String,
    /// In words; empty: `answer` says it (`yes` and `no` have words of their own, message `answer-…`).
    pub words: String,
    /// What comes next then, plain text.
    pub leads_to: String,
}

/// A piece of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockText {
    /// Safe HTML.
    Prose(String),
    /// A command or file.
    Code {
        /// The language as written; empty: none.
        language: String,
        /// The text in pieces.
        pieces: Vec<CodePiece>,
        /// What the copy button takes; none: a value is missing.
        copy: Option<String>,
    },
    /// What is to be seen when it works.
    Expect(String),
}

/// A piece of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodePiece {
    /// As it stands in the runbook.
    Text(String),
    /// A value that was filled in, quoted for the shell.
    Value(String),
    /// The name of a value that is missing.
    Missing(String),
    /// The name of an environment variable with a secret, to be set in one's own shell.
    Secret(String),
}

/// All public runbooks: slug, title, names of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookList {
    /// By title.
    pub rows: Vec<(String, String, Vec<String>)>,
}

/// What an address of an alert says when no public runbook is bound to it; the same whether or not there is one for those who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStub {
    /// The part of the address before the name.
    pub component: String,
    /// The name as it stands in the address.
    pub alert: String,
    /// What others wrote about it.
    pub upstream: Option<String>,
}
