//! Runs: beginning one and what is done on its screen. The screen itself is made in [`show`], files are in [`files`].

pub(super) mod files;
pub(super) mod show;
pub(super) mod start;

use app::data::desk::FormState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::incident::when;
use domain::runbook::run::RunState;
use domain::text::Slug;
use domain::time::Timestamp;
use jiff::tz::TimeZone;

use self::show::Forms;
use super::super::Web;
use super::form::{self, Sent, Typed};
use super::show::{Answer, done, on_to, refused};
use super::visit::Visit;
use crate::service::problem::Problem;
use crate::service::runs::{EventWanted, FinishWanted};

/// The screen of a run.
pub(super) fn at(number: i64) -> String {
    format!("/desk/runs/{number}")
}

/// What a form is called, with what was typed into it: sent twice, it is done once; with something else in it, it is another one.
fn op_of(typed: &Typed) -> String {
    typed.digest().map_or_else(|| uuid::Uuid::now_v7().to_string(), |digest| format!("form-{}", &digest[..32]))
}

fn seq_of(typed: &Typed) -> i64 {
    typed.get("seq").parse().unwrap_or(0)
}

/// A time as somebody typed it, in the site's zone; none: now.
fn time_of(web: &Web, typed: &Typed, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let text = typed.get("at");
    if text.is_empty() {
        return Ok(None);
    }
    let zone: TimeZone = web.monitoring.offer().time_zone.clone();
    when::understand(text, now, &zone).map(|understood| Some(understood.at)).map_err(|error| Problem::invalid("at", error.key()))
}

/// The screen again, with the form that was refused on it; somebody else was quicker: with what is now.
async fn again(web: &Web, visit: &Visit, number: i64, problem: Problem, forms: Forms) -> Answer {
    // Whoever was too late finds no form to show it in.
    if web.desk.run(&visit.caller()?, number).await?.story.run.state != RunState::Active {
        let key = match problem {
            Problem::Refused(key) => key,
            Problem::Conflict | Problem::Invalid(_) => "refused-run-finished",
            problem => return Err(problem.into()),
        };
        return Ok(on_to(&refused(&at(number), key)));
    }
    let mut forms = forms;
    let form = forms.refused_form();
    let refusal = match problem {
        Problem::Conflict => {
            form.refuse("", visit.text().get("refused-run-stale"));
            None
        }
        problem => Some(form::refuse(form, problem, visit)?),
    };
    // What it was refused for is on the screen now: whoever sends it again has seen that.
    form.values.retain(|(name, _)| !matches!(name.as_str(), "seq" | "request"));
    let page = show::with_forms(web, visit, number, forms).await;
    if let Some(refusal) = refusal {
        return refusal.with(page);
    }
    let mut response = page?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

pub(super) async fn step(State(web): State<Web>, visit: Visit, Path((number, step)): Path<(i64, String)>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    // The answer's button says both that it is one and which.
    let answer = typed.get("answer").to_owned();
    let deed =
        if typed.get("deed").is_empty() && !answer.is_empty() { "answer".to_owned() } else { typed.get("deed").to_owned() };
    let outcome = match time_of(&web, &typed, visit.now) {
        Ok(occurred_at) => {
            let wanted = EventWanted {
                op: op_of(&typed),
                step: step.clone(),
                deed: deed.clone(),
                expected_seq: seq_of(&typed),
                answer,
                text: typed.get("text").to_owned(),
                occurred_at,
                keep_secrets: typed.has("keep_secrets"),
            };
            web.desk.run_event(&caller, number, wanted).await
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        // Whatever was noted stays in sight; what was done leads on to what is next.
        Ok(_) if matches!(deed.as_str(), "note" | "wrong" | "output") => Ok(on_to(&format!("{}?step={step}", at(number)))),
        Ok(_) => Ok(on_to(&at(number))),
        Err(problem) => {
            let forms = Forms { step: Some((step, typed.state())), ..Forms::default() };
            again(&web, &visit, number, problem, forms).await
        }
    }
}

pub(super) async fn note(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let deed = if typed.get("deed") == "wrong" { "wrong" } else { "note" };
    let wanted = EventWanted {
        op: op_of(&typed),
        step: String::new(),
        deed: deed.to_owned(),
        expected_seq: seq_of(&typed),
        answer: String::new(),
        text: typed.get("text").to_owned(),
        occurred_at: None,
        keep_secrets: typed.has("keep_secrets"),
    };
    match web.desk.run_event(&visit.caller()?, number, wanted).await {
        Ok(_) => Ok(done(&at(number), "run-noted")),
        Err(problem) => {
            let forms = Forms { note: Some(typed.state()), ..Forms::default() };
            again(&web, &visit, number, problem, forms).await
        }
    }
}

pub(super) async fn params(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let given = typed.all_with_prefix("param_").into_iter().filter(|(_, value)| !value.is_empty());
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    match web.desk.give_params(&visit.caller()?, number, &op_of(&typed), given).await {
        Ok(()) => Ok(done(&at(number), "run-params")),
        Err(problem) => {
            let forms = Forms { params: Some(typed.state()), ..Forms::default() };
            again(&web, &visit, number, problem, forms).await
        }
    }
}

pub(super) async fn finish(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let wanted = FinishWanted {
        op: op_of(&typed),
        expected_seq: seq_of(&typed),
        outcome: typed.get("outcome").to_owned(),
        text: typed.get("text").to_owned(),
        right: typed.get("right").to_owned(),
        keep_secrets: typed.has("keep_secrets"),
    };
    match web.desk.finish_run(&visit.caller()?, number, wanted).await {
        Ok(()) => Ok(done(&at(number), "run-finished")),
        Err(problem) => {
            let forms = Forms { finish: Some(typed.state()), ..Forms::default() };
            again(&web, &visit, number, problem, forms).await
        }
    }
}

pub(super) async fn rebase(State(web): State<Web>, visit: Visit, Path(number): Path<i64>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let to = typed.get("to").parse().unwrap_or(0);
    match web.desk.rebase_run(&visit.caller()?, number, &op_of(&typed), to, seq_of(&typed)).await {
        Ok(()) => Ok(done(&at(number), "run-rebased")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = match problem {
                // Whoever looks again sees what became of it meanwhile.
                Problem::Conflict => return Ok(on_to(&format!("{}/rebase", at(number)))),
                Problem::Refused(key) => return Ok(on_to(&refused(&at(number), key))),
                problem => form::refuse(&mut form, problem, &visit)?,
            };
            refusal.with(show::rebase_page(&web, &visit, number, form).await)
        }
    }
}

/// A slug that somebody chose from a list.
fn slug_of(text: &str) -> Option<Slug> {
    text.parse().ok()
}

/// A form with nothing in it.
fn empty() -> FormState {
    FormState::default()
}
