//! One person: name and role, how they get in, where they are signed in, and how they are shut out.

use domain::account::Permission;
use leptos::prelude::*;

use super::people::facts;
use crate::data::desk::{DeskContext, PersonPage};
use crate::i18n::Text;
use crate::parts::desk_lists::{OneTimeLink, Sessions, fact_at, role_choices, role_name};
use crate::parts::form::{FormErrors, Hidden, PostButton, Radios, Submit, TextField};

/// One person.
#[component]
pub fn PersonView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PersonPage,
) -> impl IntoView {
    let text = context.text();
    let person = &page.person;
    let link = page.link.clone().map(|link| view! { <OneTimeLink link=link zone=context.zone.clone() text=text.clone()/> });
    let you = person.is_self.then(|| view! { <span class="tag">{text.get("people-you")}</span> });
    let management = context.may(Permission::ManagePeople).then(|| management(&context, &text, &page));
    let title = person.name.clone();
    view! {
        <main id="content" class="desk">
            <p class="back"><a href="/desk/people">{text.get("person-back")}</a></p>
            <h1>{title}</h1>
            {link}
            <div>
                <p class="list-head"><span class="tag">{role_name(&text, person.role)}</span> {you}</p>
                {facts(&context, &text, person)}
                <ul class="facts">{fact_at(&text, "person-created", page.created_at, &context.zone)}</ul>
            </div>
            {management}
        </main>
    }
}

fn management(context: &DeskContext, text: &Text, page: &PersonPage) -> impl IntoView + use<> {
    view! {
        {change(text, page)}
        {access(text, page)}
        {sessions(context, text, page)}
        {standing(text, page)}
    }
}

/// Name and role. The last owner's role is no choice: it stays.
fn change(text: &Text, page: &PersonPage) -> impl IntoView + use<> {
    let form = &page.form;
    let role = if page.is_last_owner {
        view! {
            <Hidden name="role" value=page.person.role.name().to_owned()/>
            <p class="hint">{text.get("person-last-owner-role")}</p>
        }
        .into_any()
    } else {
        view! { <Radios form=form.clone() name="role" legend=text.get("people-role") options=role_choices(text)/> }.into_any()
    };
    view! {
        <section aria-labelledby="change">
            <h2 id="change">{text.get("person-change")}</h2>
            <form method="post" action=format!("/desk/people/{}", page.person.id)>
                <FormErrors form=form.clone() text=text.clone()/>
                <TextField
                    form=form.clone()
                    name="name"
                    label=text.get("people-name")
                    hint=text.get("people-name-hint")
                    is_required=true
                />
                {role}
                <Hidden name="version" value=form.value("version")/>
                <Submit label=text.get("person-save")/>
            </form>
        </section>
    }
}

/// How they get in, and what helps when they cannot.
fn access(text: &Text, page: &PersonPage) -> impl IntoView + use<> {
    let (id, name) = (&page.person.id, &page.person.name);
    let factor = if page.has_totp || page.passkeys > 0 {
        view! {
            <p>{text.get("person-totp")}</p>
            <PostButton
                action=format!("/desk/people/{id}/totp/remove")
                label=text.get("person-totp-remove")
                ask=text.with("person-totp-remove-ask", &[("name", name.clone().into())])
                is_danger=true
            />
        }
        .into_any()
    } else {
        view! { <p>{text.get("person-no-totp")}</p> }.into_any()
    };
    // A link opens nothing for somebody who is disabled.
    let link = page.person.disabled_at.is_none().then(|| {
        let why = if page.person.has_signed_up { "person-link-lost" } else { "person-link-again" };
        view! {
            <p>{text.get(why)}</p>
            <PostButton action=format!("/desk/people/{id}/link") label=text.get("person-link-new")/>
        }
    });
    view! {
        <section aria-labelledby="access">
            <h2 id="access">{text.get("person-access")}</h2>
            {link}
            {factor}
            <p>{text.with("person-passkeys", &[("n", u64::from(page.passkeys).into())])}</p>
        </section>
    }
}

fn sessions(context: &DeskContext, text: &Text, page: &PersonPage) -> impl IntoView + use<> {
    let (id, name) = (&page.person.id, &page.person.name);
    let everywhere = (!page.sessions.is_empty()).then(|| {
        view! {
            <PostButton
                action=format!("/desk/people/{id}/sign-out")
                label=text.get("person-sign-out")
                ask=text.with("person-sign-out-ask", &[("name", name.clone().into())])
                is_danger=true
            />
        }
    });
    view! {
        <section aria-labelledby="sessions">
            <h2 id="sessions">{text.get("person-sessions")}</h2>
            <Sessions
                sessions=page.sessions.clone()
                action=format!("/desk/people/{id}/sessions")
                zone=context.zone.clone()
                text=text.clone()
                now=context.now
            />
            {everywhere}
        </section>
    }
}

/// Disable or enable, or why that cannot be.
fn standing(text: &Text, page: &PersonPage) -> impl IntoView + use<> {
    let (id, name) = (&page.person.id, &page.person.name);
    let what = if page.person.disabled_at.is_some() {
        view! {
            <p>{text.get("person-enable-text")}</p>
            <PostButton action=format!("/desk/people/{id}/enable") label=text.get("person-enable")/>
        }
        .into_any()
    } else if page.is_last_owner {
        view! { <p>{text.get("person-last-owner")}</p> }.into_any()
    } else if page.person.is_self {
        view! { <p>{text.get("person-not-oneself")}</p> }.into_any()
    } else {
        view! {
            <p>{text.get("person-disable-text")}</p>
            <PostButton
                action=format!("/desk/people/{id}/disable")
                label=text.get("person-disable")
                ask=text.with("person-disable-ask", &[("name", name.clone().into())])
                is_danger=true
            />
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="standing">
            <h2 id="standing">{text.get("person-standing")}</h2>
            {what}
        </section>
    }
}
