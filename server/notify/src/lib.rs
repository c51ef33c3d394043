//! Delivers notifications and decides nothing: whether to ring is the rules' business. The one channel so far is the log, which is
//! where Yagura says what is wrong with itself.

use domain::time::Timestamp;

/// Slug of the alert type "our own uplink is gone", and of its runbook.
pub const UPLINK_LOST: &str = "uplink-lost";
/// Slug of the alert type "the scheduled backup is late", and of its runbook.
pub const BACKUP_LATE: &str = "backup-late";

/// An alert that began or ended.
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
