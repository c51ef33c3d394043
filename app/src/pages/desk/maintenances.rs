//! Planned work: what goes on, what is ahead, what is over, and the calendar of it.

use domain::account::Permission;
use domain::incident::MaintenanceStatus;
use domain::time::TimeRange;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, MaintenanceRow, MaintenancesPage};
use crate::i18n::{Argument, Text};
use crate::parts::desk_lists::{WindowText, fact_at};
use crate::parts::form::PostButton;

/// Planned work.
#[component]
pub fn MaintenancesView(
    /// What it is rendered from.
    context: DeskContext,
    /// What is shown.
    page: MaintenancesPage,
) -> impl IntoView {
    let text = context.text();
    let may_plan = context.may(Permission::PlanMaintenance);
    let new = may_plan.then(|| {
        view! { <p class="actions"><a class="button" href="/desk/maintenance/new">{text.get("planned-new")}</a></p> }
    });
    let zone = context.zone.iana_name().unwrap_or("UTC").to_owned();
    let nothing_ahead = if may_plan { "planned-none-ahead" } else { "planned-none-ahead-read" };
    let ahead = list(&context, &text, &page.ahead, nothing_ahead);
    let over = list(&context, &text, &page.over, "planned-none-over");
    let calendar = page.calendar.clone();
    view! {
        <main id="content" class="desk">
            <h1>{text.get("planned-title")}</h1>
            <p class="description">{text.with("planned-zone", &[("zone", zone.into())])}</p>
            {new}
            <section aria-labelledby="ahead"><h2 id="ahead">{text.get("planned-ahead")}</h2> {ahead}</section>
            <section aria-labelledby="over"><h2 id="over">{text.get("planned-over")}</h2> {over}</section>
            <section aria-labelledby="calendar">
                <h2 id="calendar">{text.get("planned-calendar")}</h2>
                <p class="description">{text.get("planned-calendar-text")}</p>
                <p><a class="copy-link" href=calendar>{page.calendar}</a></p>
            </section>
        </main>
    }
}

fn list(context: &DeskContext, text: &Text, rows: &[MaintenanceRow], nothing: &str) -> impl IntoView + use<> {
    if rows.is_empty() {
        return view! { <p class="empty">{text.get(nothing)}</p> }.into_any();
    }
    let items = rows.iter().map(|row| item(context, text, row));
    view! { <ul class="list-rows">{items.collect_view()}</ul> }.into_any()
}

/// True while a window goes on. That of a plan that was cancelled is still seen through.
const fn goes_on(row: &MaintenanceRow) -> bool {
    matches!(row.status, MaintenanceStatus::InProgress | MaintenanceStatus::Verifying)
}

fn item(context: &DeskContext, text: &Text, row: &MaintenanceRow) -> impl IntoView + use<> {
    let is_off = row.is_cancelled && !goes_on(row);
    let state = if is_off { "cancelled" } else { row.status.name() };
    let word = if is_off {
        text.get("planned-cancelled")
    } else {
        text.get(&format!("maintenance-{}", row.status.name().replace('_', "-")))
    };
    let cancelled = row.cancelled_at.map(|at| fact_at(text, "planned-cancelled-at", at, &context.zone));
    let components = row.components.join(&text.separator("list-separator"));
    let components = (!components.is_empty()).then(|| view! { <dt>{text.get("planned-components")}</dt><dd>{components}</dd> });
    let rule = row.rule.as_ref().map(|rule| view! { <dt>{text.get("planned-repeats")}</dt><dd>{rule_words(text, rule)}</dd> });
    let uptime = if row.excludes_uptime { "planned-excluded" } else { "planned-counted" };
    let alerts = if row.holds_alerts { "planned-alerts-held" } else { "planned-alerts-sent" };
    view! {
        <li class=format!("planned {state}") id=format!("maintenance-{}", row.id)>
            <p class="list-head">
                {mark(row.status, is_off)}
                <strong>{row.title.clone()}</strong>
                <span class="status-word">{word}</span>
            </p>
            <dl class="list-facts">
                {windows(context, text, row)}
                {rule}
                {components}
            </dl>
            <ul class="facts"><li>{text.get(uptime)}</li><li>{text.get(alerts)}</li>{cancelled}</ul>
            {buttons(context, text, row)}
        </li>
    }
}

/// The state as a shape; its word stands beside it.
fn mark(status: MaintenanceStatus, is_off: bool) -> impl IntoView {
    const CIRCLE: &str = "M8 0a8 8 0 1 0 0 16a8 8 0 1 0 0-16z";
    const BAR: &str = "M1 5h14v6H1z";
    let (shape, lines) = match status {
        // A circle with a cross.
        _ if is_off => (CIRCLE, "M5 5l6 6M11 5l-6 6"),
        // A clock.
        MaintenanceStatus::Scheduled => (CIRCLE, "M8 3.5v5l3 2"),
        // A bar, as for a component under maintenance, and one in two parts.
        MaintenanceStatus::InProgress => (BAR, ""),
        MaintenanceStatus::Verifying => (BAR, "M8 5v6"),
        // A circle with a tick.
        MaintenanceStatus::Completed => (CIRCLE, "M4.5 8.2l2.4 2.4 4.6-4.8"),
    };
    view! { <svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d=shape/><path class="ink" d=lines/></svg> }
}

/// The window and those after it in the site's zone; the first also in the zone it was planned in, if that is another.
fn windows(context: &DeskContext, text: &Text, row: &MaintenanceRow) -> impl IntoView + use<> {
    let Some(window) = row.window else {
        return view! { <dt>{text.get("planned-when")}</dt><dd>{text.get("planned-no-window")}</dd> }.into_any();
    };
    let shown = |range: TimeRange| view! { <WindowText range=range zone=context.zone.clone() text=text.clone()/> };
    let is_of_another_zone = context.zone.iana_name() != Some(row.zone.as_str());
    let own = is_of_another_zone.then(|| TimeZone::get(&row.zone).ok()).flatten().map(|zone| {
        let words = text.with("planned-in-zone", &[("zone", row.zone.clone().into())]);
        view! { <dd class="soft">{words} " " <WindowText range=window zone=zone text=text.clone()/></dd> }
    });
    let next = (!row.next.is_empty()).then(|| {
        let items = row.next.iter().map(|range| view! { <dd>{shown(*range)}</dd> });
        view! { <dt>{text.get("planned-next")}</dt> {items.collect_view()} }
    });
    view! { <dt>{text.get("planned-when")}</dt><dd>{shown(window)}</dd> {own} {next} }.into_any()
}

/// A rule in words where it has some, else as it is written.
fn rule_words(text: &Text, rule: &str) -> impl IntoView + use<> {
    let key = match rule {
        "FREQ=DAILY" => "planned-repeat-daily",
        "FREQ=WEEKLY" => "planned-repeat-weekly",
        "FREQ=MONTHLY" => "planned-repeat-monthly",
        _ => return view! { <code>{rule.to_owned()}</code> }.into_any(),
    };
    text.get(key).into_any()
}

/// What can still be done: end what goes on, change or cancel what is ahead.
fn buttons(context: &DeskContext, text: &Text, row: &MaintenanceRow) -> Option<impl IntoView + use<>> {
    let goes_on = goes_on(row);
    let is_alive = !row.is_cancelled && row.status != MaintenanceStatus::Completed;
    let title = || Argument::from(row.title.clone());
    (context.may(Permission::PlanMaintenance) && (is_alive || goes_on)).then(|| {
        let href = format!("/desk/maintenance/{}/edit", row.id);
        let spoken = text.with("planned-edit-of", &[("title", title())]);
        let edit = is_alive.then(|| view! { <a class="button" href=href aria-label=spoken>{text.get("planned-edit")}</a> });
        let end = goes_on.then(|| {
            view! {
                <PostButton
                    action=format!("/desk/maintenance/{}/end", row.id)
                    label=text.get("planned-end")
                    ask=text.with("planned-end-ask", &[("title", title())])
                />
            }
        });
        // Of work that goes on only the windows after this one can be cancelled, if there are any.
        let cancel = (is_alive && (!goes_on || row.rule.is_some())).then(|| {
            let (label, ask) = if goes_on {
                ("planned-cancel-rest", "planned-cancel-rest-ask")
            } else {
                ("planned-cancel", "planned-cancel-ask")
            };
            view! {
                <PostButton
                    action=format!("/desk/maintenance/{}/cancel", row.id)
                    label=text.get(label)
                    fields=vec![("version", row.version.to_string())]
                    ask=text.with(ask, &[("title", title())])
                    is_danger=true
                />
            }
        });
        view! { <div class="actions">{edit} {end} {cancel}</div> }
    })
}
