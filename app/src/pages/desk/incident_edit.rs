//! Open an incident, or change what is said of one. Opening must take seconds: what is not known yet can be left as it is.

use domain::component::Status;
use domain::incident::Impact;
use domain::incident::work::{IncidentKind, Role};
use domain::text::Language;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, FormState, IncidentEditPage};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, Radios, Submit, TextArea, TextField, TickBox};
use crate::parts::incident_form::{StatusChoice, field_error, status_choices, status_options};
use crate::parts::incident_words::{impact_word, incident_href, incident_kind_word, role_word};

/// What an incident can say of a component, the worst first.
const STATUSES: [Status; 4] = [Status::MajorOutage, Status::PartialOutage, Status::DegradedPerformance, Status::UnderMaintenance];

/// The page.
#[component]
pub fn IncidentEditView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: IncidentEditPage,
) -> impl IntoView {
    let text = context.text();
    let back = page.number.map_or_else(|| "/desk/incidents".to_owned(), incident_href);
    let (title, back_words, save) = match page.number {
        Some(number) => {
            let named = |key: &str| text.with(key, &[("n", number.into())]);
            (named("incident-edit-title"), named("incident-edit-back-to"), text.get("incident-edit-save"))
        }
        None => (text.get("incident-edit-new"), text.get("incident-edit-back"), text.get("incident-edit-open")),
    };
    let action = page.number.map_or_else(|| "/desk/incidents/new".to_owned(), |number| format!("{}/edit", incident_href(number)));
    let draft = page.number.map_or_else(|| "incident-new".to_owned(), |number| format!("incident-{number}"));
    let version = page.number.map(|_| view! { <Hidden name="version" value=page.form.value("version")/> });
    let internal = page.number.is_none().then(|| view! { <p class="hint">{text.get("incident-edit-open-hint")}</p> });
    let cancel = back.clone();
    view! {
        <main id="content" class="desk edit-page incident-edit">
            <p class="back"><a href=back>{back_words}</a></p>
            <h1>{title}</h1>
            <form class="form edit-form" method="post" action=action data-draft=draft>
                <FormErrors form=page.form.clone() text=text.clone()/>
                <Hidden name="request" value=page.form.value("request")/>
                {version}
                {what(&context, &text, &page)}
                {affected(&text, &page)}
                {people(&text, &page)}
                {times(&text, &page)}
                {figures(&text, &page)}
                {internal}
                <p class="edit-end"><Submit label=save/> <a class="act" href=cancel>{text.get("incident-edit-cancel")}</a></p>
            </form>
        </main>
    }
}

/// What it is called, in the site's own language first; what it is and how grave; and for a new one since when, and what is known.
fn what(context: &DeskContext, text: &Text, page: &IncidentEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let titles = if context.languages.first() == Some(&Language::En) { [Language::En, Language::Ja] } else { Language::ALL };
    let hint = text.get("incident-edit-title-hint");
    let titles = titles.into_iter().zip([Some(hint), None]).map(|(language, hint)| title_field(text, form, language, hint));
    let titles = titles.collect_view();
    let severities =
        page.severities.iter().map(|(severity, label)| (severity.name().to_owned(), label.clone())).collect::<Vec<_>>();
    let impacts = Impact::ALL.map(|impact| (impact.name().to_owned(), impact_word(text, impact)));
    let kinds =
        IncidentKind::ALL.iter().map(|kind| (kind.name().to_owned(), incident_kind_word(text, *kind))).collect::<Vec<_>>();
    view! {
        <fieldset class="fields">
            <legend>{text.get("incident-edit-what")}</legend>
            {titles}
            {beginning(text, page)}
            <Radios
                form=form.clone()
                name="severity"
                legend=text.get("incident-edit-severity")
                hint=text.get("incident-edit-severity-hint")
                options=severities
            />
            <Radios form=form.clone() name="impact" legend=text.get("incident-edit-impact") options=Vec::from(impacts)/>
            <Radios
                form=form.clone()
                name="kind"
                legend=text.get("incident-edit-kind")
                hint=text.get("incident-edit-kind-hint")
                options=kinds
            />
        </fieldset>
    }
}

fn title_field(text: &Text, form: &FormState, language: Language, hint: Option<String>) -> impl IntoView + use<> {
    let (name, key) = match language {
        Language::Ja => ("title_ja", "incident-edit-title-ja"),
        Language::En => ("title_en", "incident-edit-title-en"),
    };
    match hint {
        Some(hint) => view! { <TextField form=form.clone() name=name label=text.get(key) hint=hint/> }.into_any(),
        None => view! { <TextField form=form.clone() name=name label=text.get(key)/> }.into_any(),
    }
}

/// Only for a new one: since when, and the first row of its timeline.
fn beginning(text: &Text, page: &IncidentEditPage) -> Option<impl IntoView + use<>> {
    let form = &page.form;
    page.number.is_none().then(|| {
        view! {
            <TextField
                form=form.clone()
                name="began"
                label=text.get("incident-edit-began")
                hint=text.get("incident-edit-began-hint")
            />
            <TextArea
                form=form.clone()
                name="body"
                label=text.get("incident-edit-body")
                hint=text.get("incident-edit-body-hint")
                rows=3
            />
        }
    })
}

/// What it affects now. The summary of errors leads here for what is wrong with any of them.
fn affected(text: &Text, page: &IncidentEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let choices = page.components.iter().map(|component| {
        let chosen = form.value(&format!("status_{}", component.slug));
        let options = status_options(text, text.get("incident-edit-not-affected"), &STATUSES, &chosen);
        StatusChoice { component: component.clone(), options, is_first: false }
    });
    let choices = choices.collect::<Vec<_>>();
    let hint = if page.number.is_some() { "incident-edit-affected-hint" } else { "incident-edit-affected-hint-new" };
    view! {
        <fieldset class="fields" id="field-components">
            <legend>{text.get("incident-edit-affected")}</legend>
            <p class="description">{text.get(hint)}</p>
            {field_error(form, "components")}
            {status_choices(text, form, choices)}
        </fieldset>
    }
}

/// Who does what. Somebody who has a role already can be chosen even if they are not offered any more.
fn people(text: &Text, page: &IncidentEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let options = |role: Role| {
        let chosen = form.value(role.name());
        let chosen = (!chosen.is_empty() && !page.people.contains(&chosen)).then_some(chosen);
        let names = page.people.iter().cloned().chain(chosen).map(|name| (name.clone(), name));
        std::iter::once((String::new(), text.get("incident-edit-nobody"))).chain(names).collect::<Vec<_>>()
    };
    let choices = Role::ALL.iter().map(|role| {
        view! { <Choice form=form.clone() name=role.name() label=role_word(text, *role) options=options(*role)/> }
    });
    let choices = choices.collect_view();
    view! {
        <fieldset class="fields">
            <legend>{text.get("incident-edit-people")}</legend>
            <p class="description">{text.get("incident-edit-people-hint")}</p>
            {choices}
        </fieldset>
    }
}

fn times(text: &Text, page: &IncidentEditPage) -> impl IntoView + use<> {
    let zones = page.zones.iter().map(|zone| (zone.clone(), zone.clone())).collect::<Vec<_>>();
    view! {
        <fieldset class="fields">
            <legend>{text.get("incident-edit-times")}</legend>
            <Choice
                form=page.form.clone()
                name="zone"
                label=text.get("incident-edit-zone")
                hint=text.get("incident-edit-zone-hint")
                options=zones
            />
        </fieldset>
    }
}

/// Only for one that is known: what its authors say of how long it took, and whether figures are shown.
fn figures(text: &Text, page: &IncidentEditPage) -> Option<impl IntoView + use<>> {
    let form = &page.form;
    page.number.is_some().then(|| {
        view! {
            <fieldset class="fields">
                <legend>{text.get("incident-edit-figures")}</legend>
                <TextField
                    form=form.clone()
                    name="stated_minutes"
                    label=text.get("incident-edit-stated")
                    hint=text.get("incident-edit-stated-hint")
                    kind="digits"
                />
                <TickBox
                    form=form.clone()
                    name="shows_metrics"
                    label=text.get("incident-edit-shows-metrics")
                    hint=text.get("incident-edit-shows-metrics-hint")
                />
            </fieldset>
        }
    })
}
