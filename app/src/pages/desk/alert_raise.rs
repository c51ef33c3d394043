//! Raise an alert by hand: what somebody sees that no probe does.

use leptos::prelude::*;

use super::alerts::HERE;
use crate::data::desk::{AlertRaisePage, DeskContext};
use crate::parts::form::{Choice, FormErrors, Hidden, Submit, TextArea, TextField};

/// The page.
#[component]
pub fn AlertRaiseView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: AlertRaisePage,
) -> impl IntoView {
    let text = context.text();
    let form = page.form.clone();
    let none = |key: &str| std::iter::once((String::new(), text.get(key)));
    let kinds = none("alert-raise-no-type").chain(page.kinds.clone()).collect::<Vec<_>>();
    let components = none("alert-raise-no-component").chain(page.components.clone()).collect::<Vec<_>>();
    let severities = page.severities.iter().map(|(severity, label)| (severity.name().to_owned(), label.clone()));
    let severities = none("alert-raise-severity-of-type").chain(severities).collect::<Vec<_>>();
    view! {
        <main id="content" class="desk edit-page alert-raise">
            <p class="back"><a href=HERE>{text.get("alert-back")}</a></p>
            <h1>{text.get("alerts-raise")}</h1>
            <p class="description">{text.get("alert-raise-text")}</p>
            <form class="form edit-form" method="post" action="/desk/alerts/new" data-draft="alert-raise">
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                <Choice form=form.clone() name="kind" label=text.get("alert-raise-type") options=kinds/>
                <TextField form=form.clone() name="name" label=text.get("alert-raise-name") hint=text.get("alert-raise-name-hint")/>
                <Choice form=form.clone() name="severity" label=text.get("alert-raise-severity") options=severities/>
                <Choice form=form.clone() name="component" label=text.get("alert-raise-component") options=components/>
                <TextArea form=form.clone() name="summary" label=text.get("alert-raise-summary") rows=3/>
                <p class="edit-end">
                    <Submit label=text.get("alert-raise-do")/>
                    " "
                    <a class="act" href=HERE>{text.get("run-start-cancel")}</a>
                </p>
            </form>
        </main>
    }
}
