//! An alert that no runbook is bound to: what others wrote about it, runbooks of ours that may fit, and the way to write one.

use leptos::prelude::*;

use super::runbooks::{HERE, runbook_href};
use crate::data::desk::{AlertStubPage, DeskContext};
use crate::i18n::Text;
use crate::parts::alert_rows::alert_list;

/// The page.
#[component]
pub fn AlertStubView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: AlertStubPage,
) -> impl IntoView {
    let text = context.text();
    // That of an alert whose part of a cluster nobody said.
    let of = (page.component != "alert")
        .then(|| view! { <p class="soft">{text.with("alert-stub-of", &[("name", page.component.clone().into())])}</p> });
    let upstream = page.upstream.clone().map(|href| {
        let words = text.with("alert-stub-upstream", &[("name", page.alert.clone().into())]);
        view! { <p><a class="act" href=href rel="noreferrer">{words}</a></p> }
    });
    view! {
        <main id="content" class="desk alert-stub">
            <p class="back"><a href=HERE>{text.get("runbooks-back")}</a></p>
            <h1>{page.alert.clone()}</h1>
            {of}
            <p class="description">{text.get("alert-stub-none")}</p>
            {upstream}
            {rang(&context, &text, &page)}
            {similar(&text, &page)}
            <section aria-labelledby="alert-stub-write">
                <h2 id="alert-stub-write">{text.get("alert-stub-write")}</h2>
                <p class="description">{text.get("alert-stub-write-text")}</p>
                <p class="actions"><a class="button" href=page.write_href.clone()>{text.get("alert-stub-write-this")}</a></p>
            </section>
        </main>
    }
}

/// When it rang, and what its source said of it.
fn rang(context: &DeskContext, text: &Text, page: &AlertStubPage) -> Option<impl IntoView + use<>> {
    alert_list(context, &page.rang).map(|list| {
        view! {
            <section aria-labelledby="alert-stub-rang">
                <h2 id="alert-stub-rang">{text.get("alert-stub-rang")}</h2>
                {list}
            </section>
        }
    })
}

/// Runbooks that are called like it. Only a person can say whether one of them fits.
fn similar(text: &Text, page: &AlertStubPage) -> Option<impl IntoView + use<>> {
    let items = page.similar.iter().map(|(slug, title)| {
        view! { <li><p class="list-head"><a href=runbook_href(slug)>{title.clone()}</a></p></li> }
    });
    let items = items.collect_view();
    let how = text.with("alert-stub-similar-text", &[("name", page.alert.clone().into())]);
    (!items.is_empty()).then(|| {
        view! {
            <section aria-labelledby="alert-stub-similar">
                <h2 id="alert-stub-similar">{text.get("alert-stub-similar")}</h2>
                <ul class="list-rows">{items}</ul>
                <p class="hint">{how}</p>
            </section>
        }
    })
}
