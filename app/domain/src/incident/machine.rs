//! What Yagura itself writes into a timeline: facts with a structure, so that each reader gets them in their own language. They can be
//! starred, hidden or annotated, never changed or deleted.

use serde::{Deserialize, Serialize};

use super::work::{EntryKind, IncidentKind, Marker, Role, Severity, State};
use super::{Impact, IncidentStatus};
use crate::component::Status;
use crate::postmortem::State as PostmortemState;
use crate::runbook::run::{Deed, Mode, Outcome};
use crate::text::{Language, LocalizedText};
use crate::time::Timestamp;

/// A fact. Names are those of the moment in which it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum MachineEvent {
    /// The incident was opened.
    Opened {
        /// True when it was done by rule, not by a person.
        by_rule: bool,
    },
    /// A component is in an outage, or its outage became better or worse.
    ComponentDown {
        /// Its slug.
        component: String,
        /// How bad.
        status: Status,
    },
    /// A component is operational again.
    ComponentUp {
        /// Its slug.
        component: String,
    },
    /// An outage was confirmed: from then on it was known.
    OutageConfirmed {
        /// Its slug.
        component: String,
    },
    /// The state changed.
    StateChanged {
        /// Before.
        from: State,
        /// After.
        to: State,
        /// Why, if somebody said so.
        reason: Option<String>,
    },
    /// The severity changed.
    SeverityChanged {
        /// Before.
        from: Severity,
        /// After.
        to: Severity,
    },
    /// The impact changed.
    ImpactChanged {
        /// Before.
        from: Impact,
        /// After.
        to: Impact,
    },
    /// It is, or is no longer, an exercise or a near miss.
    KindChanged {
        /// Before.
        from: IncidentKind,
        /// After.
        to: IncidentKind,
    },
    /// The public may see it, or no longer.
    VisibilityChanged {
        /// True when it is public now.
        is_public: bool,
    },
    /// A component is affected from some time on.
    ComponentAffected {
        /// Its slug.
        component: String,
        /// How.
        status: Status,
        /// From when.
        from: Timestamp,
        /// Until when, if it is over.
        until: Option<Timestamp>,
    },
    /// A component was taken out: it was not affected.
    ComponentCleared {
        /// Its slug.
        component: String,
    },
    /// Somebody has a role, or nobody has it any more.
    RoleChanged {
        /// Which.
        role: Role,
        /// Who had it.
        from: Option<String>,
        /// Who has it.
        to: Option<String>,
    },
    /// The public was told.
    UpdatePublished {
        /// The status it tells.
        status: IncidentStatus,
        /// The number of the update within the incident, from 1.
        number: i64,
        /// The number of the one that it corrects.
        corrects: Option<i64>,
    },
    /// A marker points at another row.
    MarkerMoved {
        /// Which.
        marker: Marker,
        /// The moment it stood for.
        from: Option<Timestamp>,
        /// The moment it stands for.
        to: Option<Timestamp>,
    },
    /// It is called something else.
    Renamed {
        /// Before, in the language of the site.
        from: String,
        /// After.
        to: String,
    },
    /// Another incident is related to it, or no longer.
    Related {
        /// The other's number.
        number: i64,
        /// True when it is from now on.
        is_related: bool,
    },
    /// Another incident was merged into this one.
    Absorbed {
        /// The other's number.
        number: i64,
    },
    /// This incident was merged into another one.
    MergedInto {
        /// The other's number.
        number: i64,
    },
    /// An alert of it began.
    AlertBegan {
        /// The alert's number.
        alert: i64,
        /// What it is called.
        name: String,
    },
    /// An alert of it is over.
    AlertEnded {
        /// The alert's number.
        alert: i64,
        /// What it is called.
        name: String,
    },
    /// Somebody began to follow a runbook.
    RunStarted {
        /// The number of the run.
        run: i64,
        /// The runbook's slug.
        runbook: String,
        /// What it is called.
        title: LocalizedText,
        /// Why it is followed.
        mode: Mode,
    },
    /// Something was done about a step.
    RunStep {
        /// The number of the run.
        run: i64,
        /// The step's id.
        step: String,
        /// What the step says, as plain text.
        title: LocalizedText,
        /// What was done.
        deed: Deed,
        /// The answer to a decision.
        answer: Option<String>,
        /// The reason or the note, in somebody's words.
        text: Option<String>,
    },
    /// A run goes on with another version of its runbook.
    RunRebased {
        /// The number of the run.
        run: i64,
        /// The runbook's slug.
        runbook: String,
        /// The version before.
        from: i64,
        /// The version since.
        to: i64,
        /// How many steps have to be looked at once more.
        rechecks: usize,
    },
    /// A run ended.
    RunFinished {
        /// The number of the run.
        run: i64,
        /// The runbook's slug.
        runbook: String,
        /// What came of it.
        outcome: Outcome,
        /// What was said about it.
        text: Option<String>,
    },
    /// The postmortem was begun, or is farther or less far than it was.
    PostmortemMoved {
        /// The number of the postmortem.
        postmortem: i64,
        /// How far it was; none: it is new.
        from: Option<PostmortemState>,
        /// How far it is.
        to: PostmortemState,
    },
}

impl MachineEvent {
    /// The kind of row it is.
    pub const fn kind(&self) -> EntryKind {
        match self {
            Self::ComponentDown { .. } | Self::ComponentUp { .. } | Self::OutageConfirmed { .. } => EntryKind::Probe,
            Self::AlertBegan { .. } | Self::AlertEnded { .. } => EntryKind::Alert,
            Self::Opened { .. } | Self::StateChanged { .. } => EntryKind::Status,
            Self::SeverityChanged { .. } => EntryKind::Severity,
            Self::ImpactChanged { .. } | Self::ComponentAffected { .. } | Self::ComponentCleared { .. } => EntryKind::Impact,
            Self::VisibilityChanged { .. } | Self::UpdatePublished { .. } => EntryKind::Update,
            Self::RoleChanged { .. } => EntryKind::Role,
            Self::MarkerMoved { .. } => EntryKind::Marker,
            Self::RunStarted { .. } | Self::RunStep { .. } | Self::RunRebased { .. } | Self::RunFinished { .. } => {
                EntryKind::Step
            }
            Self::KindChanged { .. }
            | Self::Renamed { .. }
            | Self::Related { .. }
            | Self::Absorbed { .. }
            | Self::MergedInto { .. }
            | Self::PostmortemMoved { .. } => EntryKind::Record,
        }
    }

    /// True for facts that nobody outside is told, whatever is chosen for their row: they name people, alerts, steps of runbooks, or incidents and
    /// postmortems by the number that only the desk knows.
    pub const fn is_for_the_desk(&self) -> bool {
        matches!(
            self,
            Self::RoleChanged { .. }
                | Self::Related { .. }
                | Self::Absorbed { .. }
                | Self::MergedInto { .. }
                | Self::AlertBegan { .. }
                | Self::AlertEnded { .. }
                | Self::RunStarted { .. }
                | Self::RunStep { .. }
                | Self::RunRebased { .. }
                | Self::RunFinished { .. }
                | Self::PostmortemMoved { .. }
        )
    }

    /// What of it is a person's own words, for the search.
    pub fn words(&self) -> Vec<&str> {
        let one = match self {
            Self::StateChanged { reason: Some(reason), .. } => reason,
            Self::RunFinished { text: Some(text), .. } => text,
            Self::RunStarted { title, .. } => return Language::ALL.map(|language| title.get(language)).to_vec(),
            Self::RunStep { title, text, .. } => {
                let titles = Language::ALL.map(|language| title.get(language));
                return titles.into_iter().chain(text.as_deref()).collect();
            }
            Self::Renamed { to, .. } => to,
            Self::AlertBegan { name, .. } | Self::AlertEnded { name, .. } => name,
            Self::ComponentDown { component, .. }
            | Self::ComponentUp { component }
            | Self::OutageConfirmed { component }
            | Self::ComponentAffected { component, .. }
            | Self::ComponentCleared { component } => component,
            _ => "",
        };
        vec![one]
    }
}
