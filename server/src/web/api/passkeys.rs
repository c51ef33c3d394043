//! Passkeys, for the browser: signing in with one, showing with one who one is, and adding one, each in two steps. Between them the browser
//! calls `navigator.credentials`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::desk::set_session_cookie;
use super::super::{Web, page_data};
use super::body::{Asked, Empty, JsonBody};
use super::caller::Visitor;
use super::problem::Failed;
use super::refusals::{Always, Anybody, Changing};
use crate::service::passkeys::Begun;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(start_sign_in))
        .routes(routes!(finish_sign_in))
        .routes(routes!(start_confirmation))
        .routes(routes!(finish_confirmation))
        .routes(routes!(start_registration))
        .routes(routes!(finish_registration))
}

/// The first step: what the browser is asked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ceremony {
    /// Belongs into the second step, within five minutes.
    ceremony: Uuid,
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
}

/// The second step: what the browser answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialBody {
    /// Of the first step.
    ceremony: Uuid,
    /// What `credential.toJSON()` gives.
    #[schema(value_type = Object)]
    credential: Value,
}

/// The second step of adding a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskeyBody {
    /// Of the first step.
    ceremony: Uuid,
    /// What `credential.toJSON()` gives.
    #[schema(value_type = Object)]
    credential: Value,
    /// What its owner calls it, at most 64 characters.
    name: Option<String>,
}

/// It is done, and there is nothing more to say.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {}

/// A passkey that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewPasskey {
    /// Its id.
    id: Uuid,
}

impl From<Begun> for Ceremony {
    fn from(begun: Begun) -> Self {
        Self { ceremony: begun.ceremony, public_key: begun.public_key }
    }
}

/// Begins to sign in with a passkey.
///
/// Any that the browser has for this site. Needs nothing: this is how one comes to a session.
#[utoipa::path(post, path = "/api/v1/passkeys/sign-in/start", tag = "Passkeys", security(()),
    responses((status = 200, description = "What the browser is asked.", body = Ceremony), Anybody))]
async fn start_sign_in(State(web): State<Web>, visitor: Visitor, _: JsonBody<Empty>) -> Result<Json<Ceremony>, Failed> {
    Ok(Json(web.desk.begin_sign_in(&visitor.caller, &page_data::site_base(&web))?.into()))
}

/// Signs in with a passkey.
///
/// The answer sets the cookie of the session. Needs nothing but the passkey.
#[utoipa::path(post, path = "/api/v1/passkeys/sign-in/finish", tag = "Passkeys", security(()), request_body = CredentialBody,
    responses(
        (status = 200, description = "Signed in.", body = Done, headers(("Set-Cookie" = String, description = "The session."))),
        Anybody))]
async fn finish_sign_in(
    State(web): State<Web>,
    visitor: Visitor,
    JsonBody(shown): JsonBody<CredentialBody>,
) -> Result<Response, Failed> {
    let (base, Visitor { caller, user_agent, token }) = (page_data::site_base(&web), visitor);
    let shown = (shown.ceremony, shown.credential);
    let opened = web.desk.finish_sign_in(&caller, &base, shown, &user_agent, token.as_deref()).await?;
    let mut response = Json(Done {}).into_response();
    set_session_cookie(response.headers_mut(), &base, Some(&opened.token));
    Ok(response)
}

/// Begins to show with a passkey who one is.
///
/// Before something for which that must not be longer ago than 15 minutes. Needs a session.
#[utoipa::path(post, path = "/api/v1/passkeys/confirm/start", tag = "Passkeys", security(("session" = [])),
    responses((status = 200, description = "What the browser is asked.", body = Ceremony), Always, Changing))]
async fn start_confirmation(State(web): State<Web>, asked: Asked<Empty>) -> Result<Json<Ceremony>, Failed> {
    Ok(Json(web.desk.begin_confirmation(&asked.asker.caller, &page_data::site_base(&web)).await?.into()))
}

/// Shows with a passkey who one is.
///
/// Needs a session.
#[utoipa::path(post, path = "/api/v1/passkeys/confirm/finish", tag = "Passkeys", security(("session" = [])),
    request_body = CredentialBody,
    responses((status = 200, description = "Nobody asks again for 15 minutes.", body = Done), Always, Changing))]
async fn finish_confirmation(State(web): State<Web>, asked: Asked<CredentialBody>) -> Result<Json<Done>, Failed> {
    let CredentialBody { ceremony, credential } = asked.body;
    web.desk.finish_confirmation(&asked.asker.caller, &page_data::site_base(&web), ceremony, credential).await?;
    Ok(Json(Done {}))
}

/// Begins to add a passkey.
///
/// Needs a session of somebody who has shown within 15 minutes who they are.
#[utoipa::path(post, path = "/api/v1/passkeys/register/start", tag = "Passkeys", security(("session" = [])),
    responses((status = 200, description = "What the browser is asked.", body = Ceremony), Always, Changing))]
async fn start_registration(State(web): State<Web>, asked: Asked<Empty>) -> Result<Json<Ceremony>, Failed> {
    Ok(Json(web.desk.begin_registration(&asked.asker.caller, &page_data::site_base(&web)).await?.into()))
}

/// Adds a passkey.
///
/// Needs a session.
#[utoipa::path(post, path = "/api/v1/passkeys/register/finish", tag = "Passkeys", security(("session" = [])),
    request_body = NewPasskeyBody,
    responses((status = 200, description = "It is added.", body = NewPasskey), Always, Changing))]
async fn finish_registration(State(web): State<Web>, asked: Asked<NewPasskeyBody>) -> Result<Json<NewPasskey>, Failed> {
    let NewPasskeyBody { ceremony, credential, name } = asked.body;
    let (caller, base) = (asked.asker.caller, page_data::site_base(&web));
    let id = web.desk.finish_registration(&caller, &base, ceremony, credential, &name.unwrap_or_default()).await?;
    Ok(Json(NewPasskey { id }))
}
