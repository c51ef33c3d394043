//! Takes a postmortem that was written elsewhere: first it is shown how it is read, then it is kept.

use leptos::prelude::*;

use super::postmortems::HERE;
use crate::data::desk::{DeskContext, PostmortemImportPage, ReadText};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, Submit, TextArea, TextField};
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn PostmortemImportView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemImportPage,
) -> impl IntoView {
    let text = context.text();
    let form = &page.form;
    let languages = ["ja", "en"].map(|tag| (tag.to_owned(), text.get(&format!("language-{tag}"))));
    let zones = page.zones.iter().map(|zone| (zone.clone(), zone.clone())).collect::<Vec<_>>();
    let incidents = std::iter::once((String::new(), text.get("import-new-incident")))
        .chain(page.incidents.iter().map(|(number, title)| (number.to_string(), format!("INC-{number} {title}"))))
        .collect::<Vec<_>>();
    let keep = page
        .read
        .is_some()
        .then(|| view! { <button type="submit" class="primary" name="keep" value="yes">{text.get("import-keep")}</button> });
    let is_answer = page.read.is_some().then_some("");
    view! {
        <main id="content" class="desk edit-page">
            <p class="back"><a href=HERE>{text.get("postmortems-title")}</a></p>
            <h1>{text.get("import-title")}</h1>
            <p class="description">{text.get("import-text")}</p>
            {read(&text, &page)}
            <form class="form" method="post" action="/desk/postmortems/import" data-draft="postmortem-import" data-draft-answer=is_answer>
                <Hidden name="request" value=page.form.value("request")/>
                <FormErrors form=form.clone() text=text.clone()/>
                <TextArea form=form.clone() name="text" label=text.get("import-source") hint=text.get("import-source-hint") rows=16/>
                <TextField form=form.clone() name="title" label=text.get("import-name") hint=text.get("import-name-hint")/>
                <Choice form=form.clone() name="language" label=text.get("import-language") options=Vec::from(languages)/>
                <TextField form=form.clone() name="day" label=text.get("import-day") hint=text.get("import-day-hint") kind="date"/>
                <Choice form=form.clone() name="zone" label=text.get("import-zone") options=zones/>
                <Choice form=form.clone() name="incident" label=text.get("import-incident") options=incidents/>
                <div class="actions"><Submit label=text.get("import-read")/> {keep}</div>
            </form>
        </main>
    }
}

fn read(text: &Text, page: &PostmortemImportPage) -> Option<impl IntoView + use<>> {
    page.read.as_ref().map(|ReadText { title, rows, rest }| {
        let items = rows.iter().map(|(at, words)| {
            view! { <li><TimeText at=*at zone=page.zone.clone() text=text.clone()/> " " {words.clone()}</li> }
        });
        let items = items.collect_view();
        let count = text.with("import-rows", &[("n", rows.len().into())]);
        view! {
            <section class="made" aria-labelledby="read">
                <h2 id="read">{text.get("import-is-read")}</h2>
                <p><strong>{title.clone()}</strong></p>
                <p>{count}</p>
                <ol class="import-rows">{items}</ol>
                <details><summary>{text.get("import-rest")}</summary><pre>{rest.clone()}</pre></details>
            </section>
        }
    })
}
