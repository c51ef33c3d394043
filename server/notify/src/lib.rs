//! Delivers what the rules ring for, and decides nothing: whether to ring, whom, and when again is the rules' business.
//!
//! Code map: [`Message`] is what is to be said, in words; [`channel`] is where to, with secrets; `formats` makes of both the request that a
//! service understands, pure; `text` makes words from anywhere fit for it; [`mail`] is e-mail;
//! [`answer`] reads what the service says; [`send`] does it; [`template`] says it in an operator's own words. [`log`] is
//! the channel that is always there.

pub mod answer;
pub mod channel;
mod formats;
pub mod mail;
pub mod send;
pub mod template;
mod text;

use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::time::Timestamp;

/// Slug of the alert type "our own uplink is gone", and of its runbook.
pub const UPLINK_LOST: &str = "uplink-lost";
/// Slug of the alert type "the scheduled backup is late", and of its runbook.
pub const BACKUP_LATE: &str = "backup-late";

/// Something to be said to the people on duty, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What this one is called, the same whenever it is tried again: those who can tell two apart by it show it once. ASCII, without full stops.
    pub key: String,
    /// The number of the alert; none: nothing rings, it is a test.
    pub alert: Option<i64>,
    /// What is said of it.
    pub say: Say,
    /// How grave it is.
    pub severity: Severity,
    /// In a line: what, where.
    pub title: String,
    /// In a few lines: what the source says.
    pub text: String,
    /// Short facts, name and value, in their order: since when, what about, who looks after it.
    pub facts: Vec<(String, String)>,
    /// Where it can be followed; whole.
    pub url: String,
    /// What the link says.
    pub link: String,
    /// When it was decided to say it.
    pub at: Timestamp,
}

impl Message {
    /// A mark that is seen before anything is read.
    const fn mark(&self) -> &'static str {
        match (self.say, self.severity) {
            (Say::Over, _) => "🟢",
            (Say::Acknowledged, _) => "🔵",
            (_, Severity::Sev1) => "🔴",
            (_, Severity::Sev2) => "🟠",
            (_, Severity::Sev3) => "🟡",
            (_, Severity::Sev4) => "⚪",
        }
    }

    /// True while somebody is to do something.
    const fn is_urgent(&self) -> bool {
        matches!(self.say, Say::Fires | Say::Again(_))
    }

    /// What the services know the alert by, over all messages about it.
    fn thread(&self) -> String {
        self.alert.map_or_else(|| format!("yagura-{}", self.key), |number| format!("yagura-alert-{number}"))
    }

    /// What people call the alert by.
    fn label(&self) -> String {
        self.alert.map_or_else(|| "TEST".to_owned(), |number| format!("ALERT-{number}"))
    }

    /// Text and facts as plain lines.
    fn plain(&self) -> String {
        let facts = self.facts.iter().map(|(name, value)| format!("{}: {}", text::line(name), text::line(value)));
        let lines = std::iter::once(text::lines(&self.text)).filter(|text| !text.is_empty()).chain(facts);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// An alert of Yagura itself that began or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Slug of the alert type.
    pub alert_type: &'static str,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it rings.
    pub ended_at: Option<Timestamp>,
}

/// Delivers to the log.
pub fn log(notification: &Notification) {
    let Notification { alert_type, started_at, ended_at } = notification;
    match ended_at {
        None => tracing::error!(alert_type, %started_at, "alert; see `yagura runbook show {alert_type}`"),
        Some(ended_at) => tracing::info!(alert_type, %started_at, %ended_at, "alert ended"),
    }
}
