//! Files of runs: pictures, and output that was pasted.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Repeatable};
use super::run_events::failed;
use super::timeline::must_be_the_same;
use super::timeline_files::FILE_BODY_BYTES_MAX;
use super::words::moment;
use super::{no_content, versions};
use crate::service::runs::FileWanted;

pub(super) fn routes() -> OpenApiRouter<Web> {
    let large = OpenApiRouter::default().routes(routes!(add_run_file));
    let large = large.layer(axum::extract::DefaultBodyLimit::max(FILE_BODY_BYTES_MAX));
    OpenApiRouter::default().merge(large).routes(routes!(show_run_file, delete_run_file))
}

/// A file of a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunFileBody {
    /// What the sender calls it, 1 to 64 visible ASCII characters: kept once, for ever.
    op: String,
    /// The step's id.
    step: String,
    /// What the file is called; may be left out for pasted output.
    name: Option<String>,
    /// Its bytes in Base64 (RFC 4648, section 4): text, PNG, JPEG, WebP or GIF of at most 10 MiB. Metadata of pictures is taken out.
    content: Option<String>,
    /// Without `content`: output that was pasted, at most 64 KiB. With it: what there is to say.
    text: Option<String>,
    /// When it was; left out: now.
    #[schema(format = DateTime)]
    occurred_at: Option<String>,
    /// Keeps text although it looks like it holds a secret.
    keep_secrets: Option<bool>,
}

/// A file that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddedRunFile {
    /// Its id.
    id: Uuid,
}

/// Adds a file to a step.
///
/// Files are never shown to the public. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(post, path = "/api/v1/runs/{number}/files", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number.")), request_body = RunFileBody,
    responses((status = 201, description = "The file.", body = AddedRunFile), Always, Changing, Missing))]
async fn add_run_file(
    State(web): State<Web>,
    Path(number): Path<i64>,
    headers: HeaderMap,
    asked: Asked<RunFileBody>,
) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    must_be_the_same(&asker, &headers)?;
    let content = STANDARD.decode(body.content.unwrap_or_default().as_bytes());
    let content = content.map_err(|_| Failed::invalid("content", "invalid-base64"))?;
    let occurred_at = body.occurred_at.as_deref().map(|at| moment(at, "occurred_at", "invalid-when")).transpose()?;
    let step = body.step.clone();
    let wanted = FileWanted {
        op: body.op,
        step: body.step,
        name: body.name.unwrap_or_default(),
        content,
        text: body.text.unwrap_or_default(),
        keep_secrets: body.keep_secrets.unwrap_or(false),
        occurred_at,
    };
    match web.desk.add_run_file(&caller, number, wanted).await {
        Ok(id) => Ok(versions::answer(StatusCode::CREATED, None, AddedRunFile { id })),
        Err(problem) => Err(failed(&web, &caller, number, &step, problem).await),
    }
}

/// Shows a file of a run.
///
/// Its bytes, as what they were found to be. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/runs/{number}/files/{id}", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number."), ("id" = Uuid, Path, description = "The file's id.")),
    responses((status = 200, description = "Its bytes.", body = Vec<u8>, content_type = "application/octet-stream"), Always, Missing))]
async fn show_run_file(State(web): State<Web>, asker: Asker, Path((number, id)): Path<(i64, Uuid)>) -> Result<Response, Failed> {
    let file = web.desk.run_file(&asker.caller, number, id).await?;
    let mut response = Response::new(Body::from(file.content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(response)
}

/// Deletes a file of a run.
///
/// Its bytes are gone for good; that it was there is not. Needs the scope `incidents:write`, the role responder, or a role in the incident.
#[utoipa::path(delete, path = "/api/v1/runs/{number}/files/{id}", tag = "Runs",
    params(("number" = i64, Path, description = "The run's number."), ("id" = Uuid, Path, description = "The file's id."), Repeatable),
    responses((status = 204, description = "It is gone."), Always, Changing, Missing))]
async fn delete_run_file(
    State(web): State<Web>,
    Path((number, id)): Path<(i64, Uuid)>,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.delete_run_file(&asked.caller, number, id).await?;
    Ok(no_content())
}
