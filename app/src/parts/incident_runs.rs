//! Runbooks in an incident: what is being followed, and what can be begun with one tap.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, IncidentPage, OfferedRunbook};
use crate::i18n::Text;
use crate::parts::form::PostButton;
use crate::parts::incident_words::incident_href;
use crate::parts::run_rows::RunRows;

/// The runbooks of an incident; nothing where there are none and whoever looks may begin none.
pub fn runs(context: &DeskContext, page: &IncidentPage) -> impl IntoView + use<> {
    let text = context.text();
    let offered = (page.may_respond && !page.offered.is_empty()).then(|| offered(&text, page));
    let followed = if page.runs.is_empty() {
        view! { <p class="empty">{text.get("incident-runs-none")}</p> }.into_any()
    } else {
        view! { <RunRows rows=page.runs.clone() text=text.clone() zone=page.zone.clone() now=context.now/> }.into_any()
    };
    view! {
        <section id="incident-runs" class="incident-runs" aria-labelledby="incident-runs-heading" data-live>
            <h2 id="incident-runs-heading">{text.get("incident-runs-title")}</h2>
            {followed}
            {offered}
            <p><a class="plain" href="/desk/runbooks">{text.get("incident-runs-all")}</a></p>
        </section>
    }
}

fn offered(text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let action = format!("{}/runs", incident_href(page.row.number));
    let item = |one: &OfferedRunbook| {
        let why = text.get(&format!("offered-{}", one.why));
        view! {
            <li>
                <PostButton action=action.clone() label=one.title.clone() fields=vec![("runbook", one.slug.clone())]/>
                <small class="soft">{why}</small>
            </li>
        }
    };
    let items = page.offered.iter().map(item).collect_view();
    view! { <p class="soft">{text.get("incident-runs-offered")}</p> <ul class="offered">{items}</ul> }
}
