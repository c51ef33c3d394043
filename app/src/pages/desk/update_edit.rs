//! Tell the public: an update in each language of the site, what becomes of components with it, and how it will look. What is published
//! can never be taken back, so Enter in a field only shows the preview.

use std::collections::HashMap;
use std::time::Duration;

use domain::component::Status;
use domain::incident::IncidentStatus;
use domain::text::Language;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, FormState, UpdateEditPage};
use crate::format;
use crate::i18n::{Argument, Text};
use crate::parts::desk_lists::query;
use crate::parts::form::{Choice, FormErrors, Hidden, Radios, Submit, TextArea, TextField, TickBox};
use crate::parts::incident::incident_status;
use crate::parts::incident_form::{StatusChoice, field_error, keep_secrets, status_choices, status_options};
use crate::parts::incident_words::incident_href;
use crate::parts::time_text::TimeText;

/// What an update can tell; the story itself is told later, in a postmortem.
const PHASES: [IncidentStatus; 4] =
    [IncidentStatus::Investigating, IncidentStatus::Identified, IncidentStatus::Monitoring, IncidentStatus::Resolved];
/// What an update can say of a component, the best first.
const STATUSES: [Status; 5] =
    [Status::Operational, Status::DegradedPerformance, Status::PartialOutage, Status::MajorOutage, Status::UnderMaintenance];
/// In how many minutes the next update can be promised.
const PROMISES: [u64; 4] = [15, 30, 60, 120];

/// The page.
#[component]
pub fn UpdateEditView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: UpdateEditPage,
) -> impl IntoView {
    let text = context.text();
    let form = &page.form;
    let action = format!("{}/updates/new", incident_href(page.number));
    // The answer to a preview is the same page again; this leads to where the preview stands in it.
    let preview_action = format!("{action}#preview");
    let number = || ("n", Argument::from(page.number));
    let (title, publish) = match &page.corrects {
        Some(update) => {
            let numbers = [number(), ("number", update.number.into())];
            (text.with("update-edit-correct-title", &numbers), "update-edit-publish-correction")
        }
        None => (text.with("update-edit-title", &[number()]), "update-edit-publish"),
    };
    // What was begun for one of them is not put into another; a template that was asked for is what is shown.
    let draft = match &page.corrects {
        Some(update) => format!("update-{}-corrects-{}", page.number, update.number),
        None => format!("update-{}", page.number),
    };
    let is_answer = (!page.preview.is_empty() || !form.value("template").is_empty()).then_some("");
    let corrects = page.corrects.as_ref().map(|update| view! { <Hidden name="corrects" value=update.number.to_string()/> });
    view! {
        <main id="content" class="desk edit-page update-edit">
            <p class="back"><a href=incident_href(page.number)>{text.with("incident-edit-back-to", &[number()])}</a></p>
            <h1>{title}</h1>
            <p class="description">{page.title.clone()}</p>
            {corrected(&text, &page)}
            {templates(&text, &page)}
            <form class="form update-form" method="post" action=action data-draft=draft data-draft-answer=is_answer>
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="request" value=form.value("request")/>
                {preview(&text, &page)}
                {corrects}
                {publicity(&text, &page)}
                {words(&context, &text, &page)}
                {keep_secrets(&text, form)}
                {components(&text, &page)}
                {times(&text, &page)}
                <div class="actions">
                    <button type="submit" class="plain" name="preview" value="yes" formaction=preview_action>
                        {text.get("update-edit-preview-show")}
                    </button>
                    <Submit label=text.get(publish)/>
                </div>
            </form>
        </main>
    }
}

/// The update that is corrected, as it stands.
fn corrected(text: &Text, page: &UpdateEditPage) -> Option<impl IntoView + use<>> {
    page.corrects.as_ref().map(|update| {
        let bodies = update.bodies.iter().map(|(tag, html)| view! { <div class="told" lang=*tag inner_html=html.clone()></div> });
        let bodies = bodies.collect_view();
        view! {
            <section class="made" aria-labelledby="corrected">
                <h2 id="corrected">{text.get("update-edit-corrected")}</h2>
                <p class="list-head">
                    <strong>{incident_status(text, update.status)}</strong>
                    <span class="soft"><TimeText at=update.display_at zone=page.zone.clone() text=text.clone()/></span>
                </p>
                {bodies}
                <p class="hint">{text.get("update-edit-correct-text")}</p>
            </section>
        }
    })
}

/// Texts to begin with. A correction begins with what it corrects.
fn templates(text: &Text, page: &UpdateEditPage) -> Option<impl IntoView + use<>> {
    let is_offered = !page.templates.is_empty() && page.corrects.is_none();
    is_offered.then(|| {
        let items = page.templates.iter().map(|(name, words)| {
            let href = query(&[("template", name.clone())]);
            view! { <li><a class="plain" href=href>{words.clone()}</a></li> }
        });
        let items = items.collect_view();
        view! {
            <nav class="templates" aria-labelledby="templates">
                <h2 id="templates">{text.get("update-edit-templates")}</h2>
                <p class="hint">{text.get("update-edit-templates-hint")}</p>
                <ul>{items}</ul>
            </nav>
        }
    })
}

/// The status that is chosen, if it is one.
fn chosen_status(form: &FormState) -> Option<IncidentStatus> {
    IncidentStatus::from_name(&form.value("status"))
}

/// What the public will see, once it was asked for.
fn preview(text: &Text, page: &UpdateEditPage) -> Option<impl IntoView + use<>> {
    (!page.preview.is_empty()).then(|| {
        let status = chosen_status(&page.form).map(|status| incident_status(text, status));
        let bodies = page.preview.iter().map(|(tag, html)| {
            let name = text.get(&format!("language-{tag}"));
            view! { <p class="soft">{name}</p> <div class="told" lang=*tag inner_html=html.clone()></div> }
        });
        let bodies = bodies.collect_view();
        let typed: HashMap<&str, &str> = page.form.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let changes = page.components.iter().filter_map(|(component, before)| {
            let after = Status::from_name(typed.get(format!("status_{}", component.slug).as_str())?)?;
            let words = [*before, after].map(|status| format::status(text, status)).join(" → ");
            (after != *before).then(|| view! { <li>{component.name.clone()} " " <span class="soft">{words}</span></li> })
        });
        let changes = changes.collect_view();
        view! {
            <section id="preview" class="made" aria-labelledby="preview-heading">
                <h2 id="preview-heading">{text.get("update-edit-preview")}</h2>
                <p><strong>{status}</strong></p>
                {bodies}
                <ul class="told-changes">{changes}</ul>
                <p class="soft">{text.get("update-edit-preview-unpublished")}</p>
            </section>
        }
    })
}

/// That nobody will see it, and how to change that.
fn publicity(text: &Text, page: &UpdateEditPage) -> Option<impl IntoView + use<>> {
    (!page.is_public).then(|| {
        view! {
            <p class="notice">{text.get("update-edit-private")}</p>
            <TickBox
                form=page.form.clone()
                name="make_public"
                label=text.get("update-edit-make-public")
                hint=text.get("update-edit-make-public-hint")
            />
        }
    })
}

/// The status, and the text in each language of the site, its own first.
fn words(context: &DeskContext, text: &Text, page: &UpdateEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let phases = PHASES.map(|phase| (phase.name().to_owned(), incident_status(text, phase)));
    let bodies = context.languages.iter().map(|language| body(text, form, *language)).collect_view();
    let choices = [("", "update-edit-only-both"), ("ja", "update-edit-only-ja"), ("en", "update-edit-only-en")];
    let choices = choices.map(|(value, key)| (value.to_owned(), text.get(key)));
    // Nothing was chosen yet: both. A radio without a value in the form would be none.
    let form_only = if form.value("only").is_empty() { form.clone().with("only", "") } else { form.clone() };
    let only = (context.languages.len() > 1).then(|| {
        view! {
            <Radios
                form=form_only
                name="only"
                legend=text.get("update-edit-only")
                hint=text.get("update-edit-only-hint")
                options=Vec::from(choices)
            />
        }
    });
    view! {
        <Radios form=form.clone() name="status" legend=text.get("update-edit-status") options=Vec::from(phases)/>
        <p class="hint">{text.get("update-edit-body-hint")}</p>
        <div class="languages">{bodies}</div>
        {only}
    }
}

fn body(text: &Text, form: &FormState, language: Language) -> impl IntoView + use<> {
    let (name, key) = match language {
        Language::Ja => ("body_ja", "update-edit-body-ja"),
        Language::En => ("body_en", "update-edit-body-en"),
    };
    view! { <TextArea form=form.clone() name=name label=text.get(key) rows=7/> }
}

/// What becomes of components. Those that are not operational are in sight. The summary of errors leads here for any of them.
fn components(text: &Text, page: &UpdateEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let choices = page.components.iter().map(|(component, status)| {
        let empty = text.with("update-edit-as-it-is", &[("status", format::status(text, *status).into())]);
        let options = status_options(text, empty, &STATUSES, "");
        StatusChoice { component: component.clone(), options, is_first: *status != Status::Operational }
    });
    let choices = choices.collect::<Vec<_>>();
    view! {
        <fieldset class="fields" id="field-components">
            <legend>{text.get("update-edit-components")}</legend>
            <p class="description">{text.get("update-edit-components-hint")}</p>
            {field_error(form, "components")}
            {status_choices(text, form, choices)}
        </fieldset>
    }
}

/// When it says it is of, and when the next one comes.
fn times(text: &Text, page: &UpdateEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let zone = page.zone.iana_name().unwrap_or("UTC").to_owned();
    // What somebody promised in other words is kept.
    let other = form.value("next_update").parse::<u64>().ok().filter(|minutes| !PROMISES.contains(minutes));
    let promise = |minutes: u64| {
        let ms = Duration::from_secs(minutes.saturating_mul(60)).as_millis() as u64;
        (minutes.to_string(), text.with("update-edit-next-in", &[("length", format::length(text, ms).into())]))
    };
    let none = (String::new(), text.get("update-edit-next-none"));
    let promises: Vec<_> = std::iter::once(none).chain(PROMISES.into_iter().chain(other).map(promise)).collect();
    view! {
        <Choice
            form=form.clone()
            name="next_update"
            label=text.get("update-edit-next")
            hint=text.get("update-edit-next-hint")
            options=promises
        />
        <TextField
            form=form.clone()
            name="display_at"
            label=text.get("update-edit-display-at")
            hint=text.with("update-edit-display-at-hint", &[("zone", zone.into())])
        />
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::data::desk::ComponentChoice;
    use crate::i18n::Messages;

    struct Keys;

    impl Messages for Keys {
        fn message(&self, _: Language, key: &str, _: &[(&'static str, Argument)]) -> String {
            key.to_owned()
        }
    }

    fn text() -> Text {
        Text::new(Arc::new(Keys), Language::En)
    }

    fn page(form: FormState) -> UpdateEditPage {
        let component = |slug: &str| ComponentChoice { slug: slug.to_owned(), name: slug.to_uppercase() };
        UpdateEditPage {
            number: 42,
            title: "Power".to_owned(),
            is_public: true,
            zone: TimeZone::UTC,
            components: vec![(component("web"), Status::MajorOutage), (component("db"), Status::Operational)],
            templates: Vec::new(),
            corrects: None,
            preview: vec![("en", "<p>We look into it.</p>".to_owned())],
            user: String::new(),
            form,
        }
    }

    #[test]
    fn the_preview_names_only_what_changes() {
        let form =
            FormState::default().with("status", "resolved").with("status_web", "operational").with("status_db", "operational");
        let html = view! { <div>{preview(&text(), &page(form))}</div> }.to_html();
        assert!(html.contains("WEB") && html.contains("status-major-outage → status-operational"), "{html}");
        assert!(!html.contains("DB"), "{html}");
        assert!(html.contains("<p>We look into it.</p>") && html.contains("incident-resolved"), "{html}");
    }

    #[test]
    fn a_promise_in_other_minutes_is_not_lost() {
        let html = |minutes: &str| times(&text(), &page(FormState::default().with("next_update", minutes))).to_html();
        assert!(html("45").contains(r#"value="45""#));
        assert!(!html("30").contains(r#"value="45""#));
        assert!(html("18446744073709551615").contains("update-edit-next-in"), "no number is too large to be shown again");
    }
}
