//! Before everybody may read a postmortem: the list that is gone through.

use app::data::desk::{CheckLine, DeskPage, FormState, PostmortemPublishPage};
use axum::extract::{Path, State};
use domain::postmortem::Verdict;
use domain::text::{Language, LocalizedText};

use super::super::super::{Web, words_in};
use super::super::form::{self, Sent, Typed};
use super::super::show::{Answer, done, form_page};
use super::super::visit::Visit;
use super::{Passages, at, line_of, people, shown_texts};
use crate::service::incidents::Found;
use crate::service::incidents::told::public_number;
use crate::service::postmortems::PublishWanted;
use crate::service::postmortems::check::Point;

fn check_line(point: Point) -> CheckLine {
    CheckLine {
        key: point.key,
        weight: point.weight.name(),
        count: point.count,
        found: point.found.into_iter().map(|found| (found.key, found.before, found.words, found.after)).collect(),
    }
}

async fn publish_page(web: &Web, visit: &Visit, number: i64, form: FormState) -> Answer {
    let caller = visit.caller()?;
    let story = web.desk.postmortem(&caller, number).await?;
    let names = people(web).await;
    let (points, gathered) = web.desk.publish_check(&caller, &story).await?;
    let line = line_of(web, visit, &story, &names).await?;
    let is_public = match web.desk.incident(&caller, story.incident_number).await? {
        Found::Story(incident) => public_number(&incident.incident).is_some() && !incident.incident.facts.state.is_active(),
        Found::Merged(_) => false,
    };
    let approved = story.reviews.iter().find(|review| review.verdict == Verdict::Approve);
    let is_again = !story.publications.is_empty();
    let is_fresh = form.values.is_empty();
    let mut form = if is_fresh { form.with("announce", "yes") } else { form };
    // What is shown is what it is now; who saw something else decides anew.
    let version = story.postmortem.version.to_string();
    if !is_fresh && form.value("version") != version {
        form.values.retain(|(name, _)| name != "decided" && name != "version");
    }
    let form = if form.value("version").is_empty() { form.with("version", version) } else { form };
    let shown = PostmortemPublishPage {
        revision: story.newest.as_ref().map_or(0, |newest| newest.head.number),
        approved: approved.map(|review| (review.revision, review.actor_name.clone(), review.is_own)),
        is_again,
        can_announce: is_public && !is_again,
        points: points.into_iter().map(check_line).collect(),
        texts: story
            .newest
            .as_ref()
            .map(|newest| shown_texts(&newest.content, number, &gathered, &Passages::new()))
            .unwrap_or_default(),
        line,
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::PostmortemPublish(Box::new(shown))).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    publish_page(&web, &visit, number, FormState::default()).await
}

/// What the public is told in the incident, with the address, whose end is known when it is published.
fn announcement(web: &Web) -> LocalizedText {
    let base = web.desk.base();
    let text = |language: Language| {
        let url = format!("{base}/{}/postmortems/%{{slug}}", language.tag());
        words_in(language).with("postmortem-announcement", &[("url", url.into())])
    };
    LocalizedText::Each { ja: text(Language::Ja), en: text(Language::En) }
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let wanted = PublishWanted {
        revision: typed.get("revision").parse().unwrap_or(0),
        message: typed.get("message").to_owned(),
        decided: typed.all("decided").into_iter().map(str::to_owned).collect(),
        is_announced: typed.has("announce"),
        announcement: Some(announcement(&web)),
    };
    match web.desk.publish_postmortem(&visit.caller()?, number, typed.version(), wanted).await {
        Ok(_) => Ok(done(&at(number), "postmortem-published")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(publish_page(&web, &visit, number, form).await)
        }
    }
}
