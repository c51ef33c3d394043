//! What comes after an incident, on its page at the desk: its postmortem, what is to be done, and what earlier ones of its kind left to be done.

use domain::account::Permission;
use domain::postmortem::State;
use leptos::prelude::*;

use crate::data::desk::{ActionLine, DeskContext, IncidentPage};
use crate::i18n::Text;
use crate::pages::desk::action_items::action_line;
use crate::pages::desk::postmortems::{postmortem_href, postmortem_number, state_word};
use crate::parts::incident_words::{incident_href, incident_number};
use crate::parts::time_text::TimeText;

/// All of it.
pub fn after(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    view! {
        <div id="incident-after" class="incident-sections" data-live>
            {kin(context, text, page)}
            {postmortem(context, text, page)}
            {actions(context, text, page)}
        </div>
    }
}

fn postmortem(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let may = context.may(Permission::Respond);
    let href = format!("{}/postmortem", incident_href(page.row.number));
    let begin = || view! { <a class="act" href=href.clone()>{text.get("incident-postmortem-write")}</a> };
    let shown = if let Some((number, state)) = &page.postmortem {
        let words = state_word(text, *state);
        let again = (may && *state == State::Waived).then(begin);
        view! {
            <p>
                <a href=postmortem_href(*number)>{postmortem_number(*number)}</a> " "
                <span class=format!("state-mark pm-{}", state.name())>{words}</span> " " {again}
            </p>
        }
        .into_any()
    } else {
        let begin = may.then(begin);
        view! { <p>{text.get("incident-postmortem-none")} " " {begin}</p> }.into_any()
    };
    view! {
        <section aria-labelledby="incident-postmortem">
            <h2 id="incident-postmortem">{text.get("incident-postmortem-heading")}</h2>
            {shown}
        </section>
    }
}

fn list(text: &Text, lines: &[ActionLine]) -> impl IntoView + use<> {
    let items = lines.iter().map(|line| action_line(text, line)).collect_view();
    view! { <ul class="desk-rows">{items}</ul> }
}

fn actions(context: &DeskContext, text: &Text, page: &IncidentPage) -> impl IntoView + use<> {
    let href = format!("/desk/action-items/new?incident={}", page.row.number);
    let new = context.may(Permission::Respond).then(|| view! { <a class="act" href=href>{text.get("incident-actions-new")}</a> });
    let shown = if page.actions.is_empty() {
        view! { <p class="soft">{text.get("incident-actions-none")}</p> }.into_any()
    } else {
        list(text, &page.actions).into_any()
    };
    view! {
        <section aria-labelledby="incident-actions">
            <h2 id="incident-actions">{text.get("incident-actions-heading")}</h2>
            {shown}
            <p>{new}</p>
        </section>
    }
}

/// Earlier incidents with the same components or alerts, and what they left to be done: it may be what is missing now.
fn kin(context: &DeskContext, text: &Text, page: &IncidentPage) -> Option<impl IntoView + use<>> {
    let lines = &page.kin;
    let items = (!lines.is_empty()).then(|| view! { <p class="hint">{text.get("incident-kin-text")}</p> {list(text, lines)} });
    let earlier = page.earlier.iter().map(|(number, title, at, postmortem)| {
        let postmortem = postmortem.map(|number| view! { " · " <a href=postmortem_href(number)>{postmortem_number(number)}</a> });
        view! {
            <li>
                <p>
                    <a href=incident_href(*number)>{incident_number(*number)} " " {title.clone()}</a> " "
                    <span class="soft"><TimeText at=*at zone=context.zone.clone() text=text.clone()/></span> {postmortem}
                </p>
            </li>
        }
    });
    let earlier = earlier.collect_view();
    let earlier = (!page.earlier.is_empty())
        .then(|| view! { <p>{text.with("incident-kin-earlier", &[("n", page.earlier.len().into())])}</p> <ul class="desk-rows">{earlier}</ul> });
    (!lines.is_empty() || !page.earlier.is_empty()).then(|| {
        view! {
            <section aria-labelledby="incident-kin">
                <h2 id="incident-kin">{text.get("incident-kin-heading")}</h2>
                {earlier}
                {items}
            </section>
        }
    })
}
