//! What is done about the step that is in focus: a bar at the foot of the screen, for one thumb. One bar serves all steps; the script
//! points it at another one without asking the server, so every form is here whatever the step needs, and `data-can` says when it shows.
//!
//! Nothing of it is live: what somebody types stays while the page changes around it.

use domain::runbook::run::{Deed, Mode, Stand};
use leptos::prelude::*;

use crate::data::desk::{DeskContext, FormState, RunPage, RunStep};
use crate::i18n::Text;
use crate::parts::form::Hidden;
use crate::parts::head::escaped;
use crate::parts::incident_form::{field_error, keep_secrets};
use crate::parts::run_rows::{mode_word, run_href};
use crate::parts::run_words::{can, errors, focused, is_open, step_href, steps};

/// What is offered first when a file is chosen; what it really is, is found out from its bytes.
const ACCEPT: &str = "image/png,image/jpeg,image/webp,image/gif,text/plain,.log,.txt,.md,.yaml,.json";

/// What the bar is made with.
struct Bar<'a> {
    text: Text,
    page: &'a RunPage,
    /// The step in focus; none: nothing is left.
    step: Option<&'a RunStep>,
    /// What was refused about it.
    refused: FormState,
}

impl Bar<'_> {
    fn can(&self, what: &str) -> bool {
        self.step.is_some_and(|step| can(step, what))
    }

    /// Where its forms go; the script changes it with the step.
    fn action(&self, end: &str) -> String {
        let id = self.step.map(|step| step.text.id.as_str()).unwrap_or_default();
        format!("{}/steps/{id}{end}", run_href(self.page.row.number))
    }

    /// What every form sends along. `letter` tells the forms of one page apart: each is a request of its own.
    fn hidden(&self, letter: char) -> impl IntoView + use<> {
        let number = self.step.map_or(0, |step| step.number);
        let request = format!("{}-{number}{letter}", self.page.finish_form.value("request"));
        view! { <Hidden name="request" value=request/> <Hidden name="seq" value=self.page.seq.to_string()/> }
    }

    /// What was typed for a deed that was refused.
    fn typed(&self, deeds: &[Deed]) -> Option<String> {
        let deed = Deed::from_name(&self.refused.value("deed"));
        deed.filter(|deed| deeds.contains(deed)).map(|_| self.refused.value("text"))
    }
}

/// The bar. Whoever only looks gets the ways on and back.
pub fn act(context: &DeskContext, page: &RunPage) -> AnyView {
    let text = context.text();
    let id = focused(page);
    let step = id.and_then(|id| steps(page).find(|step| step.text.id == id));
    let refused = page.refused.as_ref().map(|(_, form)| form.clone()).unwrap_or_default();
    let was_refused = page.refused.as_ref().map(|(step, _)| step.clone());
    let bar = Bar { text: text.clone(), page, step, refused };
    let kind = (page.row.mode != Mode::Live).then(|| view! { <p class="run-act-kind">{mode_word(&text, page.row.mode)}</p> });
    let main = page.may_run.then(|| main(&bar));
    let more = page.may_run.then(|| {
        let skip = simple(&bar, "skip", Deed::Skip, 's', text.get("run-skip"), "plain");
        view! {
            {skip}
            {WHYS.iter().map(|one| why(&bar, one)).collect_view()}
            {more(&bar)}
        }
    });
    let (before, after) = neighbours(page, step);
    view! {
        <section
            id="run-act"
            class="run-act"
            aria-label=text.get("run-act")
            data-step=id.map(str::to_owned)
            data-refused=was_refused
            hidden=step.is_none()
        >
            {kind}
            {errors(&bar.refused, text.get("run-refused-step"))}
            {main}
            {ahead(&bar)}
            <div class="run-tools">
                {way(&bar, "run-prev", "run-previous", "p", "‹", before)}
                {more}
                {way(&bar, "run-next", "run-following", "n", "›", after)}
            </div>
        </section>
    }
    .into_any()
}

/// The one large button.
fn main(bar: &Bar<'_>) -> impl IntoView + use<> {
    let text = &bar.text;
    let wait = view! { <p class="run-below" data-can="wait" hidden=!bar.can("wait")>{text.get("run-below")}</p> };
    view! {
        {wait}
        {simple(bar, "tick", Deed::Tick, 't', text.get("run-done"), "primary run-big")}
        {simple(bar, "confirm", Deed::Confirm, 'c', text.get("run-confirm"), "primary run-big")}
    }
}

/// A deed that needs no words.
fn simple(
    bar: &Bar<'_>,
    what: &'static str,
    deed: Deed,
    letter: char,
    label: String,
    class: &'static str,
) -> impl IntoView + use<> {
    let key = (deed == Deed::Tick).then_some("d");
    let shown = key.map(|key| view! { " " <kbd class="run-key" aria-hidden="true">{key}</kbd> });
    view! {
        <form class="post" method="post" action=bar.action("") data-act="step" data-can=what hidden=!bar.can(what)>
            {bar.hidden(letter)}
            <button type="submit" class=class name="deed" value=deed.name() aria-keyshortcuts=key>{label} {shown}</button>
        </form>
    }
}

/// A deed that needs a reason, and a second press.
struct Why {
    can: &'static str,
    deed: Deed,
    letter: char,
    /// Keys of the words of the first button and of the second.
    summary: &'static str,
    button: &'static str,
}

const WHYS: [Why; 4] = [
    Why { can: "skip-why", deed: Deed::Skip, letter: 'k', summary: "run-skip", button: "run-skip-why" },
    Why { can: "confirm-why", deed: Deed::Confirm, letter: 'o', summary: "run-confirm-own", button: "run-confirm-why" },
    Why { can: "fail", deed: Deed::Fail, letter: 'f', summary: "run-fail", button: "run-fail-why" },
    Why { can: "untick", deed: Deed::Untick, letter: 'u', summary: "run-untick", button: "run-untick-why" },
];

fn why(bar: &Bar<'_>, why: &Why) -> impl IntoView + use<> {
    let text = &bar.text;
    // One that was refused although it needs no reason is not the one that asks for it.
    let typed = bar.typed(&[why.deed]).filter(|_| bar.can(why.can));
    let id = format!("why-{}", why.can);
    let label_for = id.clone();
    let is_typed = typed.is_some();
    let content = format!("\n{}", escaped(&typed.unwrap_or_default()));
    let hint = format!("hint-{id}");
    let described_by = hint.clone();
    let instead = (why.deed == Deed::Untick).then(|| instead(bar));
    view! {
        <details class="run-why" name="run-act" data-can=why.can hidden=!bar.can(why.can) open=is_typed>
            <summary class="plain">{text.get(why.summary)}</summary>
            <form class="run-form" method="post" action=bar.action("") data-act="step">
                {bar.hidden(why.letter)}
                {instead}
                <div class="field">
                    <label for=label_for>{text.get("run-reason")}</label>
                    <p class="hint" id=hint>{text.get("run-reason-hint")}</p>
                    <textarea
                        id=id
                        name="text"
                        rows="2"
                        minlength="3"
                        maxlength="4000"
                        required
                        aria-describedby=described_by
                        inner_html=content
                    ></textarea>
                </div>
                <button type="submit" class="plain danger" name="deed" value=why.deed.name()>{text.get(why.button)}</button>
            </form>
        </details>
    }
}

/// What was really done is undone by a step of its own: to say that it was not done would leave the system as it is.
fn instead(bar: &Bar<'_>) -> impl IntoView + use<> {
    let undo = bar.step.and_then(|step| step.text.undo.clone()).unwrap_or_default();
    let words = bar.text.with("run-instead", &[("to", undo.into())]);
    view! { <p id="run-instead" class="run-instead" data-can="instead" hidden=!bar.can("instead")>{words}</p> }
}

/// Notes, times and files.
fn more(bar: &Bar<'_>) -> impl IntoView + use<> {
    let is_open = noted(bar).is_some() || is_file(bar);
    view! {
        <details class="run-why" name="run-act" open=is_open>
            <summary class="plain">{bar.text.get("run-more")}</summary>
            <div class="run-more">{note(bar)} {files(bar)}</div>
        </details>
    }
}

/// True when it was the form with a file that was refused: it has no deed.
fn is_file(bar: &Bar<'_>) -> bool {
    !bar.refused.errors.is_empty() && bar.refused.value("deed").is_empty() && bar.refused.value("answer").is_empty()
}

/// What was typed into the form of notes, if it was that which was refused. A tick without words or a time is no note.
fn noted(bar: &Bar<'_>) -> Option<String> {
    let has_words = ["text", "at"].iter().any(|name| !bar.refused.value(name).is_empty());
    let is_tick = bar.refused.value("deed") == Deed::Tick.name();
    bar.typed(&[Deed::Note, Deed::Wrong, Deed::Tick]).filter(|_| has_words || !is_tick)
}

/// A note, or the step itself with words and the time when it really happened.
fn note(bar: &Bar<'_>) -> impl IntoView + use<> {
    let text = &bar.text;
    let typed = noted(bar);
    let form = if typed.is_some() { bar.refused.clone() } else { FormState::default() };
    let content = format!("\n{}", escaped(&typed.unwrap_or_default()));
    let wrong_at = field_error(&form, "at");
    view! {
        <form class="run-form" method="post" action=bar.action("") data-act="step">
            {bar.hidden('n')}
            <div class="field">
                <label for="act-note">{text.get("run-note")}</label>
                <textarea id="act-note" name="text" rows="2" maxlength="4000" inner_html=content></textarea>
            </div>
            <div class="field">
                <label for="act-at">{text.get("run-at")}</label>
                <p class="hint" id="hint-act-at">{text.get("run-at-hint")}</p>
                {wrong_at}
                <input
                    id="act-at"
                    name="at"
                    type="text"
                    value=form.value("at")
                    placeholder=text.get("composer-now")
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="hint-act-at"
                />
            </div>
            {keep_secrets(text, &form)}
            <div class="actions">
                <button type="submit" class="plain" name="deed" value=Deed::Note.name()>{text.get("run-note-add")}</button>
                <button type="submit" class="plain" name="deed" value=Deed::Wrong.name()>{text.get("run-note-add-wrong")}</button>
                <button
                    type="submit"
                    class="plain"
                    name="deed"
                    value=Deed::Tick.name()
                    data-can="tick"
                    hidden=!bar.can("tick")
                >
                    {text.get("run-done-so")}
                </button>
            </div>
        </form>
    }
}

/// A photo, a file, or pasted output.
fn files(bar: &Bar<'_>) -> impl IntoView + use<> {
    let text = &bar.text;
    let form = if is_file(bar) { bar.refused.clone() } else { FormState::default() };
    let content = format!("\n{}", escaped(&form.value("output")));
    view! {
        <form class="run-form" method="post" action=bar.action("/evidence") enctype="multipart/form-data" data-act="file">
            {bar.hidden('e')}
            <div class="field">
                <label for="act-photo">{text.get("run-photo")}</label>
                <input id="act-photo" name="file" type="file" accept="image/*" capture="environment"/>
            </div>
            <div class="field">
                <label for="act-file">{text.get("evidence-file-field")}</label>
                <p class="hint" id="hint-act-file">{text.get("evidence-file-hint")}</p>
                <input id="act-file" name="file" type="file" accept=ACCEPT aria-describedby="hint-act-file"/>
            </div>
            <div class="field">
                <label for="act-output">{text.get("run-output")}</label>
                <p class="hint" id="hint-act-output">{text.get("evidence-content-hint")}</p>
                <textarea id="act-output" name="text" rows="3" aria-describedby="hint-act-output" inner_html=content></textarea>
            </div>
            {keep_secrets(text, &form)}
            <button type="submit" class="plain">{text.get("run-keep")}</button>
        </form>
    }
}

/// From a step that is settled on to what is left.
fn ahead(bar: &Bar<'_>) -> impl IntoView + use<> {
    let number = bar.page.row.number;
    let here = bar.step.map_or(0, |step| step.number);
    let open = || steps(bar.page).filter(|step| !step.is_group && is_open(step.stand));
    let next = open().find(|step| step.number > here).or_else(|| open().find(|step| step.number != here));
    let href = next.map_or_else(|| "#run-end".to_owned(), |step| step_href(number, &step.text.id));
    view! {
        <a id="run-ahead" class="button run-go run-big" href=href data-can="next" hidden=!bar.can("next")>
            {bar.text.get("run-ahead")}
        </a>
    }
}

/// The steps before and behind this one that are on the way.
fn neighbours(page: &RunPage, step: Option<&RunStep>) -> (Option<String>, Option<String>) {
    let Some(here) = step.map(|step| step.number) else { return (None, None) };
    let on_the_way = || steps(page).filter(|step| !step.is_group && step.stand != Stand::NotApplicable);
    let id = |step: &RunStep| step.text.id.clone();
    (on_the_way().filter(|step| step.number < here).last().map(id), on_the_way().find(|step| step.number > here).map(id))
}

/// The way to a neighbour; there, but hidden, where there is none: the script may need it.
fn way(
    bar: &Bar<'_>,
    id: &'static str,
    words: &'static str,
    key: &'static str,
    shown: &'static str,
    to: Option<String>,
) -> AnyView {
    let is_hidden = to.is_none();
    let href = step_href(bar.page.row.number, &to.unwrap_or_default());
    view! {
        <a id=id class="plain run-go run-way" href=href aria-label=bar.text.get(words) aria-keyshortcuts=key hidden=is_hidden>{shown}</a>
    }
    .into_any()
}
