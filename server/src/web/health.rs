//! `/healthz`: the process answers. `/readyz`: what, if anything, is wrong with it, as JSON. Neither fails while the public page can be
//! served: taking a status page out of service because its disk is full would be the wrong thing at the worst time. Operators watch
//! `problems`, or the metrics of the same name.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use app::data::desk::Bell;

use super::{Web, notification_rows};

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(web): State<Web>) -> Response {
    let mut problems = Vec::new();
    if !web.desk.configuration.is_valid() {
        problems.push("the configuration file has mistakes; the one before it is in force (see the log)");
    }
    let health = web.monitoring.writer.health();
    if health.is_stuck {
        problems.push("the database cannot be written; results wait in memory");
    }
    if health.results_dropped > 0 || health.changes_dropped > 0 {
        problems.push("results were given up because the database could not be written for too long");
    }
    if web.monitoring.state().uplink_lost_since.is_some() {
        problems.push("Yagura's own uplink is gone; results from outside are unknown");
    }
    if web.desk.backups.status().is_some_and(|status| status.is_late) {
        problems.push("the newest backup is late (see `yagura runbook show backup-late`)");
    }
    if notification_rows::bell(&web) == Bell::Trouble {
        problems.push("people cannot be told of alerts on every channel");
    }
    let body = serde_json::json!({ "ready": true, "problems": problems, "waiting_for_the_disk": health.waiting });
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response()
}
