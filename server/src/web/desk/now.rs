//! *Now*: the state of everything on one screen.

use app::data::desk::{ActionLine, DeskPage, NowPage};
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Permission;
use domain::postmortem::State;
use store::postmortems::Listed;

use super::super::incident_rows::Known;
use super::super::{Web, overview};
use super::action_items::{Names, line};
use super::runbooks;
use super::show::{Answer, page};
use super::visit::Visit;
use crate::service::problem::Problem;

/// Action items that are shown as overdue; the board has all.
const OVERDUE_SHOWN: usize = 10;
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
    let (overdue, reviews) = follow_up(&web, &visit, &known).await.unwrap_or_default();
    let shown = NowPage { overdue, reviews, ..overview::now(&web, &known, runs) };
    page(&web, &visit, DeskPage::Now(shown)).await
}

/// What is overdue, and postmortems that wait to be looked over: number and title.
type FollowUp = (Vec<ActionLine>, Vec<(i64, String)>);

async fn follow_up(web: &Web, visit: &Visit, known: &Known) -> Result<FollowUp, Problem> {
    let caller = visit.caller()?;
    let text = visit.text();
    let names = Names { text: &text, people: &known.people, today: web.desk.today() };
    let overdue = web.desk.overdue_items(&caller).await?.iter().take(OVERDUE_SHOWN).map(|item| line(item, &names)).collect();
    let waiting = web.desk.postmortem_list(&caller, &[State::InReview], None, REVIEWS_SHOWN).await?;
    let title = |listed: &Listed| {
        let own = listed.content_title.as_ref().map(|title| title.best(visit.language).1.to_owned());
        own.filter(|title| !title.is_empty()).unwrap_or_else(|| listed.incident.title.get(visit.language).to_owned())
    };
    Ok((overdue, waiting.iter().map(|listed| (listed.postmortem.number, title(listed))).collect()))
}

/// Whatever leads nowhere. Only who signed in is told so.
pub(super) async fn nothing_here(visit: Visit) -> Answer {
    visit.caller()?;
    Err(Problem::NotFound("page").into())
}
