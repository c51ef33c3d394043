//! What an alert leads to: its runbook, or a page that offers to write one. Nothing is written by looking.

use std::collections::HashMap;

use app::data::desk::{AlertStubPage, DeskPage};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::runbook::compare::similar;
use domain::runbook::front_matter::alert_key;
use store::alerts::AlertFilter;

use super::super::super::Web;
use super::super::super::alert_page;
use super::super::super::alert_rows::AlertsKnown;
use super::super::super::incident_rows::Known;
use super::super::super::runbook_rows::title;
use super::super::show::{Answer, on_to, page};
use super::super::visit::Visit;
use super::at;
use crate::service::problem::Problem;

/// Runbooks that are offered beside a name that none is bound to.
const SIMILAR_MAX: usize = 5;
/// Newest alerts of the name that are shown.
const RANG_MAX: u32 = 5;
/// How alike two names must be to be offered: below it they have little more than letters in common.
const SIMILAR_LEAST: f64 = 0.35;

pub(in super::super) async fn show(
    State(web): State<Web>,
    visit: Visit,
    Path((component, alert)): Path<(String, String)>,
) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    if !alert_page::is_name(&component) || !alert_page::is_name(&alert) {
        return Err(Problem::NotFound("alert").into());
    }
    let library = web.desk.library();
    let key = alert_key(&alert);
    if let Some(slug) = library.by_alert.get(&key) {
        return Ok(on_to(&at(slug.as_str())));
    }
    let mut likely: Vec<(f64, &str, String)> = Vec::new();
    for runbook in library.runbooks.values() {
        let front = runbook.current.as_ref().map(|edition| edition.front());
        let names =
            front.into_iter().flat_map(|front| &front.alerts).map(|name| alert_key(name)).chain([runbook.slug.to_string()]);
        let best = names.map(|name| similar(&name, &key)).fold(0.0, f64::max);
        if best >= SIMILAR_LEAST {
            likely.push((best, runbook.slug.as_str(), title(runbook, visit.language)));
        }
    }
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let known = Known::new(&web, visit.language, HashMap::new());
    let rows = AlertsKnown::new(&web, &known);
    let filter = AlertFilter { name_key: Some(key.clone()), limit: RANG_MAX, ..AlertFilter::default() };
    let rang = web.desk.alert_list(&visit.caller()?, &filter).await?.iter().map(|alert| rows.row(alert)).collect();
    let write: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("alert", &alert).finish();
    let shown = AlertStubPage {
        upstream: alert_page::upstream(&component, &alert),
        component,
        alert,
        rang,
        write_href: format!("/desk/runbooks/write?{write}"),
        similar: likely.into_iter().take(SIMILAR_MAX).map(|(_, slug, title)| (slug.to_owned(), title)).collect(),
    };
    page(&web, &visit, DeskPage::AlertStub(shown)).await
}
