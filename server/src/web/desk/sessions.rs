//! Signing out, and showing once more who one is.

use app::data::desk::{ConfirmPage, DeskPage, FormState};
use axum::extract::State;
use axum::http::HeaderValue;

use super::super::{Web, page_data};
use super::form::{self, Sent, Typed};
use super::show::{Answer, form_page, on_to, query, safe_next};
use super::visit::{Visit, set_session_cookie};
use crate::service::passkeys;

pub(super) async fn sign_out(State(web): State<Web>, visit: Visit) -> Answer {
    if let Ok(caller) = visit.caller() {
        web.desk.sign_out(&caller).await?;
    }
    let mut response = on_to("/desk/sign-in?done=signed-out");
    set_session_cookie(response.headers_mut(), &page_data::site_base(&web), None);
    // What the browser may still have of the desk must not be found by whoever has it next. Its storage stays: there is what was typed and
    // could not be sent, under the name of who typed it; kept pages are dropped by a script.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

pub(super) async fn show_confirm(State(web): State<Web>, visit: Visit) -> Answer {
    let next = safe_next(&query(&visit, "next").unwrap_or_default());
    confirm_page(&web, &visit, FormState::default(), next).await
}

async fn confirm_page(web: &Web, visit: &Visit, form: FormState, next: String) -> Answer {
    let account = web.desk.own_account(&visit.caller()?).await?;
    let page = ConfirmPage {
        next,
        has_passkeys: !account.passkeys.is_empty() && passkeys::is_possible(&page_data::site_base(web)),
        has_password: account.user.password_hash.is_some(),
        needs_code: account.user.totp_secret.is_some(),
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::Confirm(page)).await
}

pub(super) async fn confirm(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let next = safe_next(typed.get("next"));
    match web.desk.confirm_by_password(&visit.caller()?, &typed.secret("password"), typed.get("code")).await {
        Ok(()) => Ok(on_to(&next)),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(confirm_page(&web, &visit, form, next).await)
        }
    }
}
