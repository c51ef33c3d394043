//! Where a postmortem begins: from a template that is filled with what the record says. Or somebody says why there is none.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, PostmortemNewPage};
use crate::i18n::Text;
use crate::parts::form::{FormErrors, Radios, Submit, TextField};
use crate::parts::incident_words::{incident_href, incident_number};

/// The page.
#[component]
pub fn PostmortemNewView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemNewPage,
) -> impl IntoView {
    let text = context.text();
    let action = format!("{}/postmortem", incident_href(page.incident));
    let form = if page.form.value("template").is_empty() {
        page.form.clone().with("template", page.templates.first().map(|(slug, _)| slug.clone()).unwrap_or_default())
    } else {
        page.form.clone()
    };
    view! {
        <main id="content" class="desk edit-page">
            <p class="back"><a href=incident_href(page.incident)>{incident_number(page.incident)} " " {page.title.clone()}</a></p>
            <h1>{text.get("postmortem-new-title")}</h1>
            <p class="description">{text.get("postmortem-new-text")}</p>
            <form class="form" method="post" action=action>
                <FormErrors form=form.clone() text=text.clone()/>
                <Radios
                    form=form
                    name="template"
                    legend=text.get("postmortem-new-template")
                    hint=text.get("postmortem-new-template-hint")
                    options=page.templates.clone()
                />
                <Submit label=text.get("postmortem-new-begin")/>
            </form>
            {waive(&text, &page)}
        </main>
    }
}

fn waive(text: &Text, page: &PostmortemNewPage) -> Option<impl IntoView + use<>> {
    let action = format!("{}/postmortem/waive", incident_href(page.incident));
    page.may_waive.then(|| {
        view! {
            <section aria-labelledby="waive">
                <h2 id="waive">{text.get("postmortem-waive")}</h2>
                <form class="form" method="post" action=action>
                    <TextField
                        form=page.form.clone()
                        name="reason"
                        label=text.get("postmortem-waive-reason")
                        hint=text.get("postmortem-waive-hint")
                    />
                    <button type="submit" class="plain">{text.get("postmortem-waive-send")}</button>
                </form>
            </section>
        }
    })
}
