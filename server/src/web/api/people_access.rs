//! How people get in, and how they lose it: links, disabling, the second factor, sessions.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::no_content;
use super::paging::Paging;
use super::people::{self, OneTimeLink, Person};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::sessions::{self, SessionList};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(link_person))
        .routes(routes!(disable_person))
        .routes(routes!(enable_person))
        .routes(routes!(remove_totp_of_person))
        .routes(routes!(list_sessions_of_person, end_sessions_of_person))
        .routes(routes!(end_session_of_person))
}

/// Makes a new link for a person.
///
/// For somebody who cannot sign in any more, or whose invitation is too old. Their password stays good until the link is used. Needs the
/// scope `admin` or the role owner.
#[utoipa::path(post, path = "/api/v1/people/{id}/link", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), Repeatable),
    responses((status = 200, description = "The link for them, shown this once.", body = OneTimeLink), Always, Changing, Missing))]
async fn link_person(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Json<OneTimeLink>, Failed> {
    let made = web.desk.make_link(&asked.caller, id).await?;
    Ok(Json(people::link(&web, made)))
}

/// Disables a person.
///
/// They are signed out at once and cannot sign in; their links end. What they did stays. Needs the scope `admin` or the role owner.
#[utoipa::path(post, path = "/api/v1/people/{id}/disable", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), Repeatable),
    responses((status = 200, description = "The person as they are now.", body = Person), Always, Changing, Missing))]
async fn disable_person(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Json<Person>, Failed> {
    web.desk.disable(&asked.caller, id).await?;
    Ok(Json(people::one(&web, &asked.caller, id).await?))
}

/// Lets a disabled person in again.
///
/// Sessions and links do not come back. Needs the scope `admin` or the role owner.
#[utoipa::path(post, path = "/api/v1/people/{id}/enable", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), Repeatable),
    responses((status = 200, description = "The person as they are now.", body = Person), Always, Changing, Missing))]
async fn enable_person(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Json<Person>, Failed> {
    web.desk.enable(&asked.caller, id).await?;
    Ok(Json(people::one(&web, &asked.caller, id).await?))
}

/// Takes the second factor of a person away.
///
/// For somebody who lost phone and recovery codes; the codes go with it. Needs the scope `admin` or the role owner.
#[utoipa::path(delete, path = "/api/v1/people/{id}/totp", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), Repeatable),
    responses((status = 204, description = "It is gone."), Always, Changing, Missing))]
async fn remove_totp_of_person(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.remove_totp_of(&asked.caller, id).await?;
    Ok(no_content())
}

/// Lists where a person is signed in.
///
/// Needs the scope `admin` or the role owner.
#[utoipa::path(get, path = "/api/v1/people/{id}/sessions", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), Paging),
    responses((status = 200, description = "A page of sessions.", body = SessionList), Always, Paged, Missing))]
async fn list_sessions_of_person(
    State(web): State<Web>,
    asker: Asker,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<SessionList>, Failed> {
    let person = web.desk.person(&asker.caller, id).await?;
    Ok(Json(sessions::page(person.sessions, asker.own_session, &paging)?))
}

/// Signs a person out everywhere.
///
/// They can sign in again at once. Needs the scope `admin` or the role owner.
#[utoipa::path(delete, path = "/api/v1/people/{id}/sessions", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), Repeatable),
    responses((status = 204, description = "No session is left."), Always, Changing, Missing))]
async fn end_sessions_of_person(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.end_sessions(&asked.caller, id, None).await?;
    Ok(no_content())
}

/// Ends one session of a person.
///
/// Needs the scope `admin` or the role owner.
#[utoipa::path(delete, path = "/api/v1/people/{id}/sessions/{session}", tag = "People",
    params(
        ("id" = Uuid, Path, description = "Their id."), ("session" = Uuid, Path, description = "The session's id."), Repeatable),
    responses((status = 204, description = "It is over."), Always, Changing, Missing))]
async fn end_session_of_person(
    State(web): State<Web>,
    Path((id, session)): Path<(Uuid, Uuid)>,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    web.desk.end_sessions(&asked.caller, id, Some(session)).await?;
    Ok(no_content())
}
