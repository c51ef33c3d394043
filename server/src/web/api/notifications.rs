//! Who is told of alerts: channels, a test of each, and what was said on them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::text::Slug;
use serde::{Deserialize, Serialize};
use store::notifications::{DeliveryState, KeptNotification, NotificationFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::no_content;
use super::paging::{self, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged};
use super::words::{DeliveryStateName, SayName, SeverityName, written};
use crate::config::ChannelSpec;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(list_channels))
        .routes(routes!(test_channel))
        .routes(routes!(list_notifications))
        .routes(routes!(resend_notification))
}

/// A channel over which people are told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChannelState {
    /// Its slug.
    slug: String,
    /// Its kind, as in the configuration: `mail`, `slack`.
    kind: &'static str,
    /// How many notifications arrived since the start.
    sent: u64,
    /// How many attempts failed since the start.
    failed: u64,
    /// How many were given up since the start.
    dead: u64,
    /// How many wait to be sent.
    waiting: usize,
    /// When something last arrived.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// When an attempt last failed, if nothing has arrived since.
    #[schema(format = DateTime)]
    failed_at: Option<String>,
    /// Why.
    error: Option<String>,
}

/// All channels, as configured.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChannelStates {
    /// They.
    items: Vec<ChannelState>,
}

/// A notification: something that was said, or is to be said.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Notification {
    /// What it is called; receivers know it by this.
    key: String,
    /// The number of its alert.
    alert: i64,
    /// The slug of its channel.
    channel: String,
    /// What it says.
    #[schema(value_type = SayName)]
    say: &'static str,
    /// How often the alert was said to fire on this channel since it was last said to be over, with this time.
    times: u32,
    /// How grave the alert is.
    #[schema(value_type = SeverityName)]
    severity: &'static str,
    /// Its title.
    title: String,
    /// Its text.
    text: String,
    /// When it was decided to say it.
    #[schema(format = DateTime)]
    decided_at: String,
    /// What became of it.
    #[schema(value_type = DeliveryStateName)]
    state: &'static str,
    /// How often it was tried.
    attempts: u32,
    /// When it was tried last.
    #[schema(format = DateTime)]
    tried_at: Option<String>,
    /// When it is tried next.
    #[schema(format = DateTime)]
    next_at: Option<String>,
    /// Why the last attempt failed.
    error: Option<String>,
}

list!(Notifications, Notification, "Notifications, the newest first.");

/// Which notifications.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct NotificationQuery {
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
    /// Most items on the page; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only those about the alert with this number.
    alert: Option<i64>,
    /// Only those in this state.
    #[param(value_type = Option<DeliveryStateName>)]
    state: Option<String>,
    /// Only those on the channel with this slug.
    channel: Option<String>,
}

impl ChannelState {
    fn new(web: &Web, spec: &ChannelSpec) -> Self {
        let traffic = web.desk.traffic(&spec.slug);
        let (failed_at, error) = traffic.trouble.unzip();
        Self {
            slug: spec.slug.to_string(),
            kind: spec.channel.kind(),
            sent: traffic.sent,
            failed: traffic.failed,
            dead: traffic.dead,
            waiting: traffic.waiting,
            sent_at: written(traffic.sent_at),
            failed_at: written(failed_at),
            error,
        }
    }
}

impl From<KeptNotification> for Notification {
    fn from(KeptNotification { notification: new, delivery, .. }: KeptNotification) -> Self {
        Self {
            key: new.key,
            alert: new.alert,
            channel: new.channel.into(),
            say: new.say.name(),
            times: new.times,
            severity: new.severity.name(),
            title: new.title,
            text: new.text,
            decided_at: new.decided_at.to_string(),
            state: delivery.state.name(),
            attempts: delivery.attempts,
            tried_at: written(delivery.tried_at),
            next_at: written(delivery.next_at),
            error: delivery.error,
        }
    }
}

/// Lists channels.
///
/// With how they are doing since the start. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/channels", tag = "Alerts", responses((status = 200, description = "All channels.", body = ChannelStates), Always))]
async fn list_channels(State(web): State<Web>, asker: Asker) -> Result<Json<ChannelStates>, Failed> {
    let channels = web.desk.channels_for(&asker.caller)?;
    Ok(Json(ChannelStates { items: channels.iter().map(|spec| ChannelState::new(&web, spec)).collect() }))
}

/// Tests a channel.
///
/// Sends a message that says that messages arrive, and answers when it did; 409 when it did not, and the list of channels says why. Needs the
/// scope `configuration:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/channels/{slug}/test", tag = "Alerts", params(("slug" = String, Path, description = "The channel's slug.")), responses((status = 204, description = "It arrived."), Always, Changing, Missing))]
async fn test_channel(
    State(web): State<Web>,
    Path(slug): Path<String>,
    Asked { caller, .. }: Asked<Empty>,
) -> Result<Response, Failed> {
    let slug: Slug = slug.parse().map_err(|_| crate::service::problem::Problem::NotFound("channel"))?;
    web.desk.try_channel(&caller, &slug).await?;
    Ok(no_content())
}

/// Lists notifications.
///
/// What was said to the people on duty, and what became of it; the newest first. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "Alerts", params(NotificationQuery), responses((status = 200, description = "A page of notifications.", body = Notifications), Always, Paged))]
async fn list_notifications(
    State(web): State<Web>,
    asker: Asker,
    Query(query): Query<NotificationQuery>,
) -> Result<Json<Notifications>, Failed> {
    let paging = paging::Paging { cursor: query.cursor, limit: query.limit };
    let limit = paging.limit()?;
    let state = match query.state.as_deref() {
        None => None,
        Some(name) => Some(DeliveryState::from_name(name).ok_or_else(|| Failed::invalid("state", "invalid-word"))?),
    };
    let channel = match query.channel.as_deref() {
        None => None,
        Some(slug) => Some(slug.parse().map_err(|_| Failed::invalid("channel", "invalid-word"))?),
    };
    let filter = NotificationFilter { alert: query.alert, state, channel, before: paging.after()?, limit: limit + 1 };
    let mut found = web.desk.notifications(&asker.caller, &filter).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| has_more).map(|kept| paging::cursor(kept.seq));
    Ok(Json(Notifications { items: found.into_iter().map(Notification::from).collect(), next_cursor }))
}

/// Sends a notification again.
///
/// One that was given up. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/notifications/{key}/resend", tag = "Alerts", params(("key" = String, Path, description = "What the notification is called.")), responses((status = 204, description = "It is sent again."), Always, Changing, Missing))]
async fn resend_notification(
    State(web): State<Web>,
    Path(key): Path<String>,
    Asked { caller, .. }: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.resend_notification(&caller, key).await?;
    Ok(no_content())
}
