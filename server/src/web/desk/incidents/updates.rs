//! Tell the public: the form of an update, with its preview.

use app::data::desk::{ComponentChoice, DeskPage, FormState, UpdateEditPage};
use axum::extract::{Path, State};
use domain::component::Status;
use domain::incident::IncidentStatus;
use domain::text::{Language, LocalizedText};
use store::incidents::IncidentStory;

use super::super::super::{FluentMessages, Web, zone_named};
use super::super::form::{self, Sent, Typed};
use super::super::show::{Answer, done, form_page, query};
use super::super::visit::Visit;
use super::show::{bodies, update_row};

use super::{STATUSES, at, components, known, story};
use crate::service::incidents::UpdateWanted;
use crate::service::problem::Problem;

/// The statuses that an update may tell, and our own template for each.
const STATUS: [IncidentStatus; 4] =
    [IncidentStatus::Investigating, IncidentStatus::Identified, IncidentStatus::Monitoring, IncidentStatus::Resolved];

/// What a component shows in this incident now.
fn declared(story: &IncidentStory, slug: &str) -> Status {
    let open = story.affected.iter().rev().find(|one| one.component.as_str() == slug && one.until.is_none());
    open.map_or(Status::Operational, |one| one.status)
}

/// The components that an update can change: those that the incident affects first.
fn choices(web: &Web, visit: &Visit, story: &IncidentStory) -> Vec<(ComponentChoice, Status)> {
    let all = super::super::watching::choices(web, visit.language);
    let mut all: Vec<_> = all.into_iter().map(|choice| (declared(story, &choice.slug), choice)).collect();
    all.sort_by_key(|(status, _)| !STATUSES.contains(status));
    all.into_iter().map(|(status, choice)| (choice, status)).collect()
}

async fn edit_page(web: &Web, visit: &Visit, number: i64, form: FormState, preview: Vec<(&'static str, String)>) -> Answer {
    let story = story(web, visit, number).await?;
    if !web.desk.may_tell(&visit.caller()?, &story.incident) {
        return Err(Problem::Forbidden.into());
    }
    let form = form::numbered(form);
    let known = known(web, visit).await;
    let text = visit.text();
    let own = STATUS.map(|status| (status.name().to_owned(), text.get(&format!("incident-{}", status.name()))));
    let made = web.desk.configuration.whole().config.incidents.templates.clone();
    let made = made.into_iter().map(|template| (template.slug.to_string(), template.name.get(visit.language).to_owned()));
    let corrects: Option<i64> = form.value("corrects").parse().ok();
    let corrected = story.updates.iter().find(|update| Some(update.number) == corrects);
    let shown = UpdateEditPage {
        number,
        title: story.incident.facts.title.get(visit.language).to_owned(),
        is_public: story.incident.facts.is_public,
        zone: zone_named(&story.incident.facts.zone),
        components: choices(web, visit, &story),
        templates: own.into_iter().chain(made).collect(),
        corrects: corrected.map(|update| update_row(update, &story.updates, &known)),
        preview,
        user: visit.person().map(|person| person.id.to_string()).unwrap_or_default(),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::UpdateEdit(shown)).await
}

/// A template: its status and its texts. Ours are messages, in both languages whatever the visitor's is.
fn template(web: &Web, name: &str) -> Option<(IncidentStatus, LocalizedText)> {
    if let Some(status) = STATUS.into_iter().find(|status| status.name() == name) {
        let of = |language| FluentMessages::find(language, &format!("template-{name}"), &[]).unwrap_or_default();
        return Some((status, LocalizedText::Each { ja: of(Language::Ja), en: of(Language::En) }));
    }
    let whole = web.desk.configuration.whole();
    let template = whole.config.incidents.templates.iter().find(|template| template.slug.as_str() == name)?;
    Some((template.status, template.text.clone()))
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    let story = story(&web, &visit, number).await?;
    let mut form = FormState::default();
    let corrects = query(&visit, "corrects").and_then(|number| number.parse::<i64>().ok());
    let corrected = story.updates.iter().find(|update| Some(update.number) == corrects);
    let chosen = query(&visit, "template").and_then(|name| template(&web, &name));
    let (status, body) = match (corrected, chosen) {
        (Some(update), _) => (update.content.status, Some(update.content.body.clone())),
        (None, Some((status, body))) => (status, Some(body)),
        (None, None) => (story.incident.facts.state.public(), None),
    };
    form = form.with("status", status.name());
    if corrected.is_none() && body.is_some() {
        form = form.with("template", "yes");
    }
    if let Some(body) = body {
        form = form.with("body_ja", body.get(Language::Ja)).with("body_en", body.get(Language::En));
    }
    if let Some(update) = corrected {
        form = form.with("corrects", update.number.to_string());
    }
    let next = if story.incident.facts.state.is_active() { "30" } else { "" };
    edit_page(&web, &visit, number, form.with("next_update", next), Vec::new()).await
}

fn to_wanted(typed: &Typed) -> UpdateWanted {
    let text = |name| typed.get(name).to_owned();
    UpdateWanted {
        status: text("status"),
        body_ja: text("body_ja"),
        body_en: text("body_en"),
        only: text("only"),
        components: components(typed),
        display_at: text("display_at"),
        next_update: text("next_update"),
        corrects: typed.get("corrects").parse().ok(),
        make_public: typed.has("make_public"),
        keep_secrets: typed.has("keep_secrets"),
    }
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let wanted = to_wanted(&typed);
    let caller = typed.once(visit.caller()?);
    let outcome = if typed.has("preview") {
        match web.desk.check_update(&wanted) {
            Ok(body) => return edit_page(&web, &visit, number, typed.state(), bodies(&body)).await,
            Err(problem) => Err(problem),
        }
    } else {
        web.desk.publish_update(&caller, number, wanted).await
    };
    let Err(problem) = outcome else { return Ok(done(&at(number), "update-published")) };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(edit_page(&web, &visit, number, form, Vec::new()).await)
}
