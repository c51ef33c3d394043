//! Make or change a component: what it is called, where it stands, and how its status is made.

use domain::text::Language;
use leptos::prelude::*;

use crate::data::desk::{ComponentChoice, ComponentEditPage, DeskContext, FormState};
use crate::i18n::Text;
use crate::parts::desk_probe::WATCHING;
use crate::parts::form::{Boxes, Choice, FormErrors, Hidden, PostButton, Radios, Submit, TextArea, TextField, TickBox};

/// The page.
#[component]
pub fn ComponentEditView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// The form.
    page: ComponentEditPage,
) -> impl IntoView {
    let text = context.text();
    let form = &page.form;
    let (title, action, submit) = match &page.slug {
        Some(slug) => (
            text.with("component-edit-title", &[("name", slug.clone().into())]),
            format!("/desk/components/{slug}/edit"),
            text.get("component-edit-save"),
        ),
        None => (text.get("component-edit-new"), "/desk/components/new".to_owned(), text.get("component-edit-add")),
    };
    let version = page.slug.is_some().then(|| view! { <Hidden name="version" value=form.value("version")/> });
    view! {
        <main id="content" class="desk edit-page">
            <p class="back"><a href=WATCHING>{text.get("probe-back")}</a></p>
            <h1>{title}</h1>
            <form class="form edit-form" method="post" action=action>
                <FormErrors form=form.clone() text=text.clone()/>
                {version}
                {names(&context, &text, &page)}
                {place(&text, &page)}
                {making(&text, &page)}
                <p class="edit-end"><Submit label=submit/> <a href=WATCHING>{text.get("component-edit-cancel")}</a></p>
            </form>
            {removal(&text, &page)}
        </main>
    }
}

/// What it is called, in the site's own language first.
fn names(context: &DeskContext, text: &Text, page: &ComponentEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let slug = page.slug.is_none().then(|| {
        let (label, hint) = (text.get("component-edit-slug"), text.get("component-edit-slug-hint"));
        view! { <TextField form=form.clone() name="slug" label=label hint=hint is_required=true/> }
    });
    let first = context.languages.first().copied().unwrap_or(context.language);
    let languages = if first == Language::En { [Language::En, Language::Ja] } else { [Language::Ja, Language::En] };
    let names = languages.map(|language| name_field(text, form, language)).collect_view();
    let descriptions = languages.map(|language| description_field(text, form, language)).collect_view();
    view! {
        <fieldset class="fields">
            <legend>{text.get("component-edit-names")}</legend>
            <p class="description">{text.get("component-edit-names-text")}</p>
            {names}
            {descriptions}
            {slug}
        </fieldset>
    }
}

fn name_field(text: &Text, form: &FormState, language: Language) -> impl IntoView + use<> {
    let (name, key) = match language {
        Language::Ja => ("name_ja", "component-edit-name-ja"),
        Language::En => ("name_en", "component-edit-name-en"),
    };
    view! { <TextField form=form.clone() name=name label=text.get(key)/> }
}

fn description_field(text: &Text, form: &FormState, language: Language) -> impl IntoView + use<> {
    let (name, key) = match language {
        Language::Ja => ("description_ja", "component-edit-description-ja"),
        Language::En => ("description_en", "component-edit-description-en"),
    };
    view! { <TextArea form=form.clone() name=name label=text.get(key) rows=2/> }
}

/// Where it stands, and who sees it.
fn place(text: &Text, page: &ComponentEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let none = (String::new(), text.get("component-edit-group-none"));
    let groups: Vec<_> = std::iter::once(none).chain(options(&page.groups)).collect();
    view! {
        <fieldset class="fields">
            <legend>{text.get("component-edit-place")}</legend>
            <Choice form=form.clone() name="group" label=text.get("component-edit-group") options=groups/>
            <TickBox
                form=form.clone()
                name="public"
                label=text.get("component-edit-public")
                hint=text.get("component-edit-public-hint")
            />
        </fieldset>
    }
}

/// How its status is made, and what may explain it.
fn making(text: &Text, page: &ComponentEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let ways = [
        ("standard", "component-edit-combine-standard"),
        ("worst", "component-edit-combine-worst"),
        ("best", "component-edit-combine-best"),
    ];
    let ways = ways.map(|(way, key)| (way.to_owned(), text.get(key)));
    let components: Vec<_> = options(&page.components).collect();
    let depends_on = (!components.is_empty()).then(|| {
        view! {
            <Boxes
                form=form.clone()
                name="depends_on"
                legend=text.get("component-edit-depends-on")
                hint=text.get("component-edit-depends-on-hint")
                options=components
            />
        }
    });
    view! {
        <fieldset class="fields">
            <legend>{text.get("component-edit-making")}</legend>
            <Radios form=form.clone() name="combine" legend=text.get("component-edit-combine") options=Vec::from(ways)/>
            {depends_on}
        </fieldset>
    }
}

fn options(choices: &[ComponentChoice]) -> impl Iterator<Item = (String, String)> {
    choices.iter().map(|choice| (choice.slug.clone(), choice.name.clone()))
}

/// How it is removed, or why it cannot be.
fn removal(text: &Text, page: &ComponentEditPage) -> Option<impl IntoView + use<>> {
    page.slug.as_ref().map(|slug| {
        let way = if page.is_needed {
            view! { <p>{text.get("component-edit-needed")}</p> }.into_any()
        } else {
            view! {
                <PostButton
                    action=format!("/desk/components/{slug}/remove")
                    label=text.get("component-edit-remove")
                    fields=vec![("version", page.form.value("version"))]
                    ask=text.get("component-edit-remove-ask")
                    is_danger=true
                />
            }
            .into_any()
        };
        view! {
            <section class="removal" aria-labelledby="removal-heading">
                <h2 id="removal-heading">{text.get("component-edit-remove")}</h2>
                {way}
            </section>
        }
    })
}
