//! Groups of components.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::Permission;
use domain::text::Slug;
use serde::{Deserialize, Serialize};
use store::definitions::DefinitionKind;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Web;
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::definitions::{self, Standing};
use super::paging::{self, Paging, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Paged, Repeatable, Versioned};
use super::words::{Localized, OriginName};
use super::{no_content, versions};
use crate::service::configuration::Whole;
use crate::service::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_groups, make_group)).routes(routes!(show_group, change_group, remove_group))
}

/// A group: a heading on the public page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Group {
    /// Its name in addresses.
    slug: String,
    /// Where it is defined.
    #[schema(value_type = OriginName)]
    origin: &'static str,
    /// Its version, which is also its `ETag`. Only of what was made at the desk.
    version: Option<i64>,
    /// What it is called on the page.
    name: Localized,
    /// Slugs of its components, in their order on the page.
    components: Vec<String>,
    /// When it was made at the desk.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When it was last changed there.
    #[schema(format = DateTime)]
    updated_at: Option<String>,
}

list!(GroupList, Group, "Groups, by slug.");

/// A group that is made or changed: the keys of the configuration file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupBody {
    /// What it is called for components, for ever: `a-z`, `0-9` and single hyphens. Needed to make one; in a change it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    /// What it is called on the page, at most 100 characters.
    name: Localized,
}

fn shown(whole: &Whole, group: &crate::config::Group) -> Group {
    let standing = Standing::of(definitions::find(whole, DefinitionKind::Group, &group.slug));
    let members = whole.config.components.iter().filter(|component| component.group.as_ref() == Some(&group.slug));
    Group {
        slug: group.slug.to_string(),
        origin: standing.origin,
        version: standing.version,
        name: Localized::from(&group.name),
        components: members.map(|component| component.slug.to_string()).collect(),
        created_at: standing.created_at,
        updated_at: standing.updated_at,
    }
}

fn one(web: &Web, slug: &Slug) -> Result<Group, Problem> {
    let whole = web.desk.configuration.whole();
    let group = whole.config.groups.iter().find(|group| group.slug == *slug).ok_or(Problem::NotFound("group"))?;
    Ok(shown(&whole, group))
}

/// Lists the groups.
///
/// Those of the configuration file and those made at the desk, by slug. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/groups", tag = "Groups", params(Paging),
    responses((status = 200, description = "A page of groups.", body = GroupList), Always, Paged))]
async fn list_groups(State(web): State<Web>, asker: Asker, Query(paging): Query<Paging>) -> Result<Json<GroupList>, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let whole = web.desk.configuration.whole();
    let groups: Vec<&crate::config::Group> = whole.config.groups.iter().collect();
    let (groups, next_cursor) = paging::page(groups, &paging, |group| group.slug.to_string())?;
    Ok(Json(GroupList { items: groups.into_iter().map(|group| shown(&whole, group)).collect(), next_cursor }))
}

/// Shows a group.
///
/// Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/groups/{slug}", tag = "Groups",
    params(("slug" = String, Path, description = "Its slug.")),
    responses(
        (status = 200, description = "The group.", body = Group, headers(
            ("ETag" = String, description = "Its version, if it was made at the desk."))),
        Always, Missing))]
async fn show_group(State(web): State<Web>, asker: Asker, Path(slug): Path<Slug>) -> Result<Response, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let group = one(&web, &slug)?;
    Ok(versions::answer(StatusCode::OK, group.version, group))
}

/// Makes a group.
///
/// It is shown as soon as a component stands in it. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/groups", tag = "Groups", params(Repeatable), request_body = GroupBody,
    responses(
        (status = 201, description = "The group that was made.", body = Group, headers(
            ("ETag" = String, description = "Its version."), ("Location" = String, description = "Where it is."))),
        Always, Changing))]
async fn make_group(State(web): State<Web>, asked: Asked<GroupBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let (slug, version) = definitions::make(&web, &caller, DefinitionKind::Group, body.slug.as_deref(), &body).await?;
    Ok(versions::made(&format!("/api/v1/groups/{slug}"), Some(version), one(&web, &slug)?))
}

/// Changes a group that was made at the desk.
///
/// The body takes the place of what was there: what is left out goes back to its default. What stands in the configuration file is changed
/// there only. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(put, path = "/api/v1/groups/{slug}", tag = "Groups",
    params(("slug" = String, Path, description = "Its slug."), IfMatch, Repeatable), request_body = GroupBody,
    responses(
        (status = 200, description = "The group as it is now.", body = Group, headers(
            ("ETag" = String, description = "Its new version."))),
        Always, Changing, Missing, Versioned))]
async fn change_group(
    State(web): State<Web>,
    Path(slug): Path<Slug>,
    headers: HeaderMap,
    asked: Asked<GroupBody>,
) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let place = (DefinitionKind::Group, &slug, versions::wanted(&headers)?);
    let version = definitions::change(&web, &caller, place, body.slug.as_deref(), &body).await?;
    Ok(versions::answer(StatusCode::OK, Some(version), one(&web, &slug)?))
}

/// Removes a group that was made at the desk.
///
/// No component may stand in it any more. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(delete, path = "/api/v1/groups/{slug}", tag = "Groups",
    params(("slug" = String, Path, description = "Its slug."), IfMatch, Repeatable),
    responses((status = 204, description = "It is removed."), Always, Changing, Missing, Versioned))]
async fn remove_group(
    State(web): State<Web>,
    Path(slug): Path<Slug>,
    headers: HeaderMap,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    let place = (DefinitionKind::Group, &slug, versions::wanted(&headers)?);
    definitions::remove(&web, &asked.caller, place).await?;
    Ok(no_content())
}
