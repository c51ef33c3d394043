//! Begin a run by hand: why, where it belongs, and the values that its commands take. What is not known yet can be given later.

use domain::runbook::run::Mode;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, RunStartPage};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, Radios, Submit};
use crate::parts::incident_words::incident_number;
use crate::parts::run_rows::mode_word;
use crate::parts::run_values::value_field;

/// The page.
#[component]
pub fn RunStartView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: RunStartPage,
) -> impl IntoView {
    let text = context.text();
    let form = page.form.clone();
    let href = format!("/desk/runbooks/{}", page.slug);
    let modes = Mode::ALL.iter().map(|mode| {
        let about = text.get(&format!("run-mode-{}-about", mode.name()));
        let words = text.with("run-mode-choice", &[("name", mode_word(&text, *mode).into()), ("what", about.into())]);
        (mode.name().to_owned(), words)
    });
    let modes = modes.collect::<Vec<_>>();
    let incidents =
        page.incidents.iter().map(|(number, title)| (number.to_string(), format!("{} {title}", incident_number(*number))));
    let incidents = std::iter::once((String::new(), text.get("run-start-no-incident"))).chain(incidents).collect::<Vec<_>>();
    let components = std::iter::once((String::new(), text.get("run-start-no-component"))).chain(page.components.clone());
    let components = components.collect::<Vec<_>>();
    let cancel = href.clone();
    let action = format!("{href}/run");
    view! {
        <main id="content" class="desk edit-page run-start">
            <p class="back"><a href=href>{text.with("run-start-back", &[("name", page.title.clone().into())])}</a></p>
            <h1>{text.with("run-start-title", &[("name", page.title.clone().into())])}</h1>
            <form class="form edit-form" method="post" action=action data-draft=format!("run-start-{}", page.slug)>
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                <Radios form=form.clone() name="mode" legend=text.get("run-start-mode") options=modes/>
                <Choice
                    form=form.clone()
                    name="incident"
                    label=text.get("run-start-incident")
                    hint=text.get("run-start-incident-hint")
                    options=incidents
                />
                <Choice
                    form=form.clone()
                    name="component"
                    label=text.get("run-start-component")
                    hint=text.get("run-start-component-hint")
                    options=components
                />
                {values(&text, &page)}
                <p class="edit-end">
                    <Submit label=text.get("run-start-now")/>
                    " "
                    <a class="act" href=cancel>{text.get("run-start-cancel")}</a>
                </p>
            </form>
        </main>
    }
}

/// The values; nothing where the runbook takes none.
fn values(text: &Text, page: &RunStartPage) -> Option<impl IntoView + use<>> {
    let fields = page.params.iter().map(|param| value_field(text, &page.form, param)).collect_view();
    (!page.params.is_empty()).then(|| {
        view! {
            <fieldset class="fields">
                <legend>{text.get("run-start-values")}</legend>
                <p class="description">{text.get("run-start-values-hint")}</p>
                {fields}
            </fieldset>
        }
    })
}
