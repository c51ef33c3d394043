//! The editor. Without a script it is a form with text areas that saves; with it, one with a preview beside it that loses nothing.

use domain::text::Language;
use leptos::prelude::*;

use super::postmortems::{postmortem_href, postmortem_number};
use crate::data::desk::{DeskContext, PostmortemEditPage};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, Submit, TextArea, TextField, TickBox};
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn PostmortemEditView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemEditPage,
) -> impl IntoView {
    let text = context.text();
    let href = postmortem_href(page.number);
    let form = &page.form;
    let script = context.assets.editor_script.clone().map(|src| view! { <script type="module" src=src></script> });
    let typing = page.typing.iter().map(|(name, at)| {
        view! {
            <p class="notice">
                {text.with("postmortem-typing", &[("name", name.clone().into())])} " "
                <TimeText at=*at zone=context.zone.clone() text=text.clone()/> " " {text.get("postmortem-typing-hint")}
            </p>
        }
    });
    let is_answer = (!form.errors.is_empty()).then_some("");
    let bodies = page.languages.iter().map(|language| language_part(&text, &page, *language)).collect_view();
    let titles = page.languages.iter().map(|language| title_field(&text, &page, *language)).collect_view();
    view! {
        <main id="content" class="desk postmortem-edit">
            <p class="back"><a href=href.clone()>{postmortem_number(page.number)} " " {page.title.clone()}</a></p>
            <h1>{text.get("postmortem-edit-title")}</h1>
            {typing.collect_view()}
            <form
                class="form editor-form"
                method="post"
                action=format!("{href}/edit")
                data-editor=href.clone()
                data-user=page.user.clone()
                data-words=page.words.clone()
                data-buffer-at=page.buffer_at.map(|at| at.as_ms().to_string())
                data-draft-answer=is_answer
            >
                // Enter in a title saves nothing: the first button is the one that Enter presses, and this one cannot be pressed.
                <button type="submit" disabled hidden></button>
                <FormErrors form=form.clone() text=text.clone()/>
                <Hidden name="base" value=form.value("base")/>
                {titles}
                {bodies}
                <div class="editor-end">
                    {only(&text, &page)}
                    <TextField
                        form=form.clone()
                        name="message"
                        label=text.get("postmortem-message")
                        hint=text.get("postmortem-message-hint")
                    />
                    <TickBox form=form.clone() name="minor" label=text.get("postmortem-minor-box") hint=text.get("postmortem-minor-hint")/>
                    <p id="editor-state" class="editor-state" role="status" aria-live="polite"></p>
                    <div class="actions"><Submit label=text.get("postmortem-save")/> <a class="act" href=href.clone()>{text.get("postmortem-edit-leave")}</a></div>
                </div>
            </form>
            {discard(&text, &page, &href)}
            {script}
        </main>
    }
}

fn title_field(text: &Text, page: &PostmortemEditPage, language: Language) -> impl IntoView + use<> {
    let (name, key) = match language {
        Language::Ja => ("title_ja", "postmortem-title-ja"),
        Language::En => ("title_en", "postmortem-title-en"),
    };
    view! { <TextField form=page.form.clone() name=name label=text.get(key)/> }
}

fn language_part(text: &Text, page: &PostmortemEditPage, language: Language) -> impl IntoView + use<> {
    let (name, key) = match language {
        Language::Ja => ("body_ja", "postmortem-body-ja"),
        Language::En => ("body_en", "postmortem-body-en"),
    };
    view! {
        <div class="editor-language" data-language=language.tag()>
            <TextArea form=page.form.clone() name=name label=text.get(key) hint=text.get("postmortem-body-hint") rows=24/>
        </div>
    }
}

/// In which languages it is meant to be: an explicit choice.
fn only(text: &Text, page: &PostmortemEditPage) -> Option<impl IntoView + use<>> {
    let choices = [("", "postmortem-only-both"), ("ja", "postmortem-only-ja-choice"), ("en", "postmortem-only-en-choice")];
    let choices = choices.map(|(value, key)| (value.to_owned(), text.get(key)));
    (page.languages.len() > 1).then(|| {
        view! { <Choice form=page.form.clone() name="only" label=text.get("postmortem-only") options=Vec::from(choices)/> }
    })
}

/// Throws away what was typed and not saved.
fn discard(text: &Text, page: &PostmortemEditPage, href: &str) -> Option<impl IntoView + use<>> {
    let action = format!("{href}/discard");
    page.buffer_at.map(|_| {
        view! {
            <details class="editor-discard">
                <summary>{text.get("postmortem-discard")}</summary>
                <form class="form" method="post" action=action data-editor-ends="">
                    <p class="hint">{text.get("postmortem-discard-hint")}</p>
                    <button type="submit" class="plain danger">{text.get("postmortem-discard")}</button>
                </form>
            </details>
        }
    })
}
