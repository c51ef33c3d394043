//! Live blocks: lines of a text in whose place stands what the record says. `{{timeline}}`, narrowed `{{timeline starred kind=decision}}`, annotated
//! `{{timeline starred | The minutes that mattered}}`. A block stands on a line of its own; in a block of code it is code.

use crate::action_item::ActionKind;
use crate::component::Status;
use crate::incident::IncidentStatus;
use crate::incident::metrics::Measure;
use crate::incident::work::EntryKind;
use crate::runbook::run::Outcome;
use crate::words::words;

/// Most blocks of one text; what is beyond stays text and is said.
pub const BLOCKS_MAX: usize = 50;
/// Longest annotation, in characters.
pub const CAPTION_CHARS_MAX: usize = 300;

words! {
    /// What a block shows.
    BlockKind {
        /// Components with the times for which they were affected.
        Impact = "impact",
        /// How long it took to notice, to begin, to end it.
        Metrics = "metrics",
        /// Rows of the timeline.
        Timeline = "timeline",
        /// What the public was told.
        Updates = "updates",
        /// Runbooks that were followed.
        Runs = "runs",
        /// What is to be done.
        Actions = "actions",
    }
}

/// A block as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it shows.
    pub kind: BlockKind,
    /// Only rows that stand out.
    pub is_starred: bool,
    /// Only rows that everybody may read; without it the place of those that are withheld is shown.
    pub is_public: bool,
    /// Only of this kind: of an impact a [`Status`], of figures a [`Measure`], of rows an [`EntryKind`], of updates an [`IncidentStatus`], of runs
    /// an [`Outcome`], of action items an [`ActionKind`], each by its name.
    pub only: Option<String>,
    /// What is said beside it.
    pub caption: Option<String>,
}

/// A part of a text, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Markdown, whole lines.
    Text(&'t str),
    /// A block; the line as it was written, with its end.
    Block(Block, &'t str),
}

/// Why a line that looks like a block is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockProblem {
    /// There is no block of this name.
    Unknown,
    /// It cannot be narrowed so.
    Narrowing,
    /// Its annotation is too long.
    Caption,
    /// There are too many.
    TooMany,
}

impl BlockProblem {
    /// The key of the message for people.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "block-unknown",
            Self::Narrowing => "block-narrowing",
            Self::Caption => "block-caption",
            Self::TooMany => "block-too-many",
        }
    }
}

/// A line that looks like a block and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its number, from 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
    /// Why it is none.
    pub problem: BlockProblem,
}

impl Block {
    /// A block of this kind, not narrowed.
    pub const fn new(kind: BlockKind) -> Self {
        Self { kind, is_starred: false, is_public: false, only: None, caption: None }
    }

    /// Reads what stands between the braces.
    fn read(inner: &str) -> Result<Self, BlockProblem> {
        let (words, caption) = match inner.split_once('|') {
            Some((words, caption)) => (words, Some(caption.trim()).filter(|caption| !caption.is_empty())),
            None => (inner, None),
        };
        let mut words = words.split_whitespace();
        let kind = words.next().and_then(BlockKind::from_name).ok_or(BlockProblem::Unknown)?;
        if caption.is_some_and(|caption| caption.chars().count() > CAPTION_CHARS_MAX) {
            return Err(BlockProblem::Caption);
        }
        let mut block = Self { caption: caption.map(str::to_owned), ..Self::new(kind) };
        for word in words {
            match word.strip_prefix("kind=") {
                Some(only) if is_kind(kind, only) => block.only = Some(only.to_owned()),
                None if word == "starred" && kind == BlockKind::Timeline => block.is_starred = true,
                None if word == "public" && kind == BlockKind::Timeline => block.is_public = true,
                _ => return Err(BlockProblem::Narrowing),
            }
        }
        Ok(block)
    }
}

fn is_kind(kind: BlockKind, only: &str) -> bool {
    match kind {
        BlockKind::Timeline => EntryKind::from_name(only).is_some(),
        BlockKind::Actions => ActionKind::from_name(only).is_some(),
        BlockKind::Metrics => Measure::ALL.iter().any(|measure| measure.name() == only),
        BlockKind::Impact => Status::from_name(only).is_some(),
        BlockKind::Updates => IncidentStatus::from_name(only).is_some(),
        BlockKind::Runs => Outcome::from_name(only).is_some(),
    }
}

/// The fence that a line opens or closes: its character and how often it stands there.
fn fence(line: &str) -> Option<(char, usize, bool)> {
    let rest = line.trim_start_matches(' ');
    if line.len() - rest.len() > 3 {
        return None;
    }
    let mark = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = rest.chars().take_while(|c| *c == mark).count();
    let info = rest[count..].trim();
    // Behind three backticks no backtick may stand, else it is code within a line (CommonMark 0.31, 4.5).
    (count >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, count, info.is_empty()))
}

/// Goes through the lines of a text, each with its end, and says of each whether it is code.
#[derive(Debug, Default)]
pub(super) struct Fences(Option<(char, usize)>);

impl Fences {
    /// True for a line of code, or of the fence around it.
    pub(super) fn is_code(&mut self, line: &str) -> bool {
        match (self.0, fence(line)) {
            (None, Some((mark, count, _))) => {
                self.0 = Some((mark, count));
                true
            }
            (Some((open, least)), Some((mark, count, true))) if mark == open && count >= least => {
                self.0 = None;
                true
            }
            (open, _) => open.is_some() || line.starts_with("    ") || line.starts_with('\t'),
        }
    }
}

/// A text in pieces, and the lines that look like blocks and are none. The pieces put together are the text.
pub fn pieces(text: &str) -> (Vec<Piece<'_>>, Vec<Mistake>) {
    let (mut pieces, mut mistakes) = (Vec::new(), Vec::new());
    let (mut fences, mut from, mut at, mut count) = (Fences::default(), 0, 0, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        if fences.is_code(line) {
            continue;
        }
        let Some(inner) = line.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) else { continue };
        let read = Block::read(inner).and_then(|block| if count < BLOCKS_MAX { Ok(block) } else { Err(BlockProblem::TooMany) });
        match read {
            Ok(block) => {
                count += 1;
                if from < start {
                    pieces.push(Piece::Text(&text[from..start]));
                }
                pieces.push(Piece::Block(block, line));
                from = at;
            }
            Err(problem) => mistakes.push(Mistake { line: index + 1, text: line.trim().to_owned(), problem }),
        }
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    (pieces, mistakes)
}
