//! Who is told of alerts, at the desk: channels and a test of each, what was said, and sending again what was given up.

use app::data::desk::{DeskPage, NotificationsPage};
use axum::extract::{Path, State};
use store::notifications::{DeliveryState, NotificationFilter};

use super::super::{Web, notification_rows};
use super::form::after;
use super::show::{Answer, page, query};
use super::visit::Visit;
use crate::service::problem::Problem;

/// Where the page is.
pub(super) const HERE: &str = "/desk/notifications";
/// Notifications on one page.
const ROWS: u32 = 50;

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let caller = visit.caller()?;
    let is_dead = query(&visit, "state").as_deref() == Some(DeliveryState::Dead.name());
    let alert: Option<i64> = query(&visit, "alert").and_then(|alert| alert.parse().ok());
    let version = web.monitoring.desk_version();
    let filter = NotificationFilter {
        alert,
        state: is_dead.then_some(DeliveryState::Dead),
        before: query(&visit, "before").and_then(|before| before.parse().ok()),
        limit: ROWS + 1,
        ..NotificationFilter::default()
    };
    let kept = web.desk.notifications(&caller, &filter).await;
    let is_late = matches!(kept, Err(Problem::Store(_))) || web.monitoring.writer.health().is_stuck;
    // How the channels are doing is known without the disk.
    let mut kept = match kept {
        Err(Problem::Store(_)) => Vec::new(),
        kept => kept?,
    };
    let has_more = kept.len() > ROWS as usize;
    kept.truncate(ROWS as usize);
    let last = kept.last().map(|kept| kept.seq).filter(|_| has_more);
    let state = if is_dead { "state=dead&" } else { "" };
    let about = alert.map(|number| format!("alert={number}&")).unwrap_or_default();
    let shown = NotificationsPage {
        version,
        alert,
        is_late,
        channels: notification_rows::channels(&web, visit.language),
        rows: notification_rows::rows(&web, kept, visit.language),
        is_dead,
        older: last.map(|seq| format!("{HERE}?{state}{about}before={seq}")),
    };
    page(&web, &visit, DeskPage::Notifications(shown)).await
}

pub(super) async fn resend(State(web): State<Web>, visit: Visit, Path(key): Path<String>) -> Answer {
    after(web.desk.resend_notification(&visit.caller()?, key).await, HERE, "notification-resent")
}

pub(super) async fn test(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let slug = slug.parse().map_err(|_| Problem::NotFound("channel"))?;
    after(web.desk.try_channel(&visit.caller()?, &slug).await, HERE, "channel-tried")
}
