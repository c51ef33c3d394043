//! Planned work: the lists of what is ahead and over, and the form of a plan with its preview.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use app::data::desk::{DeskPage, FormState, MaintenanceEditPage, MaintenanceRow, MaintenancesPage};
use axum::extract::{Path, State};
use domain::account::Permission;
use domain::incident::MaintenanceStatus;
use domain::text::Language;
use domain::time::{TimeRange, Timestamp};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use store::maintenances::Maintenance;
use uuid::Uuid;

use super::super::{Web, page_data};
use super::form::{self, Sent, Typed, after};
use super::show::{Answer, done, form_page, page};
use super::visit::Visit;
use super::watching::choices;
use crate::service::maintenance::{MaintenanceState, MaintenanceWanted};
use crate::service::problem::Problem;

const HERE: &str = "/desk/maintenance";
/// Plans that are over and shown, the newest.
const OVER_ROWS: usize = 100;
/// When work is done, if nothing else is said: in the night.
const NIGHT: Time = Time::constant(2, 0, 0, 0);
/// Local date and time as browsers send it.
const LOCAL: &str = "%Y-%m-%dT%H:%M";
/// What the form calls the rules that it has words for.
const REPEATS: [(&str, &str); 3] = [("daily", "FREQ=DAILY"), ("weekly", "FREQ=WEEKLY"), ("monthly", "FREQ=MONTHLY")];

/// Plans of which something goes on or is ahead, the soonest first, and those that are over, the newest first. For pages of those who
/// may read.
pub(in super::super) fn rows(web: &Web, language: Language, now: Timestamp) -> (Vec<MaintenanceRow>, Vec<MaintenanceRow>) {
    let states = web.monitoring.state().plans.states(now);
    rows_of(web, language, states)
}

fn rows_of(web: &Web, language: Language, states: Vec<MaintenanceState>) -> (Vec<MaintenanceRow>, Vec<MaintenanceRow>) {
    let names: HashMap<String, String> = choices(web, language).into_iter().map(|choice| (choice.slug, choice.name)).collect();
    let rows = states.into_iter().map(|state| row(state, language, &names));
    let (mut over, mut ahead): (Vec<_>, Vec<_>) = rows.partition(|row| row.status == MaintenanceStatus::Completed);
    ahead.sort_by_key(|row| row.window.map(TimeRange::from));
    over.sort_by_key(|row| Reverse(row.cancelled_at.or(row.window.map(TimeRange::until))));
    over.truncate(OVER_ROWS);
    (ahead, over)
}

fn row(state: MaintenanceState, language: Language, names: &HashMap<String, String>) -> MaintenanceRow {
    let MaintenanceState { record, status, window, next } = state;
    // A component that is gone has only its slug left.
    let components = record.components.iter().map(|slug| names.get(slug.as_str()).map_or(slug.as_str(), String::as_str));
    MaintenanceRow {
        id: record.id.to_string(),
        version: record.version,
        title: record.title.get(language).to_owned(),
        status,
        is_cancelled: record.cancelled_at.is_some(),
        window,
        next,
        components: components.map(str::to_owned).collect(),
        rule: record.rule,
        zone: record.zone,
        excludes_uptime: record.excludes_uptime,
        holds_alerts: record.holds_alerts,
        cancelled_at: record.cancelled_at,
    }
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    let states = web.desk.maintenances(&visit.caller()?)?;
    let (ahead, over) = rows_of(&web, visit.language, states);
    let calendar = format!("{}/maintenance.ics", page_data::site_base(&web));
    page(&web, &visit, DeskPage::Maintenances(MaintenancesPage { ahead, over, calendar })).await
}

async fn edit_page(web: &Web, visit: &Visit, id: Option<Uuid>, form: FormState, preview: Vec<TimeRange>) -> Answer {
    visit.caller()?.must(Permission::PlanMaintenance, visit.now)?;
    let shown = MaintenanceEditPage {
        id: id.map(|id| id.to_string()),
        components: choices(web, visit.language),
        zones: zones(&web.monitoring.offer().time_zone, &form.value("zone")),
        preview,
        form: form.clone(),
    };
    form_page(web, visit, &form, DeskPage::MaintenanceEdit(shown)).await
}

/// Names of zones to choose from, the site's first. What is chosen is among them, also when it is another name of a zone.
pub(super) fn zones(site: &TimeZone, chosen: &str) -> Vec<String> {
    let site = site.iana_name().unwrap_or("UTC");
    let mut zones: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    if TimeZone::get(chosen).is_ok_and(|zone| zone.iana_name().is_some()) {
        zones.push(chosen.to_owned());
    }
    zones.retain(|name| name != site);
    zones.sort_unstable();
    zones.dedup();
    zones.insert(0, site.to_owned());
    zones
}

pub(super) async fn show_new(State(web): State<Web>, visit: Visit) -> Answer {
    let zone = web.monitoring.offer().time_zone.clone();
    let today = visit.now.to_jiff().to_zoned(zone.clone()).date();
    edit_page(&web, &visit, None, preset(today, &zone), Vec::new()).await
}

/// A new form: an hour in the coming night.
fn preset(today: Date, zone: &TimeZone) -> FormState {
    let starts = today.tomorrow().unwrap_or(today).to_datetime(NIGHT).strftime(LOCAL).to_string();
    let values = [("starts", starts.as_str()), ("zone", zone.iana_name().unwrap_or("UTC")), ("hours", "1"), ("minutes", "0")];
    let chosen = [("repeat", "none"), ("excludes_uptime", "yes"), ("holds_alerts", "yes")];
    values.into_iter().chain(chosen).fold(FormState::default(), |form, (name, value)| form.with(name, value))
}

pub(super) async fn show_edit(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::PlanMaintenance, visit.now)?;
    let known = web.desk.maintenance(&caller, id)?;
    if known.record.cancelled_at.is_some() {
        return Err(Problem::Refused("refused-cancelled").into());
    }
    edit_page(&web, &visit, Some(id), from_record(&known.record), Vec::new()).await
}

fn from_record(record: &Maintenance) -> FormState {
    let mut form = FormState::default().with("version", record.version.to_string());
    for language in Language::ALL {
        let tag = language.tag();
        let description = record.description.as_ref().map(|text| text.get(language)).unwrap_or_default();
        form = form.with(&format!("title_{tag}"), record.title.get(language));
        form = form.with(&format!("description_{tag}"), description);
    }
    for slug in &record.components {
        form = form.with("components", slug.as_str());
    }
    let minutes = record.duration.as_secs() / 60;
    form = form.with("starts", record.starts.strftime(LOCAL).to_string()).with("zone", record.zone.as_str());
    form = form.with("hours", (minutes / 60).to_string()).with("minutes", (minutes % 60).to_string());
    let rule = record.rule.as_deref();
    let repeat = rule.map_or("none", |rule| REPEATS.iter().find(|(_, known)| *known == rule).map_or("rule", |(name, _)| *name));
    form = form.with("repeat", repeat);
    if repeat == "rule" {
        form = form.with("rule", rule.unwrap_or_default());
    }
    for (name, is_so) in [("excludes_uptime", record.excludes_uptime), ("holds_alerts", record.holds_alerts)] {
        if is_so {
            form = form.with(name, "yes");
        }
    }
    form
}

/// What was typed. A length that is no number is none, and is refused as one.
fn to_wanted(typed: &Typed) -> Result<MaintenanceWanted, Problem> {
    let number = |name| match typed.get(name) {
        "" => Some(0_u64),
        text => text.parse::<u32>().ok().map(u64::from),
    };
    let minutes = number("hours").zip(number("minutes")).map_or(0, |(hours, minutes)| hours * 60 + minutes);
    let rule = match typed.get("repeat") {
        "none" => None,
        "rule" => Some(typed.get("rule").to_owned()),
        repeat => {
            let known = REPEATS.iter().find(|(name, _)| *name == repeat);
            Some(known.ok_or_else(|| Problem::invalid("repeat", "invalid-repeat"))?.1.to_owned())
        }
    };
    Ok(MaintenanceWanted {
        title_ja: typed.get("title_ja").to_owned(),
        title_en: typed.get("title_en").to_owned(),
        description_ja: typed.get("description_ja").to_owned(),
        description_en: typed.get("description_en").to_owned(),
        components: typed.all("components").into_iter().map(str::to_owned).collect(),
        starts: typed.get("starts").to_owned(),
        zone: typed.get("zone").to_owned(),
        duration: Duration::from_secs(minutes * 60),
        rule,
        excludes_uptime: typed.has("excludes_uptime"),
        holds_alerts: typed.has("holds_alerts"),
    })
}

async fn keep(web: &Web, visit: &Visit, id: Option<Uuid>, typed: Typed) -> Answer {
    let caller = visit.caller()?;
    caller.must(Permission::PlanMaintenance, visit.now)?;
    let outcome = match (to_wanted(&typed), id) {
        (Ok(wanted), _) if typed.has("preview") => match web.desk.preview(&wanted) {
            Ok(windows) => return edit_page(web, visit, id, typed.state(), windows).await,
            Err(problem) => Err(problem),
        },
        (Ok(wanted), None) => web.desk.plan_maintenance(&caller, wanted).await.map(|_| "maintenance-planned"),
        (Ok(wanted), Some(id)) => {
            web.desk.change_maintenance(&caller, id, typed.version(), wanted).await.map(|_| "maintenance-changed")
        }
        (Err(problem), _) => Err(problem),
    };
    let problem = match outcome {
        Ok(what) => return Ok(done(HERE, what)),
        Err(problem) => problem,
    };
    let mut form = typed.state();
    let refusal = form::refuse(&mut form, problem, visit)?;
    refusal.with(edit_page(web, visit, id, form, Vec::new()).await)
}

pub(super) async fn make(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    keep(&web, &visit, None, sent.into()).await
}

pub(super) async fn change(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>, sent: Sent) -> Answer {
    keep(&web, &visit, Some(id), sent.into()).await
}

pub(super) async fn cancel(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>, sent: Sent) -> Answer {
    let version = Typed::from(sent).version();
    after(web.desk.cancel_maintenance(&visit.caller()?, id, version).await, HERE, "maintenance-cancelled")
}

pub(super) async fn end(State(web): State<Web>, visit: Visit, Path(id): Path<Uuid>) -> Answer {
    after(web.desk.end_maintenance(&visit.caller()?, id).await, HERE, "maintenance-ended")
}

#[cfg(test)]
mod tests {
    use axum::Form;
    use domain::text::LocalizedText;
    use jiff::civil::date;

    use super::*;

    fn record(rule: Option<&str>) -> Maintenance {
        let at = Timestamp::from_ms(0);
        Maintenance {
            key: 1,
            id: Uuid::nil(),
            title: LocalizedText::Each { ja: "ディスク交換".to_owned(), en: "A new disk".to_owned() },
            description: Some(LocalizedText::Same("Slower\nfor a while.".to_owned())),
            starts: date(2026, 11, 29).at(2, 30, 0, 0),
            zone: "Asia/Tokyo".to_owned(),
            duration: Duration::from_secs(90 * 60),
            rule: rule.map(str::to_owned),
            components: vec!["web".parse().unwrap(), "db".parse().unwrap()],
            excludes_uptime: true,
            holds_alerts: false,
            created_at: at,
            updated_at: at,
            cancelled_at: None,
            version: 4,
        }
    }

    fn typed(fields: &[(&str, &str)]) -> Typed {
        Typed::from(Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()))
    }

    #[test]
    fn a_form_that_is_opened_and_sent_unchanged_changes_nothing() {
        for rule in [None, Some("FREQ=DAILY"), Some("FREQ=WEEKLY"), Some("FREQ=MONTHLY"), Some("FREQ=MONTHLY;BYDAY=1SU")] {
            let record = record(rule);
            let form = Typed::from(Form(from_record(&record).values));
            assert_eq!(form.version(), 4);
            let wanted = to_wanted(&form).unwrap();
            assert_eq!((wanted.title_ja.as_str(), wanted.title_en.as_str()), ("ディスク交換", "A new disk"));
            assert_eq!([wanted.description_ja.as_str(), wanted.description_en.as_str()], ["Slower\nfor a while."; 2]);
            assert_eq!(wanted.components, ["web", "db"]);
            assert_eq!((wanted.starts.as_str(), wanted.zone.as_str()), ("2026-11-29T02:30", "Asia/Tokyo"));
            assert_eq!((wanted.duration, wanted.rule.as_deref()), (record.duration, rule));
            assert!(wanted.excludes_uptime && !wanted.holds_alerts);
        }
    }

    #[test]
    fn a_length_is_what_hours_and_minutes_make_and_nothing_when_they_are_no_numbers() {
        let length = |hours: &str, minutes: &str| {
            let typed = typed(&[("repeat", "none"), ("hours", hours), ("minutes", minutes)]);
            to_wanted(&typed).unwrap().duration.as_secs() / 60
        };
        assert_eq!((length("2", "5"), length("", "30"), length("1", "")), (125, 30, 60));
        assert_eq!((length("two", "5"), length("-1", "5"), length("99999999999", "0")), (0, 0, 0));
    }

    #[test]
    fn a_repetition_that_the_form_does_not_have_is_refused() {
        let Err(Problem::Invalid(all)) = to_wanted(&typed(&[("repeat", "sometimes")])) else { panic!("it was taken") };
        assert_eq!((all[0].field.as_str(), all[0].key), ("repeat", "invalid-repeat"));
    }

    #[test]
    fn the_sites_zone_is_the_first_to_choose_and_none_is_there_twice() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        for chosen in ["", "Asia/Tokyo", "Europe/Berlin", "nonsense"] {
            let zones = zones(&tokyo, chosen);
            assert_eq!(zones[0], "Asia/Tokyo");
            let unique: std::collections::BTreeSet<&String> = zones.iter().collect();
            assert_eq!(unique.len(), zones.len(), "{chosen}");
            assert!(zones.len() > 300 && zones.iter().any(|zone| zone == "UTC"));
            assert!(zones.iter().any(|zone| zone == chosen) != matches!(chosen, "" | "nonsense"));
        }
    }

    #[test]
    fn a_new_plan_is_for_the_coming_night() {
        let form = preset(date(2026, 12, 31), &TimeZone::get("Asia/Tokyo").unwrap());
        assert_eq!((form.value("starts"), form.value("zone")), ("2027-01-01T02:00".to_owned(), "Asia/Tokyo".to_owned()));
        assert!(form.has("excludes_uptime", "yes") && form.has("repeat", "none"));
    }
}
