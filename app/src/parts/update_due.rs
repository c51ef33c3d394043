//! When the public was promised to hear more of an incident, and the alarm once that is over.

use domain::component::Status;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::data::desk::{DeskContext, IncidentRow};
use crate::format;
use crate::parts::incident_words::{incident_href, incident_number};
use crate::parts::status_mark::StatusMark;
use crate::parts::time_text::TimeText;

/// True when the public waits for longer than it was told to. What is over owes nothing.
pub fn is_overdue(context: &DeskContext, row: &IncidentRow) -> bool {
    row.state.is_active() && row.next_update_due_at.is_some_and(|due| due <= context.now)
}

/// Where an update of an incident is written.
pub fn update_href(number: i64) -> String {
    format!("{}/updates/new", incident_href(number))
}

/// When the next update is due. Overdue, it is an alarm, with the way to write one for whoever `may_tell`. With `is_named` it says
/// whose it is. Nothing if none was promised.
pub fn update_due(context: &DeskContext, row: &IncidentRow, zone: &TimeZone, may_tell: bool, is_named: bool) -> Option<AnyView> {
    let due = row.next_update_due_at.filter(|_| row.state.is_active())?;
    let text = context.text();
    let moment = view! { <TimeText at=due zone=zone.clone() text=text.clone()/> };
    if !is_overdue(context, row) {
        let (before, after) = text.around("incident-show-update-due", "when");
        return Some(view! { <p class="update-due">{before} {moment} {after}</p> }.into_any());
    }
    let (before, after) = text.around("incident-show-update-overdue", "when");
    let whose = is_named.then(|| {
        view! { <a href=incident_href(row.number)>{incident_number(row.number)}</a> " " {row.title.clone()} " · " }
    });
    let late = format::length(&text, context.now.since(due).as_millis() as u64);
    let late = text.with("incident-show-update-late", &[("length", late.into())]);
    let write = may_tell.then(|| {
        let spoken = text.with("incident-show-update-write-of", &[("name", incident_number(row.number).into())]);
        view! { <a class="button" href=update_href(row.number) aria-label=spoken>{text.get("incident-show-update-write")}</a> }
    });
    let line = view! {
        <div class="overdue">
            <p class="alarm">
                <StatusMark status=Status::MajorOutage/>
                <span>{whose} <strong>{before} {moment} {after}</strong> " · " {late}</span>
            </p>
            {write}
        </div>
    };
    Some(line.into_any())
}
