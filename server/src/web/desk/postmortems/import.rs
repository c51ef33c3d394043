//! Takes a postmortem that was written elsewhere: looked at first, then kept.

use app::data::desk::{DeskPage, FormState, PostmortemImportPage, ReadText};
use axum::extract::State;
use domain::account::Permission;
use domain::incident::paste::Reading;
use domain::postmortem::import::Imported;
use jiff::tz::TimeZone;
use store::incidents::records::IncidentFilter;

use super::super::super::{Web, zone_named};
use super::super::form::{self, Sent, Typed};
use super::super::planned::zones;
use super::super::show::{Answer, done, form_page};
use super::super::visit::Visit;
use super::at;
use crate::service::postmortems::ImportWanted;

/// Incidents to choose from, the newest.
const INCIDENTS: u32 = 100;

fn shown_read(imported: Imported, title: String) -> ReadText {
    let row = |line: domain::incident::paste::PastedLine| match line.reading {
        Reading::Row { at, body, .. } => Some((at, body)),
        Reading::Unreadable(_) => None,
    };
    ReadText { title, rows: imported.rows.into_iter().filter_map(row).collect(), rest: imported.body }
}

async fn import_page(web: &Web, visit: &Visit, form: FormState, read: Option<ReadText>) -> Answer {
    let caller = visit.caller()?;
    let site = web.monitoring.offer().time_zone.clone();
    let filter = IncidentFilter { limit: INCIDENTS, ..IncidentFilter::default() };
    let mut incidents = Vec::new();
    for (incident, _) in web.desk.incident_list(&caller, &filter).await? {
        if web.desk.postmortem_of(&caller, incident.key).await?.is_none() {
            incidents.push((incident.number, incident.facts.title.get(visit.language).to_owned()));
        }
    }
    let zone: TimeZone = if form.value("zone").is_empty() { site.clone() } else { zone_named(&form.value("zone")) };
    let shown = PostmortemImportPage {
        zones: zones(&site, &form.value("zone")),
        incidents,
        read,
        zone,
        form: form::numbered(form.clone()),
    };
    form_page(web, visit, &form, DeskPage::PostmortemImport(Box::new(shown))).await
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Respond, visit.now)?;
    let form = FormState::default().with("language", visit.language.tag());
    import_page(&web, &visit, form, None).await
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    let typed = Typed::from(sent);
    let caller = visit.caller()?;
    let text = |name: &str| typed.get(name).to_owned();
    let wanted = ImportWanted {
        text: typed.exact("text").to_owned(),
        language: text("language"),
        day: text("day"),
        zone: text("zone"),
        incident: typed.get("incident").parse().ok(),
        title: text("title"),
    };
    let outcome = if typed.has("keep") {
        match web.desk.import_postmortem(&typed.once(caller.clone()), wanted).await {
            Ok(number) => return Ok(done(&format!("{}/edit", at(number)), "postmortem-imported")),
            Err(problem) => Err(problem),
        }
    } else {
        web.desk.read_import(&caller, &wanted)
    };
    let mut form = typed.state();
    match outcome {
        Ok((imported, title)) => import_page(&web, &visit, form, Some(shown_read(imported, title))).await,
        Err(problem) => {
            let refusal = form::refuse(&mut form, problem, &visit)?;
            refusal.with(import_page(&web, &visit, form, None).await)
        }
    }
}
