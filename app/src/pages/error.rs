//! The page for addresses that lead nowhere: what happened, and the way back.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::data::PageContext;
use crate::routes::to;

/// Status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    let context = expect_context::<PageContext>();
    context.set_status(404);
    let text = context.text();
    view! {
        <Title text=text.get("not-found-title")/>
        <main id="content" class="page">
            <h1>{text.get("not-found-title")}</h1>
            <p>{text.get("not-found-text")}</p>
            <p><a href=to::status(context.language)>{text.get("back-to-status")}</a></p>
        </main>
    }
}
