//! What the record of an alert is made of: where it came from, and what happened to it. Names are stored and stand in JSON: never renamed.

/// How an alert came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Alertmanager, by its webhook; Prometheus and vmalert, which send as they do to it.
    Alertmanager,
    /// Grafana, by its webhook.
    Grafana,
    /// A script.
    Script,
    /// A probe or heartbeat of ours.
    Probe,
    /// Yagura itself: its uplink, its backups.
    Tower,
    /// Somebody at the desk.
    Person,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 6] = [Self::Alertmanager, Self::Grafana, Self::Script, Self::Probe, Self::Tower, Self::Person];

    /// The name in JSON, the database and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Script => "script",
            Self::Probe => "probe",
            Self::Tower => "tower",
            Self::Person => "person",
        }
    }

    /// The origin with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }
}

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// It began to fire.
    Began,
    /// It fires again.
    Reopened,
    /// It is over, its source says.
    Ended,
    /// It turns too often to be told of each time: from here on turns are only counted.
    Flapping,
    /// It no longer does.
    Calm,
    /// Somebody looks after it.
    Acknowledged,
    /// Nobody does any more.
    Unacknowledged,
    /// Somebody says that it is over.
    EndedByHand,
    /// What it was about is no longer watched.
    Unwatched,
    /// It belongs to an incident, whose number is beside it.
    Joined,
    /// It is under another alert, whose number is beside it.
    Folded,
    /// It stands for itself again.
    Unfolded,
    /// The people on duty were told.
    Told,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 13] = [
        Self::Began,
        Self::Reopened,
        Self::Ended,
        Self::Flapping,
        Self::Calm,
        Self::Acknowledged,
        Self::Unacknowledged,
        Self::EndedByHand,
        Self::Unwatched,
        Self::Joined,
        Self::Folded,
        Self::Unfolded,
        Self::Told,
    ];

    /// The name in JSON, the database and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Reopened => "reopened",
            Self::Ended => "ended",
            Self::Flapping => "flapping",
            Self::Calm => "calm",
            Self::Acknowledged => "acknowledged",
            Self::Unacknowledged => "unacknowledged",
            Self::EndedByHand => "ended-by-hand",
            Self::Unwatched => "unwatched",
            Self::Joined => "joined",
            Self::Folded => "folded",
            Self::Unfolded => "unfolded",
            Self::Told => "told",
        }
    }

    /// The event with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        assert!(Origin::ALL.iter().all(|origin| Origin::from_name(origin.name()) == Some(*origin)));
        assert!(Event::ALL.iter().all(|event| Event::from_name(event.name()) == Some(*event)));
        assert_eq!((Origin::from_name("mail"), Event::from_name("gone")), (None, None));
    }
}
