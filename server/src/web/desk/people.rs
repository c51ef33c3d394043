//! People: the list, invitations, one person.

use app::data::desk::{DeskPage, FormState, LinkMade, PeoplePage, PersonPage, PersonRow};
use axum::extract::{Path, State};
use domain::account::Role;
use store::accounts::User;
use uuid::Uuid;

use super::super::{Web, page_data};
use super::account::session_row;
use super::form::{self, Sent, Typed, after};
use super::show::{Answer, done, form_page, query};
use super::visit::Visit;
use crate::service::people::{self, PersonChange};
use crate::service::problem::Problem;

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    list(&web, &visit, FormState::default().with("role", Role::Responder.name()), None).await
}

async fn list(web: &Web, visit: &Visit, form: FormState, link: Option<LinkMade>) -> Answer {
    let caller = visit.caller()?;
    let people = web.desk.people(&caller, query(visit, "after").as_deref(), None).await?;
    let own = caller.person()?.id;
    let rows = people.people.into_iter().map(|user| row(&user, own)).collect();
    let shown = PeoplePage { people: rows, more: people.more, link, form: form.clone() };
    form_page(web, visit, &form, DeskPage::People(shown)).await
}

fn row(user: &User, own: Uuid) -> PersonRow {
    PersonRow {
        id: user.id.to_string(),
        name: user.name.to_string(),
        role: user.role,
        is_self: user.id == own,
        has_signed_up: user.password_hash.is_some() || user.passkeys > 0,
        has_second_factor: has_second_factor(user),
        last_seen_at: user.last_seen_at,
        disabled_at: user.disabled_at,
    }
}

/// True when a password alone does not open the account. A passkey beside a password without TOTP does not help: either opens it.
fn has_second_factor(user: &User) -> bool {
    user.totp_secret.is_some() || (user.password_hash.is_none() && user.passkeys > 0)
}

fn link_made(web: &Web, made: people::LinkMade) -> Option<LinkMade> {
    let url = format!("{}/desk/set-up/{}", page_data::site_base(web), made.token?);
    Some(LinkMade { name: made.name, url, expires_at: made.expires_at })
}

/// The role that was chosen; what is none of ours was not chosen from the form.
fn role(typed: &Typed) -> Result<Role, Problem> {
    Role::from_name(typed.get("role")).ok_or_else(|| Problem::invalid("role", "invalid-role"))
}

pub(super) async fn invite(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let caller = visit.caller()?;
    let typed = Typed::from(sent);
    let outcome = match role(&typed) {
        Ok(role) => web.desk.invite(&caller, typed.get("name"), role).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(made) => {
            let link = link_made(&web, made);
            list(&web, &visit, FormState::default().with("role", Role::Responder.name()), link).await
        }
        Err(problem) => {
            let mut form = typed.state();
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(list(&web, &visit, form, None).await)
        }
    }
}

pub(super) async fn show_one(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    one(&web, &visit, id, None, None).await
}

async fn one(web: &Web, visit: &Visit, id: Uuid, form: Option<FormState>, link: Option<LinkMade>) -> Answer {
    let caller = visit.caller()?;
    let person = web.desk.person(&caller, id).await?;
    let own = visit.known.as_ref().map(|known| known.session.id);
    let user = person.user;
    let form = form.unwrap_or_else(|| {
        FormState::default()
            .with("name", user.name.as_str())
            .with("role", user.role.name())
            .with("version", user.version.to_string())
    });
    let shown = PersonPage {
        person: row(&user, caller.person()?.id),
        created_at: user.created_at,
        has_totp: user.totp_secret.is_some(),
        passkeys: user.passkeys,
        sessions: person.sessions.into_iter().map(|session| session_row(session, own)).collect(),
        link,
        is_last_owner: person.is_last_owner,
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::Person(shown)).await
}

pub(super) async fn change(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>, sent: Sent) -> Answer {
    let caller = visit.caller()?;
    let typed = Typed::from(sent);
    let outcome = match role(&typed) {
        Ok(role) => {
            let change = PersonChange { name: typed.get("name").to_owned(), role, version: typed.version() };
            web.desk.change_person(&caller, id, change).await
        }
        Err(problem) => Err(problem),
    };
    let Err(problem) = outcome else { return Ok(done(&format!("/desk/people/{id}"), "saved")) };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, &visit)?;
    refusal.with(one(&web, &visit, id, Some(form), None).await)
}

pub(super) async fn link(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    match web.desk.make_link(&visit.caller()?, id).await {
        Ok(made) => {
            let link = link_made(&web, made);
            one(&web, &visit, id, None, link).await
        }
        Err(problem) => after(Err::<(), _>(problem), &format!("/desk/people/{id}"), "saved"),
    }
}

pub(super) async fn disable(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.disable(&visit.caller()?, id).await, &format!("/desk/people/{id}"), "user-disabled")
}

pub(super) async fn enable(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.enable(&visit.caller()?, id).await, &format!("/desk/people/{id}"), "user-enabled")
}

pub(super) async fn sign_out(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.end_sessions(&visit.caller()?, id, None).await, &format!("/desk/people/{id}"), "sessions-ended")
}

pub(super) async fn end_session(State(web): State<Web>, visit: Visit, Path((id, session)): Path<(Uuid, Uuid)>) -> Answer {
    after(web.desk.end_sessions(&visit.caller()?, id, Some(session)).await, &format!("/desk/people/{id}"), "session-ended")
}

pub(super) async fn remove_totp(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.remove_totp_of(&visit.caller()?, id).await, &format!("/desk/people/{id}"), "totp-removed")
}

#[cfg(test)]
mod tests {
    use domain::text::Secret;
    use domain::time::Timestamp;
    use store::accounts::TotpSecret;

    use super::*;

    #[test]
    fn a_second_factor_is_what_a_password_alone_does_not_get_past() {
        let with = |has_password: bool, has_totp: bool, passkeys| User {
            key: 1,
            id: Uuid::nil(),
            name: "mika".parse().unwrap(),
            role: Role::Owner,
            password_hash: has_password.then(|| Secret::new("$argon2id$none".to_owned())),
            totp_secret: has_totp.then(|| TotpSecret(Vec::new())),
            language: None,
            created_at: Timestamp::from_ms(0),
            disabled_at: None,
            version: 1,
            passkeys,
            recovery_codes_left: 0,
            last_seen_at: None,
        };
        assert!(has_second_factor(&with(true, true, 0)));
        assert!(has_second_factor(&with(false, false, 1)), "a passkey is two factors by itself");
        assert!(!has_second_factor(&with(true, false, 1)), "the password is enough");
        assert!(!has_second_factor(&with(true, false, 0)));
    }
}
