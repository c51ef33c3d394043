//! One's own account: who one is, password, language, sessions. Only people have one; every other caller is told so.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::account::Role;
use domain::text::{Language, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::{Web, page_data};
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::no_content;
use super::paging::Paging;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged};
use super::sessions::{self, SessionList};
use super::words::{LanguageTag, RoleName, written};
use crate::service::passkeys;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(show_account))
        .routes(routes!(set_password))
        .routes(routes!(set_language))
        .routes(routes!(list_own_sessions, end_other_sessions))
        .routes(routes!(end_own_session))
}

/// One's own account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Account {
    /// One's id.
    id: Uuid,
    /// One's name.
    name: String,
    /// What one is here.
    #[schema(value_type = RoleName)]
    role: Role,
    /// The language of the desk; `null`: as the browser says.
    #[schema(value_type = Option<LanguageTag>)]
    language: Option<Language>,
    /// True when there is a password.
    has_password: bool,
    /// True when the second factor is set up.
    has_totp: bool,
    /// Recovery codes that are left.
    recovery_codes_left: u32,
    /// True when the address of the site allows passkeys.
    may_have_passkeys: bool,
    /// One's passkeys, the oldest first.
    passkeys: Vec<Passkey>,
}

/// A passkey.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Passkey {
    /// Its id.
    id: Uuid,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
    /// The present one. Left out only by those who have none.
    #[schema(format = Password)]
    current: Option<String>,
    /// The new one: at least 12 characters, at most 1024 bytes, and not easily guessed.
    #[schema(format = Password)]
    password: String,
}

/// A language.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageBody {
    /// The language of the desk; `null`: as the browser says.
    #[schema(value_type = Option<LanguageTag>, required)]
    #[serde(deserialize_with = "Option::deserialize")]
    language: Option<Language>,
}

/// Shows one's own account.
///
/// Needs a session: only people have an account.
#[utoipa::path(get, path = "/api/v1/account", tag = "Account", security(("session" = [])),
    responses((status = 200, description = "The account.", body = Account), Always))]
async fn show_account(State(web): State<Web>, asker: Asker) -> Result<Json<Account>, Failed> {
    let account = web.desk.own_account(&asker.caller).await?;
    let passkey = |passkey: store::accounts::Passkey| Passkey {
        id: passkey.id,
        name: passkey.name,
        created_at: passkey.created_at.to_string(),
        last_used_at: written(passkey.last_used_at),
    };
    let user = account.user;
    Ok(Json(Account {
        id: user.id,
        name: user.name.to_string(),
        role: user.role,
        language: user.language,
        has_password: user.password_hash.is_some(),
        has_totp: user.totp_secret.is_some(),
        recovery_codes_left: user.recovery_codes_left,
        may_have_passkeys: passkeys::is_possible(&page_data::site_base(&web)),
        passkeys: account.passkeys.into_iter().map(passkey).collect(),
    }))
}

/// Sets one's own password.
///
/// All other sessions end. Needs a session; who has no password yet must have shown within 15 minutes who they are.
#[utoipa::path(put, path = "/api/v1/account/password", tag = "Account", security(("session" = [])), request_body = PasswordBody,
    responses((status = 204, description = "It is set."), Always, Changing))]
async fn set_password(State(web): State<Web>, asked: Asked<PasswordBody>) -> Result<Response, Failed> {
    let PasswordBody { current, password } = asked.body;
    let (current, password) = (Secret::new(current.unwrap_or_default()), Secret::new(password));
    web.desk.set_password(&asked.asker.caller, &current, &password).await?;
    Ok(no_content())
}

/// Sets the language of one's own desk.
///
/// Needs a session.
#[utoipa::path(put, path = "/api/v1/account/language", tag = "Account", security(("session" = [])), request_body = LanguageBody,
    responses((status = 204, description = "It is set."), Always, Changing))]
async fn set_language(State(web): State<Web>, asked: Asked<LanguageBody>) -> Result<Response, Failed> {
    web.desk.set_language(&asked.asker.caller, asked.body.language).await?;
    Ok(no_content())
}

/// Lists where one is signed in.
///
/// Needs a session.
#[utoipa::path(get, path = "/api/v1/account/sessions", tag = "Account", security(("session" = [])), params(Paging),
    responses((status = 200, description = "A page of sessions.", body = SessionList), Always, Paged))]
async fn list_own_sessions(
    State(web): State<Web>,
    asker: Asker,
    Query(paging): Query<Paging>,
) -> Result<Json<SessionList>, Failed> {
    let account = web.desk.own_account(&asker.caller).await?;
    Ok(Json(sessions::page(account.sessions, asker.own_session, &paging)?))
}

/// Ends all of one's own sessions but the one that asks.
///
/// Needs a session.
#[utoipa::path(delete, path = "/api/v1/account/sessions", tag = "Account", security(("session" = [])),
    responses((status = 204, description = "Only the one that asks is left."), Always, Changing))]
async fn end_other_sessions(State(web): State<Web>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.sign_out_others(&asked.asker.caller).await?;
    Ok(no_content())
}

/// Ends one of one's own sessions.
///
/// Needs a session.
#[utoipa::path(delete, path = "/api/v1/account/sessions/{id}", tag = "Account", security(("session" = [])),
    params(("id" = Uuid, Path, description = "The session's id.")),
    responses((status = 204, description = "It is over."), Always, Changing, Missing))]
async fn end_own_session(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.end_own_session(&asked.asker.caller, id).await?;
    Ok(no_content())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_language_must_be_said_and_not_left_out() {
        let read = |json: &str| serde_json::from_str::<LanguageBody>(json).map(|body| body.language);
        assert_eq!(read(r#"{"language": "ja"}"#).unwrap(), Some(Language::Ja));
        assert_eq!(read(r#"{"language": null}"#).unwrap(), None);
        assert!(read("{}").is_err());
        assert!(read(r#"{"language": "fr"}"#).is_err());
    }
}
