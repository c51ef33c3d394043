//! Who is told of alerts: channels, and what was said on them.

use domain::alert::bell::Say;
use domain::time::Timestamp;

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its slug.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Its kind: `mail`, `slack`.
    pub kind: &'static str,
    /// How many wait to be sent on it.
    pub waiting: usize,
    /// When something last arrived since the start.
    pub sent_at: Option<Timestamp>,
    /// When the last attempt failed and why, if nothing has arrived since.
    pub trouble: Option<(Timestamp, String)>,
}

/// Something that was said, or is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationRow {
    /// What it is called.
    pub key: String,
    /// The number of its alert.
    pub alert: i64,
    /// What its channel is called.
    pub channel: String,
    /// What is said.
    pub say: Say,
    /// How often it was said to fire, with this time.
    pub times: u32,
    /// Its title.
    pub title: String,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// `waiting`, `sent`, `replaced` or `dead`.
    pub state: &'static str,
    /// True where it was given up, nothing newer was said in its place, and its channel is still there.
    pub can_resend: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// How the channels are doing, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bell {
    /// No channel is configured.
    Nobody,
    /// A channel does not work.
    Trouble,
    /// All is well as far as is known.
    Well,
}

/// Who is told, and what was said.
#[derive(Clone, Debug, PartialEq)]
pub struct NotificationsPage {
    /// Counts changes that the desk can see.
    pub version: u64,
    /// Every channel, as configured.
    pub channels: Vec<ChannelRow>,
    /// What was said, the newest first.
    pub rows: Vec<NotificationRow>,
    /// Only about this alert.
    pub alert: Option<i64>,
    /// True while the disk does not answer: what was said last may not stand in the list yet.
    pub is_late: bool,
    /// True when only what was given up is shown.
    pub is_dead: bool,
    /// The address of what was said before those.
    pub older: Option<String>,
}
