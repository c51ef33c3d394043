//! People: who they are and what they are here. How they get in, and how they lose it, stands in [`super::people_access`].

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::Role;
use serde::{Deserialize, Serialize};
use store::accounts::User;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::{Web, page_data};
use super::body::Asked;
use super::caller::Asker;
use super::paging::{Paging, cursor, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Paged, Repeatable, Versioned};
use super::versions;
use super::words::{RoleName, written};
use crate::service::caller::Caller;
use crate::service::people::{LinkMade, PersonChange};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_people, invite_person)).routes(routes!(show_person, change_person))
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Person {
    /// Their id.
    id: Uuid,
    /// Their name.
    name: String,
    /// What they are here.
    #[schema(value_type = RoleName)]
    role: Role,
    /// The version of name, role and standing, which is also its `ETag`.
    version: i64,
    /// True when they can sign in: they have a password or a passkey.
    has_signed_up: bool,
    /// True when the second factor is set up.
    has_totp: bool,
    /// How many passkeys they have.
    passkeys: u32,
    /// When the account was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When they were last here.
    #[schema(format = DateTime)]
    last_seen_at: Option<String>,
    /// When the account was disabled.
    #[schema(format = DateTime)]
    disabled_at: Option<String>,
}

list!(PersonList, Person, "People, by name.");

/// Name and role of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonBody {
    /// At most 64 characters; two that differ only in capitals are the same.
    name: String,
    /// What they are here.
    #[schema(value_type = RoleName)]
    role: Role,
}

/// A link by which somebody takes up an account, once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneTimeLink {
    /// Whose account it opens.
    person: Uuid,
    /// Their name.
    name: String,
    /// The link itself. It is not kept: `null` when the request was done before.
    url: Option<String>,
    /// When it ends.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name.to_string(),
            role: user.role,
            version: user.version,
            has_signed_up: user.password_hash.is_some() || user.passkeys > 0,
            has_totp: user.totp_secret.is_some(),
            passkeys: user.passkeys,
            created_at: user.created_at.to_string(),
            last_seen_at: written(user.last_seen_at),
            disabled_at: written(user.disabled_at),
        }
    }
}

/// A link as it is sent to whom it is for.
pub(super) fn link(web: &Web, made: LinkMade) -> OneTimeLink {
    let LinkMade { user, name, token, expires_at } = made;
    let url = token.map(|token| format!("{}/desk/set-up/{token}", page_data::site_base(web)));
    OneTimeLink { person: user, name, url, expires_at: expires_at.to_string() }
}

/// One person.
pub(super) async fn one(web: &Web, caller: &Caller, id: Uuid) -> Result<Person, Failed> {
    Ok(web.desk.person(caller, id).await?.user.into())
}

/// Lists the people.
///
/// By name. Needs the scope `admin` or the role owner.
#[utoipa::path(get, path = "/api/v1/people", tag = "People", params(Paging),
    responses((status = 200, description = "A page of people.", body = PersonList), Always, Paged))]
async fn list_people(State(web): State<Web>, asker: Asker, Query(paging): Query<Paging>) -> Result<Json<PersonList>, Failed> {
    let after = paging.after::<String>()?;
    let found = web.desk.people(&asker.caller, after.as_deref(), Some(paging.limit()?)).await?;
    Ok(Json(PersonList { items: found.people.into_iter().map(Person::from).collect(), next_cursor: found.more.map(cursor) }))
}

/// Invites a person.
///
/// The account is made; its owner takes it up by the link in the answer, once, within three days. Needs the scope `admin` or the role owner.
#[utoipa::path(post, path = "/api/v1/people", tag = "People", params(Repeatable), request_body = PersonBody,
    responses(
        (status = 201, description = "The link for them, shown this once.", body = OneTimeLink, headers(
            ("Location" = String, description = "Where the person is."))),
        Always, Changing))]
async fn invite_person(State(web): State<Web>, asked: Asked<PersonBody>) -> Result<Response, Failed> {
    let made = web.desk.invite(&asked.caller, &asked.body.name, asked.body.role).await?;
    let link = link(&web, made);
    Ok(versions::made(&format!("/api/v1/people/{}", link.person), None, link))
}

/// Shows a person.
///
/// Needs the scope `admin` or the role owner.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "People",
    params(("id" = Uuid, Path, description = "Their id.")),
    responses(
        (status = 200, description = "The person.", body = Person, headers(("ETag" = String, description = "The version."))),
        Always, Missing))]
async fn show_person(State(web): State<Web>, asker: Asker, Path(id): Path<Uuid>) -> Result<Response, Failed> {
    let person = one(&web, &asker.caller, id).await?;
    Ok(versions::answer(StatusCode::OK, Some(person.version), person))
}

/// Changes name and role of a person.
///
/// There is always an owner who can sign in. Needs the scope `admin` or the role owner.
#[utoipa::path(put, path = "/api/v1/people/{id}", tag = "People",
    params(("id" = Uuid, Path, description = "Their id."), IfMatch, Repeatable), request_body = PersonBody,
    responses(
        (status = 200, description = "The person as they are now.", body = Person, headers(
            ("ETag" = String, description = "The new version."))),
        Always, Changing, Missing, Versioned))]
async fn change_person(
    State(web): State<Web>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    asked: Asked<PersonBody>,
) -> Result<Response, Failed> {
    let Asked { caller, body: PersonBody { name, role }, .. } = asked;
    let change = PersonChange { name, role, version: versions::wanted(&headers)? };
    web.desk.change_person(&caller, id, change).await.map_err(versions::differs)?;
    let person = one(&web, &caller, id).await?;
    Ok(versions::answer(StatusCode::OK, Some(person.version), person))
}
