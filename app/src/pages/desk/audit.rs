//! Who did what, the newest first, with a filter that stands in the address.

use leptos::prelude::*;

use crate::data::desk::{AuditPage, AuditRow, DeskContext};
use crate::i18n::Text;
use crate::parts::desk_lists::query;
use crate::parts::form::{Choice, FormErrors, Submit, TextField};
use crate::parts::time_text::TimeText;

/// Fields of the filter, which a link to older rows keeps.
const FILTER: [&str; 5] = ["actor", "action", "object", "from", "until"];

/// Who did what.
#[component]
pub fn AuditView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: AuditPage,
) -> impl IntoView {
    let text = context.text();
    let is_filtered = FILTER.iter().any(|name| !page.form.value(name).is_empty());
    let list = if page.rows.is_empty() {
        let nothing = if is_filtered { "audit-none-found" } else { "audit-none" };
        view! { <p class="empty">{text.get(nothing)}</p> }.into_any()
    } else {
        let rows = page.rows.iter().map(|row| item(&context, &text, row));
        view! { <ol class="list-rows audit">{rows.collect_view()}</ol> }.into_any()
    };
    let older = page.older.map(|before| {
        let mut fields: Vec<_> = FILTER.map(|name| (name, page.form.value(name))).into();
        fields.push(("before", before.to_string()));
        let href = format!("/desk/audit{}", query(&fields));
        view! { <p class="actions"><a class="button" rel="next" href=href>{text.get("audit-older")}</a></p> }
    });
    view! {
        <main id="content" class="desk">
            <h1>{text.get("audit-title")}</h1>
            <p class="description">{text.get("audit-text")}</p>
            {filter(&text, &page, is_filtered)}
            {list}
            {older}
        </main>
    }
}

/// Folded until it is used: on a phone the list is what people come for.
fn filter(text: &Text, page: &AuditPage, is_filtered: bool) -> impl IntoView + use<> {
    let form = &page.form;
    let mut actions = vec![(String::new(), text.get("audit-any-action"))];
    actions.extend(page.actions.iter().map(|action| (action.clone(), action_words(text, action))));
    let all = is_filtered.then(|| view! { <p><a href="/desk/audit">{text.get("audit-all")}</a></p> });
    let is_open = is_filtered || !form.errors.is_empty();
    view! {
        <details class="audit-filter" open=is_open>
            <summary>{text.get("audit-filter")}</summary>
            <form method="get" action="/desk/audit">
                <FormErrors form=form.clone() text=text.clone()/>
                <Choice form=form.clone() name="action" label=text.get("audit-action") options=actions/>
                <TextField form=form.clone() name="actor" label=text.get("audit-actor")/>
                <TextField form=form.clone() name="object" label=text.get("audit-object")/>
                <TextField form=form.clone() name="from" label=text.get("audit-from") kind="date"/>
                <TextField form=form.clone() name="until" label=text.get("audit-until") kind="date"/>
                <Submit label=text.get("audit-show")/>
                {all}
            </form>
        </details>
    }
}

/// What was done, in words. An action that this version has no words for stands as it is.
fn action_words(text: &Text, action: &str) -> String {
    let key = format!("audit-{}", action.replace(['.', '_'], "-"));
    let words = text.get(&key);
    if words == key { action.to_owned() } else { words }
}

/// What an actor is: a name alone could be anybody's.
fn kind_words(text: &Text, kind: &str) -> String {
    text.get(match kind {
        "key" => "audit-by-key",
        "shell" => "audit-by-shell",
        "system" => "audit-by-system",
        "nobody" => "audit-by-nobody",
        _ => "audit-by-person",
    })
}

fn item(context: &DeskContext, text: &Text, row: &AuditRow) -> impl IntoView + use<> {
    let address = row.address.clone().map(|address| view! { " · " {address} });
    let object = (!row.object.is_empty()).then(|| view! { " " <span class="object">{row.object.clone()}</span> });
    let changes = (!row.changes.is_empty()).then(|| {
        let items = row.changes.iter().map(|(name, before, after)| change(name, before, after));
        view! { <ul class="changes">{items.collect_view()}</ul> }
    });
    view! {
        <li id=format!("row-{}", row.seq)>
            <p class="audit-when"><TimeText at=row.at zone=context.zone.clone() text=text.clone()/></p>
            <p class="audit-who"><span class="tag">{kind_words(text, row.actor_kind)}</span> " " {row.actor.clone()} {address}</p>
            <div class="audit-what">
                <p><strong>{action_words(text, &row.action)}</strong> {object}</p>
                {changes}
            </div>
        </li>
    }
}

/// One value before and after. One that was not there, or is no more, is left out.
fn change(name: &str, before: &str, after: &str) -> impl IntoView + use<> {
    let old = (!before.is_empty()).then(|| view! { <del>{before.to_owned()}</del> });
    let arrow = (!before.is_empty() && !after.is_empty()).then_some(" → ");
    let new = (!after.is_empty()).then(|| view! { <ins>{after.to_owned()}</ins> });
    view! { <li><code>{name.to_owned()}</code> " " {old} {arrow} {new}</li> }
}
