//! Runbooks: the list, one with its text, the linter, and that somebody reviewed one.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::account::Permission;
use domain::runbook::SOURCE_BYTES_MAX;
use domain::runbook::lint::{Finding, Level, position};
use domain::text::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::runbook_rows::counts;
use super::super::{Web, finding_words};
use super::body::Asked;
use super::caller::Asker;
use super::no_content;
use super::paging::{Paging, list, page};
use super::problem::Failed;
use super::refusals::{Always, Changing, Missing, Paged, Repeatable};
use super::words::LanguageTag;
use crate::service::problem::Problem;
use crate::service::runbooks::{Edition, Runbook as Known};

/// Largest body with a runbook in it, in bytes: each character may be written as an escape.
const SOURCE_BODY_BYTES_MAX: usize = 2 * SOURCE_BYTES_MAX + 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<Web> {
    let large = OpenApiRouter::default().routes(routes!(lint_runbook));
    let large = large.layer(axum::extract::DefaultBodyLimit::max(SOURCE_BODY_BYTES_MAX));
    OpenApiRouter::default()
        .merge(large)
        .routes(routes!(list_runbooks))
        .routes(routes!(show_runbook))
        .routes(routes!(review_runbook))
}

/// A runbook without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunbookHead {
    /// Its slug.
    slug: String,
    /// What it is called, by language.
    title: BTreeMap<&'static str, String>,
    /// Names of alerts that lead to it.
    alerts: Vec<String>,
    /// The number of the version in use; `null`: its files have mistakes, and there never was one without.
    version: Option<i64>,
    /// How many steps it has.
    steps: usize,
    /// True when it ships with Yagura.
    is_bundled: bool,
    /// True when everybody may read it.
    is_public: bool,
    /// How many mistakes its files have. A version with mistakes is not taken up.
    errors: usize,
    /// How many things could be better.
    warnings: usize,
}

list!(RunbookHeads, RunbookHead, "Runbooks, by slug.");

/// A runbook with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeRunbook {
    /// The runbook.
    #[serde(flatten)]
    head: RunbookHead,
    /// The version whose text this is.
    shown_version: i64,
    /// When it was first read.
    #[schema(format = DateTime)]
    read_at: String,
    /// Its text, Markdown, by language.
    sources: BTreeMap<&'static str, String>,
}

/// Which version.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionQuery {
    /// Its number; the one in use when it is left out.
    version: Option<i64>,
}

/// A text to be looked through.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LintBody {
    /// The whole file, front matter too, at most 256 KiB.
    source: String,
    /// The language of the words; left out: English.
    #[schema(value_type = Option<LanguageTag>)]
    language: Option<String>,
}

/// Something that the linter found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LintFinding {
    /// What, for programs, such as `undo-missing`.
    code: &'static str,
    /// True for a mistake: a runbook with one is not taken up.
    is_error: bool,
    /// Its line, from 1.
    line: usize,
    /// Its column in characters, from 1.
    column: usize,
    /// What, in words.
    detail: String,
    /// What to do.
    suggestion: String,
}

/// What the linter found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LintFindings {
    /// In the order of the text.
    items: Vec<LintFinding>,
}

/// That a runbook was reviewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewBody {
    /// The number of the version that was read.
    version: i64,
    /// What there is to say.
    note: Option<String>,
}

fn head(runbook: &Known) -> RunbookHead {
    let current = runbook.current.as_deref();
    let (errors, warnings) = counts(runbook);
    let titles =
        |edition: &Edition| Language::ALL.map(|language| (language.tag(), edition.title(language))).into_iter().collect();
    RunbookHead {
        slug: runbook.slug.to_string(),
        title: current.map(titles).unwrap_or_default(),
        alerts: current.map(|edition| edition.front().alerts.clone()).unwrap_or_default(),
        version: current.map(|edition| edition.head.number),
        steps: current.map_or(0, |edition| edition.plan.steps.iter().filter(|step| !step.is_group).count()),
        is_bundled: runbook.is_bundled,
        is_public: runbook.is_public,
        errors,
        warnings,
    }
}

/// Lists runbooks.
///
/// Those that ship and the operator's own. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/runbooks", tag = "Runbooks", params(Paging),
    responses((status = 200, description = "A page of runbooks.", body = RunbookHeads), Always, Paged))]
async fn list_runbooks(State(web): State<Web>, asker: Asker, Query(paging): Query<Paging>) -> Result<Json<RunbookHeads>, Failed> {
    asker.caller.must(Permission::Read, web.desk.now())?;
    let library = web.desk.library();
    let all = library.runbooks.values().map(|runbook| head(runbook)).collect();
    let (items, next_cursor) = page(all, &paging, |head: &RunbookHead| head.slug.clone())?;
    Ok(Json(RunbookHeads { items, next_cursor }))
}

/// Shows a runbook.
///
/// With its text in each language that it has. Needs the scope `read` or the role viewer.
#[utoipa::path(get, path = "/api/v1/runbooks/{slug}", tag = "Runbooks",
    params(("slug" = String, Path, description = "Its slug."), VersionQuery),
    responses((status = 200, description = "The runbook.", body = WholeRunbook), Always, Missing))]
async fn show_runbook(
    State(web): State<Web>,
    asker: Asker,
    Path(slug): Path<String>,
    Query(query): Query<VersionQuery>,
) -> Result<Json<WholeRunbook>, Failed> {
    asker.caller.must(Permission::Read, web.desk.now())?;
    let library = web.desk.library();
    let known = slug.parse().ok().and_then(|slug| library.runbooks.get(&slug)).ok_or(Problem::NotFound("runbook"))?;
    let edition = match query.version {
        None => known.current.clone(),
        Some(number) => {
            let heads = web.desk.runbook_versions(&known.slug).await?;
            let found = heads.iter().find(|head| head.number == number).ok_or(Problem::NotFound("version"))?;
            Some(web.desk.edition(found.key).await?)
        }
    };
    let edition = edition.ok_or(Problem::NotFound("version"))?;
    Ok(Json(WholeRunbook {
        head: head(known),
        shown_version: edition.head.number,
        read_at: edition.head.created_at.to_string(),
        sources: edition.texts.iter().map(|(language, text)| (language.tag(), text.source.clone())).collect(),
    }))
}

fn finding(source: &str, language: Language, found: &Finding) -> LintFinding {
    let (detail, suggestion) = finding_words::of_finding(language, found);
    let (line, column) = position(source, found.span.start);
    LintFinding { code: found.code.name(), is_error: found.level == Level::Error, line, column, detail, suggestion }
}

/// Looks a runbook through.
///
/// Nothing is kept. The same as `yagura runbook lint`. Needs the scope `read` or the role viewer.
#[utoipa::path(post, path = "/api/v1/runbooks/lint", tag = "Runbooks", request_body = LintBody,
    responses((status = 200, description = "What was found.", body = LintFindings), Always, Changing))]
async fn lint_runbook(State(web): State<Web>, asked: Asked<LintBody>) -> Result<Json<LintFindings>, Failed> {
    let Asked { caller, body, .. } = asked;
    caller.must(Permission::Read, web.desk.now())?;
    if body.source.len() > SOURCE_BYTES_MAX {
        return Err(Failed::invalid("source", "invalid-source-large"));
    }
    let language = match body.language.as_deref() {
        None => Language::En,
        Some(tag) => Language::from_tag(tag).ok_or_else(|| Failed::invalid("language", "invalid-word"))?,
    };
    let desk = std::sync::Arc::clone(&web.desk);
    let found = tokio::task::spawn_blocking(move || {
        let all = desk.check_source(&body.source, None);
        all.iter().map(|found| finding(&body.source, language, found)).collect()
    });
    let items = found.await.map_err(|_| Problem::Busy)?;
    Ok(Json(LintFindings { items }))
}

/// Says that a runbook was reviewed.
///
/// Its review is due again after the time that its head names. Needs the scope `configuration:write` or the role maintainer.
#[utoipa::path(post, path = "/api/v1/runbooks/{slug}/review", tag = "Runbooks",
    params(("slug" = String, Path, description = "Its slug."), Repeatable), request_body = ReviewBody,
    responses((status = 204, description = "It is written down."), Always, Changing, Missing))]
async fn review_runbook(State(web): State<Web>, Path(slug): Path<String>, asked: Asked<ReviewBody>) -> Result<Response, Failed> {
    let Asked { caller, body, .. } = asked;
    web.desk.review_runbook(&caller, &slug, body.version, body.note.unwrap_or_default().trim()).await?;
    Ok(no_content())
}
