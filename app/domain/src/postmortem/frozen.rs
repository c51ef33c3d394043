//! What live blocks say, as data: made of the record when a draft is looked at, and kept with a publication, so that what everybody reads does not
//! change when the record does. Only what everybody may read is ever in here: a row that is withheld is its moment and nothing else.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::block::{Block, BlockKind};
use super::withheld;
use crate::action_item::{ActionKind, Horizon, Priority, Stage};
use crate::component::Status;
use crate::incident::IncidentStatus;
use crate::incident::work::{EntryKind, HypothesisState, Marker, Precision, Visibility};
use crate::text::{LocalizedText, Slug};
use crate::time::Timestamp;

/// A component for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactRow {
    /// Its slug.
    pub slug: Slug,
    /// Its name, as it was then.
    pub name: LocalizedText,
    /// How it was.
    pub status: Status,
    /// From when.
    pub from: Timestamp,
    /// Until when; none: it went on.
    pub until: Option<Timestamp>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricRow {
    /// Its name: `metric-…` in messages.
    pub name: String,
    /// How long, in milliseconds.
    pub ms: u64,
    /// From which marker.
    pub from: Marker,
    /// To which.
    pub until: Marker,
}

/// A row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// When it was.
    pub at: Timestamp,
    /// How exactly that is known.
    pub precision: Precision,
    /// True when it stands out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_starred: bool,
    /// What it says; none: it is withheld.
    pub said: Option<Said>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What it is.
    pub kind: EntryKind,
    /// Markdown.
    pub body: LocalizedText,
    /// Of a decision: what was decided against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<String>,
    /// Of a hypothesis: what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypothesis: Option<HypothesisState>,
    /// Moments that it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub markers: Vec<Marker>,
}

/// What the public was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateRow {
    /// When.
    pub at: Timestamp,
    /// The status it told.
    pub status: IncidentStatus,
    /// Markdown.
    pub body: LocalizedText,
}

/// A runbook that was followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its slug, if everybody may read it.
    pub slug: Option<Slug>,
    /// What it is called.
    pub title: LocalizedText,
    /// Its version.
    pub version: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it: `run-outcome-…` in messages.
    pub outcome: Option<String>,
    /// Steps that are settled: done, or left out with a reason.
    pub settled: u32,
    /// Steps that were on the way.
    pub total: u32,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRow {
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
    /// By which day, as `2026-07-01`.
    pub due: Option<String>,
    /// Of one that was put off: until which day. The reason stands in `why`.
    pub until: Option<String>,
    /// Why it was put off or will not be done.
    pub why: Option<String>,
}

/// Everything that blocks of one postmortem can say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Components, in order of time.
    pub impact: Vec<ImpactRow>,
    /// Outages that probes saw of these components meanwhile, in order of time.
    pub measured: Vec<ImpactRow>,
    /// Figures, in the order in which they come about.
    pub metrics: Vec<MetricRow>,
    /// How long it took as its authors say, in milliseconds.
    pub stated_ms: Option<u64>,
    /// Rows, in order of time, without internal ones.
    pub timeline: Vec<TimelineRow>,
    /// What the public was told, in order of time.
    pub updates: Vec<UpdateRow>,
    /// Runs, in order of time.
    pub runs: Vec<RunRow>,
    /// Action items, by number.
    pub actions: Vec<ActionRow>,
    /// Name of the zone in which its times are shown.
    pub zone: String,
}

/// What one block shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<'r> {
    /// Components.
    Impact(Vec<&'r ImpactRow>),
    /// Figures, and how long it took as its authors say.
    Metrics(Vec<&'r MetricRow>, Option<u64>),
    /// Rows.
    Timeline(Vec<&'r TimelineRow>),
    /// Updates.
    Updates(Vec<&'r UpdateRow>),
    /// Runs.
    Runs(Vec<&'r RunRow>),
    /// Action items.
    Actions(Vec<&'r ActionRow>),
}

/// Rows that some block shows, in their order. References are compared by what they point to: two rows may say the same.
fn only_shown<'r: 's, 's, R: Clone + 'r>(all: &[R], shown: impl Iterator<Item = &'s Vec<&'r R>>) -> Vec<R> {
    let shown: HashSet<*const R> = shown.flatten().map(|row| std::ptr::from_ref(*row)).collect();
    all.iter().filter(|row| shown.contains(&std::ptr::from_ref(*row))).cloned().collect()
}

impl Record {
    /// Takes out what is withheld in words that are shown as they are. Bodies of rows keep their marks, and are shown with a word in their place.
    pub fn withhold(&mut self) {
        for rejected in self.timeline.iter_mut().filter_map(|row| row.said.as_mut()).flat_map(|said| &mut said.rejected) {
            *rejected = withheld::plain(rejected);
        }
        for action in &mut self.actions {
            action.text = withheld::plain(&action.text);
            action.why = action.why.as_deref().map(withheld::plain);
        }
        for update in &mut self.updates {
            update.body = match &update.body {
                LocalizedText::Same(text) => LocalizedText::Same(withheld::plain(text)),
                LocalizedText::Each { ja, en } => LocalizedText::Each { ja: withheld::plain(ja), en: withheld::plain(en) },
            };
        }
    }

    /// The same with nothing but what these blocks show. Impact, what was measured and the zone always stand beside a text; figures do where the
    /// incident shows them to everybody.
    #[must_use]
    pub fn narrowed(&self, blocks: &[Block], shows_figures: bool) -> Self {
        let mut kept =
            Self { impact: self.impact.clone(), measured: self.measured.clone(), zone: self.zone.clone(), ..Self::default() };
        let shown: Vec<Shown<'_>> = blocks.iter().map(|block| self.shown(block)).collect();
        let is_stated = |one: &Shown<'_>| matches!(one, Shown::Metrics(_, Some(_)));
        kept.stated_ms = self.stated_ms.filter(|_| shows_figures || shown.iter().any(is_stated));
        kept.metrics = if shows_figures {
            self.metrics.clone()
        } else {
            only_shown(
                &self.metrics,
                shown.iter().filter_map(|one| if let Shown::Metrics(rows, _) = one { Some(rows) } else { None }),
            )
        };
        let rows = shown.iter().filter_map(|one| if let Shown::Timeline(rows) = one { Some(rows) } else { None });
        kept.timeline = only_shown(&self.timeline, rows);
        let rows = shown.iter().filter_map(|one| if let Shown::Updates(rows) = one { Some(rows) } else { None });
        kept.updates = only_shown(&self.updates, rows);
        let rows = shown.iter().filter_map(|one| if let Shown::Runs(rows) = one { Some(rows) } else { None });
        kept.runs = only_shown(&self.runs, rows);
        let rows = shown.iter().filter_map(|one| if let Shown::Actions(rows) = one { Some(rows) } else { None });
        kept.actions = only_shown(&self.actions, rows);
        kept
    }

    /// What a block shows of it.
    pub fn shown(&self, block: &Block) -> Shown<'_> {
        let is_asked = |name: &str| block.only.as_deref().is_none_or(|only| only == name);
        match block.kind {
            BlockKind::Impact => Shown::Impact(self.impact.iter().filter(|row| is_asked(row.status.name())).collect()),
            BlockKind::Metrics => {
                let rows = self.metrics.iter().filter(|row| is_asked(&row.name)).collect();
                Shown::Metrics(rows, self.stated_ms.filter(|_| is_asked("recover")))
            }
            BlockKind::Timeline => {
                let is_shown = |row: &&TimelineRow| {
                    let is_of_kind = match &row.said {
                        Some(said) => is_asked(said.kind.name()),
                        None => !block.is_public && block.only.is_none(),
                    };
                    is_of_kind && (row.is_starred || !block.is_starred)
                };
                Shown::Timeline(self.timeline.iter().filter(is_shown).collect())
            }
            BlockKind::Updates => Shown::Updates(self.updates.iter().filter(|row| is_asked(row.status.name())).collect()),
            BlockKind::Runs => {
                // One that goes on has come to nothing yet.
                let is_shown = |row: &&RunRow| row.outcome.as_deref().map_or(block.only.is_none(), is_asked);
                Shown::Runs(self.runs.iter().filter(is_shown).collect())
            }
            BlockKind::Actions => Shown::Actions(self.actions.iter().filter(|row| is_asked(row.kind.name())).collect()),
        }
    }
}

/// What everybody may read of a row with this visibility: nothing at all, that something was, or all of it.
pub fn told<T>(visibility: Visibility, said: T) -> Option<Option<T>> {
    match visibility {
        Visibility::Internal => None,
        Visibility::Redacted => Some(None),
        Visibility::Public => Some(Some(said)),
    }
}
