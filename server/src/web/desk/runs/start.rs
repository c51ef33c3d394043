//! Beginning a run: by hand, from a runbook's page, with what it needs to know; or with one tap from an incident, with what is known.

use std::collections::BTreeMap;

use app::data::desk::{DeskPage, FormState, ParamField, RunStartPage};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::runbook::params::{DEFAULT_PATTERN, Param};
use domain::runbook::run::Mode;
use domain::text::Language;

use super::super::super::Web;
use super::super::form::{self, Sent, Typed};
use super::super::show::{Answer, done, form_page, on_to, query};
use super::super::visit::Visit;
use super::super::watching::choices;
use super::{at, slug_of};
use crate::service::problem::Problem;
use crate::service::runs::RunWanted;

/// A value that a runbook takes.
pub(super) fn field(param: &Param, value: String, language: Language) -> ParamField {
    ParamField {
        name: param.name.clone(),
        label: param.label.as_ref().map_or_else(|| param.name.clone(), |label| label.get(language).to_owned()),
        value: if param.is_secret { String::new() } else { value },
        is_required: param.is_required,
        is_secret: param.is_secret,
        pattern: param.pattern.as_ref().map_or(DEFAULT_PATTERN, |pattern| pattern.as_str()).to_owned(),
    }
}

async fn start_page(web: &Web, visit: &Visit, slug: &str, form: FormState) -> Answer {
    let caller = visit.caller()?;
    let library = web.desk.library();
    let runbook = slug_of(slug).and_then(|slug| library.runbooks.get(&slug)).ok_or(Problem::NotFound("runbook"))?;
    let Some(edition) = &runbook.current else { return Err(Problem::Refused("refused-run-no-version").into()) };
    let incident = form.value("incident").parse().ok();
    let known = web.desk.preview_params(&caller, slug, incident, &form.value("component")).await?;
    let mut form = form;
    let mut params = Vec::with_capacity(known.len());
    for (param, value) in known {
        let name = format!("param_{}", param.name);
        // What is taken from a component or an incident is taken when it begins: the one that is chosen then may be another.
        let is_chosen_later = param.from.is_some() && param.default.as_deref() == Some(value.as_str());
        if !is_chosen_later && !form.values.iter().any(|(field, _)| *field == name) {
            form = form.with(&name, value.as_str());
        }
        params.push(field(&param, value, visit.language));
    }
    let incidents = web.desk.active_incidents(&caller)?;
    let shown = RunStartPage {
        slug: slug.to_owned(),
        title: edition.title(visit.language),
        params,
        incidents: incidents
            .iter()
            .map(|one| (one.incident.number, one.incident.facts.title.get(visit.language).to_owned()))
            .collect(),
        components: choices(web, visit.language).into_iter().map(|choice| (choice.slug, choice.name)).collect(),
        form: form::numbered(form.clone()),
    };
    form_page(web, visit, &form, DeskPage::RunStart(shown)).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.caller()?.must(Permission::Respond, visit.now)?;
    let preset = |name: &str| query(&visit, name).unwrap_or_default();
    let mode = Mode::from_name(&preset("mode")).unwrap_or(Mode::Live);
    let form = FormState::default()
        .with("mode", mode.name())
        .with("incident", preset("incident"))
        .with("component", preset("component"));
    start_page(&web, &visit, &slug, form).await
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, Path(slug): Path<String>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = typed.once(visit.caller()?);
    let given = typed.all_with_prefix("param_").into_iter().filter(|(_, value)| !value.is_empty());
    let incident = match typed.get("incident") {
        "" => None,
        // A number that is none is one of no incident.
        text => Some(text.parse().unwrap_or(-1)),
    };
    let wanted = RunWanted {
        runbook: slug.clone(),
        incident,
        alert: typed.get("alert").parse().ok(),
        mode: typed.get("mode").to_owned(),
        component: typed.get("component").to_owned(),
        labels: BTreeMap::new(),
        params: given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        joins: false,
    };
    let problem = match web.desk.start_run(&caller, wanted).await {
        Ok(number) => return Ok(done(&at(number), "run-started")),
        Err(problem) => problem,
    };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(start_page(&web, &visit, &slug, form).await)
}

/// One tap on the page of an incident: what it needs is taken from there, and what is missing is asked for on its screen.
pub(in super::super) async fn in_incident(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = typed.once(visit.caller()?);
    let wanted = RunWanted {
        runbook: typed.get("runbook").to_owned(),
        incident: Some(number),
        alert: None,
        mode: String::new(),
        component: String::new(),
        labels: BTreeMap::new(),
        params: BTreeMap::new(),
        joins: true,
    };
    match web.desk.start_run(&caller, wanted).await {
        Ok(run) => Ok(on_to(&at(run))),
        Err(problem) => form::after::<()>(Err(problem), &format!("/desk/incidents/{number}"), ""),
    }
}
