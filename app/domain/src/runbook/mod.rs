//! Runbooks: Markdown files with a checklist that is followed step by step.
//!
//! Code map: this file has what a runbook is once it was read; [`parse`] reads one ([`front_matter`] its head, [`comment`] what stands
//! behind a step), [`lint`] says what is wrong with it, [`ids`] gives steps their ids, [`compare`] tells versions and languages apart,
//! [`params`] fills commands in, [`run`] is what happens when one is followed, [`history`] what is learnt from that.
//!
//! The syntax: front matter in YAML between `---` lines, then Markdown. `## ` begins a section; a task item (`- [ ]`) is a step. A
//! trailing HTML comment carries its id and what else is to be known: `<!-- s:copy-data risk=high critical -->`.

pub mod comment;
pub mod compare;
pub mod front_matter;
pub mod history;
pub mod ids;
pub mod lint;
pub mod params;
pub mod parse;
pub mod run;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::front_matter::FrontMatter;

/// Largest source, in bytes: ten times the longest that ships.
pub const SOURCE_BYTES_MAX: usize = 256 * 1024;
/// Most steps of one runbook. A checklist that nobody can follow is none.
pub const STEPS_MAX: usize = 300;
/// Deepest nesting of steps.
pub const DEPTH_MAX: usize = 3;
/// Longest id of a step, in characters.
pub const STEP_ID_CHARS_MAX: usize = 64;

/// A place in a source, in bytes.
pub type Span = Range<usize>;

/// The name of a step within its runbook: `a-z`, `0-9` and hyphens, not at an end. Ticks hang on it, so it outlives every edit of the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepId(String);

/// Why a text is no id of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a step has 1 to {STEP_ID_CHARS_MAX} of a-z, 0-9 and single hyphens between them, like `copy-data`")]
pub struct StepIdError;

impl StepId {
    /// The id as it stands in the source.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StepId {
    type Err = StepIdError;

    fn from_str(text: &str) -> Result<Self, StepIdError> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_good = (1..=STEP_ID_CHARS_MAX).contains(&text.len())
            && text.chars().all(is_allowed)
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--");
        if is_good { Ok(Self(text.to_owned())) } else { Err(StepIdError) }
    }
}

impl TryFrom<String> for StepId {
    type Error = StepIdError;

    fn try_from(text: String) -> Result<Self, StepIdError> {
        text.parse()
    }
}

impl From<StepId> for String {
    fn from(id: StepId) -> Self {
        id.0
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was read of one source. Everything that stands in the source is in here, also where it is wrong: [`lint`] says what is.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its head. Without one: an empty one, and a mistake.
    pub front: FrontMatter,
    /// Sections in order. What stands before the first heading is one too, [`SectionKind::Preamble`].
    pub sections: Vec<Section>,
    /// Steps in order, a parent before its children.
    pub steps: Vec<Step>,
    /// What could not be read.
    pub mistakes: Vec<lint::Finding>,
}

/// The part of a runbook under one `## ` heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is for.
    pub kind: SectionKind,
    /// Its heading as written, without the `#`; empty for the preamble.
    pub heading: String,
    /// Where the heading stands.
    pub span: Span,
    /// What stands in it, in order.
    pub parts: Vec<Part>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Markdown that is read, not done: paragraphs, lists, code, deeper headings.
    Prose {
        /// The text, as it stands there.
        markdown: String,
        /// Where.
        span: Span,
    },
    /// A step at the top, by its place in [`Document::steps`].
    Step(usize),
}

/// What a section is for; headings are English in every language, as in the runbooks of prometheus-operator, whose first four they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// Before the first heading.
    Preamble,
    /// What it means that this alert rings.
    Meaning,
    /// Who notices what.
    Impact,
    /// Find out.
    Diagnosis,
    /// Act.
    Mitigation,
    /// See that it works.
    Verification,
    /// Whom to call.
    Escalation,
    /// So that it does not happen again.
    Prevention,
    /// Any other heading.
    Other,
}

impl SectionKind {
    /// Every kind with a heading of its own.
    pub const NAMED: [Self; 7] =
        [Self::Meaning, Self::Impact, Self::Diagnosis, Self::Mitigation, Self::Verification, Self::Escalation, Self::Prevention];

    /// The name in CSS classes, message keys and, with a capital, headings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preamble => "preamble",
            Self::Meaning => "meaning",
            Self::Impact => "impact",
            Self::Diagnosis => "diagnosis",
            Self::Mitigation => "mitigation",
            Self::Verification => "verification",
            Self::Escalation => "escalation",
            Self::Prevention => "prevention",
            Self::Other => "other",
        }
    }

    /// The kind of a section with this heading.
    pub fn of_heading(heading: &str) -> Self {
        let heading = heading.trim();
        Self::NAMED.into_iter().find(|kind| heading.eq_ignore_ascii_case(kind.name())).unwrap_or(Self::Other)
    }

    /// True where steps belong.
    pub const fn holds_steps(self) -> bool {
        matches!(self, Self::Diagnosis | Self::Mitigation | Self::Verification)
    }
}

/// A task item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its id; none: nobody gave it one yet, or what stands there is none.
    pub id: Option<StepId>,
    /// The whole item, nested ones too.
    pub span: Span,
    /// Its first paragraph without the comment, Markdown on one line.
    pub title: String,
    /// Where that stands, the comment included.
    pub title_span: Span,
    /// Where the comment stands, `<!--` and `-->` included.
    pub comment_span: Option<Span>,
    /// Place in [`Document::sections`].
    pub section: usize,
    /// Place of its parent in [`Document::steps`].
    pub parent: Option<usize>,
    /// 1 at the top.
    pub depth: usize,
    /// True for `[x]`: a source is always unticked.
    pub is_ticked: bool,
    /// What stands in it beside the title and nested steps, in order.
    pub blocks: Vec<Block>,
    /// What its comment says.
    pub flags: Flags,
}

/// A piece of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Markdown to be read; indentation of the item taken off.
    Prose {
        /// The text.
        markdown: String,
        /// Where.
        span: Span,
    },
    /// A command or file.
    Code {
        /// The word behind the fence, if there is one.
        language: Option<String>,
        /// The code, indentation taken off, with its line breaks.
        code: String,
        /// Where, fences included.
        span: Span,
    },
    /// What is to be seen when it works: a code block of the language `expect`.
    Expect {
        /// The text.
        text: String,
        /// Where, fences included.
        span: Span,
    },
}

/// How much can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// It changes something that is easily put back.
    Low,
    /// Users may notice.
    High,
    /// It cannot be taken back.
    Destructive,
}

impl Risk {
    /// Every risk, the least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::High, Self::Destructive];

    /// The name in sources, CSS classes and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
            Self::Destructive => "destructive",
        }
    }
}

/// What somebody must have at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A way into the network from outside.
    Vpn,
    /// A shell.
    Ssh,
    /// A console or KVM.
    Console,
    /// A place in the same network.
    Lan,
    /// Hands at the machine.
    Physical,
    /// Nothing but a phone.
    PhoneOk,
}

impl Need {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Vpn, Self::Ssh, Self::Console, Self::Lan, Self::Physical, Self::PhoneOk];

    /// The name in sources and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vpn => "vpn",
            Self::Ssh => "ssh",
            Self::Console => "console",
            Self::Lan => "lan",
            Self::Physical => "physical",
            Self::PhoneOk => "phone-ok",
        }
    }
}

/// What the comment behind a step says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `risk=low|high|destructive`
    pub risk: Option<Risk>,
    /// `critical`: skipping it needs a reason and a second press.
    pub is_critical: bool,
    /// `confirm=two-person`: somebody else must confirm it.
    pub is_two_person: bool,
    /// `timer=30m`: begins when it is ticked, and warns.
    pub timer: Option<Duration>,
    /// `undo=id`: the step that takes this one back. A run is not closed before it is done too.
    pub undo: Option<StepId>,
    /// `when=id:answer`: only if that decision was answered so.
    pub when: Option<(StepId, String)>,
    /// `needs=ssh,console`
    pub needs: Vec<Need>,
    /// `verify=probe:slug`: done by itself when that probe was up some times in a row. May hold `{{param}}`.
    pub verify: Option<String>,
    /// `decision yes=id no=id max=3`
    pub decision: Option<Decision>,
}

/// A question whose answer says where it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Answers in order, and the step that each leads to.
    pub answers: Vec<(String, StepId)>,
    /// How often it may lead back.
    pub max: Option<u32>,
}

impl Step {
    /// True when it has code of its own.
    pub fn has_code(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Code { .. }))
    }
}

impl Document {
    /// The step with this id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id.as_ref() == Some(id))
    }

    /// Places of the steps right below this one.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = usize> {
        self.steps.iter().enumerate().filter(move |(_, step)| step.parent == Some(parent)).map(|(place, _)| place)
    }
}
