//! The words in which people work on an incident, as they stand in the database, in JSON and in message keys.

use super::IncidentStatus;
use crate::words::words;

words! {
    /// How far the work is.
    State {
        /// Somebody looks whether it is one at all.
        Triage = "triage",
        /// Something is wrong; the cause is not known.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// A remedy is in place and being watched.
        Mitigated = "mitigated",
        /// It is over.
        Resolved = "resolved",
        /// It is over, and nothing is left to do.
        Closed = "closed",
        /// It was none.
        Cancelled = "cancelled",
    }
}

/// Why a state cannot follow another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// It is in that state already.
    #[error("the incident is in this state already")]
    Same,
    /// Not from there.
    #[error("an incident that is {} does not become {}; reopen it first", .0.name(), .1.name())]
    NotFromThere(State, State),
    /// It needs a reason.
    #[error("say why, in at least {REASON_CHARS_MIN} characters")]
    NoReason,
}

/// Shortest reason, in characters.
pub const REASON_CHARS_MIN: usize = 3;

impl State {
    /// True while people work on it.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Triage | Self::Investigating | Self::Identified | Self::Mitigated)
    }

    /// How the public is told. What was none is over, for them.
    pub const fn public(self) -> IncidentStatus {
        match self {
            Self::Triage | Self::Investigating => IncidentStatus::Investigating,
            Self::Identified => IncidentStatus::Identified,
            Self::Mitigated => IncidentStatus::Monitoring,
            Self::Resolved | Self::Closed | Self::Cancelled => IncidentStatus::Resolved,
        }
    }

    /// The state that a public update with this status means.
    pub const fn of_public(status: IncidentStatus) -> Self {
        match status {
            IncidentStatus::Investigating => Self::Investigating,
            IncidentStatus::Identified => Self::Identified,
            IncidentStatus::Monitoring => Self::Mitigated,
            IncidentStatus::Resolved | IncidentStatus::Postmortem => Self::Resolved,
        }
    }

    /// True when it takes a reason to go from here to `next`: what was over begins again, or it was none.
    pub const fn needs_reason(self, next: Self) -> bool {
        matches!(next, Self::Cancelled) || (!self.is_active() && next.is_active())
    }

    /// Whether `next` may follow, with this reason. Every active state may follow every other, backwards too; it is over from any of
    /// them, closed once it is over, and from wherever it ended it can be reopened.
    pub fn may_become(self, next: Self, reason: &str) -> Result<(), MoveError> {
        if self == next {
            return Err(MoveError::Same);
        }
        let is_allowed = match next {
            Self::Triage | Self::Identified | Self::Mitigated | Self::Cancelled => self.is_active(),
            Self::Investigating => true,
            Self::Resolved => self.is_active() || self == Self::Closed,
            Self::Closed => self == Self::Resolved,
        };
        if !is_allowed {
            return Err(MoveError::NotFromThere(self, next));
        }
        if self.needs_reason(next) && reason.trim().chars().count() < REASON_CHARS_MIN {
            return Err(MoveError::NoReason);
        }
        Ok(())
    }

    /// The states that may follow, given a reason where one is needed.
    pub fn next(self) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|next| self.may_become(*next, "because").is_ok()).collect()
    }
}

words! {
    /// How grave it is for those who run the service, the gravest first. What the words mean is the site's to say.
    Severity {
        /// The gravest.
        Sev1 = "sev1",
        /// Grave.
        Sev2 = "sev2",
        /// Can wait for the morning.
        Sev3 = "sev3",
        /// A trifle.
        Sev4 = "sev4",
    }
}

words! {
    /// What it is.
    IncidentKind {
        /// Something went wrong.
        Incident = "incident",
        /// Something nearly went wrong.
        NearMiss = "near_miss",
        /// An exercise: never public, never counted.
        Drill = "drill",
    }
}

words! {
    /// What a row of the timeline is. The first nine are for people, the others are written by Yagura itself.
    EntryKind {
        /// Something that was seen.
        Observation = "observation",
        /// Something that was done.
        Action = "action",
        /// Something that was decided, and what was decided against.
        Decision = "decision",
        /// Something that may be so.
        Hypothesis = "hypothesis",
        /// What is to be done next.
        NextAction = "next_action",
        /// Something that was changed.
        Change = "change",
        /// Something that was said to somebody.
        Communication = "communication",
        /// What was going on besides.
        Context = "context",
        /// Anything else.
        Note = "note",
        /// What a probe saw.
        Probe = "probe",
        /// What an alert did.
        Alert = "alert",
        /// The state of the incident.
        Status = "status",
        /// Its severity.
        Severity = "severity",
        /// Its impact and the components it affects.
        Impact = "impact",
        /// Who has which role.
        Role = "role",
        /// What the public was told, and whether it may see it.
        Update = "update",
        /// A marker that was set, moved or taken away.
        Marker = "marker",
        /// What became of the incident itself: related, merged, renamed.
        Record = "record",
        /// What was done in a run of a runbook.
        Step = "step",
    }
}

impl EntryKind {
    /// True for what people write.
    pub const fn is_human(self) -> bool {
        matches!(
            self,
            Self::Observation
                | Self::Action
                | Self::Decision
                | Self::Hypothesis
                | Self::NextAction
                | Self::Change
                | Self::Communication
                | Self::Context
                | Self::Note
        )
    }

    /// What people choose from.
    pub fn human() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| kind.is_human())
    }
}

words! {
    /// Where a row came from.
    Source {
        /// A person at the desk.
        Human = "human",
        /// Yagura itself.
        System = "system",
        /// A timeline that was pasted.
        Import = "import",
        /// A program, by the API.
        Api = "api",
        /// A shell.
        Cli = "cli",
    }
}

words! {
    /// How exactly somebody knows when it was.
    Precision {
        /// To the second.
        Exact = "exact",
        /// To the minute.
        Minute = "minute",
        /// About then.
        About = "about",
    }
}

words! {
    /// Who may see a row.
    Visibility {
        /// Those who signed in.
        Internal = "internal",
        /// Everybody, once the incident is public.
        Public = "public",
        /// Everybody sees that there is one, and when; nobody outside what it says.
        Redacted = "redacted",
    }
}

words! {
    /// What became of a hypothesis.
    HypothesisState {
        /// Nobody knows yet.
        Open = "open",
        /// It looks right.
        Supported = "supported",
        /// It was wrong.
        Refuted = "refuted",
        /// Nobody looks into it any more.
        Abandoned = "abandoned",
    }
}

words! {
    /// A moment that the figures are computed from; it points at a row.
    Marker {
        /// Users began to notice.
        ImpactStart = "impact_start",
        /// We knew.
        Detected = "detected",
        /// Somebody took it on.
        Acknowledged = "acknowledged",
        /// Somebody began to work on it.
        ResponseStarted = "response_started",
        /// Somebody could reach what is broken.
        AccessGained = "access_gained",
        /// The cause was found.
        CauseIdentified = "cause_identified",
        /// Users were better off.
        Mitigated = "mitigated",
        /// It was over.
        Resolved = "resolved",
        /// Users noticed nothing any more.
        ImpactEnd = "impact_end",
        /// The public was told for the first time.
        FirstPublicUpdate = "first_public_update",
    }
}

words! {
    /// Who does what in an incident.
    Role {
        /// Decides.
        Lead = "lead",
        /// Writes down.
        Scribe = "scribe",
        /// Tells the public.
        Comms = "comms",
    }
}

words! {
    /// What an outage of a component does.
    AutoIncident {
        /// Nothing.
        Never = "never",
        /// An incident is suggested.
        Suggest = "suggest",
        /// An incident is opened.
        Open = "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_are_what_json_says() {
        macro_rules! check {
            ($($set:ident),+) => {$(
                for word in $set::ALL {
                    assert_eq!($set::from_name(word.name()), Some(*word));
                    assert_eq!(serde_json::to_value(word).unwrap(), word.name());
                }
            )+};
        }
        check!(
            State,
            Severity,
            IncidentKind,
            EntryKind,
            Source,
            Precision,
            Visibility,
            HypothesisState,
            Marker,
            Role,
            AutoIncident
        );
        assert_eq!(State::from_name("monitoring"), None, "that is the public's word");
    }

    #[test]
    fn every_active_state_may_follow_every_other() {
        let active = || State::ALL.iter().copied().filter(|state| state.is_active());
        for from in active() {
            for to in active().filter(|to| *to != from) {
                assert_eq!(from.may_become(to, ""), Ok(()), "{from:?} → {to:?}");
            }
            assert_eq!(from.may_become(State::Resolved, ""), Ok(()));
            assert!(from.may_become(State::Closed, "because").is_err());
        }
    }

    #[test]
    fn what_was_over_begins_again_only_with_a_reason() {
        for ended in [State::Resolved, State::Closed, State::Cancelled] {
            assert_eq!(ended.may_become(State::Investigating, " a "), Err(MoveError::NoReason));
            assert_eq!(ended.may_become(State::Investigating, "it is back"), Ok(()));
            assert!(ended.may_become(State::Identified, "it is back").is_err());
        }
        assert_eq!(State::Triage.may_become(State::Cancelled, ""), Err(MoveError::NoReason));
        assert_eq!(State::Resolved.may_become(State::Closed, ""), Ok(()));
        assert_eq!(State::Closed.may_become(State::Resolved, ""), Ok(()));
        assert_eq!(State::Cancelled.next(), [State::Investigating]);
    }

    #[test]
    fn the_public_word_and_ours_agree() {
        for status in
            [IncidentStatus::Investigating, IncidentStatus::Identified, IncidentStatus::Monitoring, IncidentStatus::Resolved]
        {
            assert_eq!(State::of_public(status).public(), status);
        }
    }

    #[test]
    fn people_write_nine_kinds_of_rows() {
        assert_eq!(EntryKind::human().count(), 9);
        assert!(!EntryKind::Probe.is_human());
    }
}
