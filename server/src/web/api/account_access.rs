//! What one signs in with besides the password: second factor, recovery codes, passkeys. How a passkey is added stands in
//! [`super::passkeys`].

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Web;
use super::body::{Asked, Empty};
use super::no_content;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default()
        .routes(routes!(offer_totp))
        .routes(routes!(set_totp, remove_totp))
        .routes(routes!(make_recovery_codes))
        .routes(routes!(remove_passkey))
}

/// A secret for the second factor. It is not in force before a code of it was shown.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpOffer {
    /// In base32, in groups of four.
    secret: String,
    /// For authenticator apps: `otpauth://…`, also to be drawn as a QR code.
    link: String,
}

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeBody {
    /// Six digits.
    code: String,
}

/// Recovery codes, shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// Each can be used once in the place of a code.
    recovery_codes: Vec<String>,
}

/// Offers a secret for the second factor.
///
/// Asked again within a quarter of an hour, it is the same one. Needs a session of somebody who has shown within 15 minutes who they are.
#[utoipa::path(post, path = "/api/v1/account/totp/offer", tag = "Account", security(("session" = [])),
    responses((status = 200, description = "The secret.", body = TotpOffer), Always, Changing))]
async fn offer_totp(State(web): State<Web>, asked: Asked<Empty>) -> Result<Json<TotpOffer>, Failed> {
    let offer = web.desk.offer_totp(&asked.asker.caller)?;
    Ok(Json(TotpOffer { secret: offer.secret, link: offer.link }))
}

/// Puts the second factor in force.
///
/// By a code of the secret that was offered. Needs a session of somebody who has shown within 15 minutes who they are.
#[utoipa::path(put, path = "/api/v1/account/totp", tag = "Account", security(("session" = [])), request_body = CodeBody,
    responses((status = 200, description = "It is in force. The codes are shown this once.", body = RecoveryCodes), Always, Changing))]
async fn set_totp(State(web): State<Web>, asked: Asked<CodeBody>) -> Result<Json<RecoveryCodes>, Failed> {
    let recovery_codes = web.desk.set_totp(&asked.asker.caller, &asked.body.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Takes one's own second factor away.
///
/// The recovery codes go with it. Needs a session of somebody who has shown within 15 minutes who they are.
#[utoipa::path(delete, path = "/api/v1/account/totp", tag = "Account", security(("session" = [])),
    responses((status = 204, description = "It is gone."), Always, Changing))]
async fn remove_totp(State(web): State<Web>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.remove_totp(&asked.asker.caller).await?;
    Ok(no_content())
}

/// Makes new recovery codes.
///
/// Those before are no longer good. Needs a session of somebody who has shown within 15 minutes who they are.
#[utoipa::path(post, path = "/api/v1/account/recovery-codes", tag = "Account", security(("session" = [])),
    responses((status = 200, description = "The codes, shown this once.", body = RecoveryCodes), Always, Changing))]
async fn make_recovery_codes(State(web): State<Web>, asked: Asked<Empty>) -> Result<Json<RecoveryCodes>, Failed> {
    let recovery_codes = web.desk.new_recovery_codes(&asked.asker.caller).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Removes one of one's own passkeys.
///
/// The last way to sign in stays. Needs a session of somebody who has shown within 15 minutes who they are.
#[utoipa::path(delete, path = "/api/v1/account/passkeys/{id}", tag = "Account", security(("session" = [])),
    params(("id" = Uuid, Path, description = "The passkey's id.")),
    responses((status = 204, description = "It is removed."), Always, Changing, Missing))]
async fn remove_passkey(State(web): State<Web>, Path(id): Path<Uuid>, asked: Asked<Empty>) -> Result<Response, Failed> {
    web.desk.remove_passkey(&asked.asker.caller, id).await?;
    Ok(no_content())
}
