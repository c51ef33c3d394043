//! Reading what was typed ([`wanted`](super::wanted)) into what can be kept, or saying all that is wrong with it at once. Pure: what there
//! is to name is given to it. `mistakes` reads single values.

mod mistakes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use domain::component::Status;
use domain::incident::work::{EntryKind, HypothesisState, IncidentKind, Marker, Precision, Severity, Source, Visibility};
use domain::incident::{Impact, IncidentStatus, when};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::incidents::{Entry, EntryChange, EntryContent};

pub(in crate::service) use self::mistakes::text;
use self::mistakes::{BODY_CHARS_MAX, Mistakes, Typed, options};
use super::wanted::{EntryEdit, EntryWanted, IncidentWanted, UpdateWanted};
use crate::service::problem::Problem;

/// Longest update in one language, in characters: it is read on a phone by somebody who waits.
const UPDATE_CHARS_MAX: usize = 5_000;
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;
/// Longest name that a sender gives a row, in characters.
const OP_CHARS_MAX: usize = 64;
/// Longest stated duration, in minutes: a year.
const STATED_MINUTES_MAX: u64 = 525_600;
/// Farthest promise of the next update, in minutes: a week.
const NEXT_UPDATE_MINUTES_MAX: u64 = 10_080;
/// What a phone wrote while it was offline is taken as typed at most so long ago.
pub(super) const TYPED_AGO_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// What there is, for typed values to name.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) components: HashSet<Slug>,
    /// Keys of people by [`UserName::key`](domain::account::name::UserName::key).
    pub(super) people: HashMap<String, i64>,
    /// Name of the site's zone.
    pub(super) zone: String,
    /// The site's languages.
    pub(super) languages: Vec<Language>,
}

/// What is said of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IncidentRead {
    pub(super) title: LocalizedText,
    pub(super) kind: IncidentKind,
    pub(super) severity: Severity,
    pub(super) impact: Impact,
    pub(super) zone: String,
    pub(super) lead: Option<i64>,
    pub(super) scribe: Option<i64>,
    pub(super) comms: Option<i64>,
    /// Each once; none of them is operational.
    pub(super) components: Vec<(Slug, Status)>,
    pub(super) stated_duration: Option<Duration>,
    pub(super) shows_metrics: bool,
}

/// How a new incident begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) began: Timestamp,
    pub(super) precision: Precision,
    /// The first row.
    pub(super) body: Option<String>,
}

/// A row as it is to be kept; who writes it is for others to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntryRead {
    pub(super) occurred_at: Timestamp,
    pub(super) precision: Precision,
    pub(super) kind: EntryKind,
    pub(super) content: EntryContent,
    pub(super) visibility: Visibility,
    pub(super) is_starred: bool,
    pub(super) op: Option<String>,
    pub(super) source: Source,
}

/// What the public is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UpdateRead {
    pub(super) status: IncidentStatus,
    pub(super) body: LocalizedText,
    /// Each once.
    pub(super) components: Vec<(Slug, Status)>,
    /// In how long the next one is promised.
    pub(super) next_update: Option<Duration>,
}

impl IncidentWanted {
    /// What shall be said of an incident that is there.
    pub(super) fn read(&self, known: &Known) -> Result<IncidentRead, Problem> {
        let mut mistakes = Mistakes::default();
        let (read, _) = self.facts(known, &mut mistakes);
        mistakes.end(read)
    }

    /// What shall be said of a new one, and how it begins.
    pub(super) fn read_new(&self, known: &Known, now: Timestamp) -> Result<(IncidentRead, Opening), Problem> {
        let mut mistakes = Mistakes::default();
        let (read, zone) = self.facts(known, &mut mistakes);
        let began = zone.and_then(|zone| mistakes.moment("began", &self.began, now, &zone));
        let body = mistakes.body_if_any("body", &self.body, BODY_CHARS_MAX, false);
        let opening = began.map(|(began, precision)| Opening { began, precision, body });
        mistakes.end(read.zip(opening))
    }

    fn facts(&self, known: &Known, mistakes: &mut Mistakes) -> (Option<IncidentRead>, Option<TimeZone>) {
        let title = mistakes.title(&self.title_ja, &self.title_en);
        let at = ("kind", "invalid-kind");
        let kind = mistakes.named_or(at, &self.kind, IncidentKind::Incident, IncidentKind::from_name);
        let severity = mistakes.named(("severity", "invalid-severity"), &self.severity, Severity::from_name);
        let impact = mistakes.named_or(("impact", "invalid-impact"), &self.impact, Impact::None, Impact::from_name);
        let zone = mistakes.zone(&self.zone, known);
        let roles = [("lead", &self.lead), ("scribe", &self.scribe), ("comms", &self.comms)];
        let [lead, scribe, comms] = roles.map(|(field, typed)| mistakes.person(field, typed, known));
        let mut components = mistakes.components(&self.components, known);
        components.retain(|(_, status)| *status != Status::Operational);
        let at = ("stated_minutes", "invalid-stated");
        let stated_duration = mistakes.minutes(at, &self.stated_minutes, STATED_MINUTES_MAX);
        let name = zone.as_ref().and_then(TimeZone::iana_name).map(ToOwned::to_owned);
        let needed = title.zip(kind).zip(severity.zip(impact)).zip(name);
        let read = needed.map(|(((title, kind), (severity, impact)), zone)| IncidentRead {
            title,
            kind,
            severity,
            impact,
            zone,
            lead,
            scribe,
            comms,
            components,
            stated_duration,
            shows_metrics: self.shows_metrics,
        });
        (read, zone)
    }
}

/// True for what a sender may call a row. There is no space in it: names with one are Yagura's own.
pub(in crate::service) fn is_op(op: &str) -> bool {
    (1..=OP_CHARS_MAX).contains(&op.len()) && op.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Rows as they are to be kept. Of several, the fields are named with the place of the row behind them, from 0.
pub(super) fn entries(wanted: &[EntryWanted], zone: &TimeZone, now: Timestamp) -> Result<Vec<EntryRead>, Problem> {
    let mut mistakes = Mistakes::default();
    let mut rows = Vec::with_capacity(wanted.len());
    for (place, row) in wanted.iter().enumerate() {
        if wanted.len() > 1 {
            mistakes.at_row(place);
        }
        rows.push(row.read(zone, now, &mut mistakes));
    }
    mistakes.end(rows.into_iter().collect())
}

impl EntryWanted {
    fn read(&self, zone: &TimeZone, now: Timestamp, mistakes: &mut Mistakes) -> Option<EntryRead> {
        let base = self.typed_at.map_or(now, |at| at.clamp(now.minus(TYPED_AGO_MAX), now));
        let moment = mistakes.moment("at", &self.at, base, zone);
        let understood = moment.map_or(Precision::Exact, |(_, precision)| precision);
        let at = ("precision", "invalid-precision");
        let precision = mistakes.named_or(at, &self.precision, understood, Precision::from_name);
        let Self { kind, body, rejected, hypothesis, keep_secrets, .. } = self;
        let typed = Typed { kind, body, rejected, hypothesis, keep_secrets: *keep_secrets };
        let words = mistakes.words(&typed, (EntryKind::Note, HypothesisState::Open));
        let at = ("visibility", "invalid-visibility");
        let visibility = mistakes.named_or(at, &self.visibility, Visibility::Internal, Visibility::from_name);
        if self.op.as_ref().is_some_and(|op| !is_op(op)) {
            mistakes.add("op", "invalid-op");
        }
        let (kind, content) = words?;
        Some(EntryRead {
            occurred_at: moment?.0,
            precision: precision?,
            kind,
            content,
            visibility: visibility?,
            is_starred: self.is_starred,
            op: self.op.clone(),
            source: self.source,
        })
    }
}

impl EntryEdit {
    /// What `entry` shall be, and the markers that shall point at it.
    pub(super) fn read(
        &self,
        entry: &Entry,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<(EntryChange, BTreeSet<Marker>), Problem> {
        let mut mistakes = Mistakes::default();
        let said = match &entry.content {
            EntryContent::Machine(_) => Some((entry.occurred_at, entry.precision, entry.kind, entry.content.clone())),
            EntryContent::Words { .. } => self.said(entry, zone, now, &mut mistakes),
        };
        let at = ("visibility", "invalid-visibility");
        let visibility = mistakes.named_or(at, &self.visibility, entry.visibility, Visibility::from_name);
        let annotation = mistakes.annotation(&self.annotation, entry.annotation.as_deref(), self.keep_secrets);
        let markers: Option<BTreeSet<Marker>> = self.markers.iter().map(|name| Marker::from_name(name.trim())).collect();
        if markers.is_none() {
            mistakes.add("markers", "invalid-marker");
        }
        let change = said.zip(visibility).map(|((occurred_at, precision, kind, content), visibility)| EntryChange {
            occurred_at,
            precision,
            kind,
            content,
            is_starred: self.is_starred,
            visibility,
            annotation,
        });
        mistakes.end(change.zip(markers))
    }

    /// What a person's row shall say, and of when.
    fn said(
        &self,
        entry: &Entry,
        zone: &TimeZone,
        now: Timestamp,
        mistakes: &mut Mistakes,
    ) -> Option<(Timestamp, Precision, EntryKind, EntryContent)> {
        let EntryContent::Words { body: body_before, rejected: rejected_before, hypothesis: state_before } = &entry.content
        else {
            return None;
        };
        let moment = self.moment(entry, zone, now, mistakes);
        let understood = moment.map_or(entry.precision, |(_, precision)| precision);
        let at = ("precision", "invalid-precision");
        let precision = mistakes.named_or(at, &self.precision, understood, Precision::from_name);
        // What somebody kept knowingly is not asked about again when something else of the row changes.
        let is_kept = *body_before == text(&self.body) && *rejected_before == options(&self.rejected);
        let Self { kind, body, rejected, hypothesis, keep_secrets, .. } = self;
        let typed = Typed { kind, body, rejected, hypothesis, keep_secrets: *keep_secrets || is_kept };
        let words = mistakes.words(&typed, (entry.kind, state_before.unwrap_or(HypothesisState::Open)));
        let (kind, content) = words?;
        Some((moment?.0, precision?, kind, content))
    }

    /// A time that was left as it stood in the form stays what it was, to the millisecond.
    fn moment(&self, entry: &Entry, zone: &TimeZone, now: Timestamp, mistakes: &mut Mistakes) -> Option<(Timestamp, Precision)> {
        let typed = self.at.trim();
        if typed == when::written(entry.occurred_at, entry.precision, zone) {
            return Some((entry.occurred_at, entry.precision));
        }
        if typed.is_empty() {
            // Of a row that is there, nobody means "now" by leaving the time out.
            mistakes.add("at", "invalid-when");
            return None;
        }
        mistakes.moment("at", typed, now, zone)
    }
}

impl UpdateWanted {
    /// What the public is to be told, as far as it needs no incident to be understood.
    pub(super) fn read(&self, known: &Known) -> Result<UpdateRead, Problem> {
        let mut mistakes = Mistakes::default();
        let read = self.told(known, &mut mistakes);
        mistakes.end(read)
    }

    /// The same, and when it says it is of.
    pub(super) fn read_at(
        &self,
        known: &Known,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<(UpdateRead, (Timestamp, Precision)), Problem> {
        let mut mistakes = Mistakes::default();
        let read = self.told(known, &mut mistakes);
        let moment = mistakes.moment("display_at", &self.display_at, now, zone);
        mistakes.end(read.zip(moment))
    }

    fn told(&self, known: &Known, mistakes: &mut Mistakes) -> Option<UpdateRead> {
        let status = mistakes.named(("status", "invalid-status"), &self.status, IncidentStatus::from_name);
        let body = self.body(known, mistakes);
        let components = mistakes.components(&self.components, known);
        let at = ("next_update", "invalid-next-update");
        let next_update = mistakes.minutes(at, &self.next_update, NEXT_UPDATE_MINUTES_MAX);
        Some(UpdateRead { status: status?, body: body?, components, next_update })
    }

    fn body(&self, known: &Known, mistakes: &mut Mistakes) -> Option<LocalizedText> {
        let (ja, en) = (("body_ja", self.body_ja.as_str()), ("body_en", self.body_en.as_str()));
        let only = match (self.only.trim(), known.languages.as_slice()) {
            // A site in one language tells everybody in that one.
            ("", [one]) => Some(*one),
            ("", _) => None,
            (tag, _) => {
                let language = mistakes.named(("only", "invalid-only"), tag, Language::from_tag)?;
                Some(language)
            }
        };
        let keep_secrets = self.keep_secrets;
        if let Some(language) = only {
            let (field, typed) = if language == Language::Ja { ja } else { en };
            return mistakes.body(field, typed, UPDATE_CHARS_MAX, keep_secrets).map(LocalizedText::Same);
        }
        match (text(ja.1).is_empty(), text(en.1).is_empty()) {
            (true, true) => mistakes.add(ja.0, "invalid-body"),
            (true, false) => mistakes.add(ja.0, "invalid-body-language"),
            (false, true) => mistakes.add(en.0, "invalid-body-language"),
            (false, false) => {}
        }
        let [ja, en] = [ja, en].map(|(field, typed)| mistakes.body_if_any(field, typed, UPDATE_CHARS_MAX, keep_secrets));
        Some(LocalizedText::Each { ja: ja?, en: en? })
    }
}

/// Why the state changes, where somebody says so. Whether it has to be said is for [`State`](domain::incident::work::State).
pub(super) fn reason(typed: &str) -> Result<Option<String>, Problem> {
    let reason = text(typed);
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Problem::invalid("reason", "invalid-reason"));
    }
    Ok(Some(reason).filter(|reason| !reason.is_empty()))
}
