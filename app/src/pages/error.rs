//! The pages for addresses that lead nowhere and for what cannot be shown now: what happened, and the way back.

use leptos::prelude::*;
use leptos_meta::{Link, Title};

use crate::data::PageContext;
use crate::routes::to;

/// Status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    refusal(404, "not-found-title", "not-found-text")
}

/// Status 503.
#[component]
pub fn Unavailable() -> impl IntoView {
    refusal(503, "unavailable-title", "unavailable-text")
}

fn refusal(status: u16, title: &str, words: &str) -> impl IntoView + use<> {
    let context = expect_context::<PageContext>();
    context.set_status(status);
    let text = context.text();
    view! {
        <Title text=text.get(title)/>
        <Link id="icon" rel="icon" href="/icon.svg" type_="image/svg+xml"/>
        <main id="content" class="page refusal">
            <p class="code" aria-hidden="true">{status}</p>
            <h1>{text.get(title)}</h1>
            <p>{text.get(words)}</p>
            <ul>
                <li><a href=to::status(context.language)>{text.get("back-to-status")}</a></li>
                <li><a href=to::history(context.language, None)>{text.get("history-open")}</a></li>
            </ul>
        </main>
    }
}
