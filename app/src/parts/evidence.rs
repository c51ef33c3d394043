//! Files that belong to a row of a timeline: those that are there, and the two forms that add one. Both are sent as multipart, which is
//! how a browser sends a file.

use leptos::prelude::*;

use crate::data::desk::{EntryEditPage, EvidenceRow, FormState};
use crate::i18n::Text;
use crate::parts::form::{FormErrors, PostButton, TextArea, TextField};
use crate::parts::incident_form::{field_error, keep_secrets};
use crate::parts::incident_words::{incident_href, size_words};

/// What is offered first when a file is chosen; what it really is, is found out from its bytes.
const ACCEPT: &str = "image/png,image/jpeg,image/webp,image/gif,text/plain,.log,.txt,.md,.yaml,.json";

/// The files of a row, and how to add one for whoever may.
pub fn evidence(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    let may_add = page.may_write && !page.row.is_deleted;
    let list = if page.row.evidence.is_empty() {
        let nothing = if may_add { "evidence-none-add" } else { "evidence-none" };
        view! { <p class="empty">{text.get(nothing)}</p> }.into_any()
    } else {
        let items = page.row.evidence.iter().map(|file| item(text, page, file)).collect_view();
        view! { <ul class="evidence-list">{items}</ul> }.into_any()
    };
    let forms = may_add.then(|| view! { <div class="evidence-forms">{upload(text, page)} {typed(text, page)}</div> });
    view! {
        <section aria-labelledby="evidence">
            <h2 id="evidence">{text.get("evidence-title")}</h2>
            <p class="description">{text.get("evidence-text")}</p>
            {list}
            {forms}
        </section>
    }
}

fn item(text: &Text, page: &EntryEditPage, file: &EvidenceRow) -> impl IntoView + use<> {
    let href = format!("{}/evidence/{}", incident_href(page.number), file.id);
    // Its name stands beside it in the same link.
    let picture = file.is_image.then(|| view! { <img class="thumbnail" src=href.clone() alt="" loading="lazy"/> });
    let delete = page.may_write.then(|| {
        view! {
            <PostButton
                action=format!("{href}/delete")
                label=text.get("evidence-delete")
                ask=text.with("evidence-delete-ask", &[("name", file.name.clone().into())])
                is_danger=true
            />
        }
    });
    view! {
        <li>
            <a href=href.clone()>{picture} <span class="file-name">{file.name.clone()}</span></a>
            <span class="soft number">{size_words(text, file.bytes)}</span>
            {delete}
        </li>
    }
}

/// True when it was the form for text that came back with what is wrong. A file does not come back: browsers never fill that in.
fn is_typed(page: &EntryEditPage) -> bool {
    !page.evidence_form.value("text").is_empty()
}

fn action(page: &EntryEditPage) -> String {
    format!("{}/entries/{}/evidence", incident_href(page.number), page.row.id)
}

fn upload(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    let form = if is_typed(page) { FormState::default() } else { page.evidence_form.clone() };
    let error = field_error(&form, "file");
    let (class, invalid, described_by) = match &error {
        Some(_) => ("field is-wrong", Some("true"), "error-file hint-file"),
        None => ("field", None, "hint-file"),
    };
    view! {
        <form class="form evidence-form" method="post" action=action(page) enctype="multipart/form-data">
            <h3>{text.get("evidence-file")}</h3>
            <FormErrors form=form.clone() text=text.clone()/>
            <div class=class>
                <label for="field-file">{text.get("evidence-file-field")}</label>
                <p class="hint" id="hint-file">{text.get("evidence-file-hint")}</p>
                {error}
                <input
                    id="field-file"
                    name="file"
                    type="file"
                    accept=ACCEPT
                    required
                    aria-describedby=described_by
                    aria-invalid=invalid
                />
            </div>
            {keep_secrets(text, &form)}
            <button type="submit" class="plain">{text.get("evidence-upload")}</button>
        </form>
    }
}

fn typed(text: &Text, page: &EntryEditPage) -> impl IntoView + use<> {
    let form = if is_typed(page) { page.evidence_form.clone() } else { FormState::default() };
    view! {
        <form
            class="form evidence-form"
            method="post"
            action=action(page)
            enctype="multipart/form-data"
            data-draft=format!("evidence-{}", page.row.id)
        >
            <h3>{text.get("evidence-paste")}</h3>
            <FormErrors form=form.clone() text=text.clone()/>
            <TextField form=form.clone() name="name" label=text.get("evidence-name") hint=text.get("evidence-name-hint")/>
            <TextArea
                form=form.clone()
                name="text"
                label=text.get("evidence-content")
                hint=text.get("evidence-content-hint")
                rows=5
            />
            {keep_secrets(text, &form)}
            <button type="submit" class="plain">{text.get("evidence-add")}</button>
        </form>
    }
}
