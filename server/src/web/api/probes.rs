//! Probes: what they are. What is done with them stands in [`super::probe_actions`].

use std::collections::BTreeMap;

use app::data::desk::{Origin, PauseState, ProbePage, ProbeRow, ResultRow};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::Permission;
use domain::probe::confirm::ProbeState;
use domain::probe::observation::Verdict;
use domain::text::Slug;
use serde::Serialize;
use serde_json::Value;
use store::definitions::{Definition, DefinitionKind};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::{Web, overview};
use super::body::{Asked, Empty};
use super::caller::Asker;
use super::checks::ProbeBody;
use super::definitions::{self, Standing};
use super::paging::{self, Paging, list};
use super::problem::Failed;
use super::refusals::{Always, Changing, IfMatch, Missing, Paged, Repeatable, Versioned};
use super::words::{KindName, OriginName, ProbeStateName, VerdictName, written};
use super::{no_content, versions};
use crate::service::caller::Caller;
use crate::service::configuration::Whole;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::default().routes(routes!(list_probes, make_probe)).routes(routes!(show_probe, change_probe, remove_probe))
}

/// A probe.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Probe {
    /// Its name in addresses.
    slug: String,
    /// Slug of the component it watches.
    component: String,
    /// What it is.
    #[schema(value_type = KindName)]
    kind: &'static str,
    /// Where it is defined.
    #[schema(value_type = OriginName)]
    origin: &'static str,
    /// Its version, which is also its `ETag`. Only of what was made at the desk.
    version: Option<i64>,
    /// What is believed; `null` while it is paused or nothing is known yet.
    #[schema(value_type = Option<ProbeStateName>)]
    state: Option<ProbeState>,
    /// The newest result.
    last_result: Option<LastResult>,
    /// If it is paused.
    pause: Option<Pause>,
    /// As it was sent, if it was made at the desk. The token of a heartbeat is only shown to those who may configure.
    #[schema(value_type = Option<ProbeBody>)]
    definition: Option<Value>,
    /// What it does, in words and without anything that may be secret. Only when one probe is asked for.
    facts: Option<BTreeMap<String, String>>,
    /// What the sender of a heartbeat calls. Only when one probe is asked for, and only for those who may configure.
    sender_url: Option<String>,
    /// When it was made at the desk.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When it was last changed there.
    #[schema(format = DateTime)]
    updated_at: Option<String>,
}

list!(ProbeList, Probe, "Probes, by slug.");

/// The newest result of a probe.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LastResult {
    /// When it was made.
    #[schema(format = DateTime)]
    at: String,
    /// What it says.
    #[schema(value_type = VerdictName)]
    verdict: Verdict,
    /// How long it took, in microseconds.
    duration_us: Option<u64>,
    /// HTTP status, or the exit code that a heartbeat reported.
    code: Option<u16>,
    /// Why it was not up, as the prober says it.
    detail: Option<String>,
}

/// A pause.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pause {
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// Until when; `null`: until somebody lets it go on.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Name of who paused it.
    paused_by: String,
    /// Why.
    reason: String,
}

impl From<ResultRow> for LastResult {
    fn from(row: ResultRow) -> Self {
        let ResultRow { at, verdict, duration_us, code, detail } = row;
        Self { at: at.to_string(), verdict, duration_us, code, detail }
    }
}

impl From<PauseState> for Pause {
    fn from(pause: PauseState) -> Self {
        let PauseState { since, until, paused_by, reason } = pause;
        Self { since: since.to_string(), until: written(until), paused_by, reason }
    }
}

/// A definition as it was sent. A heartbeat's token is a secret: whoever knows it can call in its name.
fn definition(known: &Definition, may_configure: bool) -> Option<Value> {
    let mut body: Value = serde_json::from_str(&known.body).ok()?;
    if !may_configure && let Some(heartbeat) = body.get_mut("heartbeat").and_then(Value::as_object_mut) {
        heartbeat.remove("token");
    }
    Some(body)
}

fn may_configure(web: &Web, caller: &Caller) -> bool {
    caller.must(Permission::Configure, web.desk.now()).is_ok()
}

fn shown(whole: &Whole, row: ProbeRow, component: String, may_configure: bool) -> Probe {
    let known = row.slug.parse::<Slug>().ok().and_then(|slug| definitions::find(whole, DefinitionKind::Probe, &slug));
    let standing = Standing::of(known);
    Probe {
        slug: row.slug,
        component,
        kind: row.kind,
        origin: match row.origin {
            Origin::File => "file",
            Origin::Desk => "desk",
        },
        version: standing.version,
        state: row.state,
        last_result: row.last.map(LastResult::from),
        pause: row.pause.map(Pause::from),
        definition: known.and_then(|known| definition(known, may_configure)),
        facts: None,
        sender_url: None,
        created_at: standing.created_at,
        updated_at: standing.updated_at,
    }
}

/// One probe with everything about it.
pub(super) async fn one(web: &Web, caller: &Caller, slug: &Slug) -> Result<Probe, Failed> {
    let may_configure = may_configure(web, caller);
    let page = overview::probe(web, slug, web.default_language(), None, may_configure).await?;
    let ProbePage { probe, component, facts, sender, .. } = page;
    Ok(Probe {
        facts: Some(facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        sender_url: sender.map(|sender| sender.url),
        ..shown(&web.desk.configuration.whole(), probe, component, may_configure)
    })
}

/// Lists the probes.
///
/// Those of the configuration file and those made at the desk, by slug. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/probes", tag = "Probes", params(Paging),
    responses((status = 200, description = "A page of probes.", body = ProbeList), Always, Paged))]
async fn list_probes(State(web): State<Web>, asker: Asker, Query(paging): Query<Paging>) -> Result<Json<ProbeList>, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let may_configure = may_configure(&web, &asker.caller);
    let groups = overview::watching(&web, web.default_language()).groups;
    let components = groups.into_iter().flat_map(|(_, components)| components);
    let rows = components.flat_map(|component| {
        let slug = component.slug;
        component.probes.into_iter().map(move |probe| (slug.clone(), probe))
    });
    let rows: Vec<(String, ProbeRow)> = rows.collect();
    let (rows, next_cursor) = paging::page(rows, &paging, |(_, row)| row.slug.clone())?;
    let whole = web.desk.configuration.whole();
    let items = rows.into_iter().map(|(component, row)| shown(&whole, row, component, may_configure)).collect();
    Ok(Json(ProbeList { items, next_cursor }))
}

/// Shows a probe.
///
/// Needs the scope `read` or the role viewer; the address of a heartbeat's sender is shown to those who may configure.
#[utoipa::path(get, path = "/api/v1/probes/{slug}", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug.")),
    responses(
        (status = 200, description = "The probe.", body = Probe, headers(
            ("ETag" = String, description = "Its version, if it was made at the desk."))),
        Always, Missing))]
async fn show_probe(State(web): State<Web>, asker: Asker, Path(slug): Path<Slug>) -> Result<Response, Failed> {
    asker.caller.must(Permission::Read, asker.now)?;
    let probe = one(&web, &asker.caller, &slug).await?;
    Ok(versions::answer(StatusCode::OK, probe.version, probe))
}

/// Makes a probe.
///
/// It looks at once. A heartbeat without a token gets one; the answer shows the address to call. Needs the scope `configuration:write` or the
/// role maintainer.
#[utoipa::path(post, path = "/api/v1/probes", tag = "Probes", params(Repeatable), request_body = ProbeBody,
    responses(
        (status = 201, description = "The probe that was made.", body = Probe, headers(
            ("ETag" = String, description = "Its version."), ("Location" = String, description = "Where it is."))),
        Always, Changing))]
async fn make_probe(State(web): State<Web>, asked: Asked<ProbeBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let (slug, version) = definitions::make(&web, &caller, DefinitionKind::Probe, body.slug.as_deref(), &body).await?;
    Ok(versions::made(&format!("/api/v1/probes/{slug}"), Some(version), one(&web, &caller, &slug).await?))
}

/// Changes a probe that was made at the desk.
///
/// The body takes the place of what was there: what is left out goes back to its default, but the token of a heartbeat stays. What stands in
/// the configuration file is changed there only. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(put, path = "/api/v1/probes/{slug}", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug."), IfMatch, Repeatable), request_body = ProbeBody,
    responses(
        (status = 200, description = "The probe as it is now.", body = Probe, headers(
            ("ETag" = String, description = "Its new version."))),
        Always, Changing, Missing, Versioned))]
async fn change_probe(
    State(web): State<Web>,
    Path(slug): Path<Slug>,
    headers: HeaderMap,
    asked: Asked<ProbeBody>,
) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    let place = (DefinitionKind::Probe, &slug, versions::wanted(&headers)?);
    let version = definitions::change(&web, &caller, place, body.slug.as_deref(), &body).await?;
    Ok(versions::answer(StatusCode::OK, Some(version), one(&web, &caller, &slug).await?))
}

/// Removes a probe that was made at the desk.
///
/// The outages it confirmed stay in the history. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(delete, path = "/api/v1/probes/{slug}", tag = "Probes",
    params(("slug" = String, Path, description = "Its slug."), IfMatch, Repeatable),
    responses((status = 204, description = "It is removed."), Always, Changing, Missing, Versioned))]
async fn remove_probe(
    State(web): State<Web>,
    Path(slug): Path<Slug>,
    headers: HeaderMap,
    asked: Asked<Empty>,
) -> Result<Response, Failed> {
    let place = (DefinitionKind::Probe, &slug, versions::wanted(&headers)?);
    definitions::remove(&web, &asked.caller, place).await?;
    Ok(no_content())
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_shown_only_to_those_who_may_configure() {
        let at = Timestamp::from_ms(0);
        let body = json!({"slug": "job", "component": "web", "heartbeat": {"token": "t-0123456789-secret", "period": "1h"}});
        let known = Definition {
            kind: DefinitionKind::Probe,
            slug: "job".parse().unwrap(),
            body: body.to_string(),
            ordinal: 0,
            created_at: at,
            updated_at: at,
            version: 1,
        };
        assert_eq!(definition(&known, true), Some(body));
        let shown = definition(&known, false).unwrap();
        assert_eq!(shown["heartbeat"], json!({"period": "1h"}));
        assert!(!shown.to_string().contains("secret"));
    }
}
