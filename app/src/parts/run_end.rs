//! The end of a run: what is still open, what was not taken back, the form that ends it, and once it is over what came of it.

use domain::runbook::run::Outcome;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, RunPage};
use crate::i18n::Text;
use crate::parts::form::{Choice, FormErrors, Hidden, Radios, TextArea};
use crate::parts::incident_form::keep_secrets;
use crate::parts::run_rows::{outcome_word, run_href};
use crate::parts::run_words::{is_nothing_left, short_time, stand_word, step_href, steps};

/// What was done and not taken back: under way it is one line, since most of it is taken back by a later step; at the end it cannot be
/// overlooked.
pub fn to_take_back(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let is_end = is_nothing_left(page) || page.ended.is_some();
    view! {
        <details class="run-unpaired" hidden=page.unpaired.is_empty() open=is_end>
            <summary><span class="wrong-mark" aria-hidden="true">"!"</span> " " <strong>{text.get("run-unpaired")}</strong></summary>
            {pairs(text, page)}
        </details>
    }
}

/// The same where the run is ended.
pub fn unpaired(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    view! {
        <div class="run-unpaired is-loud" hidden=page.unpaired.is_empty()>
            <p><span class="wrong-mark" aria-hidden="true">"!"</span> " " <strong>{text.get("run-unpaired")}</strong></p>
            {pairs(text, page)}
        </div>
    }
}

fn pairs(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let items = page.unpaired.iter().map(|pair| {
        let values = [("title", pair.title.clone().into()), ("to", pair.undo_title.clone().into())];
        let words = text.with("run-unpaired-step", &values);
        view! { <li><a class="run-go" href=step_href(page.row.number, &pair.undo)>{words}</a></li> }
    });
    let items = items.collect_view();
    view! { <ul>{items}</ul> }
}

/// What came of it.
pub fn ended(context: &DeskContext, text: &Text, page: &RunPage) -> Option<AnyView> {
    let (outcome, words, right) = page.ended.clone()?;
    let at = page.row.finished_at.map(|at| view! { " · " {short_time(context, text, at)} });
    let words = (!words.is_empty()).then(|| view! { <p class="run-reason">{words}</p> });
    let right = right.map(|title| view! { <p>{text.with("run-right-was", &[("title", title.into())])}</p> });
    let shown = view! {
        <div class=format!("run-ended {}", page.row.state.name())>
            <p><strong>{text.with("run-ended", &[("what", outcome_word(text, outcome).into())])}</strong> {at}</p>
            {words}
            {right}
        </div>
    };
    Some(shown.into_any())
}

/// What is still open, by step.
fn open_steps(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let open = steps(page).filter(|step| !step.is_group && !step.stand.is_settled());
    let items = open.map(|step| {
        let href = step_href(page.row.number, &step.text.id);
        view! {
            <li data-open=step.text.id.clone()>
                <a class="run-go" href=href>{step.number} " " {step.text.title.clone()}</a>
                " "
                <span class="soft">{stand_word(text, step.stand)}</span>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <div id="run-left" hidden=is_nothing_left(page)>
            <p><strong>{text.get("run-left")}</strong></p>
            <ul class="run-left-steps">{items}</ul>
        </div>
    }
}

/// The form that ends it, folded as long as something is left to do.
pub fn end(text: &Text, page: &RunPage) -> Option<AnyView> {
    if !page.may_run {
        return None;
    }
    let is_open = is_nothing_left(page) || !page.finish_form.errors.is_empty();
    let shown = view! {
        <section class="run-end-frame" aria-label=text.get("run-end")>
            <p id="run-nothing" class="run-nothing" hidden=!is_nothing_left(page)>{text.get("run-nothing-left")}</p>
            <details id="run-end" class="run-end" open=is_open>
                <summary>{text.get("run-end")}</summary>
                <div id="run-open" data-live>{unpaired(text, page)} {open_steps(text, page)}</div>
                {form(text, page)}
            </details>
        </section>
    };
    Some(shown.into_any())
}

fn form(text: &Text, page: &RunPage) -> impl IntoView + use<> {
    let form = &page.finish_form;
    let outcomes =
        Outcome::ALL.iter().map(|outcome| (outcome.name().to_owned(), outcome_word(text, *outcome))).collect::<Vec<_>>();
    let none = (String::new(), text.get("run-right-none"));
    let others = page.runbooks.iter().filter(|(slug, _)| *slug != page.row.runbook).cloned();
    let runbooks = std::iter::once(none).chain(others).collect::<Vec<_>>();
    view! {
        <form
            class="run-form run-finish"
            method="post"
            action=format!("{}/finish", run_href(page.row.number))
            data-act="finish"
            data-draft=format!("run-{}-end", page.row.number)
        >
            <FormErrors form=form.clone() text=text.clone()/>
            <Hidden name="request" value=form.value("request")/>
            <Hidden name="seq" value=form.value("seq")/>
            <Radios
                form=form.clone()
                name="outcome"
                legend=text.get("run-outcome")
                hint=text.get("run-outcome-hint")
                options=outcomes
            />
            <div class="run-right">
                <Choice
                    form=form.clone()
                    name="right"
                    label=text.get("run-right")
                    hint=text.get("run-right-hint")
                    options=runbooks
                />
            </div>
            <TextArea form=form.clone() name="text" label=text.get("run-end-text") hint=text.get("run-end-text-hint") rows=3/>
            {keep_secrets(text, form)}
            <button type="submit" class="primary run-big">{text.get("run-end-now")}</button>
        </form>
    }
}
