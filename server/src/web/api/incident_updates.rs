//! What the public is told of an incident.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Permission;
use domain::text::{Language, LocalizedText};
use serde::{Deserialize, Serialize};
use store::incidents::Update;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::{Web, markdown};
use super::body::Asked;
use super::incidents::story;
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Repeatable};
use super::versions;
use super::words::{ComponentStatus, Localized, PublicStatusName};
use crate::service::incidents::UpdateWanted;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(publish_update)).routes(routes!(preview_update))
}

/// What an update says about a component.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComponentChange {
    /// Its slug.
    component: String,
    /// Its status before.
    #[schema(value_type = ComponentStatus)]
    before: &'static str,
    /// Its status from then on.
    #[schema(value_type = ComponentStatus)]
    after: &'static str,
}

/// Something that the public was told. It is never changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UpdateOfIncident {
    /// Its number within the incident.
    number: i64,
    /// Its id.
    id: Uuid,
    /// The status it tells.
    #[schema(value_type = PublicStatusName)]
    status: &'static str,
    /// What it says, Markdown.
    body: Localized,
    /// What became of components.
    components: Vec<ComponentChange>,
    /// Who wrote it.
    author: String,
    /// When it was published.
    #[schema(format = DateTime)]
    published_at: String,
    /// When it says it is of.
    #[schema(format = DateTime)]
    display_at: String,
    /// The number of the update that it corrects.
    corrects: Option<i64>,
}

impl From<&Update> for UpdateOfIncident {
    fn from(update: &Update) -> Self {
        let content = &update.content;
        let change = |change: &store::incidents::UpdateChange| ComponentChange {
            component: change.component.to_string(),
            before: change.before.name(),
            after: change.after.name(),
        };
        Self {
            number: update.number,
            id: content.id,
            status: content.status.name(),
            body: Localized::from(&content.body),
            components: content.changes.iter().map(change).collect(),
            author: content.author.clone(),
            published_at: content.published_at.to_string(),
            display_at: content.display_at.to_string(),
            corrects: content.corrects,
        }
    }
}

/// The languages of an update.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateTexts {
    /// Japanese, Markdown, at most 5,000 characters.
    ja: Option<String>,
    /// English, the same.
    en: Option<String>,
}

/// What shall be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateBody {
    /// The status it tells; the incident becomes that.
    #[schema(value_type = PublicStatusName)]
    status: String,
    /// What it says, in both languages.
    body: UpdateTexts,
    /// Publishes it in one language only, by choice: `ja` or `en`.
    only: Option<String>,
    /// New status of components, by slug.
    #[schema(value_type = Option<BTreeMap<String, ComponentStatus>>)]
    components: Option<BTreeMap<String, String>>,
    /// When it says it is of, as people type a time; left out: now. When it was published is always told beside it.
    display_at: Option<String>,
    /// Minutes until the next one that is promised.
    #[schema(minimum = 1, maximum = 10080)]
    next_update_minutes: Option<u32>,
    /// The number of the update that it corrects.
    corrects: Option<i64>,
    /// Makes the incident public with it.
    make_public: Option<bool>,
    /// Publishes it although it looks like it holds a secret.
    keep_secrets: Option<bool>,
}

impl From<UpdateBody> for UpdateWanted {
    fn from(body: UpdateBody) -> Self {
        Self {
            status: body.status,
            body_ja: body.body.ja.unwrap_or_default(),
            body_en: body.body.en.unwrap_or_default(),
            only: body.only.unwrap_or_default(),
            components: body.components.unwrap_or_default().into_iter().collect(),
            display_at: body.display_at.unwrap_or_default(),
            next_update: body.next_update_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            corrects: body.corrects,
            make_public: body.make_public.unwrap_or(false),
            keep_secrets: body.keep_secrets.unwrap_or(false),
        }
    }
}

/// An update as the public would see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UpdatePreview {
    /// HTML in Japanese.
    ja: String,
    /// HTML in English.
    en: String,
}

/// Tells the public.
///
/// It cannot be changed afterwards, only corrected by another. Needs the scope `incidents:write`, the role responder, or to lead the incident or
/// its communication.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/updates", tag = "Incidents",
    params(("number" = i64, Path, description = "The incident's number."), Repeatable), request_body = UpdateBody,
    responses((status = 201, description = "What was told.", body = UpdateOfIncident), Always, Changing, Missing))]
async fn publish_update(State(web): State<Web>, Path(number): Path<i64>, asked: Asked<UpdateBody>) -> Result<Response, Failed> {
    let Asked { asker, caller, body } = asked;
    let published = web.desk.publish_update(&caller, number, body.into()).await?;
    let story = story(&web, &asker, number).await?;
    let update = story.updates.iter().find(|update| update.number == published).ok_or(Failed::merged(number))?;
    Ok(versions::answer(StatusCode::CREATED, None, UpdateOfIncident::from(update)))
}

/// Shows an update as the public would see it.
///
/// Nothing is kept or told. Needs the scope `incidents:write` or the role responder.
#[utoipa::path(post, path = "/api/v1/incidents/{number}/updates/preview", tag = "Incidents",
    params(("number" = i64, Path, description = "The incident's number.")), request_body = UpdateBody,
    responses((status = 200, description = "It in each language.", body = UpdatePreview), Always, Changing, Missing))]
async fn preview_update(
    State(web): State<Web>,
    Path(number): Path<i64>,
    asked: Asked<UpdateBody>,
) -> Result<Json<UpdatePreview>, Failed> {
    let Asked { asker, caller, body } = asked;
    caller.must(Permission::Respond, web.desk.now())?;
    story(&web, &asker, number).await?;
    let body: LocalizedText = web.desk.check_update(&body.into())?;
    Ok(Json(UpdatePreview { ja: markdown::html(body.get(Language::Ja)), en: markdown::html(body.get(Language::En)) }))
}
