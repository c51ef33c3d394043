//! *Now*: the state of everything on one screen.

use app::data::desk::DeskPage;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Permission;

use super::super::incident_rows::Known;
use super::super::{Web, overview};
use super::runbooks;
use super::show::{Answer, page};
use super::visit::Visit;
use crate::service::problem::Problem;

/// `/desk` is `/desk/`.
pub(super) async fn without_slash() -> Response {
    Redirect::permanent("/desk/").into_response()
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    // The page stands without the names of people when those cannot be read.
    let known = Known::new(&web, visit.language, web.desk.people_names().await.unwrap_or_default());
    // It stands without runs, too, when those cannot be read.
    let runs = runbooks::active(&web, &visit).await.unwrap_or_default();
    let shown = overview::now(&web, &known, runs);
    page(&web, &visit, DeskPage::Now(shown)).await
}

/// Whatever leads nowhere. Only who signed in is told so.
pub(super) async fn nothing_here(visit: Visit) -> Answer {
    visit.caller()?;
    Err(Problem::NotFound("page").into())
}
