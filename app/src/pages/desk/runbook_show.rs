//! One runbook at the desk: what is wrong with its files, its text, and what is known of its use: reviews, versions, runs, figures of its
//! steps, and what people noted against it.

use domain::time::Timestamp;
use leptos::prelude::*;

use super::runbook_write::finding_list;
use super::runbooks::{HERE, runbook_href, tags, uses};
use crate::data::desk::{DeskContext, RunRow, RunbookPage, StepFigures, WrongNote};
use crate::format;
use crate::i18n::Text;
use crate::parts::desk_lists::{fact_at, query};
use crate::parts::form::{FormErrors, Hidden, Submit, TextArea};
use crate::parts::incident_words::run_number;
use crate::parts::run_rows::{RunRows, RunsOf, run_href};
use crate::parts::runbook::RunbookBody;
use crate::parts::time_text::TimeText;
use crate::routes::to;

/// Versions in sight; older ones are folded away.
const VERSIONS_OPEN: usize = 5;

/// The page.
#[component]
pub fn RunbookView(
    /// What it is rendered from.
    context: DeskContext,
    /// The runbook.
    page: RunbookPage,
) -> impl IntoView {
    let text = context.text();
    let body = match &page.text {
        Some(runbook) => view! { <RunbookBody runbook=runbook.clone() text=text.clone() language=context.language/> }.into_any(),
        None => view! { <p class="empty">{text.get("runbook-show-nothing")}</p> }.into_any(),
    };
    view! {
        <main id="content" class="desk runbook-page">
            <p class="back"><a href=HERE>{text.get("runbooks-back")}</a></p>
            {head(&context, &text, &page)}
            {findings(&text, &page)}
            <div class="runbook-columns">
                {body}
                <div class="runbook-aside">
                    {wrong(&context, &text, &page)}
                    {review(&context, &text, &page)}
                    {runs(&context, &text, "runbook-show-runs", "runbook-show-runs-none", &page.runs)}
                    {runs(&context, &text, "runbook-show-drills", "runbook-show-drills-none", &page.drills)}
                    {figures(&text, &page)}
                    {versions(&context, &text, &page)}
                    {files(&text, &page)}
                </div>
            </div>
        </main>
    }
}

/// What it is, whether it can be followed, and what stands in the way of that.
fn head(context: &DeskContext, text: &Text, page: &RunbookPage) -> impl IntoView + use<> {
    let row = &page.row;
    let run = (page.may_run && row.version.is_some()).then(|| {
        let href = format!("{}/run", runbook_href(&row.slug));
        view! { <a class="button" href=href>{text.get("runbook-show-run")}</a> }
    });
    let write_href = format!("/desk/runbooks/write{}", query(&[("slug", row.slug.clone())]));
    let public = (row.is_public && row.version.is_some()).then(|| {
        view! { <a class="plain" href=to::runbook(context.language, &row.slug)>{text.get("runbook-show-public")}</a> }
    });
    view! {
        <div class="show-head">
            <h1>{row.title.clone()}</h1>
            <p class="show-facts"><code>{row.slug.clone()}</code> {tags(text, row)}</p>
            <div class="actions runbook-actions">
                {run}
                <a class="plain" href=write_href>{text.get("runbook-show-write")}</a>
                {public}
            </div>
            {older_note(text, page)}
            {mistakes_note(text, page)}
        </div>
    }
}

/// Another version than the one in use is shown.
fn older_note(text: &Text, page: &RunbookPage) -> Option<impl IntoView + use<>> {
    let (shown, used) = (page.shown_version?, page.row.version?);
    (shown != used).then(|| {
        let words = text.with("runbook-show-older", &[("n", shown.into()), ("total", used.into())]);
        let back = runbook_href(&page.row.slug);
        view! { <p class="notice"><span>{words}</span> <a href=back>{text.get("runbook-show-newest")}</a></p> }
    })
}

/// The files have mistakes, so what is followed is not what they say.
fn mistakes_note(text: &Text, page: &RunbookPage) -> Option<impl IntoView + use<>> {
    (page.row.errors > 0).then(|| {
        let words = match page.row.version {
            Some(version) => text.with("runbook-show-mistakes", &[("n", version.into())]),
            None => text.get("runbook-show-mistakes-never"),
        };
        view! { <p class="notice runbook-mistakes"><span class="wrong-mark" aria-hidden="true">"!"</span> <strong>{words}</strong></p> }
    })
}

fn findings(text: &Text, page: &RunbookPage) -> Option<impl IntoView + use<>> {
    (!page.findings.is_empty()).then(|| {
        // What holds the files back is in sight; what could be better waits.
        let is_open = page.row.errors > 0;
        let summary = text.with("runbook-show-findings", &[("n", page.findings.len().into())]);
        view! {
            <details class="runbook-findings" open=is_open>
                <summary>{summary}</summary>
                {finding_list(text, &page.findings)}
            </details>
        }
    })
}

/// A part beside the text: heading and content.
fn part(id: &'static str, heading: String, body: AnyView) -> impl IntoView + use<> {
    view! { <section aria-labelledby=id><h2 id=id>{heading}</h2> {body}</section> }
}

/// When somebody last looked it through, when it is due again, and the form that says that one did.
fn review(context: &DeskContext, text: &Text, page: &RunbookPage) -> impl IntoView + use<> {
    let zone = &context.zone;
    let reviewed = match &page.reviewed {
        Some((at, name)) => {
            let by = text.with("runbook-show-reviewed-by", &[("name", name.clone().into())]);
            view! { {fact_at(text, "runbook-show-reviewed", *at, zone)} <li>{by}</li> }.into_any()
        }
        None => view! { <li>{text.get("runbook-show-never-reviewed")}</li> }.into_any(),
    };
    let due = |key: &'static str, late: &'static str, at: Option<Timestamp>| {
        at.map(|at| fact_at(text, if at <= context.now { late } else { key }, at, zone))
    };
    let owner = page.owner.clone().map(|name| view! { <li>{text.with("runbook-show-owner", &[("name", name.into())])}</li> });
    let form = page.may_review.then(|| {
        let form = &page.review_form;
        let slug = &page.row.slug;
        let is_refused = !form.errors.is_empty();
        view! {
            <details class="review-form" open=is_refused>
                <summary>{text.get("runbook-show-review-open")}</summary>
                <form
                    class="form"
                    method="post"
                    action=format!("{}/review", runbook_href(slug))
                    data-draft=format!("runbook-review-{slug}")
                >
                    <FormErrors form=form.clone() text=text.clone()/>
                    <Hidden name="version" value=form.value("version")/>
                    <TextArea
                        form=form.clone()
                        name="note"
                        label=text.get("runbook-show-review-note")
                        hint=text.get("runbook-show-review-hint")
                        rows=2
                    />
                    <Submit label=text.get("runbook-show-review")/>
                </form>
            </details>
        }
    });
    let body = view! {
        <ul class="runbook-uses">
            {reviewed}
            {due("runbook-show-review-due", "runbook-show-review-late", page.review_due_at)}
            {uses(context, text, &page.row)}
            {due("runbook-show-drill-due", "runbook-show-drill-late", page.drill_due_at)}
            {owner}
        </ul>
        {form}
    };
    part("runbook-show-use", text.get("runbook-show-use"), body.into_any())
}

/// Runs of one kind; `key` is also the place on the page.
fn runs(context: &DeskContext, text: &Text, key: &'static str, nothing: &str, rows: &[RunRow]) -> impl IntoView + use<> {
    let body = if rows.is_empty() {
        view! { <p class="empty">{text.get(nothing)}</p> }.into_any()
    } else {
        let (rows, zone) = (rows.to_vec(), context.zone.clone());
        view! { <RunRows rows=rows text=text.clone() zone=zone now=context.now of=RunsOf::Runbook/> }.into_any()
    };
    part(key, text.get(key), body)
}

/// What people noted against it while they followed it: before all else, since it is why it may be wrong now.
fn wrong(context: &DeskContext, text: &Text, page: &RunbookPage) -> Option<impl IntoView + use<>> {
    let items = page.wrong.iter().map(|note| wrong_item(context, text, note)).collect_view();
    (!items.is_empty()).then(|| {
        let body = view! { <ul class="list-rows">{items}</ul> }.into_any();
        part("runbook-show-wrong", text.get("runbook-show-wrong"), body)
    })
}

fn wrong_item(context: &DeskContext, text: &Text, note: &WrongNote) -> impl IntoView + use<> {
    let step = if note.step.is_empty() { text.get("runbook-show-wrong-whole") } else { note.step.clone() };
    view! {
        <li class="wrong-note">
            <p class="soft">{step}</p>
            <p class="typed">{note.text.clone()}</p>
            <ul class="facts">
                <li>{note.actor.clone()}</li>
                <li><TimeText at=note.at zone=context.zone.clone() text=text.clone()/></li>
                <li><a class="run-link" href=run_href(note.run)>{run_number(note.run)}</a></li>
            </ul>
        </li>
    }
}

/// How steps went in the last live runs.
fn figures(text: &Text, page: &RunbookPage) -> impl IntoView + use<> {
    let items = page.figures.iter().map(|step| figure(text, step)).collect_view();
    let body = if items.is_empty() {
        view! { <p class="empty">{text.get("runbook-show-figures-none")}</p> }.into_any()
    } else {
        let summary = text.with("runbook-show-figures-open", &[("n", items.len().into())]);
        view! {
            <details class="step-figures">
                <summary>{summary}</summary>
                <ul class="list-rows">{items}</ul>
            </details>
        }
        .into_any()
    };
    part("runbook-show-figures", text.get("runbook-show-figures"), body)
}

fn figure(text: &Text, step: &StepFigures) -> impl IntoView + use<> {
    let median = step.median_ms.map(|ms| {
        let length = format::length(text, ms);
        view! { <li><strong>{text.with("runbook-show-median", &[("length", length.into())])}</strong></li> }
    });
    let count = |key: &str, n: usize| (n > 0).then(|| view! { <li>{text.with(key, &[("n", n.into())])}</li> });
    view! {
        <li>
            <p><a class="run-link" href=format!("#step-{}", step.id)>{step.title.clone()}</a></p>
            <ul class="facts">
                {median}
                {count("runbook-show-done-in", step.runs)}
                {count("runbook-show-skipped", step.skipped)}
                {count("runbook-show-failed", step.failed)}
            </ul>
        </li>
    }
}

/// Versions, each with what it changed.
fn versions(context: &DeskContext, text: &Text, page: &RunbookPage) -> Option<impl IntoView + use<>> {
    let item = |place: usize| {
        let (number, at) = page.versions[place];
        let href = format!("{}{}", runbook_href(&page.row.slug), query(&[("version", number.to_string())]));
        let before = page.versions.get(place + 1).map(|(before, _)| {
            let fields = [("from", before.to_string()), ("to", number.to_string())];
            let href = format!("{}/diff{}", runbook_href(&page.row.slug), query(&fields));
            view! { <a class="act" href=href>{text.with("runbook-show-diff", &[("n", (*before).into())])}</a> }
        });
        let current = (page.shown_version == Some(number)).then_some("true");
        view! {
            <li>
                <a class="act" href=href aria-current=current>{text.with("runbook-version", &[("n", number.into())])}</a>
                <span class="soft"><TimeText at=at zone=context.zone.clone() text=text.clone()/></span>
                {before}
            </li>
        }
    };
    let count = page.versions.len();
    let newest = (0..count.min(VERSIONS_OPEN)).map(item).collect_view();
    let older = (count > VERSIONS_OPEN).then(|| {
        let items = (VERSIONS_OPEN..count).map(item).collect_view();
        let summary = text.with("runbook-show-versions-older", &[("n", (count - VERSIONS_OPEN).into())]);
        view! { <details class="older-versions"><summary>{summary}</summary> <ul class="version-list">{items}</ul></details> }
    });
    (count > 0).then(|| {
        let body = view! { <ul class="version-list">{newest}</ul> {older} }.into_any();
        part("runbook-show-versions", text.get("runbook-show-versions"), body)
    })
}

/// Where its files are; for one that ships, how to have one's own instead.
fn files(text: &Text, page: &RunbookPage) -> impl IntoView + use<> {
    let body = if page.row.is_bundled {
        let words = text.with("runbook-show-bundled", &[("name", page.row.slug.clone().into())]);
        view! { <p class="runbook-place">{words}</p> }.into_any()
    } else {
        let items = page.files.iter().map(|file| view! { <li><code>{file.clone()}</code></li> }).collect_view();
        view! { <ul class="runbook-files">{items}</ul> }.into_any()
    };
    part("runbook-show-files", text.get("runbook-show-files"), body)
}
