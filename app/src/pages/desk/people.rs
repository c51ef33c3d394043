//! People: who may work at the desk, and how they are invited.

use domain::account::Permission;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, PeoplePage, PersonRow};
use crate::i18n::Text;
use crate::parts::desk_lists::{OneTimeLink, fact_ago, fact_at, query, role_choices, role_name};
use crate::parts::form::{FormErrors, Radios, Submit, TextField};

/// People.
#[component]
pub fn PeopleView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PeoplePage,
) -> impl IntoView {
    let text = context.text();
    let link = page.link.clone().map(|link| view! { <OneTimeLink link=link zone=context.zone.clone() text=text.clone()/> });
    let list = if page.people.is_empty() {
        view! { <p class="empty">{text.get("people-none")}</p> }.into_any()
    } else {
        let rows = page.people.iter().map(|person| row(&context, &text, person));
        view! { <ul class="list-rows">{rows.collect_view()}</ul> }.into_any()
    };
    let more = page.more.clone().map(|after| {
        let href = format!("/desk/people{}", query(&[("after", after)]));
        view! { <p class="actions"><a class="button" href=href>{text.get("people-more")}</a></p> }
    });
    let invitation = context.may(Permission::ManagePeople).then(|| invitation(&text, &page));
    view! {
        <main id="content" class="desk">
            <h1>{text.get("people-title")}</h1>
            {link}
            {list}
            {more}
            {invitation}
        </main>
    }
}

fn row(context: &DeskContext, text: &Text, person: &PersonRow) -> impl IntoView + use<> {
    let you = person.is_self.then(|| view! { <span class="tag">{text.get("people-you")}</span> });
    let class = person.disabled_at.map(|_| "is-over");
    view! {
        <li class=class>
            <p class="list-head">
                <a href=format!("/desk/people/{}", person.id)>{person.name.clone()}</a>
                <span class="tag">{role_name(text, person.role)}</span>
                {you}
            </p>
            {facts(context, text, person)}
        </li>
    }
}

/// What there is to know about a person at a glance.
pub(super) fn facts(context: &DeskContext, text: &Text, person: &PersonRow) -> impl IntoView + use<> {
    let disabled = person.disabled_at.map(|at| fact_at(text, "people-disabled", at, &context.zone));
    let factor = match (person.has_signed_up, person.has_second_factor) {
        (false, _) => "people-not-signed-up",
        (true, true) => "people-second-factor",
        (true, false) => "people-no-second-factor",
    };
    let seen = if let Some(at) = person.last_seen_at {
        fact_ago(text, "people-last-seen", at, context.now, &context.zone).into_any()
    } else {
        view! { <li>{text.get("people-never-seen")}</li> }.into_any()
    };
    view! { <ul class="facts">{disabled} <li>{text.get(factor)}</li> {seen}</ul> }
}

fn invitation(text: &Text, page: &PeoplePage) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="invite">
            <h2 id="invite">{text.get("people-invite")}</h2>
            <p class="description">{text.get("people-invite-text")}</p>
            <form method="post" action="/desk/people">
                <FormErrors form=page.form.clone() text=text.clone()/>
                <TextField
                    form=page.form.clone()
                    name="name"
                    label=text.get("people-name")
                    hint=text.get("people-name-hint")
                    is_required=true
                />
                <Radios form=page.form.clone() name="role" legend=text.get("people-role") options=role_choices(text)/>
                <Submit label=text.get("people-invite-submit")/>
            </form>
        </section>
    }
}
