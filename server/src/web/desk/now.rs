//! *Now*: the state of everything on one screen.

use app::data::desk::{ActionLine, DeskPage, NowPage, WaitingLine};
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Permission;
use domain::postmortem::State;
use store::postmortems::Listed;

use super::super::incident_rows::Known;
use super::super::{Web, overview};
use super::action_items::{Names, line};
use super::postmortems::waiting_lines;
use super::runbooks;
use super::show::{Answer, page};
use super::visit::Visit;
use crate::service::problem::Problem;

/// Action items that are shown as overdue; the board has all.
const OVERDUE_SHOWN: usize = 10;
/// Incidents that are shown as waiting for a postmortem; the list has all.
const WAITING_SHOWN: usize = 10;
/// Postmortems that are shown as waiting.
const REVIEWS_SHOWN: u32 = 10;

/// `/desk` is `/desk/`.
pub(super) async fn without_slash() -> Response {
    Redirect::permanent("/desk/").into_response()
}

pub(super) async fn show(Extracted(web): Extracted<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    // The page stands without the names of people when those cannot be read.
    let known = Known::new(&web, visit.language, web.desk.people_names().await.unwrap_or_default());
    // It stands without runs, too, when those cannot be read.
    let runs = runbooks::active(&web, &visit).await.unwrap_or_default();
    let FollowUp { overdue, reviews, waiting, waiting_total } = follow_up(&web, &visit, &known).await.unwrap_or_default();
    let shown = NowPage { overdue, reviews, waiting, waiting_total, ..overview::now(&web, &known, runs) };
    page(&web, &visit, DeskPage::Now(shown)).await
}

/// What is left to do about what is over.
#[derive(Default)]
struct FollowUp {
    overdue: Vec<ActionLine>,
    /// Postmortems that wait to be looked over: number and title.
    reviews: Vec<(i64, String)>,
    /// Incidents that wait for a postmortem.
    waiting: Vec<WaitingLine>,
    waiting_total: usize,
}

async fn follow_up(web: &Web, visit: &Visit, known: &Known) -> Result<FollowUp, Problem> {
    let caller = visit.caller()?;
    let text = visit.text();
    let names = Names { text: &text, people: &known.people, today: web.desk.today() };
    let overdue = web.desk.overdue_items(&caller).await?.iter().take(OVERDUE_SHOWN).map(|item| line(item, &names)).collect();
    let in_review = web.desk.postmortem_list(&caller, &[State::InReview], None, REVIEWS_SHOWN).await?;
    let without = web.desk.without_postmortem(&caller).await?;
    let title = |listed: &Listed| {
        let own = listed.content_title.as_ref().map(|title| title.best(visit.language).1.to_owned());
        own.filter(|title| !title.is_empty()).unwrap_or_else(|| listed.incident.title.get(visit.language).to_owned())
    };
    Ok(FollowUp {
        overdue,
        reviews: in_review.iter().map(|listed| (listed.postmortem.number, title(listed))).collect(),
        waiting_total: without.len(),
        waiting: waiting_lines(without.get(..WAITING_SHOWN).unwrap_or(&without), visit.language, visit.now),
    })
}

/// Whatever leads nowhere. Only who signed in is told so.
pub(super) async fn nothing_here(visit: Visit) -> Answer {
    visit.caller()?;
    Err(Problem::NotFound("page").into())
}
