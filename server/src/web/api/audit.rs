//! Who did what.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::audit::{AuditEntry, AuditFilter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::caller::Asker;
use super::paging::{Paging, cursor, list};
use super::problem::Failed;
use super::refusals::{Always, Paged};
use super::words::{ActorName, moment};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_audit))
}

/// One row of the log. It is never changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditRow {
    /// Its number: 1, 2, 3, without gaps.
    seq: i64,
    /// When it was done.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it.
    actor: Actor,
    /// What was done, like `user.invited`.
    action: String,
    /// To what.
    object: Target,
    /// What changed: name, and value before and after. Secrets are never in it.
    #[schema(value_type = Object)]
    change: Value,
    /// From which address.
    address: Option<String>,
    /// What Yagura's own log calls the request.
    request_id: Uuid,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Actor {
    /// What kind of actor.
    #[schema(value_type = ActorName)]
    kind: &'static str,
    /// A person's or key's id, or the number of the system's user.
    id: String,
    /// What they were called then.
    name: String,
}

/// What something was done to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Target {
    /// What kind of thing, like `probe`.
    kind: String,
    /// Its id or slug.
    id: String,
    /// What it was called then.
    name: String,
}

list!(AuditList, AuditRow, "Rows of the log, the newest first.");

/// Which rows, and which page of them: those that meet all that is given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// Name of the actor, or a part of it.
    actor: Option<String>,
    /// Id of the actor.
    actor_id: Option<String>,
    /// An action like `probe.paused`, or with a full stop at its end, like `probe.`, all that begin so.
    action: Option<String>,
    /// Kind of the thing, like `probe`.
    object_kind: Option<String>,
    /// Name of the thing, or a part of it.
    object: Option<String>,
    /// Id or slug of the thing.
    object_id: Option<String>,
    /// Done at this moment or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Done before this moment.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
    /// Most items on the page; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl From<AuditEntry> for AuditRow {
    fn from(entry: AuditEntry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at.to_string(),
            actor: Actor { kind: entry.actor_kind.name(), id: entry.actor_id, name: entry.actor_name },
            action: entry.action,
            object: Target { kind: entry.object_kind, id: entry.object_id, name: entry.object_name },
            change: entry.change,
            address: entry.address,
            request_id: entry.request_id,
        }
    }
}

/// Reads the audit log.
///
/// Who did what, the newest first. Needs the scope `admin` or the role maintainer.
#[utoipa::path(get, path = "/api/v1/audit", tag = "Audit log", params(AuditQuery),
    responses((status = 200, description = "A page of the log.", body = AuditList), Always, Paged))]
async fn list_audit(State(web): State<Web>, asker: Asker, Query(query): Query<AuditQuery>) -> Result<Json<AuditList>, Failed> {
    let at = |text: Option<String>, field: &str| text.map(|text| moment(&text, field, "invalid-date")).transpose();
    let AuditQuery { actor, actor_id, action, object_kind, object, object_id, from, until, cursor: after, limit } = query;
    let filter = AuditFilter {
        actor_id,
        actor_name: actor,
        action,
        object_kind,
        object_id,
        object_name: object,
        from: at(from, "from")?,
        until: at(until, "until")?,
    };
    let paging = Paging { cursor: after, limit };
    let found = web.desk.audit(&asker.caller, &filter, paging.after()?, Some(paging.limit()?)).await?;
    Ok(Json(AuditList { items: found.rows.into_iter().map(AuditRow::from).collect(), next_cursor: found.older.map(cursor) }))
}
