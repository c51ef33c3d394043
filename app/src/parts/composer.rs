//! Where rows of a timeline are written: at the foot of the screen, always one tap away, for one thumb. It is a plain form; a script may
//! keep what was typed (`data-draft`), show how a time is understood (`#composer-time`), and send rows when the connection is back
//! (`data-queue`, `#queue`, `#offline-unavailable`; the words for that stand in the page).
//!
//! It is no live part: nothing that somebody types is touched when the page changes around it.

use domain::incident::work::{EntryKind, HypothesisState, IncidentKind};
use leptos::prelude::*;

use crate::data::desk::{DeskContext, FormState, IncidentPage};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, Submit, TextArea, TickBox};
use crate::parts::head::escaped;
use crate::parts::incident_words::{hypothesis_word, incident_href, incident_kind_word, kind_word};

/// What is written most often, and so what a row is unless somebody says otherwise.
const USUAL: EntryKind = EntryKind::Action;

/// The composer, or why there is none.
pub fn composer(context: &DeskContext, page: &IncidentPage) -> AnyView {
    let text = context.text();
    if !page.may_write {
        return view! { <p class="read-only">{text.get("composer-read-only")}</p> }.into_any();
    }
    let number = page.row.number;
    let form = &page.composer;
    let zone = page.zone.iana_name().unwrap_or("UTC").to_owned();
    let drill = (page.row.kind == IncidentKind::Drill)
        .then(|| view! { <p class="composer-drill">{incident_kind_word(&text, IncidentKind::Drill)}</p> });
    let hint = text.with("composer-time-hint", &[("zone", zone.into())]);
    view! {
        <form
            method="post"
            action=format!("{}/entries", incident_href(number))
            id="composer"
            class="composer"
            aria-label=text.get("composer-title")
            data-draft=format!("entry-{number}-new")
            data-queue=format!("/api/v1/incidents/{number}/timeline")
        >
            {drill}
            <FormErrors form=form.clone() text=text.clone()/>
            <Hidden name="request" value=form.value("request")/>
            {queue(&text)}
            {body(&text, form)}
            <div class="composer-more">
                {kind(&text, form)}
                {time(&text, form)}
                <Submit label=text.get("composer-add")/>
                {details(&text, form)}
                <p class="hint" id="hint-at">{hint}</p>
                <p
                    class="composer-understood"
                    id="composer-time"
                    role="status"
                    data-understood=text.get("composer-understood")
                    data-not-understood=text.get("composer-not-understood")
                    data-later=text.get("composer-understood-later")
                ></p>
            </div>
        </form>
    }
    .into_any()
}

/// Rows that wait in the browser, and the note that they cannot.
fn queue(text: &Text) -> impl IntoView + use<> {
    view! {
        <ol
            id="queue"
            class="queue"
            tabindex="0"
            aria-label=text.get("composer-queue")
            data-saved=text.get("composer-queue-saved")
            data-waiting=text.get("composer-queue-waiting")
            data-refused=text.get("composer-queue-refused")
            data-sign-in=text.get("composer-queue-sign-in")
            data-edit=text.get("composer-queue-edit")
            data-keep-secrets=text.get("incident-keep-secrets")
            data-discard=text.get("composer-queue-discard")
            data-try-again=text.get("composer-queue-again")
            hidden
        ></ol>
        <p id="queue-status" class="spoken" role="status"></p>
        <p id="offline-unavailable" class="soft" hidden>{text.get("composer-offline-unavailable")}</p>
    }
}

/// How a field is told what is wrong with it: its class, its `aria-invalid`, the id of the words, the words.
struct Wrong {
    class: &'static str,
    invalid: Option<&'static str>,
    id: Option<String>,
    words: Option<AnyView>,
}

fn wrong(form: &FormState, name: &str) -> Wrong {
    let error = form.error(name);
    let id = error.is_some().then(|| format!("error-{name}"));
    let class = if error.is_some() { "field is-wrong" } else { "field" };
    let words = error.map(|error| {
        let id = format!("error-{name}");
        view! { <p class="field-error" id=id><span class="wrong-mark" aria-hidden="true">"!"</span> " " {error}</p> }.into_any()
    });
    Wrong { class, invalid: id.is_some().then_some("true"), id, words }
}

/// What happened. One line that grows as it is typed into.
fn body(text: &Text, form: &FormState) -> impl IntoView + use<> {
    let wrong = wrong(form, "body");
    // The newline is the one that browsers leave out at the beginning.
    let content = format!("\n{}", escaped(&form.value("body")));
    view! {
        <div class=format!("{} composer-body", wrong.class)>
            <label class="spoken" for="field-body">{text.get("composer-body")}</label>
            {wrong.words}
            <textarea
                id="field-body"
                name="body"
                rows="1"
                placeholder=text.get("composer-body-placeholder")
                required
                aria-describedby=wrong.id
                aria-invalid=wrong.invalid
                inner_html=content
            ></textarea>
        </div>
    }
}

fn kind(text: &Text, form: &FormState) -> impl IntoView + use<> {
    let wrong = wrong(form, "kind");
    let chosen = EntryKind::from_name(&form.value("kind")).unwrap_or(USUAL);
    let options = EntryKind::human().map(|kind| {
        let is_chosen = kind == chosen;
        view! { <option value=kind.name() selected=is_chosen>{kind_word(text, kind)}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class=format!("{} composer-kind", wrong.class)>
            <label class="spoken" for="field-kind">{text.get("composer-kind")}</label>
            {wrong.words}
            <select id="field-kind" name="kind" aria-describedby=wrong.id aria-invalid=wrong.invalid>{options}</select>
        </div>
    }
}

/// When it happened. Nobody has to say so while it happens.
fn time(text: &Text, form: &FormState) -> impl IntoView + use<> {
    let wrong = wrong(form, "at");
    let described_by = wrong.id.map_or_else(|| "hint-at".to_owned(), |id| format!("{id} hint-at"));
    view! {
        <div class=format!("{} composer-at", wrong.class)>
            <label class="spoken" for="field-at">{text.get("composer-time")}</label>
            {wrong.words}
            <input
                id="field-at"
                name="at"
                type="text"
                value=form.value("at")
                placeholder=text.get("composer-now")
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described_by
                aria-invalid=wrong.invalid
            />
        </div>
    }
}

/// What only some kinds have; the style sheet shows it with its kind. The box for secrets is there only once it is needed.
fn details(text: &Text, form: &FormState) -> impl IntoView + use<> {
    // Nothing is sent of a hypothesis that is open, as each is at first: other kinds of rows have no such state.
    let state = |state: &HypothesisState| {
        let value = if *state == HypothesisState::Open { "" } else { state.name() };
        (value.to_owned(), hypothesis_word(text, *state))
    };
    let states: Vec<_> = HypothesisState::ALL.iter().map(state).collect();
    let looks_secret = text.get("invalid-secret");
    let is_asked = form.has("keep_secrets", "yes") || form.errors.iter().any(|error| error.message == looks_secret);
    let keep = is_asked.then(|| {
        let (label, hint) = (text.get("incident-keep-secrets"), text.get("incident-keep-secrets-hint"));
        view! { <TickBox form=form.clone() name="keep_secrets" label=label hint=hint/> }
    });
    view! {
        <div class="for-decision">
            <TextArea
                form=form.clone()
                name="rejected"
                label=text.get("composer-rejected")
                hint=text.get("composer-rejected-hint")
                rows=2
            />
        </div>
        <div class="for-hypothesis">
            <Choice form=form.clone() name="hypothesis" label=text.get("composer-hypothesis") options=states/>
        </div>
        {keep}
    }
}
