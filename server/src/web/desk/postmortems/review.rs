//! What others say about a postmortem, and what is said of it beside its text.

use axum::extract::{Path, State};
use domain::account::Permission;
use domain::postmortem::Verdict;
use uuid::Uuid;

use super::super::super::Web;
use super::super::form::{self, Sent, Typed, after};
use super::super::show::{Answer, done};
use super::super::visit::Visit;
use super::{Forms, at, with_forms};
use crate::service::postmortems::{CommentWanted, FactsWanted};
use crate::service::problem::Problem;

/// Shows the page again with a form that was refused.
async fn again(
    web: &Web,
    visit: &Visit,
    number: i64,
    problem: Problem,
    typed: Typed,
    forms: impl FnOnce(app::data::desk::FormState) -> Forms,
) -> Answer {
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, visit)?;
    refusal.with(with_forms(web, visit, number, forms(form)).await)
}

pub(in super::super) async fn submit(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    after(web.desk.submit_postmortem(&visit.caller()?, number, typed.version()).await, &at(number), "postmortem-submitted")
}

pub(in super::super) async fn review(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    caller.must(Permission::Respond, visit.now)?;
    let revision = typed.get("revision").parse().unwrap_or(-1);
    let outcome = match Verdict::from_name(typed.get("verdict")) {
        Some(verdict) => {
            web.desk.review_postmortem(&caller, number, (typed.version(), revision), (verdict, typed.get("note"))).await
        }
        None => Err(Problem::invalid("verdict", "invalid-choice")),
    };
    match outcome {
        Ok(_) => Ok(done(&at(number), "postmortem-reviewed")),
        Err(problem) => again(&web, &visit, number, problem, typed, |review| Forms { review, ..Forms::default() }).await,
    }
}

pub(in super::super) async fn comment(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let wanted = CommentWanted {
        revision: typed.get("revision").parse().unwrap_or(0),
        language: typed.get("language").to_owned(),
        quote: typed.get("quote").to_owned(),
        parent: typed.get("parent").parse::<Uuid>().ok(),
        body: typed.get("body").to_owned(),
    };
    match web.desk.comment(&visit.caller()?, number, wanted).await {
        Ok(()) => Ok(done(&at(number), "postmortem-commented")),
        Err(problem) => again(&web, &visit, number, problem, typed, |comment| Forms { comment, ..Forms::default() }).await,
    }
}

pub(in super::super) async fn resolve(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    after(web.desk.resolve_comment(&visit.caller()?, number, id, true).await, &at(number), "postmortem-comment-resolved")
}

pub(in super::super) async fn reopen(State(web): State<Web>, visit: Visit, Path((number, id)): Path<(i64, Uuid)>) -> Answer {
    after(web.desk.resolve_comment(&visit.caller()?, number, id, false).await, &at(number), "postmortem-comment-reopened")
}

pub(in super::super) async fn facts(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let text = |name: &str| typed.get(name).to_owned();
    let wanted = FactsWanted {
        slug: text("slug"),
        analysis: text("analysis"),
        cause: text("cause"),
        owner: text("owner"),
        no_actions: text("no_actions"),
    };
    match web.desk.set_postmortem_facts(&visit.caller()?, number, typed.version(), wanted).await {
        Ok(_) => Ok(done(&at(number), "postmortem-facts")),
        Err(problem) => {
            again(&web, &visit, number, problem, typed, |facts| Forms { facts: Some(facts), ..Forms::default() }).await
        }
    }
}

pub(in super::super) async fn retract(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    match web.desk.retract_postmortem(&visit.caller()?, number, typed.version(), typed.get("reason")).await {
        Ok(_) => Ok(done(&at(number), "postmortem-retracted")),
        Err(problem) => again(&web, &visit, number, problem, typed, |retract| Forms { retract, ..Forms::default() }).await,
    }
}
