//! One alert: what it is, what to do about it, what its source says, and what happened to it.

use std::collections::BTreeMap;

use domain::account::Permission;
use leptos::prelude::*;

use super::alerts::HERE;
use crate::data::desk::{AlertEventRow, AlertPage, Bell, DeskContext, RemedyRow};
use crate::i18n::Text;
use crate::islands::live_status::LiveStatus;
use crate::parts::alert_rows::{actions, alert_href, alert_line, alert_number, because_words, facts, tags};
use crate::parts::form::{Choice, FormErrors, Hidden};
use crate::parts::incident_words::{incident_href, incident_number, severity_tag};
use crate::parts::notification_rows::notification_list;
use crate::parts::run_rows::RunRows;
use crate::parts::time_text::TimeText;

/// The page.
#[component]
pub fn AlertShowView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: AlertPage,
) -> impl IntoView {
    let text = context.text();
    let runs = (!page.runs.is_empty()).then(|| {
        view! {
            <section aria-labelledby="alert-runs">
                <h2 id="alert-runs">{text.get("alert-runs")}</h2>
                <RunRows rows=page.runs.clone() text=text.clone() zone=context.zone.clone() now=context.now/>
            </section>
        }
    });
    view! {
        <main id="content" class="desk alert-page" data-version=page.version>
            <div class="now-head">
                <p class="back"><a href=HERE>{text.get("alert-back")}</a></p>
                <LiveStatus live=text.get("live") connecting=text.get("live-connecting") lost=text.get("live-lost")/>
            </div>
            <div id="alert-head" class="alert-head" data-live>{head(&context, &text, &page)}</div>
            {join(&context, &text, &page)}
            {runs}
            <div id="alert-under-part" class="alert-part" data-live>{under(&text, &page)}</div>
            <section id="alert-told-part" aria-labelledby="alert-told" data-live>
                <h2 id="alert-told">{text.get("alert-told")}</h2>
                {told(&context, &text, &page)}
            </section>
            {said(&text, &page)}
            <section aria-labelledby="alert-events">
                <h2 id="alert-events">{text.get("alert-events")}</h2>
                <div id="alert-events-list" data-live>{events(&context, &text, &page.events)}</div>
            </section>
        </main>
    }
}

fn head(context: &DeskContext, text: &Text, page: &AlertPage) -> impl IntoView + use<> {
    let row = &page.row;
    let fires = row.ended_at.is_none();
    let state = text.get(if fires { "alert-fires" } else { "alert-over" });
    let summary = row.summary.clone().map(|summary| view! { <p class="alert-summary">{summary}</p> });
    let name = (row.name != row.title).then(|| view! { <p class="soft">{row.name.clone()}</p> });
    let above = row.above.map(|(number, _)| {
        let words = because_words(text, row).unwrap_or_default();
        view! { <p class="notice"><span>{words} " " <a href=alert_href(number)>{alert_number(number)}</a></span></p> }
    });
    let no_news = row.is_stale.then(|| view! { <p class="soft">{text.get("alert-stale-about")}</p> });
    let flapping = row.is_flapping.then(|| view! { <p class="soft">{text.get("alert-flapping-about")}</p> });
    let held = row.is_held.then(|| view! { <p class="soft">{text.get("alert-held-about")}</p> });
    let write = (row.remedy == RemedyRow::Nothing).then(|| {
        view! { <p><a class="act" href=page.write_href.clone()>{text.get("alert-write-runbook")}</a></p> }
    });
    view! {
        <h1><span class="show-number">{alert_number(row.number)}</span> " " {row.title.clone()}</h1>
        {name}
        <p class="show-facts">
            <strong class=if fires { "show-word firing" } else { "show-word over" }>{state}</strong>
            {severity_tag(row.severity, &row.severity_label)}
            {tags(text, row)}
        </p>
        {summary}
        {above}
        {facts(context, text, row)}
        {no_news}
        {flapping}
        {held}
        {actions(context, text, row, true)}
        {write}
    }
}

/// Part of an incident that people work on already.
fn join(context: &DeskContext, text: &Text, page: &AlertPage) -> Option<impl IntoView + use<>> {
    let is_free = page.row.is_free() && !page.incidents.is_empty() && context.may(Permission::Respond);
    is_free.then(|| {
        let options =
            page.incidents.iter().map(|(number, title)| (number.to_string(), format!("{} {title}", incident_number(*number))));
        let options = options.collect::<Vec<_>>();
        let action = format!("{}/incident", alert_href(page.row.number));
        view! {
            <form class="form alert-join" method="post" action=action>
                <FormErrors form=page.form.clone() text=text.clone()/>
                <Hidden name="joins" value="yes".to_owned()/>
                <Choice form=page.form.clone() name="incident" label=text.get("alert-join") options=options/>
                <p class="actions"><button type="submit" class="plain">{text.get("alert-join-do")}</button></p>
            </form>
        }
    })
}

fn under(text: &Text, page: &AlertPage) -> Option<impl IntoView + use<>> {
    let items = page.under.iter().map(|row| alert_line(text, row)).collect_view();
    (!page.under.is_empty()).then(|| {
        view! {
            <section class="alert-under" aria-labelledby="alert-under-heading">
                <h2 id="alert-under-heading">{text.with("alert-under", &[("n", page.under.len().into())])}</h2>
                <ul>{items}</ul>
            </section>
        }
    })
}

/// Who was told, or why nobody was.
fn told(context: &DeskContext, text: &Text, page: &AlertPage) -> AnyView {
    let late = page.told_late.then(|| view! { <p class="notice">{text.get("notifications-late")}</p> });
    let more = page
        .told_more
        .clone()
        .map(|href| view! { <p class="actions"><a class="plain" href=href>{text.get("notifications-older")}</a></p> });
    if let Some(list) = notification_list(context, &page.told, false) {
        return view! { {late} {list} {more} }.into_any();
    }
    if late.is_some() {
        return late.into_any();
    }
    let key = match (page.bell, page.row.above) {
        (Bell::Nobody, _) => "alert-told-no-channel",
        (_, Some(_)) => "alert-told-under",
        (_, None) => "alert-told-nobody",
    };
    view! { <p class="empty">{text.get(key)}</p> }.into_any()
}

/// What its source says of it.
fn said(text: &Text, page: &AlertPage) -> impl IntoView + use<> {
    let links = page.links.iter().map(|(name, href)| {
        let words = text.get(&format!("alert-link-{name}"));
        view! { <li><a class="act" href=href.clone() rel="noreferrer">{words}</a></li> }
    });
    let links = links.collect_view();
    let links = (!page.links.is_empty()).then(|| view! { <ul class="actions alert-links">{links}</ul> });
    let cut = page.is_cut.then(|| view! { <p class="soft">{text.get("alert-cut")}</p> });
    let kind = page.kind.clone().map(|kind| view! { <p class="soft">{text.with("alert-type", &[("name", kind.into())])}</p> });
    view! {
        <section aria-labelledby="alert-said">
            <h2 id="alert-said">{text.get("alert-said")}</h2>
            {kind}
            {links}
            {pairs(text.get("alert-annotations"), &page.annotations)}
            {pairs(text.get("alert-labels"), &page.labels)}
            {cut}
        </section>
    }
}

fn pairs(heading: String, pairs: &BTreeMap<String, String>) -> Option<impl IntoView + use<>> {
    let items = pairs.iter().map(|(name, value)| view! { <div><dt>{name.clone()}</dt> <dd>{value.clone()}</dd></div> });
    let items = items.collect_view();
    (!pairs.is_empty()).then(|| view! { <h3>{heading}</h3> <dl class="pairs">{items}</dl> })
}

fn events(context: &DeskContext, text: &Text, events: &[AlertEventRow]) -> AnyView {
    let item = |row: &AlertEventRow| {
        let values = [("name", row.actor.clone().into()), ("n", (row.number.unwrap_or_default() as usize).into())];
        let words = text.with(&format!("alert-event-{}", row.event.name()), &values);
        let link = row.number.map(|number| match row.event {
            domain::alert::record::Event::Joined => view! { <a href=incident_href(number)>{incident_number(number)}</a> },
            _ => view! { <a href=alert_href(number)>{alert_number(number)}</a> },
        });
        view! { <li><TimeText at=row.at zone=context.zone.clone() text=text.clone()/> " " {words} " " {link}</li> }
    };
    let items = events.iter().map(item).collect_view();
    if events.is_empty() {
        return view! { <p class="empty">{text.get("alert-no-events")}</p> }.into_any();
    }
    view! { <ol class="alert-events">{items}</ol> }.into_any()
}
