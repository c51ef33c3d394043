//! The desk over HTTP: pages and plain form posts under `/desk`, nothing of it kept by anybody's cache. Every route stands in [`table`], by
//! method and path, so that a test can walk all of them.
//!
//! A handler loads, asks `service::desk`, and answers: 303 on success, the same page with status 422 and what was typed on mistakes.
//! What cannot be shown at all it hands to [`show::explain`] as an error.

mod account;
mod action_items;
mod alerts;
mod audit;
mod events;
mod form;
mod incidents;
mod keys;
mod notifications;
mod now;
mod people;
mod planned;
mod postmortems;
mod probes;
mod runbooks;
mod runs;
mod sessions;
mod show;
mod sign_in;
mod visit;
mod watching;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::Web;
pub(super) use planned::rows as maintenance_rows;
pub(super) use show::private;
pub(super) use visit::{Peer, client_address, session_token, set_session_cookie};

/// Largest form, in bytes: a probe with its body and conditions.
const FORM_BYTES_MAX: usize = 128 * 1024;
/// Largest pasted timeline with every line as it was corrected, in bytes.
const PASTE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Largest form with a file, in bytes: the file and what stands around it.
const FILE_FORM_BYTES_MAX: usize = store::incidents::EVIDENCE_BYTES_MAX + 64 * 1024;

/// Largest form with a runbook, in bytes: Japanese text takes three times its bytes in a form.
const SOURCE_FORM_BYTES_MAX: usize = 3 * domain::runbook::SOURCE_BYTES_MAX + 64 * 1024;

/// Largest form with the text of a postmortem in both languages, in bytes.
const TEXT_FORM_BYTES_MAX: usize = 6 * domain::postmortem::BODY_BYTES_MAX + 64 * 1024;

/// Routes with a list of them.
#[derive(Debug, Default)]
pub(super) struct Table {
    router: Router<Web>,
    routes: Vec<(Method, &'static str)>,
}

impl Table {
    fn get<H: Handler<T, Web>, T: 'static>(mut self, path: &'static str, handler: H) -> Self {
        self.routes.push((Method::GET, path));
        self.router = self.router.route(path, get(handler));
        self
    }

    fn post<H: Handler<T, Web>, T: 'static>(mut self, path: &'static str, handler: H) -> Self {
        self.routes.push((Method::POST, path));
        self.router = self.router.route(path, post(handler));
        self
    }

    /// A form that may be larger than the others.
    fn post_up_to<H: Handler<T, Web>, T: 'static>(mut self, bytes_max: usize, path: &'static str, handler: H) -> Self {
        self.routes.push((Method::POST, path));
        self.router = self.router.route(path, post(handler).layer(DefaultBodyLimit::max(bytes_max)));
        self
    }
}

/// Every route of the desk.
fn table() -> Table {
    postmortems_of(runbooks_of(alerts_of(Table::default())))
        .get("/desk", now::without_slash)
        .get("/desk/", now::show)
        // Before somebody is signed in.
        .get("/desk/sign-in", sign_in::show)
        .post("/desk/sign-in", sign_in::post)
        .get("/desk/sign-in/code", sign_in::show_code)
        .post("/desk/sign-in/code", sign_in::post_code)
        .get("/desk/set-up/{token}", sign_in::show_link)
        .post("/desk/set-up/{token}", sign_in::post_link)
        .post("/desk/language", sign_in::language)
        // One's own account.
        .post("/desk/sign-out", sessions::sign_out)
        .get("/desk/confirm", sessions::show_confirm)
        .post("/desk/confirm", sessions::confirm)
        .get("/desk/account", account::show)
        .post("/desk/account/password", account::password)
        .post("/desk/account/language", account::language)
        .get("/desk/account/totp", account::show_totp)
        .post("/desk/account/totp", account::set_totp)
        .post("/desk/account/totp/remove", account::remove_totp)
        .post("/desk/account/recovery-codes", account::recovery_codes)
        .post("/desk/account/passkeys/{id}/remove", account::remove_passkey)
        .post("/desk/account/sessions/{id}/end", account::end_session)
        .post("/desk/account/sign-out-others", account::sign_out_others)
        .get("/desk/events", events::stream)
        // Incidents.
        .get("/desk/incidents", incidents::show)
        .get("/desk/incidents/new", incidents::show_new)
        .post("/desk/incidents/new", incidents::make)
        .get("/desk/incidents/{number}", incidents::show::show)
        .get("/desk/incidents/{number}/edit", incidents::show_edit)
        .post("/desk/incidents/{number}/edit", incidents::change)
        .post("/desk/incidents/{number}/state", incidents::actions::state)
        .post("/desk/incidents/{number}/public", incidents::actions::publish)
        .post("/desk/incidents/{number}/internal", incidents::actions::withdraw)
        .post("/desk/incidents/{number}/relate", incidents::actions::relate)
        .post("/desk/incidents/{number}/unrelate", incidents::actions::unrelate)
        .post("/desk/incidents/{number}/merge", incidents::actions::merge)
        .post("/desk/incidents/{number}/entries", incidents::entries::add)
        .get("/desk/incidents/{number}/entries/{id}", incidents::entries::show)
        .post("/desk/incidents/{number}/entries/{id}", incidents::entries::change)
        .post("/desk/incidents/{number}/entries/{id}/star", incidents::entries::star)
        .post("/desk/incidents/{number}/entries/{id}/delete", incidents::entries::delete)
        .post("/desk/incidents/{number}/entries/{id}/restore", incidents::entries::restore)
        .post_up_to(FILE_FORM_BYTES_MAX, "/desk/incidents/{number}/entries/{id}/evidence", incidents::evidence::add)
        .get("/desk/incidents/{number}/evidence/{id}", incidents::evidence::show)
        .post("/desk/incidents/{number}/evidence/{id}/delete", incidents::evidence::delete)
        .get("/desk/incidents/{number}/entries/choose", incidents::choose::show)
        .post_up_to(PASTE_BYTES_MAX, "/desk/incidents/{number}/entries/choose", incidents::choose::post)
        .get("/desk/incidents/{number}/paste", incidents::paste::show)
        .post_up_to(PASTE_BYTES_MAX, "/desk/incidents/{number}/paste", incidents::paste::post)
        .get("/desk/incidents/{number}/updates/new", incidents::updates::show)
        .post("/desk/incidents/{number}/updates/new", incidents::updates::post)
        .post("/desk/suggestions/accept", incidents::actions::accept)
        .post("/desk/suggestions/dismiss", incidents::actions::dismiss)
        // What is watched.
        .get("/desk/components", watching::show)
        .get("/desk/components/new", watching::show_new)
        .post("/desk/components/new", watching::make)
        .get("/desk/components/{slug}/edit", watching::show_edit)
        .post("/desk/components/{slug}/edit", watching::change)
        .post("/desk/components/{slug}/remove", watching::remove)
        .get("/desk/probes/new", probes::show_new)
        .post("/desk/probes/new", probes::make)
        .get("/desk/probes/{slug}", probes::show)
        .get("/desk/probes/{slug}/edit", probes::show_edit)
        .post("/desk/probes/{slug}/edit", probes::change)
        .post("/desk/probes/{slug}/remove", probes::remove)
        .post("/desk/probes/{slug}/pause", probes::pause)
        .post("/desk/probes/{slug}/resume", probes::resume)
        .post("/desk/probes/{slug}/run", probes::run)
        // Planned work.
        .get("/desk/maintenance", planned::show)
        .get("/desk/maintenance/new", planned::show_new)
        .post("/desk/maintenance/new", planned::make)
        .get("/desk/maintenance/{id}/edit", planned::show_edit)
        .post("/desk/maintenance/{id}/edit", planned::change)
        .post("/desk/maintenance/{id}/cancel", planned::cancel)
        .post("/desk/maintenance/{id}/end", planned::end)
        // People, keys, and who did what.
        .get("/desk/people", people::show)
        .post("/desk/people", people::invite)
        .get("/desk/people/{id}", people::show_one)
        .post("/desk/people/{id}", people::change)
        .post("/desk/people/{id}/link", people::link)
        .post("/desk/people/{id}/disable", people::disable)
        .post("/desk/people/{id}/enable", people::enable)
        .post("/desk/people/{id}/sign-out", people::sign_out)
        .post("/desk/people/{id}/sessions/{session}/end", people::end_session)
        .post("/desk/people/{id}/totp/remove", people::remove_totp)
        .get("/desk/keys", keys::show)
        .post("/desk/keys", keys::make)
        .post("/desk/keys/{id}/revoke", keys::revoke)
        .get("/desk/audit", audit::show)
}

/// Alerts.
fn alerts_of(table: Table) -> Table {
    table
        .get("/desk/alerts", alerts::show)
        .get("/desk/alerts/new", alerts::show_new)
        .post("/desk/alerts/new", alerts::raise)
        .get("/desk/alerts/{number}", alerts::show_one)
        .post("/desk/alerts/{number}/acknowledge", alerts::acknowledge)
        .post("/desk/alerts/{number}/unacknowledge", alerts::unacknowledge)
        .post("/desk/alerts/{number}/end", alerts::end)
        .post("/desk/alerts/{number}/incident", alerts::incident)
        .post("/desk/alerts/{number}/runs", alerts::follow)
        .get("/desk/notifications", notifications::show)
        .post("/desk/notifications/{key}/resend", notifications::resend)
        .post("/desk/channels/{slug}/test", notifications::test)
}

/// Postmortems, and what is left to do.
fn postmortems_of(table: Table) -> Table {
    table
        .get("/desk/postmortems", postmortems::show)
        .get("/desk/postmortems/import", postmortems::import::show)
        .post_up_to(TEXT_FORM_BYTES_MAX, "/desk/postmortems/import", postmortems::import::post)
        .get("/desk/postmortems/{number}", postmortems::show_one)
        .get("/desk/postmortems/{number}/edit", postmortems::write::show)
        .post_up_to(TEXT_FORM_BYTES_MAX, "/desk/postmortems/{number}/edit", postmortems::write::save)
        .post_up_to(TEXT_FORM_BYTES_MAX, "/desk/postmortems/{number}/buffer", postmortems::write::buffer)
        .post_up_to(TEXT_FORM_BYTES_MAX, "/desk/postmortems/{number}/preview", postmortems::write::preview)
        .post_up_to(TEXT_FORM_BYTES_MAX, "/desk/postmortems/{number}/merge", postmortems::write::merge)
        .post("/desk/postmortems/{number}/discard", postmortems::write::discard)
        .post("/desk/postmortems/{number}/restore", postmortems::write::restore)
        .post_up_to(FILE_FORM_BYTES_MAX, "/desk/postmortems/{number}/files", postmortems::write::add_file)
        .get("/desk/postmortems/{number}/files/{id}", postmortems::write::file)
        .get("/desk/postmortems/{number}/mentions", postmortems::write::mentions)
        .get("/desk/postmortems/{number}/compare", postmortems::write::compare)
        .post("/desk/postmortems/{number}/submit", postmortems::review::submit)
        .post("/desk/postmortems/{number}/review", postmortems::review::review)
        .post("/desk/postmortems/{number}/comments", postmortems::review::comment)
        .post("/desk/postmortems/{number}/comments/{id}/resolve", postmortems::review::resolve)
        .post("/desk/postmortems/{number}/comments/{id}/reopen", postmortems::review::reopen)
        .post("/desk/postmortems/{number}/facts", postmortems::review::facts)
        .post("/desk/postmortems/{number}/retract", postmortems::review::retract)
        .get("/desk/postmortems/{number}/publish", postmortems::publish::show)
        .post("/desk/postmortems/{number}/publish", postmortems::publish::post)
        .get("/desk/incidents/{number}/postmortem", postmortems::show_new)
        .post("/desk/incidents/{number}/postmortem", postmortems::begin)
        .post("/desk/incidents/{number}/postmortem/waive", postmortems::waive)
        .get("/desk/action-items", action_items::show)
        .get("/desk/action-items/new", action_items::show_new)
        .post("/desk/action-items/new", action_items::make)
        .get("/desk/action-items/{number}", action_items::show_one)
        .post("/desk/action-items/{number}", action_items::change)
        .post("/desk/action-items/{number}/step", action_items::step)
        .get("/desk/insight", action_items::insight)
        .get("/desk/insight.csv", action_items::insight_csv)
}

/// Runbooks and runs.
fn runbooks_of(table: Table) -> Table {
    table
        .get("/desk/runbooks", runbooks::show)
        .get("/desk/runbooks/write", runbooks::write::show)
        .post_up_to(SOURCE_FORM_BYTES_MAX, "/desk/runbooks/write", runbooks::write::post)
        .get("/desk/runbooks/for/{component}/{alert}", runbooks::alert::show)
        .get("/desk/runbooks/{slug}", runbooks::show_one)
        .get("/desk/runbooks/{slug}/diff", runbooks::diff)
        .get("/desk/runbooks/{slug}/run", runs::start::show)
        .post("/desk/runbooks/{slug}/run", runs::start::post)
        .post("/desk/runbooks/{slug}/review", runbooks::review)
        .get("/desk/coverage", runbooks::coverage::show)
        .post("/desk/incidents/{number}/runs", runs::start::in_incident)
        .get("/desk/runs/{number}", runs::show::show)
        .post("/desk/runs/{number}/steps/{step}", runs::step)
        .post_up_to(FILE_FORM_BYTES_MAX, "/desk/runs/{number}/steps/{step}/evidence", runs::files::add)
        .get("/desk/runs/{number}/evidence/{id}", runs::files::show)
        .post("/desk/runs/{number}/evidence/{id}/delete", runs::files::delete)
        .post("/desk/runs/{number}/params", runs::params)
        .post("/desk/runs/{number}/notes", runs::note)
        .get("/desk/runs/{number}/rebase", runs::show::rebase)
        .post("/desk/runs/{number}/rebase", runs::rebase)
        .post("/desk/runs/{number}/finish", runs::finish)
}

/// The page on which the form or button stands that is posted to `path`. A form has its page's own address; a button that does something
/// to one thing stands on the page of that thing, or of the list that it is in.
fn page_of_post(path: &str) -> String {
    let own = path.split_once('?').map_or(path, |(own, _)| own);
    let parts: Vec<&str> = own.strip_prefix("/desk/").unwrap_or_default().split('/').collect();
    match parts[..] {
        ["language" | "sign-out"] => "/desk/".to_owned(),
        ["account", "totp"] => own.to_owned(),
        ["account", ..] => "/desk/account".to_owned(),
        [kind @ ("components" | "probes"), slug, "remove"] => format!("/desk/{kind}/{slug}/edit"),
        ["probes", slug, "pause" | "resume" | "run"] => format!("/desk/probes/{slug}"),
        ["incidents", number, "entries" | "state" | "public" | "internal" | "relate" | "unrelate" | "merge" | "runs"]
        | ["incidents", number, "evidence", _, "delete"] => format!("/desk/incidents/{number}"),
        ["incidents", number, "entries", id, "star" | "delete" | "restore" | "evidence"] => {
            format!("/desk/incidents/{number}/entries/{id}")
        }
        ["alerts", number, "acknowledge" | "unacknowledge" | "end" | "incident" | "runs"] => format!("/desk/alerts/{number}"),
        ["notifications" | "channels", ..] => "/desk/notifications".to_owned(),
        ["incidents", number, "postmortem", "waive"] => format!("/desk/incidents/{number}/postmortem"),
        ["postmortems", number, "buffer" | "preview" | "merge" | "files"] => format!("/desk/postmortems/{number}/edit"),
        ["postmortems", number, "restore"] => format!("/desk/postmortems/{number}/compare"),
        ["postmortems", number, "discard" | "submit" | "review" | "facts" | "retract" | "comments", ..] => {
            format!("/desk/postmortems/{number}")
        }
        ["action-items", number, "step"] => format!("/desk/action-items/{number}"),
        ["runbooks", slug, "review"] => format!("/desk/runbooks/{slug}"),
        ["runs", number, "steps" | "evidence", ..] | ["runs", number, "params" | "notes" | "finish"] => {
            format!("/desk/runs/{number}")
        }
        ["suggestions", _] => "/desk/incidents".to_owned(),
        ["maintenance", _, "cancel" | "end"] => "/desk/maintenance".to_owned(),
        ["people", id, _, ..] => format!("/desk/people/{id}"),
        ["keys", ..] => "/desk/keys".to_owned(),
        _ => path.to_owned(),
    }
}

/// Method and path of every route of the desk, for the test that walks them.
pub fn routes() -> Vec<(Method, &'static str)> {
    table().routes
}

/// The service worker: the same for everybody, signed in or not, so it is no route of the table.
async fn worker(headers: axum::http::HeaderMap) -> axum::response::Response {
    super::assets::worker(&headers).unwrap_or_else(|| axum::http::StatusCode::NOT_FOUND.into_response())
}

/// The desk.
pub(super) fn router(web: &Web) -> Router<Web> {
    table()
        .router
        .route("/desk/worker.js", get(worker))
        .route("/desk/{*rest}", get(now::nothing_here))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(web.clone(), super::cross_site::guard))
        .layer(middleware::from_fn_with_state(web.clone(), show::explain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_posted_comes_from_a_page_that_can_be_opened() {
        let pages: Vec<&str> = routes().into_iter().filter(|(method, _)| method == Method::GET).map(|(_, path)| path).collect();
        for (_, path) in routes().into_iter().filter(|(method, _)| method == Method::POST) {
            let page = page_of_post(path);
            assert!(pages.contains(&page.as_str()), "{path} comes from {page}, which is no page");
        }
        assert_eq!(page_of_post("/desk/confirm?next=%2Fdesk%2Fkeys"), "/desk/confirm?next=%2Fdesk%2Fkeys");
        assert_eq!(page_of_post("/desk/people/1/sessions/2/end"), "/desk/people/1");
    }
}
