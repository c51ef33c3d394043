//! All runbooks that everybody may read.

use leptos::prelude::*;
use leptos_meta::Meta;

use crate::data::{PageContext, PublicSite, RunbookList};
use crate::i18n::Text;
use crate::parts::head::Head;
use crate::routes::to;

/// The list.
#[component]
pub fn RunbookIndex() -> impl IntoView {
    let context = expect_context::<PageContext>();
    Suspend::new(async move {
        let text = context.text();
        let site = context.data.site(context.language);
        let list = context.data.runbooks(context.language).await;
        show(&text, &site, &list).into_any()
    })
}

fn show(text: &Text, site: &PublicSite, list: &RunbookList) -> impl IntoView + use<> {
    let items = list.rows.iter().map(|(slug, title, alerts)| {
        let names = alerts.join(&text.separator("list-separator"));
        let alerts = (!names.is_empty())
            .then(|| view! { <p class="runbook-alerts">{text.with("runbook-alerts", &[("names", names.into())])}</p> });
        view! { <li><a href=to::runbook(text.language(), slug)>{title.clone()}</a> {alerts}</li> }
    });
    let items = items.collect_view();
    let rows = if items.is_empty() {
        view! { <p class="empty">{text.get("runbooks-none-public")}</p> }.into_any()
    } else {
        view! { <ul class="runbook-list">{items}</ul> }.into_any()
    };
    view! {
        <Head title=text.get("runbooks-title") status=None site=site.clone()/>
        <Meta name="robots" content="noindex"/>
        <main id="content" class="page">
            <p class="back"><a href=to::status(text.language())>{text.get("back-to-status")}</a></p>
            <h1>{text.get("runbooks-title")}</h1>
            <p class="description">{text.get("runbooks-public-text")}</p>
            {rows}
        </main>
    }
}
