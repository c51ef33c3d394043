//! What needs attention about runbooks: those that nobody looked at or practised for long, that are often not followed, or that have
//! mistakes; and names of alerts that two of them claim.

use leptos::prelude::*;

use super::runbooks::{HERE, runbook_href};
use crate::data::desk::{CoveragePage, DeskContext, StaleRow};
use crate::i18n::Text;

/// The page.
#[component]
pub fn CoverageView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: CoveragePage,
) -> impl IntoView {
    let text = context.text();
    let fresh = (page.fresh > 0 && !page.stale.is_empty())
        .then(|| view! { <p class="soft">{text.with("coverage-fresh", &[("n", page.fresh.into())])}</p> });
    view! {
        <main id="content" class="desk coverage">
            <p class="back"><a href=HERE>{text.get("runbooks-back")}</a></p>
            <h1>{text.get("coverage-title")}</h1>
            <p class="description">{text.get("coverage-text")}</p>
            {stale(&text, &page)}
            {fresh}
            {contested(&text, &page)}
        </main>
    }
}

/// The worst first.
fn stale(text: &Text, page: &CoveragePage) -> AnyView {
    if page.stale.is_empty() {
        return match page.fresh {
            0 => view! {
                <div class="empty">
                    <p>{text.get("runbooks-none")}</p>
                    <p class="actions"><a class="button" href="/desk/runbooks/write">{text.get("runbooks-write")}</a></p>
                </div>
            }
            .into_any(),
            fresh => view! { <p class="empty">{text.with("coverage-none", &[("n", fresh.into())])}</p> }.into_any(),
        };
    }
    let items = page.stale.iter().map(stale_item).collect_view();
    view! {
        <section aria-labelledby="coverage-stale">
            <h2 id="coverage-stale">{text.with("coverage-stale", &[("n", page.stale.len().into())])}</h2>
            <ol class="list-rows">{items}</ol>
        </section>
    }
    .into_any()
}

fn stale_item(row: &StaleRow) -> impl IntoView + use<> {
    let reasons = row.reasons.iter().map(|reason| view! { <li>{reason.clone()}</li> }).collect_view();
    view! {
        <li>
            <p class="list-head"><a href=runbook_href(&row.slug)>{row.title.clone()}</a></p>
            <ul class="reasons">{reasons}</ul>
        </li>
    }
}

/// Names that two runbooks claim. The first gets them; whoever wrote the other one may not know.
fn contested(text: &Text, page: &CoveragePage) -> Option<impl IntoView + use<>> {
    let items = page.contested.iter().map(|(alert, slugs)| {
        let slugs = slugs.iter().enumerate().map(|(place, slug)| {
            let used = (place == 0).then(|| view! { " " <span class="tag">{text.get("coverage-used")}</span> });
            view! { <li><a class="act" href=runbook_href(slug)>{slug.clone()}</a> {used}</li> }
        });
        let slugs = slugs.collect_view();
        view! { <li><p class="list-head"><strong>{alert.clone()}</strong></p> <ul class="reasons">{slugs}</ul></li> }
    });
    let items = items.collect_view();
    (!items.is_empty()).then(|| {
        view! {
            <section aria-labelledby="coverage-contested">
                <h2 id="coverage-contested">{text.get("coverage-contested")}</h2>
                <p class="description">{text.get("coverage-contested-text")}</p>
                <ul class="list-rows">{items}</ul>
            </section>
        }
    })
}
