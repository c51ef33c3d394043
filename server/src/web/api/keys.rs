//! API keys.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::account::Scope;
use serde::{Deserialize, Serialize};
use store::keys::ApiKey;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::paging::{Paging, cursor, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::words::{ScopeName, moment, written};
use super::{no_content, versions};
use crate::service::keys::{KeyMade, KeyWanted};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_keys, make_key)).routes(routes!(revoke_key))
}

/// An API key, without the key itself: only a hash of it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Key {
    /// Its id.
    id: Uuid,
    /// What it is for.
    name: String,
    /// Its first characters.
    prefix: String,
    /// What it is good for.
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<Scope>,
    /// Name of who made it.
    created_by: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it ends; `null`: never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

list!(KeyList, Key, "Keys, the newest first.");

/// What a new key is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyBody {
    /// What it is for, at most 64 characters.
    name: String,
    /// What it is good for; at least one.
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<Scope>,
    /// When it ends, within ten years; left out or `null`: never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct NewKey {
    /// Its id.
    id: Uuid,
    /// What it is for.
    name: String,
    /// The key itself, shown this once. It is not kept: `null` when the request was done before.
    key: Option<String>,
}

impl From<ApiKey> for Key {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes,
            created_by: key.created_by,
            created_at: key.created_at.to_string(),
            expires_at: written(key.expires_at),
            last_used_at: written(key.last_used_at),
            revoked_at: written(key.revoked_at),
        }
    }
}

/// Lists the API keys.
///
/// The newest first, also those that ended. Needs the scope `admin` or the role owner.
#[utoipa::path(get, path = "/api/v1/keys", tag = "API keys", params(Paging),
    responses((status = 200, description = "A page of keys.", body = KeyList), Always, Paged))]
async fn list_keys(State(web): State<Web>, asker: Asker, Query(paging): Query<Paging>) -> Result<Json<KeyList>, Failed> {
    let found = web.desk.keys(&asker.caller, paging.after::<Uuid>()?, Some(paging.limit()?)).await?;
    Ok(Json(KeyList { items: found.keys.into_iter().map(Key::from).collect(), next_cursor: found.more.map(cursor) }))
}

/// Makes an API key.
///
/// Needs the scope `admin` or the role owner.
#[utoipa::path(post, path = "/api/v1/keys", tag = "API keys", params(Repeatable), request_body = KeyBody,
    responses((status = 201, description = "The key, shown this once.", body = NewKey), Always, Changing))]
async fn make_key(State(web): State<Web>, asked: Asked<KeyBody>) -> Result<Response, Failed> {
    let Asked { caller, body: KeyBody { name, scopes, expires_at }, .. } = asked;
    let expires_at = expires_at.as_deref().map(|text| moment(text, "expires_at", "invalid-expiry")).transpose()?;
    let KeyMade { id, name, key } = web.desk.make_key(&caller, KeyWanted { name, scopes, expires_at }).await?;
    Ok(versions::made(&format!("/api/v1/keys/{id}"), None, NewKey { id, name, key }))
}

/// Revokes an API key.
///
/// Whatever uses it is refused from then on; it cannot be undone. Needs the scope `admin` or the role owner.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "API keys",
    params(("id" = Uuid, Path, description = "Its id."), Repeatable),
    responses((status = 204, description = "It is revoked."), Always, Changing, Missing))]
async fn revoke_key(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.revoke_key(&asked.caller, id).await?;
    Ok(no_content())
}
