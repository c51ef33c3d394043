//! Entries in words: a title, a short plain text, and HTML of paragraphs and lists.
//!
//! Names and bodies come from the configuration and from people: nothing of them becomes markup, but for what updates bring as HTML that
//! is safe to show, and characters that XML 1.0 forbids are left out. What is said about one change never depends on what came after it.

use std::fmt::Write as _;

use app::data::{OutageOf, PublicIncident, PublicMaintenance, PublicOutage, PublicUpdate};
use app::format;
use app::i18n::Argument;
use domain::component::Status;
use domain::incident::{IncidentStatus, MaintenanceStatus};
use domain::outage::OutageEnd;
use domain::time::{Change, Timestamp};

use super::{PostmortemEntry, Source};
use crate::web::markup::escape;

/// Most changes that one entry lists, the newest: a component that flaps within an outage has thousands.
pub(super) const LINES_MAX: usize = 50;
/// Stands for a name of which nothing is left.
const NAMELESS: &str = "–";

/// An entry in words.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) html: String,
    pub(super) text: String,
}

/// What happens to an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It has this severity from then on; the first time, it begins.
    Became(Status),
    /// It ends.
    Ended(OutageEnd),
}

impl Turn {
    /// What it turned into, in ids.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Became(status) => status.name(),
            Self::Ended(OutageEnd::Recovered) => "recovered",
            Self::Ended(OutageEnd::Unwatched) => "unwatched",
        }
    }
}

/// The statuses in which announcements are told.
pub(super) trait Progress: Copy {
    /// The key of its word, which pages show too.
    fn key(self) -> String;
}

impl Progress for IncidentStatus {
    fn key(self) -> String {
        format!("incident-{}", self.name())
    }
}

impl Progress for MaintenanceStatus {
    fn key(self) -> String {
        format!("maintenance-{}", self.name().replace('_', "-"))
    }
}

/// What happened to an outage so far, in order of time, as far as it is told. It may still change: a result that comes late can make an
/// outage begin earlier. So a turn is named by its moment, not by its place in the order.
pub(super) fn turns(outage: &PublicOutage) -> Vec<Change<Turn>> {
    let became = outage.segments.iter().map(|segment| Change { at: segment.at, state: Turn::Became(segment.state) });
    let ended = outage.ended.map(|(at, end)| Change { at, state: Turn::Ended(end) });
    became.chain(ended).collect()
}

/// An outage, as far as it is.
pub(super) fn outage(source: &Source<'_>, of: &OutageOf) -> Words {
    let worst = format::status(source.text, of.outage.worst);
    let title = source.text.with("feed-outage", &[("name", line(&of.name).into()), ("status", worst.into())]);
    let text = story(source, &of.outage);
    let turns = turns(&of.outage);
    let newest = turns.iter().rev().take(LINES_MAX);
    let lines: Vec<String> = newest.map(|turn| state_at(source, turn.at, &turn_word(source, turn.state))).collect();
    let html = format!("{}{}{}", paragraph(&text), list(&lines), left_out(source, turns.len() + of.outage.segments_left_out));
    Words { title, html, text }
}

/// One change of an outage.
pub(super) fn turn(source: &Source<'_>, of: &OutageOf, turn: Change<Turn>) -> Words {
    let word = turn_word(source, turn.state);
    let title = titled(source, &word, &of.name);
    let text = match turn.state {
        Turn::Became(_) => state_at(source, turn.at, &word),
        Turn::Ended(_) => story(source, &of.outage),
    };
    Words { title, html: paragraph(&text), text }
}

/// An incident, as far as it is told.
pub(super) fn incident(source: &Source<'_>, incident: &PublicIncident) -> Words {
    let text = incident.updates.first().map_or_else(
        || state_at(source, incident.updated_at, &source.text.get(&incident.status.key())),
        |newest| update_text(source, newest),
    );
    let html = if incident.updates.is_empty() { paragraph(&text) } else { updates_html(source, &incident.updates) };
    Words { title: line(&incident.name), html, text }
}

/// A maintenance: when it is planned, and what was told.
pub(super) fn maintenance(source: &Source<'_>, maintenance: &PublicMaintenance) -> Words {
    let moment = |at: Timestamp| format::moment(source.text, at, source.zone);
    let (from, until) = (moment(maintenance.scheduled_for), moment(maintenance.scheduled_until));
    let mut text = source.text.with("feed-maintenance-plan", &[("from", from.into()), ("until", until.into())]);
    let html = format!("{}{}", paragraph(&text), updates_html(source, &maintenance.updates));
    if let Some(newest) = maintenance.updates.first() {
        text.push('\n');
        text.push_str(&update_text(source, newest));
    }
    Words { title: line(&maintenance.name), html, text }
}

/// One update of the incident or maintenance with this name.
pub(super) fn update<S: Progress>(source: &Source<'_>, name: &str, update: &PublicUpdate<S>) -> Words {
    Words {
        title: titled(source, &source.text.get(&update.status.key()), name),
        html: update_html(source, update),
        text: update_text(source, update),
    }
}

/// A postmortem, or one publication of it with what that changed.
pub(super) fn postmortem(source: &Source<'_>, postmortem: &PostmortemEntry, message: Option<&str>) -> Words {
    let title = source.text.with("feed-postmortem", &[("name", line(&postmortem.title).into())]);
    let message = message.map(printable).filter(|message| !message.is_empty());
    let text = message.unwrap_or_else(|| printable(&postmortem.description));
    Words { title, html: paragraph(&text), text }
}

/// A name on one line, without characters that XML 1.0 forbids; never empty.
pub(super) fn line(name: &str) -> String {
    let name = printable(name);
    if name.is_empty() { NAMELESS.to_owned() } else { name }
}

/// Without control characters and the two others that XML 1.0 forbids; tabs and ends of lines are spaces.
fn printable(text: &str) -> String {
    let kept = text.chars().filter_map(|c| match c {
        '\t' | '\n' | '\r' => Some(' '),
        '\u{fffe}' | '\u{ffff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    kept.collect::<String>().trim().to_owned()
}

/// An outage in a sentence or two: from when to when, how long, how bad.
fn story(source: &Source<'_>, outage: &PublicOutage) -> String {
    let text = source.text;
    let began = format::moment(text, outage.started_at, source.zone);
    let worst = format::status(text, outage.worst);
    let Some((ended_at, end)) = outage.ended else {
        return text.with("feed-outage-open", &[("began", began.into()), ("worst", worst.into())]);
    };
    let ended = format::moment(text, ended_at, source.zone);
    let ms = u64::try_from(ended_at.since(outage.started_at).as_millis()).unwrap_or(u64::MAX);
    let length = format::length(text, ms);
    let values: [(&'static str, Argument); 4] =
        [("began", began.into()), ("ended", ended.into()), ("length", length.into()), ("worst", worst.into())];
    match end {
        OutageEnd::Recovered => text.with("feed-outage-over", &values),
        OutageEnd::Unwatched => text.with("feed-outage-unwatched", &values),
    }
}

fn turn_word(source: &Source<'_>, turn: Turn) -> String {
    match turn {
        Turn::Became(status) => format::status(source.text, status),
        Turn::Ended(OutageEnd::Recovered) => source.text.get("feed-recovered"),
        Turn::Ended(OutageEnd::Unwatched) => format::status(source.text, Status::Unwatched),
    }
}

/// `[Resolved] Web`.
fn titled(source: &Source<'_>, state: &str, name: &str) -> String {
    source.text.with("feed-update", &[("state", state.into()), ("title", line(name).into())])
}

/// `12 April 2026, 14:03:09 JST: Major outage`.
fn state_at(source: &Source<'_>, at: Timestamp, state: &str) -> String {
    let when = format::moment(source.text, at, source.zone);
    source.text.with("feed-state-at", &[("when", when.into()), ("state", state.into())])
}

fn update_text<S: Progress>(source: &Source<'_>, update: &PublicUpdate<S>) -> String {
    let mut text = state_at(source, update.display_at, &source.text.get(&update.status.key()));
    for line in correction(source, update).into_iter().chain(body_lines(&update.body)) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

fn update_html<S: Progress>(source: &Source<'_>, update: &PublicUpdate<S>) -> String {
    let state = escape(&source.text.get(&update.status.key()));
    let when = escape(&format::moment(source.text, update.display_at, source.zone));
    let mut html = format!("<p><strong>{state}</strong> <small>{when}</small></p>");
    html.extend(correction(source, update).map(|words| paragraph(&words)));
    html.push_str(&fit_for_xml(&update.html));
    let changes = update.changes.iter().map(|change| {
        let (before, after) = (format::status(source.text, change.before), format::status(source.text, change.after));
        source
            .text
            .with("feed-change", &[("name", line(&change.name).into()), ("before", before.into()), ("after", after.into())])
    });
    let changes: Vec<String> = changes.collect();
    if !changes.is_empty() {
        html.push_str(&list(&changes));
    }
    html
}

/// That it corrects another one.
fn correction<S>(source: &Source<'_>, update: &PublicUpdate<S>) -> Option<String> {
    update.corrects.map(|_| source.text.get("story-corrects"))
}

fn updates_html<S: Progress>(source: &Source<'_>, updates: &[PublicUpdate<S>]) -> String {
    let mut html = String::new();
    for update in updates.iter().take(LINES_MAX) {
        html.push_str(&update_html(source, update));
    }
    html.push_str(&left_out(source, updates.len()));
    html
}

/// A sentence about what [`LINES_MAX`] left out of `count` changes; nothing when nothing was.
fn left_out(source: &Source<'_>, count: usize) -> String {
    match count.saturating_sub(LINES_MAX) {
        0 => String::new(),
        n => paragraph(&source.text.with("feed-left-out", &[("n", n.into())])),
    }
}

/// HTML that is safe to show, without characters that XML 1.0 forbids.
fn fit_for_xml(html: &str) -> String {
    let is_fit = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    html.trim().chars().filter(is_fit).collect()
}

/// The lines of a body that say something.
fn body_lines(body: &str) -> Vec<String> {
    body.lines().map(printable).filter(|line| !line.is_empty()).collect()
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

fn list(lines: &[String]) -> String {
    let mut html = "<ul>".to_owned();
    for line in lines {
        let _ = write!(html, "<li>{}</li>", escape(line));
    }
    html.push_str("</ul>");
    html
}
