//! Pieces about probes that pages of the desk share: what is believed, one result, one probe in a list, a pause, where something
//! is defined. None of them may stand on a public page: they name probes and causes.

use domain::account::Permission;
use domain::component::Status;
use domain::probe::confirm::ProbeState;
use domain::probe::observation::Verdict;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, Origin, PauseState, ProbeRow, ResultRow};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::PostButton;
use crate::parts::status_mark::StatusMark;
use crate::parts::time_text::{Ago, TimeText};

/// The list of components with their probes.
pub const WATCHING: &str = "/desk/components";

/// The page of a probe.
pub fn probe_href(slug: &str) -> String {
    format!("/desk/probes/{slug}")
}

/// The word for a kind of probe: `http`, `tcp` or `heartbeat`.
pub fn kind_word(text: &Text, kind: &str) -> String {
    text.get(match kind {
        "http" => "check-http",
        "tcp" => "check-tcp",
        _ => "check-heartbeat",
    })
}

/// The status whose shape and colour a verdict has.
const fn status_of(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Up => Status::Operational,
        Verdict::Degraded => Status::DegradedPerformance,
        Verdict::Down => Status::MajorOutage,
        Verdict::Unknown => Status::Unknown,
    }
}

/// The verdict that says the same as what is believed.
const fn verdict_of(state: ProbeState) -> Verdict {
    match state {
        ProbeState::Up => Verdict::Up,
        ProbeState::Degraded => Verdict::Degraded,
        ProbeState::Down => Verdict::Down,
        ProbeState::Unknown => Verdict::Unknown,
    }
}

/// A verdict as shape and word.
#[component]
pub fn VerdictMark(
    /// Which.
    verdict: Verdict,
    /// The words.
    text: Text,
) -> impl IntoView {
    let word = text.get(&format!("verdict-{}", verdict.name()));
    view! { <span class=format!("verdict {}", verdict.name())><StatusMark status=status_of(verdict)/> " " {word}</span> }
}

/// What is believed of a probe's target, as shape and word; that it is paused, if it is.
#[component]
pub fn StateMark(
    /// What is believed; `None` while it is paused or nothing is known yet.
    state: Option<ProbeState>,
    /// True while it is paused.
    is_paused: bool,
    /// The words.
    text: Text,
) -> impl IntoView {
    if let Some(state) = state.filter(|_| !is_paused) {
        return view! { <VerdictMark verdict=verdict_of(state) text=text/> }.into_any();
    }
    let word = text.get(if is_paused { "probe-paused" } else { "probe-not-known" });
    view! { <span class="verdict unknown"><StatusMark status=Status::Unknown/> " " {word}</span> }.into_any()
}

/// The cause in words, as the prober says it. It is English in every language, and said so to whoever reads it aloud.
pub fn detail(detail: Option<&str>) -> Option<impl IntoView + use<>> {
    detail.map(|detail| view! { <span class="detail" lang="en">{detail.to_owned()}</span> })
}

/// A result on one line: what it says, how long it took, its code, when it was, and why.
pub fn result_line(context: &DeskContext, result: &ResultRow) -> impl IntoView + use<> {
    let text = context.text();
    let took = result.duration_us.map(|us| view! { " · " <span class="number">{format::duration(&text, us)}</span> });
    let code = result.code.map(|code| view! { " · " <span class="number">{code.to_string()}</span> });
    view! {
        <span class="result">
            <VerdictMark verdict=result.verdict text=text.clone()/> {took} {code} " · "
            <Ago at=result.at now=context.now zone=context.zone.clone() text=text/>
        </span>
        " "
        {detail(result.detail.as_deref())}
    }
}

/// Until when a probe is paused, by whom and why.
pub fn pause_line(context: &DeskContext, pause: &PauseState) -> impl IntoView + use<> {
    let text = context.text();
    let until = if let Some(until) = pause.until {
        let (before, after) = text.around("probe-paused-until", "until");
        view! { {before} <TimeText at=until zone=context.zone.clone() text=text.clone()/> {after} }.into_any()
    } else {
        text.get("probe-paused-open").into_any()
    };
    let by = text.with("probe-paused-by", &[("name", pause.paused_by.clone().into())]);
    let reason = (!pause.reason.is_empty()).then(|| view! { " · " <span class="reason">{pause.reason.clone()}</span> });
    view! { <p class="pause">{until} " · " {by} {reason}</p> }
}

/// The button that lets a paused probe go on, for whoever may.
pub fn resume_button(context: &DeskContext, slug: &str) -> Option<impl IntoView + use<>> {
    let text = context.text();
    context
        .may(Permission::OperateProbes)
        .then(|| view! { <PostButton action=format!("/desk/probes/{slug}/resume") label=text.get("probe-resume")/> })
}

/// Where something is defined, and for what is defined at the desk a link to change it, for whoever may. `name` tells several of
/// these links apart.
pub fn origin_mark(context: &DeskContext, origin: Origin, edit_href: String, name: &str) -> impl IntoView + use<> {
    let text = context.text();
    let is_desk = origin == Origin::Desk;
    let word = text.get(if is_desk { "watching-origin-desk" } else { "watching-origin-file" });
    let edit = (is_desk && context.may(Permission::Configure)).then(|| {
        let label = text.with("watching-edit-of", &[("name", name.into())]);
        view! { " " <a class="edit" href=edit_href aria-label=label>{text.get("watching-edit")}</a> }
    });
    view! { <span class="tag">{word}</span> {edit} }
}

/// A probe in a list: its name, its kind, what is believed, where it is defined, its newest result, its pause.
pub fn probe_item(context: &DeskContext, probe: &ProbeRow) -> impl IntoView + use<> {
    let text = context.text();
    let edit_href = format!("{}/edit", probe_href(&probe.slug));
    let last = probe.last.as_ref().map(|last| view! { <p class="probe-last">{result_line(context, last)}</p> });
    let pause = probe.pause.as_ref().map(|pause| pause_line(context, pause));
    view! {
        <li class="probe">
            <p class="probe-head">
                <StateMark state=probe.state is_paused=probe.pause.is_some() text=text.clone()/>
                <a class="probe-name" href=probe_href(&probe.slug)>{probe.slug.clone()}</a>
                <small>{kind_word(&text, probe.kind)}</small>
                {origin_mark(context, probe.origin, edit_href, &probe.slug)}
            </p>
            {last}
            {pause}
        </li>
    }
}
