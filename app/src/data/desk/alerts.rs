//! Alerts at the desk. What stands in them comes from anywhere: it is shown as text, never as HTML.

use std::collections::BTreeMap;

use domain::alert::record::{Event, Origin};
use domain::alert::storm::Because;
use domain::incident::work::Severity;
use domain::time::Timestamp;

use super::{Bell, FormState, NotificationRow, RunRow};

/// What is to be followed for an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemedyRow {
    /// A runbook of ours: its slug and its title.
    Runbook(String, String),
    /// The page of somebody else: its address.
    Elsewhere(String),
    /// Nothing: somebody has to write it.
    Nothing,
}

/// An alert in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// The number people speak of.
    pub number: i64,
    /// What it is called: as its type, or as its source calls it.
    pub title: String,
    /// What its source calls it.
    pub name: String,
    /// What its source says of it.
    pub summary: Option<String>,
    /// How grave it is.
    pub severity: Severity,
    /// What that severity is called.
    pub severity_label: String,
    /// The name of what it is about.
    pub component: Option<String>,
    /// How it came.
    pub origin: Origin,
    /// The name of the key that reports it; empty: Yagura itself, or a person.
    pub source: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was last heard of.
    pub received_at: Timestamp,
    /// How often it was said to fire.
    pub received: u64,
    /// True while it turns too often to be told of each time.
    pub is_flapping: bool,
    /// True when its source promised to say it again and did not.
    pub is_stale: bool,
    /// True while it waits for planned work.
    pub is_held: bool,
    /// When somebody took it on, and who.
    pub acknowledged: Option<(Timestamp, String)>,
    /// Who said that it is over.
    pub ended_by: Option<String>,
    /// The number of its incident, and whether people work on that.
    pub incident: Option<(i64, bool)>,
    /// The alert that it is under, and why.
    pub above: Option<(i64, Because)>,
    /// What is to be followed.
    pub remedy: RemedyRow,
    /// Those under it that fire, the oldest first.
    pub under: Vec<AlertRow>,
}

/// Everything that rings, and what rang.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertsPage {
    /// Counts changes that the desk can see.
    pub version: u64,
    /// Those that fire and stand for themselves, the gravest first.
    pub firing: Vec<AlertRow>,
    /// Whether anybody is told.
    pub bell: Bell,
    /// How many fire, with those under others.
    pub total: usize,
    /// Those that are over, the newest first.
    pub over: Vec<AlertRow>,
    /// The address of what ended before those.
    pub older: Option<String>,
    /// What was searched for.
    pub form: FormState,
    /// True when nothing ever rang and no key can report anything: how to begin is shown.
    pub is_empty: bool,
}

impl AlertRow {
    /// True when it is in no incident, or in one on which nobody works any more.
    pub const fn is_free(&self) -> bool {
        !matches!(self.incident, Some((_, true)))
    }
}

/// Something that happened to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertEventRow {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// Who.
    pub actor: String,
    /// The number of an incident, or of the alert above.
    pub number: Option<i64>,
}

/// One alert.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertPage {
    /// Counts changes that the desk can see.
    pub version: u64,
    /// It.
    pub row: AlertRow,
    /// The slug of its type.
    pub kind: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// True when something of them was left out.
    pub is_cut: bool,
    /// Addresses, by what is there.
    pub links: BTreeMap<String, String>,
    /// What happened to it, in order.
    pub events: Vec<AlertEventRow>,
    /// Those that are or were under it, the newest first.
    pub under: Vec<AlertRow>,
    /// Whether anybody is told of alerts at all.
    pub bell: Bell,
    /// What was said of it, the newest first.
    pub told: Vec<NotificationRow>,
    /// Where the rest stands, if those are not all.
    pub told_more: Option<String>,
    /// True while the disk does not answer: what was said last may not stand there yet.
    pub told_late: bool,
    /// Runs for it, the newest first.
    pub runs: Vec<RunRow>,
    /// Incidents that it can join: number and title.
    pub incidents: Vec<(i64, String)>,
    /// The form for that.
    pub form: FormState,
    /// The address at which it is said that no runbook is there, or one is written.
    pub write_href: String,
}

/// Raise an alert by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRaisePage {
    /// What was typed.
    pub form: FormState,
    /// Types: slug and name.
    pub kinds: Vec<(String, String)>,
    /// Components: slug and name.
    pub components: Vec<(String, String)>,
    /// Severities with their names.
    pub severities: Vec<(Severity, String)>,
}

/// A type of alerts, as far as it has a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageType {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The runbook that is missing.
    pub runbook: Option<String>,
    /// Why it has none.
    pub reason: Option<String>,
    /// Until when that holds.
    pub until: Option<Timestamp>,
}

/// Something that rang without a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageName {
    /// What it is called.
    pub name: String,
    /// How often it rang.
    pub count: u32,
    /// When last.
    pub last_at: Timestamp,
    /// The newest alert.
    pub last: i64,
    /// What its source said of it then.
    pub summary: Option<String>,
    /// What others wrote about it.
    pub elsewhere: Option<String>,
    /// Where a runbook for it is written.
    pub write_href: String,
}
