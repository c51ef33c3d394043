//! Before a postmortem is published: the list that is gone through, and what everybody will read. Published is published, so Enter in a field does
//! nothing.

use domain::postmortem::State;
use leptos::prelude::*;

use super::postmortem_show::one_text;
use super::postmortems::{postmortem_href, postmortem_number, state_word};
use crate::data::desk::{CheckLine, DeskContext, PostmortemPublishPage};
use crate::i18n::Text;
use crate::parts::form::{FormErrors, Hidden, TextField, TickBox};
use crate::parts::incident_words::incident_href;

/// The page.
#[component]
pub fn PostmortemPublishView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: PostmortemPublishPage,
) -> impl IntoView {
    let text = context.text();
    let href = postmortem_href(page.line.number);
    let is_ready = page.line.state == State::Approved;
    // Enter in a field sends nothing: a form is sent by its first button, and this one cannot be pressed.
    let no_enter = view! { <button type="submit" disabled hidden></button> };
    let blocks = page.points.iter().any(|point| point.weight == "blocks");
    let announce = (page.can_announce && is_ready).then(|| {
        view! {
            <TickBox form=page.form.clone() name="announce" label=text.get("publish-announce") hint=text.get("publish-announce-hint")/>
        }
    });
    let send = if page.line.state == State::Published {
        view! { <p class="notice">{text.get("publish-is-out")}</p> }.into_any()
    } else if !is_ready {
        let state = state_word(&text, page.line.state);
        view! { <p class="notice">{text.with("publish-not-yet", &[("state", state.into())])}</p> }.into_any()
    } else if blocks {
        view! { <p class="notice">{text.get("publish-blocked")}</p> }.into_any()
    } else {
        view! {
            <TextField
                form=page.form.clone()
                name="message"
                label=text.get("publish-message")
                hint=text.get(if page.is_again { "publish-message-hint" } else { "publish-message-first" })
            />
            {announce}
            <button type="submit" class="primary">{text.get("publish-send")}</button>
        }
        .into_any()
    };
    let approved = page.approved.as_ref().map(|(revision, name, is_own)| {
        let key = if *is_own { "publish-approved-own" } else { "publish-approved" };
        let words = text.with(key, &[("n", (*revision).into()), ("name", name.clone().into())]);
        let since = (*revision != page.revision).then(|| {
            let key = if is_ready { "publish-minor-since" } else { "publish-unread-since" };
            text.with(key, &[("n", page.revision.into())])
        });
        view! { <p>{words} " " {since}</p> }
    });
    let texts = page.texts.iter().map(|shown| one_text(&text, shown, page.texts.len() > 1)).collect_view();
    view! {
        <main id="content" class="desk postmortem-publish">
            <p class="back"><a href=href.clone()>{postmortem_number(page.line.number)} " " {page.line.title.clone()}</a></p>
            <h1>{text.get("publish-title")}</h1>
            <p class="description">{text.with("publish-text", &[("n", page.revision.into())])}</p>
            {approved}
            <form class="form" method="post" action=format!("{href}/publish")>
                {no_enter}
                <FormErrors form=page.form.clone() text=text.clone()/>
                <Hidden name="version" value=page.form.value("version")/>
                <Hidden name="revision" value=page.revision.to_string()/>
                <fieldset class="fields">
                    <legend>{text.get("publish-check")}</legend>
                    <ul class="check-list">{page.points.iter().map(|one| point(&text, &page, one)).collect_view()}</ul>
                </fieldset>
                {send}
            </form>
            <section aria-labelledby="preview" class="postmortem-reading">
                <h2 id="preview">{text.get("publish-preview")}</h2>
                {texts}
            </section>
        </main>
    }
}

fn point(text: &Text, page: &PostmortemPublishPage, one: &CheckLine) -> impl IntoView + use<> {
    let id = format!("field-{}", one.key);
    let mark = text.get(&format!("check-weight-{}", one.weight));
    let words = if one.weight == "fine" {
        text.get(&format!("check-{}-fine", one.key))
    } else {
        text.with(&format!("check-{}", one.key), &[("n", one.count.into())])
    };
    let found = one.found.iter().map(|(key, before, found, after)| {
        view! { <li><span class="soft">{text.get(key)}</span> " " {before.clone()} <mark>{found.clone()}</mark> {after.clone()}</li> }
    });
    let found = found.collect_view();
    let found = (!one.found.is_empty()).then(|| view! { <ul class="check-found">{found}</ul> });
    // Where it can be mended.
    let way = match (one.key, one.weight) {
        (_, "fine") => None,
        ("internal-rows", _) => {
            Some((format!("{}/entries/choose", incident_href(page.line.incident)), text.get("entries-choose")))
        }
        ("actions", _) => {
            Some((format!("/desk/action-items/new?incident={}", page.line.incident), text.get("incident-actions-new")))
        }
        _ => None,
    };
    let way = way.map(|(href, words)| view! { <p><a href=href>{words}</a></p> });
    let decide = (one.weight == "decide").then(|| {
        let checked = page.form.has("decided", one.key);
        let error = page.form.error(one.key).map(|error| view! { <p class="field-error">{error}</p> });
        view! {
            <label class="tick">
                <input type="checkbox" name="decided" value=one.key checked=checked/>
                " "
                <span>{text.get("check-decide")}</span>
            </label>
            {error}
        }
    });
    view! {
        <li class=format!("check-{}", one.weight) id=id tabindex="-1">
            <p><span class="check-mark">{mark}</span> " " {words}</p>
            {found}
            {way}
            {decide}
        </li>
    }
}
