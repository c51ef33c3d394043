//! Before somebody is signed in: the password, the second factor, one-time links, and the language.

use app::data::desk::{DeskPage, FormState, SecondFactorPage, SetUpPage, SignInPage};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use domain::text::Language;
use store::sessions::SessionState;

use super::super::{Web, page_data};
use super::form::{self, Sent, Typed};
use super::show::{Answer, form_page, is_plain, on_to, query, safe_next, with_next};
use super::visit::{Visit, set_session_cookie};
use crate::service::passkeys;
use crate::service::problem::Problem;
use crate::service::sign_in::Opened;

/// A year: what the visitor chose.
const LANGUAGE_FOR_S: u32 = 365 * 86_400;

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let next = safe_next(&query(&visit, "next").unwrap_or_default());
    if visit.person().is_some() {
        return Ok(on_to(&next));
    }
    sign_in_page(&web, &visit, FormState::default(), next).await
}

async fn sign_in_page(web: &Web, visit: &Visit, form: FormState, next: String) -> Answer {
    let is_first = !web.desk.has_people().await?;
    let has_passkeys = passkeys::is_possible(&page_data::site_base(web));
    let page = SignInPage { next, has_passkeys, is_first, form: form.clone() };
    form_page(web, visit, &form, DeskPage::SignIn(page)).await
}

pub(super) async fn post(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let next = safe_next(typed.get("next"));
    let secret = typed.secret("password");
    let shown = (typed.get("name"), &secret);
    let outcome = web.desk.sign_in(&visit.nobody(), shown, &visit.user_agent, visit.token.as_deref()).await;
    match outcome {
        Ok(opened) => Ok(opened_session(&web, &opened, &next)),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(sign_in_page(&web, &visit, form, next).await)
        }
    }
}

/// Gives the session to the browser and goes on.
pub(super) fn opened_session(web: &Web, opened: &Opened, next: &str) -> Response {
    let mut response = if opened.needs_second_factor { on_to(&with_next("/desk/sign-in/code", next)) } else { on_to(next) };
    set_session_cookie(response.headers_mut(), &page_data::site_base(web), Some(&opened.token));
    response
}

fn waits_for_code(visit: &Visit) -> bool {
    visit.known.as_ref().is_some_and(|known| known.session.state == SessionState::SecondFactor)
}

pub(super) async fn show_code(State(web): State<Web>, visit: Visit) -> Answer {
    if !waits_for_code(&visit) {
        return Err(Problem::SignedOut.into());
    }
    let next = safe_next(&query(&visit, "next").unwrap_or_default());
    let form = FormState::default();
    form_page(&web, &visit, &form.clone(), DeskPage::SecondFactor(SecondFactorPage { next, form })).await
}

pub(super) async fn post_code(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let next = safe_next(typed.get("next"));
    let shown = visit.token.clone().unwrap_or_default();
    match web.desk.show_code(&visit.nobody(), &shown, typed.get("code"), &visit.user_agent).await {
        Ok(opened) => Ok(opened_session(&web, &opened, &next)),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            let page = DeskPage::SecondFactor(SecondFactorPage { next, form: form.clone() });
            refusal.with(form_page(&web, &visit, &form, page).await)
        }
    }
}

pub(super) async fn show_link(State(web): State<Web>, visit: Visit, Path(token): Path<String>) -> Answer {
    let link = web.desk.look_at_link(&visit.nobody(), &token).await?;
    let form = FormState::default();
    form_page(&web, &visit, &form.clone(), DeskPage::SetUp(SetUpPage { token, name: link.name(), form })).await
}

pub(super) async fn post_link(State(web): State<Web>, visit: Visit, Path(token): Path<String>, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let link = web.desk.look_at_link(&visit.nobody(), &token).await?;
    let password = typed.secret("password");
    let outcome = if typed.secret("password_again").expose() == password.expose() {
        web.desk.set_up(&visit.nobody(), (&token, typed.get("name")), &password, &visit.user_agent).await
    } else {
        Err(Problem::invalid("password_again", "invalid-password-again"))
    };
    match outcome {
        Ok(opened) => Ok(opened_session(&web, &opened, "/desk/?done=signed-up")),
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            let page = DeskPage::SetUp(SetUpPage { token, name: link.name(), form: form.clone() });
            refusal.with(form_page(&web, &visit, &form, page).await)
        }
    }
}

/// Another language: kept with the account of whoever has one, and in the cookie that public pages read too.
pub(super) async fn language(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let chosen = Language::from_tag(typed.get("language"));
    let chosen = chosen.filter(|language| web.monitoring.offer().languages.contains(language));
    if let Ok(caller) = visit.caller() {
        web.desk.set_language(&caller, chosen).await?;
    }
    // Also before signing in, hence not only pages behind it.
    let next = typed.get("next");
    let next = if next.starts_with("/desk/sign-in") && is_plain(next) { next.to_owned() } else { safe_next(next) };
    let mut response = on_to(&next);
    if let Some(language) = chosen {
        let cookie = format!("language={}; Path=/; SameSite=Lax; Max-Age={LANGUAGE_FOR_S}", language.tag());
        response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|cookie| (header::SET_COOKIE, cookie)));
    }
    Ok(response)
}
