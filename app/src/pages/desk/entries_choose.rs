//! All rows of a timeline at once: which of them stand out, and which of them everybody may read. Row by row that would take an evening before each
//! postmortem.

use std::collections::HashMap;

use domain::incident::work::Visibility;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, EntriesChoosePage, EntryRow};
use crate::i18n::{Argument, Text};
use crate::parts::form::{Choice, FormErrors, Submit};
use crate::parts::incident_form::field_error;
use crate::parts::incident_words::{incident_href, kind_word, visibility_word};
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn EntriesChooseView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: EntriesChoosePage,
) -> impl IntoView {
    let text = context.text();
    let number = || [("n", Argument::from(page.number))];
    let href = incident_href(page.number);
    let words = |visibility: Visibility| (visibility.name().to_owned(), visibility_word(&text, visibility));
    let all = std::iter::once((String::new(), text.get("entries-as-chosen"))).chain(Visibility::ALL.iter().copied().map(words));
    let all: Vec<(String, String)> = all.collect();
    // There may be thousands, so what was typed is looked up, not searched for.
    let typed: HashMap<&str, &str> = page.form.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let rows = page.rows.iter().map(|row| one(&text, &page, &typed, row)).collect_view();
    let empty = page.rows.is_empty().then(|| view! { <p class="empty">{text.get("entries-none")}</p> });
    let for_all = page.may_tell.then(|| {
        let (label, hint) = (text.get("entries-all"), text.get("entries-all-hint"));
        view! { <Choice form=page.form.clone() name="all" label=label hint=hint options=all/> }
    });
    let only_stars = (!page.may_tell).then(|| view! { <p class="notice">{text.get("invalid-visibility-role")}</p> });
    let form = (!page.rows.is_empty()).then(|| {
        view! {
            <form class="form entries-form" method="post" action=format!("{href}/entries/choose")>
                <FormErrors form=page.form.clone() text=text.clone()/>
                {for_all}
                <ol class="desk-rows entries-choose">{rows}</ol>
                <Submit label=text.get("entries-save")/>
            </form>
        }
    });
    view! {
        <main id="content" class="desk entries-choose-page">
            <p class="back"><a href=href.clone()>{text.with("entry-edit-back", &number())}</a></p>
            <h1>{text.with("entries-title", &number())}</h1>
            <p class="description">{text.get("entries-text")}</p>
            {empty}
            {only_stars}
            {form}
        </main>
    }
}

fn one(text: &Text, page: &EntriesChoosePage, typed: &HashMap<&str, &str>, row: &EntryRow) -> impl IntoView + use<> {
    let name = format!("visibility_{}", row.id);
    let chosen = typed.get(name.as_str()).and_then(|name| Visibility::from_name(name));
    // A box that is not ticked is not sent: whoever chose something of this row chose that too.
    let is_typed = chosen.is_some();
    let chosen = chosen.unwrap_or(row.visibility);
    let options = Visibility::ALL.iter().map(|visibility| {
        let is_chosen = *visibility == chosen;
        view! { <option value=visibility.name() selected=is_chosen>{visibility_word(text, *visibility)}</option> }
    });
    let options = options.collect_view();
    let star = format!("star_{}", row.id);
    let is_starred = if is_typed { typed.contains_key(star.as_str()) } else { row.is_starred };
    let id = format!("field-{name}");
    let wrong = field_error(&page.form, &name);
    let is_locked = !page.may_tell;
    let zone = page.zone.clone();
    let label_id = format!("row-{}", row.id);
    view! {
        <li>
            <div id=label_id.clone()>
                <p class="soft"><TimeText at=row.occurred_at zone=zone text=text.clone()/> " · " {kind_word(text, row.kind)} " · " {row.actor.clone()}</p>
                <div class="told" inner_html=row.html.clone()></div>
            </div>
            <div class="entries-ways">
                <input type="hidden" name=format!("revision_{}", row.id) value=row.revision.to_string()/>
                {wrong}
                <select id=id name=name disabled=is_locked aria-label=text.get("entry-edit-visibility") aria-describedby=label_id.clone()>{options}</select>
                <label class="tick">
                    <input type="checkbox" name=star value="yes" checked=is_starred aria-describedby=label_id/>
                    " " <span>{text.get("entries-star")}</span>
                </label>
            </div>
        </li>
    }
}
