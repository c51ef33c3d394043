//! API keys.

use std::time::Duration;

use app::data::desk::{DeskPage, FormState, KeyMadePage, KeyRow, KeysPage};
use axum::extract::{Path, State};
use domain::account::Scope;
use domain::time::Timestamp;
use uuid::Uuid;

use super::super::{Web, page_data};
use super::form::{self, Sent, Typed, after};
use super::show::{Answer, form_page, page, query};
use super::visit::Visit;
use crate::service::keys::KeyWanted;
use crate::service::problem::Problem;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    list(&web, &visit, FormState::default().with("expires", "90d").with("scopes", Scope::Read.name())).await
}

async fn list(web: &Web, visit: &Visit, form: FormState) -> Answer {
    let after = query(visit, "after").and_then(|id| id.parse().ok());
    let keys = web.desk.keys(&visit.caller()?, after, None).await?;
    let row = |key: store::keys::ApiKey| KeyRow {
        id: key.id.to_string(),
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes,
        created_by: key.created_by,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    };
    let keys_shown = keys.keys.into_iter().map(row).collect();
    let shown = KeysPage { keys: keys_shown, more: keys.more.map(|id| id.to_string()), form: form.clone() };
    form_page(web, visit, &form, DeskPage::Keys(shown)).await
}

/// When a key ends, of the choices that the form gives.
fn expiry(chosen: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let days = match chosen {
        "30d" => 30,
        "90d" => 90,
        "365d" => 365,
        "never" => return Ok(None),
        _ => return Err(Problem::invalid("expires", "invalid-expiry")),
    };
    Ok(Some(now.plus(DAY * days)))
}

pub(super) async fn make(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let caller = visit.caller()?;
    let typed = Typed::from(sent);
    let scopes: Vec<Scope> = typed.all("scopes").into_iter().filter_map(Scope::from_name).collect();
    let outcome = match expiry(typed.get("expires"), visit.now) {
        Ok(expires_at) => web.desk.make_key(&caller, KeyWanted { name: typed.get("name").to_owned(), scopes, expires_at }).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(made) => {
            let example_url = format!("{}/api/v1/now", page_data::site_base(&web));
            let shown = KeyMadePage { name: made.name, key: made.key.unwrap_or_default(), example_url };
            page(&web, &visit, DeskPage::KeyMade(shown)).await
        }
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(list(&web, &visit, form).await)
        }
    }
}

pub(super) async fn revoke(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.revoke_key(&visit.caller()?, id).await, "/desk/keys", "key-revoked")
}
