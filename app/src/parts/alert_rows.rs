//! Alerts as lists: how grave, what, about what, since when, and what to do: follow the runbook, take it on. On *Now*, on the page of alerts, on
//! that of an incident.

use domain::account::Permission;
use domain::alert::record::Origin;
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::data::desk::{AlertRow, DeskContext, RemedyRow};
use crate::format;
use crate::i18n::Text;
use crate::parts::form::PostButton;
use crate::parts::incident_words::{incident_href, incident_number, severity_tag};
use crate::parts::time_text::{Ago, Since, TimeText};

/// Those under an alert that are shown beneath it; the others are on its page.
const UNDER_SHOWN: usize = 20;

/// How people speak of an alert: `ALERT-7`.
pub fn alert_number(number: i64) -> String {
    format!("ALERT-{number}")
}

/// The page of an alert.
pub fn alert_href(number: i64) -> String {
    format!("/desk/alerts/{number}")
}

/// Who reports it, in words.
pub fn source_words(text: &Text, row: &AlertRow) -> String {
    let origin = text.get(&format!("alert-origin-{}", row.origin.name()));
    if row.source.is_empty() {
        return origin;
    }
    text.with("alert-source", &[("name", row.source.clone().into()), ("origin", origin.into())])
}

/// What is special about it, each a few words.
pub fn tags(text: &Text, row: &AlertRow) -> impl IntoView + use<> {
    let loud = |words: String| view! { <span class="tag warn">{words}</span> };
    let plain = |words: String| view! { <span class="tag">{words}</span> };
    let flapping = row.is_flapping.then(|| loud(text.get("alert-flapping")));
    let stale = row.is_stale.then(|| loud(text.get("alert-stale")));
    let held = row.is_held.then(|| plain(text.get("alert-held")));
    view! { {flapping} {stale} {held} }
}

/// Since when it fires, or when it was and how long it took.
pub fn span(context: &DeskContext, text: &Text, row: &AlertRow) -> impl IntoView + use<> {
    let until: Timestamp = row.ended_at.unwrap_or(context.now);
    let length = format::length(text, until.since(row.began_at).as_millis() as u64);
    let (began, key) = match row.ended_at {
        None => (view! { <Since at=row.began_at zone=context.zone.clone() text=text.clone()/> }.into_any(), "outage-so-far"),
        Some(_) => {
            (view! { <TimeText at=row.began_at zone=context.zone.clone() text=text.clone()/> }.into_any(), "incidents-took")
        }
    };
    view! { <li>{began}</li> <li class="number">{text.with(key, &[("length", length.into())])}</li> }
}

/// What to do about it, the likeliest first. `is_whole`: on its own page, where it can be ended too.
pub fn actions(context: &DeskContext, text: &Text, row: &AlertRow, is_whole: bool) -> AnyView {
    let here = alert_href(row.number);
    let may = context.may(Permission::Respond);
    let follow = match &row.remedy {
        RemedyRow::Runbook(slug, title) if may => {
            let label = text.with("alert-follow", &[("title", title.clone().into())]);
            let action = format!("{here}/runs");
            let fields = vec![("runbook", slug.clone())];
            view! { <div class="alert-follow"><PostButton action=action label=label fields=fields/></div> }.into_any()
        }
        RemedyRow::Runbook(slug, title) => {
            view! { <a class="act" href=format!("/desk/runbooks/{slug}")>{title.clone()}</a> }.into_any()
        }
        RemedyRow::Elsewhere(href) => {
            view! { <a class="act" href=href.clone() rel="noreferrer">{text.get("alert-elsewhere")}</a> }.into_any()
        }
        RemedyRow::Nothing => view! { <span class="soft">{text.get("alert-no-runbook")}</span> }.into_any(),
    };
    let fires = row.ended_at.is_none();
    let take_on = (may && fires && row.acknowledged.is_none()).then(|| {
        view! { <PostButton action=format!("{here}/acknowledge") label=text.get("alert-acknowledge")/> }
    });
    let let_go = (may && fires && is_whole && row.acknowledged.is_some()).then(|| {
        view! { <PostButton action=format!("{here}/unacknowledge") label=text.get("alert-unacknowledge")/> }
    });
    let open = (may && row.is_free()).then(|| {
        view! { <PostButton action=format!("{here}/incident") label=text.get("alert-open-incident")/> }
    });
    let end = (may && fires && is_whole).then(|| {
        let ask = text.get(if row.origin == Origin::Person { "alert-end-ask" } else { "alert-end-ask-source" });
        view! { <PostButton action=format!("{here}/end") label=text.get("alert-end") ask=ask/> }
    });
    view! { <div class="actions alert-actions">{follow} {take_on} {let_go} {open} {end}</div> }.into_any()
}

/// What is known of it beside its name.
pub fn facts(context: &DeskContext, text: &Text, row: &AlertRow) -> impl IntoView + use<> {
    let component = row.component.clone().map(|name| view! { <li>{name}</li> });
    let repeats = (row.received > 1).then(|| {
        let ago = view! { <Ago at=row.received_at now=context.now zone=context.zone.clone() text=text.clone()/> };
        view! { <li class="number">{text.with("alert-received", &[("n", (row.received as usize).into())])} " " {ago}</li> }
    });
    let acknowledged = row.acknowledged.clone().map(|(_, name)| {
        view! { <li><strong>{text.with("alert-acknowledged-by", &[("name", name.into())])}</strong></li> }
    });
    let incident = row.incident.map(|(number, _)| view! { <li><a href=incident_href(number)>{incident_number(number)}</a></li> });
    let ended_by = row.ended_by.clone().map(|name| view! { <li>{text.with("alert-ended-by", &[("name", name.into())])}</li> });
    view! {
        <ul class="facts">
            {component}
            {span(context, text, row)}
            {acknowledged}
            {incident}
            <li>{source_words(text, row)}</li>
            {repeats}
            {ended_by}
        </ul>
    }
}

/// Why those beneath are under one, in words.
pub fn because_words(text: &Text, row: &AlertRow) -> Option<String> {
    row.above.map(|(_, because)| text.get(&format!("alert-because-{}", because.name())))
}

/// One that is under another, in a line: what it is, what it says, and whether it is over.
pub fn alert_line(text: &Text, row: &AlertRow) -> impl IntoView + use<> {
    let component = row.component.clone().map(|name| view! { " · " {name} });
    let said = row.summary.clone().map(|summary| view! { " " <small class="soft">{summary}</small> });
    let over = row.ended_at.map(|_| view! { " " <span class="tag">{text.get("alert-over")}</span> });
    view! {
        <li>
            <a href=alert_href(row.number)>
                <span class="number">{alert_number(row.number)}</span> " " {row.title.clone()}
            </a>
            {component}
            {said}
            {over}
        </li>
    }
}

fn under(text: &Text, row: &AlertRow) -> Option<impl IntoView + use<>> {
    let count = row.under.len();
    (count > 0).then(|| {
        let items = row.under.iter().take(UNDER_SHOWN).map(|child| alert_line(text, child)).collect_view();
        let others = count.saturating_sub(UNDER_SHOWN);
        let others = (others > 0).then(|| {
            view! { <li><a href=alert_href(row.number)>{text.with("alert-under-others", &[("n", others.into())])}</a></li> }
        });
        let words = text.with("alert-under", &[("n", count.into())]);
        let id = format!("alert-{}-under", row.number);
        view! {
            <details class="alert-under" id=id>
                <summary>{words}</summary>
                <ul>{items} {others}</ul>
            </details>
        }
    })
}

/// One alert as an item (`<li>`) of a list.
pub fn alert_item(context: &DeskContext, row: &AlertRow) -> impl IntoView + use<> {
    let text = context.text();
    let summary = row.summary.clone().map(|summary| view! { <p class="alert-summary">{summary}</p> });
    let fires = row.ended_at.is_none();
    let actions = fires.then(|| actions(context, &text, row, false));
    let class = format!("alert-row {}{}", row.severity.name(), if fires { "" } else { " is-over" });
    view! {
        <li class=class id=format!("alert-{}", row.number)>
            <p class="list-head">
                {severity_tag(row.severity, &row.severity_label)}
                <a href=alert_href(row.number)>
                    <span class="number">{alert_number(row.number)}</span> " " {row.title.clone()}
                </a>
                {tags(&text, row)}
            </p>
            {summary}
            {facts(context, &text, row)}
            {under(&text, row)}
            {actions}
        </li>
    }
}

/// Alerts, in the order in which they come. Nothing for none.
pub fn alert_list(context: &DeskContext, rows: &[AlertRow]) -> Option<AnyView> {
    let items = rows.iter().map(|row| alert_item(context, row)).collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="list-rows alert-rows">{items}</ul> }.into_any())
}
