//! One's own account.

use app::data::desk::{AccountPage, DeskPage, FormState, PasskeyRow, RecoveryCodesPage, SessionRow, TotpPage};
use axum::extract::{Path, State};
use domain::text::Language;
use store::sessions::Session;
use uuid::Uuid;

use super::super::{Web, page_data};
use super::form::{self, Sent, Typed, after};
use super::show::{Answer, done, form_page, page};
use super::visit::Visit;
use crate::service::accounts::OwnAccount;
use crate::service::passkeys;
use crate::service::problem::Problem;
use crate::service::user_agent;

const HERE: &str = "/desk/account";

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let account = web.desk.own_account(&visit.caller()?).await?;
    account_page(&web, &visit, account, FormState::default()).await
}

async fn account_page(web: &Web, visit: &Visit, account: OwnAccount, password_form: FormState) -> Answer {
    let OwnAccount { user, passkeys, sessions } = account;
    let own = visit.known.as_ref().map(|known| known.session.id);
    let passkey = |passkey: store::accounts::Passkey| PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name,
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
    };
    let shown = AccountPage {
        has_password: user.password_hash.is_some(),
        has_totp: user.totp_secret.is_some(),
        recovery_codes_left: user.recovery_codes_left,
        may_have_passkeys: passkeys::is_possible(&page_data::site_base(web)),
        passkeys: passkeys.into_iter().map(passkey).collect(),
        sessions: sessions.into_iter().map(|session| session_row(session, own)).collect(),
        password_form: password_form.clone(),
        language_form: FormState::default().with("language", user.language.map(Language::tag).unwrap_or_default()),
    };
    form_page(web, visit, &password_form, DeskPage::Account(shown)).await
}

/// A session as lists show it; `own` is the one that asks.
pub(super) fn session_row(session: Session, own: Option<Uuid>) -> SessionRow {
    SessionRow {
        is_own: own == Some(session.id),
        id: session.id.to_string(),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
        address: session.address,
        browser: user_agent::in_words(session.user_agent.as_deref().unwrap_or_default()),
    }
}

pub(super) async fn password(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let caller = visit.caller()?;
    let typed = Typed::from(sent);
    let new = typed.secret("password");
    let outcome = if typed.secret("password_again").expose() == new.expose() {
        web.desk.set_password(&caller, &typed.secret("current"), &new).await
    } else {
        Err(Problem::invalid("password_again", "invalid-password-again"))
    };
    let Err(problem) = outcome else { return Ok(done(HERE, "password-set")) };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    let account = web.desk.own_account(&caller).await?;
    refusal.with(account_page(&web, &visit, account, form).await)
}

pub(super) async fn language(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let chosen = Language::from_tag(Typed::from(sent).get("language"));
    after(web.desk.set_language(&visit.caller()?, chosen).await, HERE, "language-set")
}

pub(super) async fn show_totp(State(web): State<Web>, visit: Visit) -> Answer {
    totp_page(&web, &visit, FormState::default()).await
}

async fn totp_page(web: &Web, visit: &Visit, form: FormState) -> Answer {
    let offer = web.desk.offer_totp(&visit.caller()?)?;
    let shown = TotpPage { squares: offer.squares, secret: offer.secret, link: offer.link, form: form.clone() };
    form_page(web, visit, &form, DeskPage::Totp(shown)).await
}

pub(super) async fn set_totp(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let caller = visit.caller()?;
    let typed = Typed::from(sent);
    match web.desk.set_totp(&caller, typed.get("code")).await {
        Ok(codes) => page(&web, &visit, DeskPage::RecoveryCodes(RecoveryCodesPage { codes })).await,
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(totp_page(&web, &visit, form).await)
        }
    }
}

pub(super) async fn remove_totp(State(web): State<Web>, visit: Visit) -> Answer {
    after(web.desk.remove_totp(&visit.caller()?).await, HERE, "totp-removed")
}

pub(super) async fn recovery_codes(State(web): State<Web>, visit: Visit) -> Answer {
    let codes = web.desk.new_recovery_codes(&visit.caller()?).await?;
    page(&web, &visit, DeskPage::RecoveryCodes(RecoveryCodesPage { codes })).await
}

pub(super) async fn remove_passkey(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.remove_passkey(&visit.caller()?, id).await, HERE, "passkey-removed")
}

pub(super) async fn end_session(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.end_own_session(&visit.caller()?, id).await, HERE, "session-ended")
}

pub(super) async fn sign_out_others(State(web): State<Web>, visit: Visit) -> Answer {
    after(web.desk.sign_out_others(&visit.caller()?).await, HERE, "sessions-ended")
}
