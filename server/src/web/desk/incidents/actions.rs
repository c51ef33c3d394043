//! Buttons of an incident: its state, whether the public sees it, relations, merging; and what Yagura suggests.

use app::data::desk::FormState;
use axum::extract::{Path, State};

use super::super::super::Web;
use super::super::form::{self, Sent, Typed, after};
use super::super::show::{Answer, done, on_to, refused};
use super::super::visit::Visit;
use super::show::{Forms, with_forms};
use super::{at, story_to_work_on};
use crate::service::problem::Problem;

/// Shows the page again with a form that was refused.
async fn again(
    web: &Web,
    visit: &Visit,
    number: i64,
    problem: Problem,
    typed: Typed,
    forms: impl FnOnce(FormState) -> Forms,
) -> Answer {
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, visit)?;
    refusal.with(with_forms(web, visit, number, forms(form)).await)
}

pub(in super::super) async fn state(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    match web
        .desk
        .move_incident(&caller, number, typed.version(), (typed.get("to"), typed.get("reason"), typed.get("moved_at")))
        .await
    {
        Ok(_) => Ok(done(&at(number), "incident-moved")),
        Err(problem) => {
            // On this page there is another field with that name.
            let problem = form::renamed(problem, "at", "moved_at");
            again(&web, &visit, number, problem, typed, |state| Forms { state, ..Forms::default() }).await
        }
    }
}

pub(in super::super) async fn publish(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    after(web.desk.set_incident_public(&visit.caller()?, number, true).await, &at(number), "incident-published")
}

pub(in super::super) async fn withdraw(State(web): State<Web>, visit: Visit, Path(number): Path<i64>) -> Answer {
    after(web.desk.set_incident_public(&visit.caller()?, number, false).await, &at(number), "incident-withdrawn")
}

/// The number of another incident, as people write it: `42`, `INC-42`.
fn other(typed: &Typed) -> Result<i64, Problem> {
    let text = typed.get("other").to_ascii_uppercase();
    let digits = text.strip_prefix("INC-").unwrap_or(&text);
    digits.parse().map_err(|_| Problem::invalid("other", "invalid-number"))
}

async fn relation(web: &Web, visit: &Visit, number: i64, typed: Typed, is_related: bool) -> Answer {
    let caller = visit.caller()?;
    story_to_work_on(web, visit, number).await?;
    let outcome = match other(&typed) {
        Ok(other) => web.desk.relate_incidents(&caller, number, other, is_related).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(()) => Ok(done(&at(number), "incident-related")),
        // Of the two it is the typed one that is not there.
        Err(Problem::NotFound(_)) => {
            let problem = Problem::invalid("other", "invalid-number");
            again(web, visit, number, problem, typed, |other| Forms { other, ..Forms::default() }).await
        }
        Err(problem) => again(web, visit, number, problem, typed, |other| Forms { other, ..Forms::default() }).await,
    }
}

pub(in super::super) async fn relate(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    relation(&web, &visit, number, sent.into(), true).await
}

pub(in super::super) async fn unrelate(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    relation(&web, &visit, number, sent.into(), false).await
}

pub(in super::super) async fn merge(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    story_to_work_on(&web, &visit, number).await?;
    let outcome = match other(&typed) {
        Ok(into) => web.desk.merge_incident(&caller, number, into).await.map(|()| into),
        Err(problem) => Err(problem),
    };
    let problem = match outcome {
        Ok(into) => return Ok(done(&at(into), "incident-merged")),
        Err(Problem::NotFound(_)) => Problem::invalid("other", "invalid-number"),
        Err(problem) => problem,
    };
    again(&web, &visit, number, problem, typed, |other| Forms { other, ..Forms::default() }).await
}

pub(in super::super) async fn accept(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    match web.desk.accept_suggestion(&visit.caller()?, typed.get("id")).await {
        Ok(number) => Ok(done(&at(number), "incident-opened")),
        Err(Problem::Refused(key)) => Ok(on_to(&refused("/desk/incidents", key))),
        Err(problem) => Err(problem.into()),
    }
}

pub(in super::super) async fn dismiss(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let outcome = web.desk.dismiss_suggestion(&visit.caller()?, typed.get("id")).await;
    after(outcome, "/desk/incidents", "suggestion-dismissed")
}
