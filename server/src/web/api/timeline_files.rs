//! Files of rows: pictures and text.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use store::incidents::{EVIDENCE_BYTES_MAX, EvidenceHead};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Repeatable};
use super::{no_content, versions};
use crate::service::incidents::EvidenceWanted;

/// Largest body with a file: in Base64 it is a third longer.
pub(super) const FILE_BODY_BYTES_MAX: usize = EVIDENCE_BYTES_MAX / 3 * 4 + 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<Web> {
    let large = OpenApiRouter::default().routes(routes!(add_evidence));
    let large = large.layer(axum::extract::DefaultBodyLimit::max(FILE_BODY_BYTES_MAX));
    OpenApiRouter::default().merge(large).routes(routes!(show_evidence, delete_evidence))
}

/// A file without its bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceFileHead {
    /// Its id.
    id: Uuid,
    /// What it is called.
    name: String,
    /// What it is, as found out from its bytes.
    media_type: String,
    /// How large it is.
    bytes: i64,
}

impl From<&EvidenceHead> for EvidenceFileHead {
    fn from(head: &EvidenceHead) -> Self {
        Self { id: head.id, name: head.name.clone(), media_type: head.media_type.clone(), bytes: head.bytes }
    }
}

/// A file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceBody {
    /// What it is called.
    name: String,
    /// Its bytes in Base64 (RFC 4648, section 4): text, PNG, JPEG, WebP or GIF of at most 10 MiB. Metadata of pictures is taken out.
    content: String,
    /// Keeps text although it looks like it holds a secret.
    keep_secrets: Option<bool>,
}

/// A file that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddedFile {
    /// Its id.
    id: Uuid,
}

/// Adds a file to a row.
///
/// Files are never shown to the public. Needs the scope `timeline:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/timeline/{id}/evidence", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The row's id."), Repeatable),
    request_body = EvidenceBody,
    responses((status = 201, description = "The file.", body = AddedFile), Always, Changing, Missing))]
async fn add_evidence(
    State(web): State<Web>,
    Path((number, row)): Path<(i64, Uuid)>,
    asked: Asked<EvidenceBody>,
) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let content = STANDARD.decode(body.content.as_bytes()).map_err(|_| Failed::invalid("content", "invalid-base64"))?;
    let wanted = EvidenceWanted { name: body.name, content, keep_secrets: body.keep_secrets.unwrap_or(false) };
    let id = web.desk.add_evidence(&caller, number, row, wanted).await?;
    Ok(versions::answer(StatusCode::CREATED, None, AddedFile { id }))
}

/// Shows a file.
///
/// Its bytes, as what they were found to be. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/incidents/{number}/evidence/{id}", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The file's id.")),
    responses((status = 200, description = "Its bytes.", body = Vec<u8>, content_type = "application/octet-stream"), Always, Missing))]
async fn show_evidence(State(web): State<Web>, asker: Asker, Path((number, id)): Path<(i64, Uuid)>) -> Result<Response, Failed> {
    let file = web.desk.evidence(&asker.caller, number, id).await?;
    let mut response = Response::new(Body::from(file.content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(response)
}

/// Deletes a file.
///
/// Its bytes are gone for good. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(delete, path = "/api/v1/incidents/{number}/evidence/{id}", tag = "Timelines",
    params(("number" = i64, Path, description = "The incident's number."), ("id" = Uuid, Path, description = "The file's id."), Repeatable),
    responses((status = 204, description = "It is gone."), Always, Changing, Missing))]
async fn delete_evidence(
    State(web): State<Web>,
    Path((number, id)): Path<(i64, Uuid)>,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.delete_evidence(&asked.caller, number, id).await?;
    Ok(no_content())
}
