//! What needs attention about runbooks: those that nobody looked at or practised for long, that are often not followed, or that have
//! mistakes; and names of alerts that two of them claim.

use leptos::prelude::*;

use super::runbooks::{HERE, runbook_href};
use crate::data::desk::{CoveragePage, DeskContext, StaleRow};
use crate::i18n::Text;
use crate::parts::alert_rows::alert_href;
use crate::parts::desk_lists::fact_at;

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
            {uncovered(&text, &page)}
            {unknown(&context, &text, &page)}
            {waived(&context, &text, &page)}
            {ready(&text, &page)}
            {stale(&text, &page)}
            {fresh}
            {contested(&text, &page)}
        </main>
    }
}

/// Types that ring and lead nowhere.
fn uncovered(text: &Text, page: &CoveragePage) -> Option<impl IntoView + use<>> {
    let items = page.uncovered.iter().map(|kind| {
        let why = match (&kind.runbook, kind.until) {
            (Some(slug), _) => text.with("coverage-type-gone", &[("name", slug.clone().into())]),
            (None, Some(_)) => text.with("coverage-type-expired", &[("reason", kind.reason.clone().unwrap_or_default().into())]),
            (None, None) => text.get("coverage-type-nothing"),
        };
        view! {
            <li>
                <p class="list-head"><strong>{kind.name.clone()}</strong> <small class="soft">{kind.slug.clone()}</small></p>
                <p>{why}</p>
            </li>
        }
    });
    let items = items.collect_view();
    (!page.uncovered.is_empty()).then(|| {
        view! {
            <section aria-labelledby="coverage-types">
                <h2 id="coverage-types">{text.get("coverage-types")}</h2>
                <ul class="list-rows">{items}</ul>
            </section>
        }
    })
}

/// What rang and nobody had written about.
fn unknown(context: &DeskContext, text: &Text, page: &CoveragePage) -> Option<impl IntoView + use<>> {
    let items = page.unknown.iter().map(|name| {
        let summary = name.summary.clone().map(|summary| view! { <p class="alert-summary">{summary}</p> });
        let elsewhere = name.elsewhere.clone().map(|href| {
            view! { <a class="act" href=href rel="noreferrer">{text.get("alert-elsewhere")}</a> }
        });
        view! {
            <li>
                <p class="list-head"><a href=alert_href(name.last)>{name.name.clone()}</a></p>
                {summary}
                <ul class="facts">
                    <li class="number">{text.with("coverage-rang", &[("n", (name.count as usize).into())])}</li>
                    {fact_at(text, "coverage-rang-last", name.last_at, &context.zone)}
                </ul>
                <div class="actions"><a class="plain" href=name.write_href.clone()>{text.get("alert-write-runbook")}</a> {elsewhere}</div>
            </li>
        }
    });
    let items = items.collect_view();
    (!page.unknown.is_empty()).then(|| {
        view! {
            <section aria-labelledby="coverage-unknown">
                <h2 id="coverage-unknown">{text.with("coverage-unknown", &[("n", page.unknown.len().into())])}</h2>
                <p class="description">{text.get("coverage-unknown-text")}</p>
                <ul class="list-rows">{items}</ul>
            </section>
        }
    })
}

/// Types for which somebody said why they have none.
fn waived(context: &DeskContext, text: &Text, page: &CoveragePage) -> Option<impl IntoView + use<>> {
    let items = page.waived.iter().map(|kind| {
        let until = kind.until.map(|at| fact_at(text, "coverage-waived-until", at, &context.zone));
        view! {
            <li>
                <p class="list-head"><strong>{kind.name.clone()}</strong> <small class="soft">{kind.slug.clone()}</small></p>
                <p>{kind.reason.clone()}</p>
                <ul class="facts">{until}</ul>
            </li>
        }
    });
    let items = items.collect_view();
    (!page.waived.is_empty()).then(|| {
        view! {
            <section aria-labelledby="coverage-waived">
                <h2 id="coverage-waived">{text.get("coverage-waived")}</h2>
                <ul class="list-rows">{items}</ul>
            </section>
        }
    })
}

/// Runbooks whose alerts are no configured type yet: what to write into the configuration.
fn ready(text: &Text, page: &CoveragePage) -> Option<impl IntoView + use<>> {
    let lines = page.ready.iter().map(|(slug, _)| format!("  - runbook: {slug}")).collect::<Vec<_>>().join("\n");
    let titles = page.ready.iter().map(|(slug, title)| view! { <li><a href=runbook_href(slug)>{title.clone()}</a></li> });
    let titles = titles.collect_view();
    (!page.ready.is_empty()).then(|| {
        view! {
            <details class="coverage-ready">
                <summary>{text.with("coverage-ready", &[("n", page.ready.len().into())])}</summary>
                <p class="description">{text.get("coverage-ready-text")}</p>
                <pre tabindex="0"><code>{format!("alert_types:\n{lines}")}</code></pre>
                <ul>{titles}</ul>
            </details>
        }
    })
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
