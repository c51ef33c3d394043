//! Components.

use std::collections::HashMap;

use app::data::desk::ComponentRow;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::Permission;
use domain::component::{Combine, Status};
use domain::text::Slug;
use serde::{Deserialize, Serialize};
use store::definitions::DefinitionKind;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::{Web, overview};
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::definitions::{self, Standing};
use super::paging::{self, Paging, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Paged, Repeatable, Versioned};
use super::words::{CombineName, ComponentStatus, Localized, OriginName, written};
use super::{no_content, versions};
use crate::config::ComponentSpec;
use crate::service::configuration::Whole;
use crate::service::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_components, make_component)).routes(routes!(
        show_component,
        change_component,
        remove_component
    ))
}

/// A component.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Component {
    /// Its name in addresses.
    slug: String,
    /// Where it is defined.
    #[schema(value_type = OriginName)]
    origin: &'static str,
    /// Its version, which is also its `ETag`. Only of what was made at the desk.
    version: Option<i64>,
    /// What it is called on the page.
    name: Localized,
    /// A sentence about it.
    description: Option<Localized>,
    /// Slug of its group.
    group: Option<String>,
    /// Slugs of the components it needs.
    depends_on: Vec<String>,
    /// True when everybody sees it.
    public: bool,
    /// How the states of its probes make its status.
    #[schema(value_type = CombineName)]
    combine: Combine,
    /// Its status now.
    #[schema(value_type = ComponentStatus)]
    status: Status,
    /// Since when.
    #[schema(format = DateTime)]
    status_since: Option<String>,
    /// Slugs of its probes.
    probes: Vec<String>,
    /// When it was made at the desk.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When it was last changed there.
    #[schema(format = DateTime)]
    updated_at: Option<String>,
}

list!(ComponentList, Component, "Components, by slug.");

/// A component that is made or changed: the keys of the configuration file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ComponentBody {
    /// What it is called in addresses, for ever: `a-z`, `0-9` and single hyphens. Needed to make one; in a change it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    /// What it is called on the page, at most 100 characters.
    name: Localized,
    /// A sentence about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Localized>,
    /// Slug of its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// Slugs of the components it needs; there is no circle.
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<Vec<String>>,
    /// False: only those who signed in see it. True when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<bool>,
    /// How the states of its probes make its status; `standard` when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CombineName>)]
    combine: Option<Combine>,
}

/// What is seen of every component, by slug.
fn rows(web: &Web) -> HashMap<String, ComponentRow> {
    let groups = overview::watching(web, web.default_language()).groups;
    groups.into_iter().flat_map(|(_, rows)| rows).map(|row| (row.slug.clone(), row)).collect()
}

fn shown(whole: &Whole, spec: &ComponentSpec, row: Option<&ComponentRow>) -> Component {
    let standing = Standing::of(definitions::find(whole, DefinitionKind::Component, &spec.slug));
    Component {
        slug: spec.slug.to_string(),
        origin: standing.origin,
        version: standing.version,
        name: Localized::from(&spec.name),
        description: spec.description.as_ref().map(Localized::from),
        group: spec.group.as_ref().map(ToString::to_string),
        depends_on: spec.depends_on.iter().map(ToString::to_string).collect(),
        public: spec.is_public,
        combine: spec.combine,
        status: row.map_or(Status::Unknown, |row| row.status),
        status_since: written(row.and_then(|row| row.since)),
        probes: row.into_iter().flat_map(|row| row.probes.iter().map(|probe| probe.slug.clone())).collect(),
        created_at: standing.created_at,
        updated_at: standing.updated_at,
    }
}

fn one(web: &Web, slug: &Slug) -> Result<Component, Problem> {
    let (whole, rows) = (web.desk.configuration.whole(), rows(web));
    let spec = whole.config.components.iter().find(|spec| spec.slug == *slug).ok_or(Problem::NotFound("component"))?;
    Ok(shown(&whole, spec, rows.get(slug.as_str())))
}

/// Lists the components.
///
/// Those of the configuration file and those made at the desk, by slug. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/components", tag = "Components", params(Paging),
    responses((status = 200, description = "A page of components.", body = ComponentList), Always, Paged))]
async fn list_components(
    State(web): State<Web>,
    asker: Asker,
    Query(paging): Query<Paging>,
) -> Result<Json<ComponentList>, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let (whole, rows) = (web.desk.configuration.whole(), rows(&web));
    let specs: Vec<&ComponentSpec> = whole.config.components.iter().collect();
    let (specs, next_cursor) = paging::page(specs, &paging, |spec| spec.slug.to_string())?;
    let items = specs.into_iter().map(|spec| shown(&whole, spec, rows.get(spec.slug.as_str()))).collect();
    Ok(Json(ComponentList { items, next_cursor }))
}

/// Shows a component.
///
/// Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/components/{slug}", tag = "Components",
    params(("slug" = String, Path, description = "Its slug.")),
    responses(
        (status = 200, description = "The component.", body = Component, headers(
            ("ETag" = String, description = "Its version, if it was made at the desk."))),
        Always, Missing))]
async fn show_component(State(web): State<Web>, asker: Asker, Path(slug): Path<Slug>) -> Result<Response, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let component = one(&web, &slug)?;
    Ok(versions::answer(StatusCode::OK, component.version, component))
}

/// Makes a component.
///
/// It is watched from the next moment on. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/components", tag = "Components", params(Repeatable), request_body = ComponentBody,
    responses(
        (status = 201, description = "The component that was made.", body = Component, headers(
            ("ETag" = String, description = "Its version."), ("Location" = String, description = "Where it is."))),
        Always, Changing))]
async fn make_component(State(web): State<Web>, asked: Asked<ComponentBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let (slug, version) = definitions::make(&web, &caller, DefinitionKind::Component, body.slug.as_deref(), &body).await?;
    Ok(versions::made(&format!("/api/v1/components/{slug}"), Some(version), one(&web, &slug)?))
}

/// Changes a component that was made at the desk.
///
/// The body takes the place of what was there: what is left out goes back to its default. What stands in the configuration file is changed
/// there only. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(put, path = "/api/v1/components/{slug}", tag = "Components",
    params(("slug" = String, Path, description = "Its slug."), IfMatch, Repeatable), request_body = ComponentBody,
    responses(
        (status = 200, description = "The component as it is now.", body = Component, headers(
            ("ETag" = String, description = "Its new version."))),
        Always, Changing, Missing, Versioned))]
async fn change_component(
    State(web): State<Web>,
    Path(slug): Path<Slug>,
    headers: HeaderMap,
    asked: Asked<ComponentBody>,
) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let place = (DefinitionKind::Component, &slug, versions::wanted(&headers)?);
    let version = definitions::change(&web, &caller, place, body.slug.as_deref(), &body).await?;
    Ok(versions::answer(StatusCode::OK, Some(version), one(&web, &slug)?))
}

/// Removes a component that was made at the desk.
///
/// Nothing may need it any more: no probe, and no other component. Its history stays. Needs the scope `configuration:write` or the role
/// maintainer.
#[utoipa::path(delete, path = "/api/v1/components/{slug}", tag = "Components",
    params(("slug" = String, Path, description = "Its slug."), IfMatch, Repeatable),
    responses((status = 204, description = "It is removed."), Always, Changing, Missing, Versioned))]
async fn remove_component(
    State(web): State<Web>,
    Path(slug): Path<Slug>,
    headers: HeaderMap,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    let place = (DefinitionKind::Component, &slug, versions::wanted(&headers)?);
    definitions::remove(&web, &asked.caller, place).await?;
    Ok(no_content())
}
