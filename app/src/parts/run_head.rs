//! The head of the responder's screen: what is followed and how far it is, what must not be overlooked, what waits on this device, and the
//! words that the script says.

use domain::runbook::run::{Mode, Stand};
use leptos::prelude::*;

use crate::data::desk::{DeskContext, NewerVersion, RunPage, RunView};
use crate::i18n::{Argument, Text};
use crate::parts::incident_words::{incident_href, incident_number, run_number};
use crate::parts::run_end::{ended, to_take_back};
use crate::parts::run_rows::{mode_word, run_href};
use crate::parts::run_words::{short_time, stand_word, view_of};

/// Back to where it came from.
pub fn back(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let (href, words) = match page.row.incident {
        Some(number) => {
            let title = page.incident_title.clone().unwrap_or_default();
            (incident_href(number), format!("← {} {title}", incident_number(number)))
        }
        None => (format!("/desk/runbooks/{}", page.row.runbook), text.get("run-back")),
    };
    view! { <p class="back run-back"><a href=href>{words}</a></p> }
}

/// What is followed, why, and how far it is.
pub fn head(context: &DeskContext, text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let row = &page.row;
    let words = text.with("run-progress", &[("n", row.settled.into()), ("total", row.total.into())]);
    let version = text.with("runbook-version", &[("n", page.runbook_version.into())]);
    // That it is real is nothing to be told; that it is not, is.
    let mode = (row.mode != Mode::Live).then(|| {
        view! { <li><strong class=format!("tag run-badge {}", row.mode.name())>{mode_word(text, row.mode)}</strong></li> }
    });
    view! {
        <h1 class="run-what">{row.title.clone()}</h1>
        <p class="run-far">
            <progress id="run-bar" max=row.total.max(1).to_string() value=row.settled.to_string() aria-hidden="true"></progress>
            " "
            <span id="run-count" class="number">{words}</span>
        </p>
        <ul class="facts run-about">
            {mode}
            <li class="number">{run_number(row.number)}</li>
            <li>{version}</li>
            <li>{row.started_by.clone()} " · " {short_time(context, text, row.started_at)}</li>
        </ul>
    }
}

/// One step at a time, or all of them.
pub fn switch(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let shown = view_of(page);
    let link = |view: RunView, name: &'static str, words: &str| {
        let current = (view == shown).then_some("true");
        let href = format!("{}?view={name}", run_href(page.row.number));
        let key = (view == RunView::List).then_some("l");
        view! { <a class="plain run-go" data-view=name href=href aria-current=current aria-keyshortcuts=key>{text.get(words)}</a> }
    };
    view! {
        <nav id="run-switch" class="run-switch" aria-label=text.get("run-switch")>
            {link(RunView::Focus, "focus", "run-focus")}
            {link(RunView::List, "list", "run-list")}
        </nav>
    }
}

/// What must not be overlooked.
pub fn alarms(context: &DeskContext, text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let language = (!page.language.is_empty()).then(|| {
        let name = text.get(&format!("language-{}", page.language));
        view! { <p class="soft">{text.with("runbook-other-language", &[("name", name.into())])}</p> }
    });
    let newer = page.newer.as_ref().map(|newer| newer_version(text, page, newer));
    view! { {ended(context, text, page)} {to_take_back(text, page)} {newer} {language} }
}

fn newer_version(text: &Text, page: &RunPage, newer: &NewerVersion) -> impl IntoView + use<> {
    let counts = [
        (newer.changed, "run-newer-changed"),
        (newer.added, "run-newer-added"),
        (newer.removed, "run-newer-removed"),
        (newer.rechecks, "run-newer-rechecks"),
    ];
    let counts =
        counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, key)| view! { <li>{text.with(key, &[("n", n.into())])}</li> });
    let counts = counts.collect_view();
    let look = page.may_run.then(|| {
        let href = format!("{}/rebase", run_href(page.row.number));
        view! { <a class="plain" href=href>{text.get("run-newer-look")}</a> }
    });
    view! {
        <div class="run-newer">
            <div>
                <p><strong>{text.with("run-newer", &[("n", newer.number.into())])}</strong></p>
                <ul class="facts">{counts}</ul>
            </div>
            {look}
        </div>
    }
}

/// What the script fills in: who else is here, what runs out when, what waits on this device, and what was refused.
pub fn waiting(text: &Text) -> impl IntoView + use<> {
    view! {
        <div class="run-now">
            <p id="run-people" class="run-people" hidden></p>
            <p id="run-timers" class="run-timers" hidden></p>
            <p id="run-kept" class="run-kept-here" hidden></p>
            <p id="run-said" class="run-said" role="status"></p>
            <ol id="run-queue" class="queue" tabindex="0" aria-label=text.get("run-queue") hidden></ol>
            <p id="offline-unavailable" class="soft" hidden>{text.get("composer-offline-unavailable")}</p>
        </div>
    }
}

/// What the script says. In braces stands what it fills in.
pub fn words(text: &Text) -> impl IntoView + use<> {
    let stand = |stand| stand_word(text, stand);
    let fill = |key: &str, names: &[(&'static str, &str)]| {
        let values: Vec<(&'static str, Argument)> = names.iter().map(|(name, place)| (*name, (*place).into())).collect();
        text.with(key, &values)
    };
    let (n, name, title) = (("n", "{n}"), ("name", "{name}"), ("title", "{title}"));
    view! {
        <div
            id="run-stands"
            hidden
            data-open=stand(Stand::Open)
            data-awaiting=stand(Stand::Awaiting)
            data-done=stand(Stand::Done)
            data-verified=stand(Stand::Verified)
            data-skipped=stand(Stand::Skipped)
            data-failed=stand(Stand::Failed)
            data-recheck=stand(Stand::Recheck)
            data-not-applicable=stand(Stand::NotApplicable)
        ></div>
        <div
            id="run-words"
            hidden
            data-count=fill("run-progress", &[n, ("total", "{total}")])
            data-waits=text.get("run-waits")
            data-kept=fill("run-kept", &[n])
            data-sign-in=text.get("composer-queue-sign-in")
            data-already=fill("run-already", &[name, title])
            data-somebody=text.get("run-somebody")
            data-refused=fill("run-refused", &[title])
            data-now=fill("run-is-now", &[("state", "{state}"), name])
            data-as-note=text.get("run-as-note")
            data-keep-secrets=text.get("incident-keep-secrets")
            data-again=text.get("composer-queue-again")
            data-discard=text.get("composer-queue-discard")
            data-on-step=fill("run-on-step", &[name, n])
            data-here=fill("run-here", &[name])
            data-timer=fill("run-timer", &[n, ("time", "{time}")])
            data-timer-over=fill("run-timer-over", &[n])
            data-unpaired=fill("run-unpaired-step", &[title, ("to", "{to}")])
            data-instead=fill("run-instead", &[("to", "{to}")])
            data-gone=text.get("run-gone")
            data-picture=fill("run-picture-kept", &[n])
            data-too-large=text.get("invalid-file-large")
            data-nothing=text.get("invalid-file-empty")
            data-no-time=text.get("run-no-time")
            data-wait-first=text.get("run-wait-first")
        ></div>
    }
}
