//! Something at the desk is not to be had: what happened, and where to go from here.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, Failure};
use crate::format;
use crate::i18n::Text;
use crate::routes::to;

/// What is said above it, and in the browser's tab.
pub fn title(failure: Failure, text: &Text) -> String {
    text.get(&format!("failure-{}-title", failure.key()))
}

/// The page.
#[component]
pub fn FailureView(
    /// What it is rendered from.
    context: DeskContext,
    /// What happened.
    page: Failure,
) -> impl IntoView {
    let text = context.text();
    let key = format!("failure-{}-text", page.key());
    let words = match page {
        Failure::TooManyAttempts(seconds) => {
            let length = format::length(&text, seconds.saturating_mul(1_000));
            text.with(&key, &[("length", length.into())])
        }
        _ => text.get(&key),
    };
    let again = matches!(page, Failure::TooManyAttempts(_) | Failure::Unavailable).then(|| {
        view! { <li><a class="act" href=context.path.clone()>{text.get("failure-again")}</a></li> }
    });
    let (href, desk) = match context.viewer {
        Some(_) => ("/desk/", "failure-desk"),
        None => ("/desk/sign-in", "failure-sign-in"),
    };
    view! {
        <main id="content" class="desk refusal">
            <h1>{title(page, &text)}</h1>
            <p>{words}</p>
            <ul>
                {again}
                <li><a class="act" href=href>{text.get(desk)}</a></li>
                <li><a class="act" href=to::status(context.language)>{text.get("failure-public")}</a></li>
            </ul>
        </main>
    }
}
