//! The state of everything on one screen.

use domain::component::Status;
use domain::time::Timestamp;

use super::{ActionLine, AlertRow, IncidentRow, MaintenanceRow, ProbeRow, RunRow, SuggestionRow, WaitingLine};

/// *Now*.
#[derive(Clone, Debug, PartialEq)]
pub struct NowPage {
    /// Counts changes that the desk can see.
    pub version: u64,
    /// Alerts that fire and stand for themselves, the gravest first; as many as fit.
    pub alerts: Vec<AlertRow>,
    /// How many of those there are.
    pub alerts_total: usize,
    /// Incidents that people work on, the gravest first. Those whose next update is due say so.
    pub incidents: Vec<IncidentRow>,
    /// Incidents that Yagura suggests.
    pub suggestions: Vec<SuggestionRow>,
    /// Runs of runbooks that go on, the newest first.
    pub runs: Vec<RunRow>,
    /// Components that are not operational, the worst first. Unknown ones are among them.
    pub troubled: Vec<NowComponent>,
    /// How many components are operational.
    pub operational: usize,
    /// How many components there are.
    pub total: usize,
    /// Probes whose newest result is not up although their component is still believed to be: something may be beginning.
    pub suspicious: Vec<NowProbe>,
    /// Heartbeats that are late and not missed yet.
    pub late: Vec<NowProbe>,
    /// Probes that could not do their work (unknown): the prober's own trouble.
    pub failed: Vec<NowProbe>,
    /// Probes that are paused.
    pub paused: Vec<ProbeRow>,
    /// Since when Yagura's own uplink is gone.
    pub uplink_lost_since: Option<Timestamp>,
    /// What is wrong with Yagura itself, as in `/readyz`: keys of messages `problem-…`.
    pub problems: Vec<&'static str>,
    /// Planned work that goes on or begins within a week.
    pub maintenance: Vec<MaintenanceRow>,
    /// Action items whose day has passed.
    pub overdue: Vec<ActionLine>,
    /// Postmortems that wait to be looked over: number and title.
    pub reviews: Vec<(i64, String)>,
    /// Grave incidents that are over and have no postmortem; as many as fit.
    pub waiting: Vec<WaitingLine>,
    /// How many of those there are.
    pub waiting_total: usize,
    /// The backup, if one is configured.
    pub backup: Option<BackupState>,
    /// True when nothing is watched yet.
    pub is_empty: bool,
}

/// A component in trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct NowComponent {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Components it needs that are in trouble too: their names.
    pub because: Vec<String>,
    /// Its probes that are not up.
    pub probes: Vec<NowProbe>,
}

/// A probe and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct NowProbe {
    /// Its slug.
    pub slug: String,
    /// The cause in words, as the prober says it (English, technical).
    pub detail: Option<String>,
    /// When the newest result is of, or when the call was due.
    pub at: Option<Timestamp>,
}

/// How old the newest backup is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupState {
    /// When the newest good one was made.
    pub made_at: Option<Timestamp>,
    /// Its size in bytes.
    pub bytes: Option<u64>,
    /// When the next one is due.
    pub due_at: Timestamp,
    /// True when it is overdue.
    pub is_late: bool,
    /// Why the newest attempt failed, in words.
    pub error: Option<String>,
}
