//! Plan work, or change a plan. What was typed can be looked at as windows before it is saved.

use domain::maintenance::{DURATION_MAX, DURATION_MIN};
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, MaintenanceEditPage};
use crate::format;
use crate::i18n::Text;
use crate::parts::desk_lists::window_words;
use crate::parts::form::{Boxes, Choice, FormErrors, Hidden, Radios, Submit, TextArea, TextField, TickBox};

/// Plan work, or change a plan.
#[component]
pub fn MaintenanceEditView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: MaintenanceEditPage,
) -> impl IntoView {
    let text = context.text();
    let (title, save, action) = match &page.id {
        Some(id) => ("planned-change", "planned-save", format!("/desk/maintenance/{id}/edit")),
        None => ("planned-new", "planned-plan", "/desk/maintenance/new".to_owned()),
    };
    let version = page.id.as_ref().map(|_| view! { <Hidden name="version" value=page.form.value("version")/> });
    // The answer to a preview is the same page again; this leads to where the windows stand in it.
    let preview_action = format!("{action}#preview");
    view! {
        <main id="content" class="desk">
            <p class="back"><a href="/desk/maintenance">{text.get("planned-back")}</a></p>
            <h1>{text.get(title)}</h1>
            <form method="post" action=action class="planned-form">
                <FormErrors form=page.form.clone() text=text.clone()/>
                {what(&text, &page)}
                {components(&text, &page)}
                {when(&text, &page)}
                {repetition(&text, &page)}
                {effects(&text, &page)}
                {version}
                {preview(&context, &text, &page)}
                <div class="actions">
                    <Submit label=text.get(save)/>
                    <button class="plain" name="preview" value="yes" formaction=preview_action>
                        {text.get("planned-preview-show")}
                    </button>
                </div>
            </form>
        </main>
    }
}

fn what(text: &Text, page: &MaintenanceEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    view! {
        <TextField form=form.clone() name="title_ja" label=text.get("planned-title-ja") hint=text.get("planned-title-hint")/>
        <TextField form=form.clone() name="title_en" label=text.get("planned-title-en")/>
        <TextArea
            form=form.clone()
            name="description_ja"
            label=text.get("planned-description-ja")
            hint=text.get("planned-description-hint")
            rows=3
        />
        <TextArea form=form.clone() name="description_en" label=text.get("planned-description-en") rows=3/>
    }
}

fn components(text: &Text, page: &MaintenanceEditPage) -> impl IntoView + use<> {
    if page.components.is_empty() {
        return view! { <p class="empty">{text.get("planned-no-components")}</p> }.into_any();
    }
    let options = page.components.iter().map(|choice| (choice.slug.clone(), choice.name.clone())).collect::<Vec<_>>();
    view! {
        <Boxes
            form=page.form.clone()
            name="components"
            legend=text.get("planned-components")
            hint=text.get("planned-components-hint")
            options=options
        />
    }
    .into_any()
}

fn when(text: &Text, page: &MaintenanceEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let zones = page.zones.iter().map(|zone| (zone.clone(), zone.clone())).collect::<Vec<_>>();
    let [shortest, longest] = [DURATION_MIN, DURATION_MAX].map(|limit| format::length(text, limit.as_millis() as u64));
    let length_hint = text.with("planned-length-hint", &[("from", shortest.into()), ("until", longest.into())]);
    view! {
        <TextField
            form=form.clone()
            name="starts"
            label=text.get("planned-starts")
            hint=text.get("planned-starts-hint")
            kind="datetime-local"
            is_required=true
        />
        <Choice
            form=form.clone()
            name="zone"
            label=text.get("planned-zone-of")
            hint=text.get("planned-zone-of-hint")
            options=zones
        />
        <div class="field-pair">
            <TextField form=form.clone() name="hours" label=text.get("planned-hours") hint=length_hint kind="number"/>
            <TextField form=form.clone() name="minutes" label=text.get("planned-minutes") kind="number"/>
        </div>
    }
}

fn repetition(text: &Text, page: &MaintenanceEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    let options = [
        ("none", text.get("planned-repeat-none")),
        ("daily", text.get("planned-repeat-daily")),
        ("weekly", text.get("planned-repeat-weekly")),
        ("monthly", text.get("planned-repeat-monthly")),
        ("rule", text.get("planned-repeat-rule")),
    ];
    let options = Vec::from(options.map(|(value, words)| (value.to_owned(), words)));
    view! {
        <Radios form=form.clone() name="repeat" legend=text.get("planned-repeats") options=options/>
        <div class="planned-rule">
            <TextField form=form.clone() name="rule" label=text.get("planned-rule") hint=text.get("planned-rule-hint")/>
        </div>
    }
}

fn effects(text: &Text, page: &MaintenanceEditPage) -> impl IntoView + use<> {
    let form = &page.form;
    view! {
        <TickBox
            form=form.clone()
            name="excludes_uptime"
            label=text.get("planned-excludes-uptime")
            hint=text.get("planned-excludes-uptime-hint")
        />
        <TickBox
            form=form.clone()
            name="holds_alerts"
            label=text.get("planned-holds-alerts")
            hint=text.get("planned-holds-alerts-hint")
        />
    }
}

/// The next windows of what is typed, on the clock of the chosen zone and in UTC. Where clocks are changed between two
/// windows the UTC time moves, and that is said.
fn preview(context: &DeskContext, text: &Text, page: &MaintenanceEditPage) -> Option<impl IntoView + use<>> {
    (!page.preview.is_empty()).then(|| {
        let name = page.form.value("zone");
        let zone = TimeZone::get(&name).unwrap_or_else(|_| context.zone.clone());
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        let offsets: Vec<_> = page.preview.iter().map(|window| zone.to_offset(window.from().to_jiff())).collect();
        let is_utc = offsets.iter().all(|offset| offset.is_zero());
        let has_moved = |index: usize| index > 0 && offsets[index] != offsets[index - 1];
        let changes = (0..offsets.len()).any(has_moved);
        let items = page.preview.iter().enumerate().map(|(index, window)| {
            let (began, ended) = window_words(text, *window, &zone);
            let utc = (!is_utc).then(|| {
                let (began, ended) = window_words(text, *window, &TimeZone::UTC);
                view! { <span class="soft">{format!("{began} – {ended}")}</span> }
            });
            let moved = has_moved(index).then(|| view! { <strong class="tag warn">{text.get("planned-clock-changed")}</strong> });
            view! { <li><span>{format!("{began} – {ended}")}</span> {utc} {moved}</li> }
        });
        let items = items.collect_view();
        let hint = changes.then(|| view! { <p>{text.with("planned-clock-changes", &[("zone", name.clone().into())])}</p> });
        view! {
            <section id="preview" class="made" aria-labelledby="preview-heading">
                <h2 id="preview-heading">{text.get("planned-preview")}</h2>
                <p class="soft">{text.with("planned-zone", &[("zone", name.into())])}</p>
                <ol class="windows">{items}</ol>
                {hint}
                <p class="soft">{text.get("planned-preview-unsaved")}</p>
            </section>
        }
    })
}
