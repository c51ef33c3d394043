//! Recovery codes that were just made. They are shown this once.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, RecoveryCodesPage};
use crate::parts::desk_lists::CopyBlock;

/// The page.
#[component]
pub fn RecoveryCodesView(
    /// What it is rendered from.
    context: DeskContext,
    /// The codes.
    page: RecoveryCodesPage,
) -> impl IntoView {
    let text = context.text();
    view! {
        <main id="content" class="desk narrow">
            <h1>{text.get("recovery-codes-title")}</h1>
            <p>{text.get("recovery-codes-text")}</p>
            <section class="made">
                <p><strong>{text.get("recovery-codes-once")}</strong></p>
                <CopyBlock label=text.get("recovery-codes-copy") value=page.codes.join("\n")/>
            </section>
            <p>{text.get("recovery-codes-keep")}</p>
            <p><a class="button" href="/desk/account">{text.get("recovery-codes-done")}</a></p>
        </main>
    }
}
