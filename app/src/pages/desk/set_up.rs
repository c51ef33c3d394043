//! What a one-time link opens: the first account is made, or somebody who was invited, or who lost theirs, chooses a password.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, SetUpPage};
use crate::parts::form::{FormErrors, NewPassword, Submit, TextField};

/// The page. Its form goes to the address of the link itself.
#[component]
pub fn SetUpView(
    /// What it is rendered from.
    context: DeskContext,
    /// Whose account it is.
    page: SetUpPage,
) -> impl IntoView {
    let text = context.text();
    let (title, words, submit) = match &page.name {
        Some(name) => {
            let values = [("name", name.clone().into()), ("site", context.site_name.clone().into())];
            (text.get("set-up-title"), text.with("set-up-text", &values), text.get("set-up-submit"))
        }
        None => (text.get("set-up-first-title"), text.get("set-up-first-text"), text.get("set-up-first-submit")),
    };
    let form = page.form;
    let password = if let Some(name) = page.name {
        view! { <NewPassword form=form.clone() owner=name text=text.clone()/> }.into_any()
    } else {
        view! {
            <TextField
                form=form.clone()
                name="name"
                label=text.get("set-up-name")
                hint=text.get("set-up-name-hint")
                autocomplete="username"
                is_required=true
            />
            <NewPassword form=form.clone() text=text.clone()/>
        }
        .into_any()
    };
    view! {
        <main id="content" class="desk narrow">
            <h1>{title}</h1>
            <p class="description">{words}</p>
            <form method="post" action=context.path>
                <FormErrors form=form text=text/>
                {password}
                <Submit label=submit/>
            </form>
        </main>
    }
}
