//! Who asks: for whoever wants to know whether a key is good, and for what.

use axum::Json;
use domain::account::{Role, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::caller::Asker;
use super::problem::Failed;
use super::refusals::Always;
use super::words::{ActorName, RoleName, ScopeName};
use crate::service::caller::Who;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(show_me))
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// `user` or `key`.
    #[schema(value_type = ActorName)]
    kind: &'static str,
    /// The id of the person or of the key.
    id: String,
    /// The name of the person or of the key.
    name: String,
    /// What the person is here; `null` for a key.
    #[schema(value_type = Option<RoleName>)]
    role: Option<Role>,
    /// What the key is good for; `null` for a person.
    #[schema(value_type = Option<Vec<ScopeName>>)]
    scopes: Option<Vec<Scope>>,
}

/// Says who asks.
///
/// Needs a key or a session, and no more.
#[utoipa::path(get, path = "/api/v1/me", tag = "Account", responses((status = 200, description = "Who asks.", body = Me), Always))]
async fn show_me(asker: Asker) -> Result<Json<Me>, Failed> {
    let (kind, id) = asker.caller.actor();
    let (role, scopes) = match &asker.caller.who {
        Who::User(person) => (Some(person.role), None),
        Who::Key { scopes, .. } => (None, Some(scopes.clone())),
        Who::Shell { .. } | Who::System | Who::Nobody => (None, None),
    };
    Ok(Json(Me { kind: kind.name(), id, name: asker.caller.name().to_owned(), role, scopes }))
}
