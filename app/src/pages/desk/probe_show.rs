//! One probe: what is believed of it, its pause, a look right now, who calls it, what it does, what it has seen.

use domain::account::Permission;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, ProbePage, ResultRow, Sender};
use crate::format;
use crate::parts::desk_probe::{
    StateMark, VerdictMark, WATCHING, detail, kind_word, origin_mark, pause_line, probe_href, result_line, resume_button,
};
use crate::parts::form::{FormErrors, PostButton, Radios, Submit, TextField};
use crate::parts::status_mark::StatusSymbols;
use crate::parts::time_text::{Since, TimeText};

/// The page.
#[component]
pub fn ProbeView(
    /// Who looks at it, when, in which language.
    context: DeskContext,
    /// The probe.
    page: ProbePage,
) -> impl IntoView {
    let text = context.text();
    let probe = &page.probe;
    let edit_href = format!("{}/edit", probe_href(&probe.slug));
    let last = probe.last.as_ref().map(|last| view! { <p class="probe-last">{result_line(&context, last)}</p> });
    view! {
        <main id="content" class="desk probe-page">
            <StatusSymbols/>
            <p class="back"><a href=WATCHING>{text.get("probe-back")}</a></p>
            <h1>{probe.slug.clone()}</h1>
            <p class="probe-of">
                <span>{text.with("probe-of", &[("name", page.component_name.clone().into())])}</span>
                <small>{kind_word(&text, probe.kind)}</small>
                {origin_mark(&context, probe.origin, edit_href, &probe.slug)}
            </p>
            <p class="probe-state"><StateMark state=probe.state is_paused=probe.pause.is_some() text=text.clone()/></p>
            {last}
            {run_now(&context, &page)}
            {pause(&context, &page)}
            {sender(&context, page.sender.as_ref())}
            {facts(&context, &page)}
            {results(&context, &page)}
        </main>
    }
}

/// A look right now, which only a probe that goes and looks can have, and what it has just seen.
fn run_now(context: &DeskContext, page: &ProbePage) -> impl IntoView + use<> {
    let text = context.text();
    let may_run = page.probe.kind != "heartbeat" && context.may(Permission::OperateProbes);
    let button = may_run.then(|| {
        let action = format!("{}/run", probe_href(&page.probe.slug));
        view! { <PostButton action=action label=text.get("probe-run")/> }
    });
    let seen = page.seen_now.as_ref().map(|seen| {
        view! {
            <div class="seen-now" role="status">
                <p><strong>{text.get("probe-seen-now")}</strong></p>
                <p>{result_line(context, seen)}</p>
            </div>
        }
    });
    view! { {seen} {button} }
}

/// The pause and the way out of it, or the form for one, a tap away.
fn pause(context: &DeskContext, page: &ProbePage) -> AnyView {
    let text = context.text();
    if let Some(pause) = &page.probe.pause {
        return view! {
            <section class="pause-now" aria-labelledby="pause-heading">
                <h2 id="pause-heading">{text.get("probe-paused")}</h2>
                {pause_line(context, pause)}
                <p><Since at=pause.since zone=context.zone.clone() text=text.clone()/></p>
                {resume_button(context, &page.probe.slug)}
            </section>
        }
        .into_any();
    }
    if !context.may(Permission::OperateProbes) {
        return ().into_any();
    }
    let form = page.pause_form.clone();
    let is_refused = !form.errors.is_empty();
    let options = [
        ("1h", "probe-pause-1h"),
        ("4h", "probe-pause-4h"),
        ("tomorrow", "probe-pause-tomorrow"),
        ("at", "probe-pause-at"),
        ("open", "probe-pause-open"),
    ];
    let options = options.map(|(until, key)| (until.to_owned(), text.get(key)));
    let zone = context.zone.iana_name().unwrap_or("UTC").to_owned();
    let zone_hint = text.with("probe-pause-until-hint", &[("zone", zone.into())]);
    view! {
        <details class="pause-form" open=is_refused>
            <summary>{text.get("probe-pause")}</summary>
            <p class="description">{text.get("probe-pause-text")}</p>
            <form class="form" method="post" action=format!("{}/pause", probe_href(&page.probe.slug)) novalidate>
                <FormErrors form=form.clone() text=text.clone()/>
                <Radios form=form.clone() name="until" legend=text.get("probe-pause-until") options=Vec::from(options)/>
                <div class="for-at">
                    <TextField
                        form=form.clone()
                        name="until_at"
                        label=text.get("probe-pause-until-at")
                        hint=zone_hint
                        kind="datetime-local"
                    />
                </div>
                <TextField form=form name="reason" label=text.get("probe-pause-reason") hint=text.get("probe-pause-reason-hint")/>
                <Submit label=text.get("probe-pause")/>
            </form>
        </details>
    }
    .into_any()
}

/// How a heartbeat's sender calls.
fn sender(context: &DeskContext, sender: Option<&Sender>) -> Option<impl IntoView + use<>> {
    let text = context.text();
    sender.map(|sender| {
        // Only addresses in Healthchecks.io's manner take these.
        let more = sender.url.contains("/ping/").then(|| view! { <p>{text.get("probe-sender-more")}</p> });
        view! {
            <section aria-labelledby="sender-heading">
                <h2 id="sender-heading">{text.get("probe-sender")}</h2>
                <p>{text.get("probe-sender-text")}</p>
                <pre tabindex="0"><code>{format!("curl -fsS -m 10 --retry 5 {}", sender.url)}</code></pre>
                {more}
                <p class="secret">{text.get("probe-sender-secret")}</p>
            </section>
        }
    })
}

/// What it does, without secrets.
fn facts(context: &DeskContext, page: &ProbePage) -> Option<impl IntoView + use<>> {
    let text = context.text();
    let items = page.facts.iter().map(|(name, value)| {
        let word = text.get(&format!("spec-{name}"));
        view! { <div><dt>{word}</dt><dd>{value.clone()}</dd></div> }
    });
    let items = items.collect_view();
    (!page.facts.is_empty()).then(|| {
        view! {
            <section aria-labelledby="facts-heading">
                <h2 id="facts-heading">{text.get("probe-facts")}</h2>
                <dl class="probe-facts">{items}</dl>
            </section>
        }
    })
}

/// What it has seen, the newest first. Roles are written out since the table becomes rows of blocks on a phone, where browsers no
/// longer take it for a table.
fn results(context: &DeskContext, page: &ProbePage) -> impl IntoView + use<> {
    let text = context.text();
    let is_heartbeat = page.probe.kind == "heartbeat";
    let table = if page.results.is_empty() {
        let key = if is_heartbeat { "probe-no-calls" } else { "probe-no-results" };
        view! { <p class="empty">{text.get(key)}</p> }.into_any()
    } else {
        let rows = page.results.iter().map(|result| result_row(context, result)).collect_view();
        view! {
            <table class="results" role="table" aria-labelledby="results-heading">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">{text.get("probe-column-when")}</th>
                    <th role="columnheader" scope="col">{text.get("probe-column-verdict")}</th>
                    <th role="columnheader" scope="col">{text.get("probe-column-took")}</th>
                    <th role="columnheader" scope="col">{text.get("probe-column-code")}</th>
                    <th role="columnheader" scope="col">{text.get("probe-column-cause")}</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let href = probe_href(&page.probe.slug);
    // An older part of the list was asked for: the way back to its head.
    let newest = context.path.contains("?before=").then(|| {
        let href = format!("{href}#results-heading");
        view! { <a href=href>{text.get("probe-results-newest")}</a> }
    });
    let older = page.older.map(|before| {
        let href = format!("{href}?before={before}#results-heading");
        view! { <a href=href>{text.get("probe-results-older")}</a> }
    });
    let pager = (newest.is_some() || older.is_some())
        .then(|| view! { <nav class="pager" aria-label=text.get("probe-results-pages")>{newest} {older}</nav> });
    view! {
        <section aria-labelledby="results-heading">
            <h2 id="results-heading">{text.get(if is_heartbeat { "probe-calls" } else { "probe-results" })}</h2>
            {table}
            {pager}
        </section>
    }
}

fn result_row(context: &DeskContext, result: &ResultRow) -> impl IntoView + use<> {
    let text = context.text();
    let took = result.duration_us.map(|us| format::duration(&text, us));
    let code = result.code.map(|code| code.to_string());
    view! {
        <tr role="row">
            <td role="cell" class="when"><TimeText at=result.at zone=context.zone.clone() text=text.clone()/></td>
            <td role="cell"><VerdictMark verdict=result.verdict text=text/></td>
            <td role="cell" class="number">{took}</td>
            <td role="cell" class="number">{code}</td>
            <td role="cell" class="cause">{detail(result.detail.as_deref())}</td>
        </tr>
    }
}
