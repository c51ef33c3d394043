//! One action item, or a new one: what it says, what may become of it, what proves it, and what became of it.

use domain::action_item::{ActionKind, Horizon, Priority};
use leptos::prelude::*;

use super::action_items::{HERE, item_href, stage_word};
use crate::data::desk::{ActionItemPage, ActionLine, DeskContext};
use crate::i18n::Text;
use crate::parts::form::{Boxes, Choice, FormErrors, Hidden, Radios, Submit, TextArea, TextField};
use crate::parts::incident_words::{incident_href, incident_number};
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn ActionItemView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: ActionItemPage,
) -> impl IntoView {
    let text = context.text();
    let heading = match &page.line {
        Some(line) => format!("AI-{} {}", line.number, line.text),
        None => text.get("action-new"),
    };
    let shown = page
        .line
        .as_ref()
        .map(|line| view! { {known(&text, &page, line)} {steps(&text, &page, line)} {events(&context, &text, &page)} });
    view! {
        <main id="content" class="desk edit-page action-item">
            <p class="back"><a href=HERE>{text.get("actions-title")}</a></p>
            <h1>{heading}</h1>
            {shown}
            {form(&text, &page)}
        </main>
    }
}

fn known(text: &Text, page: &ActionItemPage, line: &ActionLine) -> impl IntoView + use<> {
    let incident = line.incident.as_ref().map(|(number, title)| {
        view! { <p><a href=incident_href(*number)>{incident_number(*number)} " " {title.clone()}</a></p> }
    });
    let run = page.run.map(|run| view! { <p><a href=format!("/desk/runs/{run}")>{format!("RUN-{run}")}</a></p> });
    let url = page.url.clone().map(|url| {
        let shown = url.clone();
        view! { <p><a href=url rel="noopener noreferrer">{shown}</a></p> }
    });
    let due = line.due.as_ref().map(|day| {
        let key = if line.is_overdue { "action-overdue" } else { "block-due" };
        view! { <p class:overdue=line.is_overdue>{text.with(key, &[("when", day.clone().into())])}</p> }
    });
    let bound = page.bound.iter().map(|(name, proof)| {
        view! { <li>{name.clone()} " " <span class="soft">{proof.clone()}</span></li> }
    });
    let bound = bound.collect_view();
    let bound = (!page.bound.is_empty()).then(|| view! { <p>{text.get("action-bound")}</p> <ul>{bound}</ul> });
    view! {
        <section class=format!("stage-{}", line.stage.name())>
            <p>
                <span class="story-stage">{stage_word(text, line.stage)}</span> " "
                <span class="soft">{text.get(&format!("action-origin-{}", page.origin))}</span>
            </p>
            {incident}
            {run}
            {due}
            {url}
            {bound}
        </section>
    }
}

/// What may follow, each with what it takes.
fn steps(text: &Text, page: &ActionItemPage, line: &ActionLine) -> Option<impl IntoView + use<>> {
    let form = &page.step;
    let chosen = form.value("step");
    let form =
        if chosen.is_empty() { form.clone().with("step", page.steps.first().copied().unwrap_or_default()) } else { form.clone() };
    let options = page.steps.iter().map(|step| ((*step).to_owned(), text.get(&format!("action-step-{step}"))));
    let options: Vec<(String, String)> = options.collect();
    let has = |step: &str| page.steps.contains(&step);
    let until = has("defer").then(|| {
        view! { <TextField form=form.clone() name="until" label=text.get("action-until") hint=text.get("action-until-hint") kind="date"/> }
    });
    let accepted = has("decline").then(|| {
        view! { <TextField form=form.clone() name="accepted_by" label=text.get("action-accepted-by") hint=text.get("action-accepted-by-hint")/> }
    });
    let action = format!("{}/step", item_href(line.number));
    (page.may_write && !page.steps.is_empty()).then(|| {
        view! {
            <section aria-labelledby="steps">
                <h2 id="steps">{text.get("action-steps")}</h2>
                <form class="form" method="post" action=action>
                    <FormErrors form=form.clone() text=text.clone()/>
                    <Hidden name="version" value=page.form.value("version")/>
                    <Radios form=form.clone() name="step" legend=text.get("action-becomes") options=options/>
                    <TextField form=form.clone() name="reason" label=text.get("action-reason") hint=text.get("action-reason-hint")/>
                    {until}
                    {accepted}
                    <Submit label=text.get("action-step-send")/>
                </form>
            </section>
        }
    })
}

fn events(context: &DeskContext, text: &Text, page: &ActionItemPage) -> impl IntoView + use<> {
    let items = page.events.iter().map(|(at, name, what, note)| {
        let note = note.clone().map(|note| view! { <span class="soft">{note}</span> });
        view! { <li><TimeText at=*at zone=context.zone.clone() text=text.clone()/> " " {name.clone()} ": " {what.clone()} " " {note}</li> }
    });
    let items = items.collect_view();
    view! {
        <section aria-labelledby="events">
            <h2 id="events">{text.get("action-events")}</h2>
            <ol class="desk-rows">{items}</ol>
        </section>
    }
}

fn form(text: &Text, page: &ActionItemPage) -> Option<impl IntoView + use<>> {
    let form = &page.form;
    let named = |prefix: &str, names: Vec<&'static str>| {
        names.into_iter().map(|name| (name.to_owned(), text.get(&format!("{prefix}-{name}")))).collect::<Vec<_>>()
    };
    let kinds = named("action-kind", ActionKind::ALL.iter().map(|kind| kind.name()).collect());
    let horizons = named("horizon", Horizon::ALL.iter().map(|horizon| horizon.name()).collect());
    let priorities = named("priority", Priority::ALL.iter().map(|priority| priority.name()).collect());
    let people = std::iter::once((String::new(), text.get("action-nobody")))
        .chain(page.people.iter().map(|name| (name.clone(), name.clone())))
        .collect::<Vec<_>>();
    let action = page.line.as_ref().map_or_else(|| format!("{HERE}/new"), |line| item_href(line.number));
    let draft = page.line.as_ref().map_or_else(|| "action-new".to_owned(), |line| format!("action-{}", line.number));
    let is_new = page.line.is_none();
    let version = (!is_new).then(|| view! { <Hidden name="version" value=form.value("version")/> });
    let incident = is_new.then(|| {
        view! { <TextField form=form.clone() name="incident" label=text.get("action-incident") hint=text.get("action-incident-hint")/> }
    });
    let run = is_new.then(|| view! { <Hidden name="run" value=form.value("run")/> });
    let save = text.get(if is_new { "action-make" } else { "action-save" });
    let is_open = is_new || !form.errors.is_empty();
    let bound = (!page.bindable.is_empty()).then(|| {
        view! { <Boxes form=form.clone() name="bound" legend=text.get("action-bound-to") hint=text.get("action-bound-hint") options=page.bindable.clone()/> }
    });
    page.may_write.then(|| {
        view! {
            <section aria-labelledby="change">
                <h2 id="change">{text.get(if is_new { "action-what" } else { "action-change" })}</h2>
                <details open=is_open>
                    <summary>{text.get("action-fields")}</summary>
                    <form class="form edit-form" method="post" action=action data-draft=draft>
                        <FormErrors form=form.clone() text=text.clone()/>
                        <Hidden name="request" value=form.value("request")/>
                        {version}
                        {run}
                        <TextArea form=form.clone() name="text" label=text.get("action-text") hint=text.get("action-text-hint") rows=2/>
                        <Choice form=form.clone() name="kind" label=text.get("action-kind") options=kinds/>
                        <Choice form=form.clone() name="horizon" label=text.get("action-horizon") hint=text.get("action-horizon-hint") options=horizons/>
                        <Choice form=form.clone() name="priority" label=text.get("action-priority") hint=text.get("action-priority-hint") options=priorities/>
                        <Choice form=form.clone() name="owner" label=text.get("action-owner") options=people/>
                        <TextField form=form.clone() name="due" label=text.get("action-due") kind="date"/>
                        <TextField form=form.clone() name="url" label=text.get("action-url") hint=text.get("action-url-hint")/>
                        {incident}
                        {bound}
                        <TextField
                            form=form.clone()
                            name="probe_to_be"
                            label=text.get("action-probe-to-be")
                            hint=text.get("action-probe-to-be-hint")
                        />
                        <Submit label=save/>
                    </form>
                </details>
            </section>
        }
    })
}
