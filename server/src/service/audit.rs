//! Reading who did what. Rows are written by `Desk::change`, with what they tell of.

use domain::account::Permission;
use store::audit::{AuditEntry, AuditFilter};

use super::caller::Caller;
use super::desk::Desk;
use super::problem::Problem;

/// Rows on one page.
const PAGE_ROWS: u32 = 100;

/// Everything that is ever written into the log, by subject.
pub(crate) const ACTIONS: [&str; 94] = [
    "postmortem.begun",
    "postmortem.waived",
    "postmortem.saved",
    "postmortem.buffer_discarded",
    "postmortem.submitted",
    "postmortem.approved",
    "postmortem.changes_requested",
    "postmortem.commented",
    "postmortem.comment_resolved",
    "postmortem.comment_reopened",
    "postmortem.changed",
    "postmortem.published",
    "postmortem.retracted",
    "postmortem.imported",
    "postmortem.file_added",
    "action_item.made",
    "action_item.changed",
    "action_item.moved",
    "action_item.came_back",
    "action_item.verified",
    "action_item.returned",
    "alert.began",
    "alert.reopened",
    "alert.ended",
    "alert.acknowledged",
    "alert.unacknowledged",
    "alert.joined",
    "channel.tested",
    "notification.resent",
    "user.invited",
    "user.changed",
    "user.disabled",
    "user.enabled",
    "user.signed_up",
    "user.password_set",
    "user.totp_set",
    "user.totp_removed",
    "user.recovery_codes_made",
    "user.recovery_code_used",
    "user.passkey_added",
    "user.passkey_removed",
    "user.link_made",
    "session.opened",
    "session.ended",
    "session.all_ended",
    "session.refused",
    "key.made",
    "key.revoked",
    "group.made",
    "group.changed",
    "group.removed",
    "component.made",
    "component.changed",
    "component.removed",
    "probe.made",
    "probe.changed",
    "probe.removed",
    "probe.paused",
    "probe.resumed",
    "probe.run",
    "maintenance.planned",
    "maintenance.changed",
    "maintenance.cancelled",
    "maintenance.began",
    "maintenance.ended",
    "incident.opened",
    "incident.changed",
    "incident.moved",
    "incident.published",
    "incident.withdrawn",
    "incident.related",
    "incident.unrelated",
    "incident.merged",
    "entry.added",
    "entry.changed",
    "entry.deleted",
    "entry.restored",
    "marker.moved",
    "update.published",
    "evidence.added",
    "evidence.deleted",
    "suggestion.dismissed",
    "runbook.read",
    "runbook.reviewed",
    "run.started",
    "run.step",
    "run.params",
    "run.rebased",
    "run.finished",
    "run.file_added",
    "run.file_deleted",
    "backup.made",
    "backup.failed",
    "backup.restored",
];

/// A page of the log, the newest first.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) rows: Vec<AuditEntry>,
    /// Before which row the next page begins.
    pub(crate) older: Option<i64>,
}

impl Desk {
    /// Rows of the log that a filter lets through, before the row `before`.
    pub(crate) async fn audit(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Found, Problem> {
        caller.must(Permission::ReadAudit, self.now())?;
        let limit = limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        let mut rows = self.store.audit(filter, before, limit + 1).await?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let older = rows.last().filter(|_| has_more).map(|last| last.seq);
        Ok(Found { rows, older })
    }
}
