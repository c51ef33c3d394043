//! The page for an alert that no public runbook is bound to. It is rendered once for each language, with tokens in the place of names,
//! which the server replaces: names come from whoever asks, and nobody shall fill the memory with them. It says the same whether or not
//! a runbook is bound that is not public.

use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};
use leptos_router::hooks::use_params_map;

use crate::data::PageContext;
use crate::i18n::Text;
use crate::parts::head::escaped;
use crate::routes::to;

/// Stands for the name of the alert.
const ALERT: &str = "YAGURA-STUB-ALERT";
/// What others wrote about it; names stand there in lower case.
const UPSTREAM: &str = "https://runbooks.prometheus-operator.dev/runbooks/YAGURA-STUB-COMPONENT/YAGURA-STUB-LOWER";
/// Where it leads those who signed in.
const DESK: &str = "/desk/runbooks/for/YAGURA-STUB-COMPONENT/YAGURA-STUB-ALERT";

/// The page.
#[component]
pub fn AlertStubShow() -> impl IntoView {
    let context = expect_context::<PageContext>();
    let has_upstream = use_params_map().read_untracked().get("upstream").as_deref() == Some("yes");
    let text = context.text();
    let site = context.data.site(context.language);
    view! {
        <Title text=format!("{ALERT} · {}", escaped(&site.name))/>
        <Link id="icon" rel="icon" href="/icon.svg" type_="image/svg+xml"/>
        <Meta name="robots" content="noindex"/>
        <main id="content" class="page">
            <p class="back"><a href=to::runbooks(context.language)>{text.get("runbooks-back")}</a></p>
            <h1>{ALERT}</h1>
            <p class="description">{text.get("alert-stub-public")}</p>
            <ul class="runbook-list">
                {has_upstream.then(|| upstream(&text))}
                <li><a href=DESK rel="nofollow">{text.get("alert-stub-desk")}</a></li>
            </ul>
        </main>
    }
}

fn upstream(text: &Text) -> impl IntoView + use<> {
    view! { <li><a href=UPSTREAM rel="noreferrer">{text.with("alert-stub-upstream", &[("name", ALERT.into())])}</a></li> }
}
