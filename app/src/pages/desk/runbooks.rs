//! Runbooks at the desk: those that are being followed now, then all of them with what is known of their use and what is due.

use leptos::prelude::*;

use crate::data::desk::{DeskContext, RunbookRow, RunbooksPage};
use crate::format;
use crate::i18n::Text;
use crate::pages::desk::runbook_write::finding_list;
use crate::parts::desk_lists::fact_at;
use crate::parts::form::{FormErrors, Submit, TextField};
use crate::parts::run_rows::RunRows;

/// Where the list is.
pub(super) const HERE: &str = "/desk/runbooks";

/// The page of a runbook at the desk.
pub(super) fn runbook_href(slug: &str) -> String {
    format!("{HERE}/{slug}")
}

/// What is due, as far as lists say it otherwise or do not have to say it.
const SAID_ELSEWHERE: [&str; 2] = ["mistakes", "warnings"];
/// How a file says where runbooks of one's own are.
const CONFIGURATION: &str = "runbooks:\n  folder: /etc/yagura/runbooks";

/// The page.
#[component]
pub fn RunbooksView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: RunbooksPage,
) -> impl IntoView {
    let text = context.text();
    let items = page.rows.iter().map(|row| item(&context, &text, row)).collect_view();
    let list = if items.is_empty() {
        let nothing = if page.total == 0 { "runbooks-none" } else { "runbooks-none-found" };
        view! { <p class="empty">{text.get(nothing)}</p> }.into_any()
    } else {
        view! { <ul class="list-rows runbook-rows">{items}</ul> }.into_any()
    };
    view! {
        <main id="content" class="desk runbooks">
            <h1>{text.get("runbooks-title")}</h1>
            <p class="description">{text.get("runbooks-text")}</p>
            {active(&context, &text, &page)}
            <section aria-labelledby="runbooks-all">
                <h2 id="runbooks-all">{text.get("runbooks-all")}</h2>
                <p class="actions">
                    <a class="plain" href="/desk/runbooks/write">{text.get("runbooks-write")}</a>
                    <a class="plain" href="/desk/coverage">{text.get("runbooks-coverage")}</a>
                </p>
                {filter(&text, &page)}
                {list}
            </section>
            <section aria-labelledby="runbooks-own">
                <h2 id="runbooks-own">{text.get("runbooks-own")}</h2>
                {place(&text, page.folder.as_deref())}
                {folder_problem(&text, &page)}
                {strays(&text, &page)}
            </section>
        </main>
    }
}

/// Runs that go on: whoever comes here at night most likely comes for one of them.
fn active(context: &DeskContext, text: &Text, page: &RunbooksPage) -> Option<impl IntoView + use<>> {
    (!page.active.is_empty()).then(|| {
        view! {
            <section aria-labelledby="runbooks-active">
                <h2 id="runbooks-active">{text.get("runbooks-active")}</h2>
                <RunRows rows=page.active.clone() text=text.clone() zone=context.zone.clone() now=context.now/>
            </section>
        }
    })
}

fn filter(text: &Text, page: &RunbooksPage) -> impl IntoView + use<> {
    let all = (!page.form.value("q").is_empty()).then(|| view! { <a class="act" href=HERE>{text.get("runbooks-show-all")}</a> });
    view! {
        <form method="get" action=HERE class="runbook-filter" role="search">
            <FormErrors form=page.form.clone() text=text.clone()/>
            <TextField
                form=page.form.clone()
                name="q"
                label=text.get("runbooks-search")
                hint=text.get("runbooks-search-hint")
                kind="search"
            />
            <div class="actions"><Submit label=text.get("runbooks-show")/> {all}</div>
        </form>
    }
}

/// Where the files of one's own go, or how to name a folder for them.
pub(super) fn place(text: &Text, folder: Option<&str>) -> AnyView {
    match folder {
        Some(folder) => {
            let (before, after) = text.around("runbooks-folder", "name");
            view! { <p class="runbook-place">{before} <code>{folder.to_owned()}</code> {after}</p> }.into_any()
        }
        None => view! {
            <p class="runbook-place">{text.get("runbooks-no-folder")}</p>
            <pre tabindex="0"><code>{CONFIGURATION}</code></pre>
        }
        .into_any(),
    }
}

/// The folder cannot be read: what was read before is in use.
fn folder_problem(text: &Text, page: &RunbooksPage) -> Option<impl IntoView + use<>> {
    page.folder_problem.clone().map(|problem| {
        view! { <p class="notice warn" role="alert">{text.with("runbooks-folder-problem", &[("problem", problem.into())])}</p> }
    })
}

/// Files that lie in the folder and are no runbooks.
fn strays(text: &Text, page: &RunbooksPage) -> Option<impl IntoView + use<>> {
    (!page.strays.is_empty()).then(|| {
        let words = text.with("runbooks-strays", &[("n", page.strays.len().into())]);
        view! { <details class="runbook-findings"><summary>{words}</summary> {finding_list(text, &page.strays)}</details> }
    })
}

/// What a runbook is beside its name, and what is due about it.
pub(super) fn tags(text: &Text, row: &RunbookRow) -> impl IntoView + use<> {
    let plain = |words: String| view! { <span class="tag">{words}</span> };
    let loud = |words: String| view! { <span class="tag warn"><span aria-hidden="true">"! "</span> {words}</span> };
    let unusable = row.version.is_none().then(|| loud(text.get("runbooks-unusable")));
    let errors = (row.errors > 0).then(|| loud(text.with("runbooks-errors", &[("n", row.errors.into())])));
    let due = row.due.iter().filter(|due| !SAID_ELSEWHERE.contains(due));
    let due = due.map(|due| loud(text.get(&format!("runbook-due-{due}")))).collect_view();
    let bundled = row.is_bundled.then(|| plain(text.get("runbooks-bundled")));
    let public = row.is_public.then(|| plain(text.get("runbooks-public")));
    view! { {unusable} {errors} {due} {bundled} {public} }
}

/// When it was last followed and last practised.
pub(super) fn uses(context: &DeskContext, text: &Text, row: &RunbookRow) -> impl IntoView + use<> {
    let used = match row.last_used_at {
        Some(at) => fact_at(text, "runbooks-used", at, &context.zone).into_any(),
        None => view! { <li>{text.get("runbooks-never-used")}</li> }.into_any(),
    };
    let drilled = match row.last_drilled_at {
        Some(at) => fact_at(text, "runbooks-drilled", at, &context.zone).into_any(),
        None => view! { <li>{text.get("runbooks-never-drilled")}</li> }.into_any(),
    };
    view! { {used} {drilled} }
}

fn item(context: &DeskContext, text: &Text, row: &RunbookRow) -> impl IntoView + use<> {
    let estimated = row.estimated_minutes.map(|minutes| {
        let length = format::length(text, minutes.saturating_mul(60_000));
        view! { <li>{text.with("runbook-estimated", &[("length", length.into())])}</li> }
    });
    let steps = (row.steps > 0).then(|| view! { <li>{text.with("runbooks-steps", &[("n", row.steps.into())])}</li> });
    let names = row.alerts.join(&text.separator("list-separator"));
    let alerts = (!names.is_empty())
        .then(|| view! { <p class="soft runbook-alerts">{text.with("runbook-alerts", &[("names", names.into())])}</p> });
    view! {
        <li class="runbook-row">
            <p class="list-head"><a href=runbook_href(&row.slug)>{row.title.clone()}</a> {tags(text, row)}</p>
            {alerts}
            <ul class="facts">
                {steps}
                {estimated}
                {uses(context, text, row)}
            </ul>
        </li>
    }
}
