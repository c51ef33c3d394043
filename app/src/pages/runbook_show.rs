//! The page of a runbook that everybody may read. Search engines are told to leave it: what helps here is for those whom an alert led.

use leptos::prelude::*;
use leptos_meta::Meta;
use leptos_router::hooks::use_params_map;

use crate::data::{PageContext, PageError, PublicSite, RunbookText};
use crate::i18n::Text;
use crate::pages::error::{NotFound, Unavailable};
use crate::parts::head::Head;
use crate::parts::runbook::RunbookBody;
use crate::routes::to;

/// The page of a runbook.
#[component]
pub fn RunbookShow() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let slug = use_params_map().read_untracked().get("slug").unwrap_or_default();
    Suspend::new(async move {
        let text = context.text();
        let site = context.data.site(context.language);
        match context.data.runbook(context.language, &slug).await {
            Ok(runbook) => show(&text, &site, &runbook).into_any(),
            Err(PageError::NotFound) => NotFound().into_any(),
            Err(PageError::Unavailable) => Unavailable().into_any(),
        }
    })
}

fn show(text: &Text, site: &PublicSite, runbook: &RunbookText) -> impl IntoView + use<> {
    let language = text.language();
    view! {
        <Head title=runbook.title.clone() status=None site=site.clone()/>
        <Meta name="robots" content="noindex"/>
        <main id="content" class="page">
            <p class="back"><a href=to::runbooks(language)>{text.get("runbooks-back")}</a></p>
            <h1>{runbook.title.clone()}</h1>
            <RunbookBody runbook=runbook.clone() text=text.clone() language=language/>
            <p class="runbook-source"><a href=to::runbook_source(language, &runbook.slug)>{text.get("runbook-source")}</a></p>
        </main>
    }
}
