//! A step of a run: what it says, where it stands and who made it so, what was noted, and its answers. The same in both views; the style
//! sheet shows the one that is in focus large, and of the others in the list only what matters there.
//!
//! Everything here is live, so nothing here is typed into: what is typed stands in [`super::run_act`].

use domain::runbook::run::Stand;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, EvidenceRow, RunNote, RunPage, RunStep};
use crate::i18n::Text;
use crate::parts::form::{Hidden, PostButton};
use crate::parts::incident_words::size_words;
use crate::parts::run_rows::run_href;
use crate::parts::run_words::{short_time, stand_mark, step_href};
use crate::parts::runbook::{StepAnswers, StepBlocks, StepMarks};
use crate::parts::runbook_step::answer_words;

/// The step.
pub fn step_article(context: &DeskContext, page: &RunPage, step: &RunStep, is_focused: bool) -> AnyView {
    let text = context.text();
    let class = format!("run-step depth-{}{}", step.text.depth.min(3), if is_focused { " is-focused" } else { "" });
    let title = format!("step-{}-title", step.text.id);
    let labelled_by = title.clone();
    let may = if page.may_run && step.may_tick { "yes" } else { "no" };
    let lang = (!page.language.is_empty()).then_some(page.language);
    view! {
        <article
            id=format!("step-{}", step.text.id)
            class=class
            data-step=step.text.id.clone()
            data-number=step.number
            data-stand=step.stand.name()
            data-may=may
            data-group=step.is_group.then_some("")
            data-timer-due=step.timer_due_at.map(|due| due.to_string())
            aria-labelledby=labelled_by
            data-live
        >
            <div class="run-line-head">
                {stand_mark(&text, step.stand)}
                <h3 class="run-title" id=title lang=lang>
                    <span class="run-number">{step.number}</span>
                    " "
                    <span class="run-text" inner_html=step.text.title_html.clone()></span>
                </h3>
                {open_link(&text, page, step)}
            </div>
            <div class="run-marks"><StepMarks step=step.text.clone() text=text.clone()/></div>
            <div class="run-blocks"><StepBlocks blocks=step.text.blocks.clone() text=text.clone() lang=lang/></div>
            // For whoever cannot answer, and on paper; the buttons say the same.
            <div class="run-leads"><StepAnswers answers=step.text.answers.clone() text=text.clone()/></div>
            <div class="run-facts">{facts(context, &text, page, step)}</div>
            <div class="run-kept">{notes(context, &text, &step.notes)} {evidence(&text, page, &step.evidence)}</div>
            <div class="run-quick">{quick(&text, page, step)}</div>
        </article>
    }
    .into_any()
}

/// From the list to the step itself.
fn open_link(text: &Text, page: &RunPage, step: &RunStep) -> Option<impl IntoView + use<>> {
    let spoken = text.with("run-open-step", &[("n", step.number.into())]);
    let href = step_href(page.row.number, &step.text.id);
    (!step.is_group).then(|| view! { <a class="plain run-go run-open" href=href aria-label=spoken>{text.get("run-open")}</a> })
}

/// Who made it so, when and why, and what stands in the way.
fn facts(context: &DeskContext, text: &Text, page: &RunPage, step: &RunStep) -> impl IntoView + use<> {
    let by = step.by.clone().map(|(name, at)| view! { <p class="run-by">{name} " · " {short_time(context, text, at)}</p> });
    let answer = step.answer.as_ref().map(|given| {
        let words = step.text.answers.iter().find(|known| known.answer == *given).map_or("", |known| known.words.as_str());
        let words = answer_words(text, given, words);
        view! { <p class="run-answered">{text.with("run-answered", &[("value", words.into())])}</p> }
    });
    let reason = step.reason.clone().map(|reason| view! { <p class="run-reason">{reason}</p> });
    let timer = step.timer_due_at.map(|due| {
        let (before, after) = text.around("run-wait-until", "when");
        view! { <p class="run-wait">{before} {short_time(context, text, due)} {after}</p> }
    });
    let why = (step.stand == Stand::NotApplicable).then(|| view! { <p class="run-why-not">{why_not(text, step)}</p> });
    let waits = (step.stand == Stand::Awaiting).then(|| {
        let name = step.by.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        let words = if step.is_own && page.may_run {
            text.get("run-awaiting-own")
        } else {
            text.with("run-awaiting-other", &[("name", name.into())])
        };
        view! { <p class="run-awaits">{words}</p> }
    });
    view! { {by} {answer} {reason} {timer} {waits} {why} }
}

/// Why it is not on the way.
fn why_not(text: &Text, step: &RunStep) -> String {
    match &step.text.when {
        Some((decision, answer)) => {
            let answer = answer_words(text, answer, "");
            text.with("step-when", &[("name", decision.clone().into()), ("value", answer.into())])
        }
        None => text.get("run-not-on-the-way"),
    }
}

/// Its answers, in both views; in the list also the button that says it is done.
fn quick(text: &Text, page: &RunPage, step: &RunStep) -> Option<AnyView> {
    if !page.may_run || step.is_group {
        return None;
    }
    let action = format!("{}/steps/{}", run_href(page.row.number), step.text.id);
    let request = format!("{}-{}q", page.finish_form.value("request"), step.number);
    let hidden = view! { <Hidden name="request" value=request/> <Hidden name="seq" value=page.seq.to_string()/> };
    let buttons = if step.text.answers.is_empty() {
        let spoken = text.with("run-done-step", &[("n", step.number.into())]);
        view! { <button type="submit" class="plain run-tick" name="deed" value="tick" aria-label=spoken>{text.get("run-done")}</button> }
            .into_any()
    } else {
        let answers = step.text.answers.iter().map(|answer| {
            let words = answer_words(text, &answer.answer, &answer.words);
            let leads_to = (!answer.leads_to.is_empty()).then(|| {
                let words = text.with("step-leads-to", &[("name", answer.leads_to.clone().into())]);
                view! { <span class="leads-to">{words}</span> }
            });
            view! {
                <button type="submit" class="run-answer" name="answer" value=answer.answer.clone()>
                    <strong>{words}</strong> " " {leads_to}
                </button>
            }
        });
        let answers = answers.collect_view();
        view! {
            <Hidden name="deed" value="answer".to_owned()/>
            <p class="run-otherwise">{text.get("run-otherwise")}</p>
            <div class="run-answers">{answers}</div>
        }
        .into_any()
    };
    Some(view! { <form class="post" method="post" action=action data-act="step">{hidden} {buttons}</form> }.into_any())
}

/// What was noted, in order.
pub fn notes(context: &DeskContext, text: &Text, notes: &[RunNote]) -> Option<impl IntoView + use<>> {
    let items = notes.iter().map(|note| {
        let wrong = note.is_wrong.then(|| view! { <strong class="tag warn">{text.get("run-note-wrong")}</strong> " " });
        view! {
            <li>
                <p class="run-note-text">{wrong} {note.text.clone()}</p>
                <p class="soft">{note.actor.clone()} " · " {short_time(context, text, note.at)}</p>
            </li>
        }
    });
    let items = items.collect_view();
    (!notes.is_empty()).then(|| view! { <ul class="run-notes">{items}</ul> })
}

/// Files: pictures small, text by its name.
fn evidence(text: &Text, page: &RunPage, files: &[EvidenceRow]) -> Option<impl IntoView + use<>> {
    let items = files.iter().map(|file| {
        let href = format!("{}/evidence/{}", run_href(page.row.number), file.id);
        let delete = page.may_run.then(|| {
            view! {
                <PostButton
                    action=format!("{href}/delete")
                    label=text.get("evidence-delete")
                    ask=text.with("evidence-delete-ask", &[("name", file.name.clone().into())])
                    is_danger=true
                />
            }
        });
        let shown = if file.is_image {
            let source = href.clone();
            view! { <a class="picture" href=href title=file.name.clone()><img loading="lazy" src=source alt=file.name.clone()/></a> }
                .into_any()
        } else {
            view! { <a class="file" href=href>{file.name.clone()}</a> " " <small>{size_words(text, file.bytes)}</small> }.into_any()
        };
        view! { <li id=format!("file-{}", file.id)>{shown} {delete}</li> }
    });
    let items = items.collect_view();
    (!files.is_empty()).then(|| view! { <ul class="evidence">{items}</ul> })
}
