//! Who did what.

use app::data::desk::{AuditPage, AuditRow, DeskPage, FormState};
use axum::extract::State;
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::audit::{AuditEntry, AuditFilter};

use super::super::Web;
use super::show::{Answer, form_page, query};
use super::visit::Visit;
use crate::service::audit::ACTIONS;

/// Fields of the filter.
const FIELDS: [&str; 5] = ["actor", "action", "object", "from", "until"];

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let mut form = FormState::default();
    for field in FIELDS {
        form = form.with(field, query(&visit, field).unwrap_or_default());
    }
    let zone = web.monitoring.offer().time_zone.clone();
    let given = |field: &str| Some(form.value(field).trim().to_owned()).filter(|value| !value.is_empty());
    let (from, until) = (given("from").map(|day| start(&day, &zone)), given("until").map(|day| end(&day, &zone)));
    let filter = AuditFilter {
        actor_name: given("actor"),
        action: given("action"),
        object_name: given("object"),
        from: from.flatten(),
        until: until.flatten(),
        ..AuditFilter::default()
    };
    for (field, day) in [("from", &from), ("until", &until)] {
        if day.is_some_and(|day| day.is_none()) {
            form.refuse(field, visit.text().get("invalid-date"));
        }
    }
    let before = query(&visit, "before").and_then(|seq| seq.parse().ok());
    let found = web.desk.audit(&visit.caller()?, &filter, before, None).await?;
    let shown = AuditPage {
        rows: found.rows.into_iter().map(row).collect(),
        older: found.older,
        actions: ACTIONS.iter().map(|action| (*action).to_owned()).collect(),
        form: form.clone(),
    };
    form_page(&web, &visit, &form, DeskPage::Audit(shown)).await
}

fn start(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date: Date = day.parse().ok()?;
    Some(Timestamp::from_ms(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

/// The day after, so that the day itself is within.
fn end(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date: Date = day.parse().ok()?;
    start(&date.tomorrow().ok()?.to_string(), zone)
}

fn row(entry: AuditEntry) -> AuditRow {
    let words = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let changes = entry.change.as_object().into_iter().flatten();
    let changes = changes.map(|(name, pair)| (name.clone(), words(&pair[0]), words(&pair[1]))).collect();
    AuditRow {
        seq: entry.seq,
        at: entry.at,
        actor_kind: entry.actor_kind.name(),
        actor: entry.actor_name,
        action: entry.action,
        object_kind: entry.object_kind,
        object: entry.object_name,
        changes,
        address: entry.address,
    }
}
