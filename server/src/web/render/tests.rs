//! Pages made of what happens seldom: incidents and planned work, hostile texts, a past that cannot be read.

use app::data::{
    CheckKind, HistoryPage, IncidentPage, OutageOf, PublicAffected, PublicCheck, PublicComponent, PublicDay, PublicGroup,
    PublicIncident, PublicMaintenance, PublicMetric, PublicMonth, PublicOutage, PublicRow, PublicUpdate, RunbookList,
    RunbookText, Summary,
};
use app::parts::check_day::CheckDay;
use domain::component::Status;
use domain::incident::work::{EntryKind, Marker, Precision};
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::outage::OutageEnd;
use domain::probe::observation::Verdict;
use domain::probe::review::{Review, Seen};
use domain::time::{Change, TimeRange};
use domain::uptime::{Tally, Weights};
use jiff::tz::TimeZone;
use leptos::prelude::RenderHtml;
use proptest::prelude::*;

use super::*;
use crate::web::markup::paragraphs;

const HOSTILE: &str = "</title><script>alert(1)</script>\"' onload=x &amp; ]]>";

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_ms(1_776_000_000_000 + minutes * 60_000)
}

/// What a page asks for, made up.
#[derive(Clone)]
struct Made(StatusPage);

#[async_trait::async_trait]
impl PageData for Made {
    async fn status(&self, _: Language) -> Arc<StatusPage> {
        Arc::new(self.0.clone())
    }

    async fn component(&self, _: Language, _: &str) -> Result<ComponentPage, PageError> {
        let component = self.0.groups[0].components[0].clone();
        let checks = vec![PublicCheck { kind: CheckKind::Http, last: None, day: None }];
        let weights = Weights::default();
        let maintenances = self.0.maintenances.clone();
        let (outages, outages_left_out) = (Vec::new(), 0);
        Ok(ComponentPage { version: 1, taken_at: at(0), component, weights, outages, outages_left_out, maintenances, checks })
    }

    async fn history(&self, _: Language, until: Option<Month>) -> Result<HistoryPage, PageError> {
        let Some(month) = until else { return Err(PageError::Unavailable) };
        let outages = self.0.outages.clone();
        let incidents = self.0.incidents.clone();
        let months = vec![PublicMonth { month, outages, left_out: 7, incidents }];
        Ok(HistoryPage { version: 1, taken_at: at(0), months, older: None, newer: None })
    }

    async fn incident(&self, _: Language, number: i64) -> Result<IncidentPage, PageError> {
        let known = self.0.incidents.iter().find(|incident| incident.number == number);
        let incident = known.cloned().ok_or(PageError::Unavailable)?;
        let (slug, name, status) = ("web".to_owned(), HOSTILE.to_owned(), Status::PartialOutage);
        let affected = vec![PublicAffected { slug, name, status, from: at(-60), until: Some(at(-1)) }];
        let row = |id: &str, minute: i64, precision, said: Option<&str>| PublicRow {
            id: id.to_owned(),
            at: at(minute),
            precision,
            kind: said.map(|_| EntryKind::Action),
            html: said.map(paragraphs),
        };
        let rows = vec![
            row("aaaaaaaaaaaa", -1_440, Precision::About, Some("the day before")),
            row("bbbbbbbbbbbb", -60, Precision::Minute, Some(HOSTILE)),
            row("cccccccccccc", -59, Precision::Exact, None),
        ];
        let (from, until) = (Marker::ImpactStart, Marker::ImpactEnd);
        let metrics = vec![PublicMetric { name: "recover", ms: 139 * 60_000, from, until }];
        let stated_ms = Some(140 * 60_000);
        Ok(IncidentPage { version: 1, taken_at: at(0), incident, affected, rows, metrics, stated_ms })
    }

    async fn runbooks(&self, _: Language) -> RunbookList {
        RunbookList { rows: Vec::new() }
    }

    async fn runbook(&self, _: Language, _: &str) -> Result<RunbookText, PageError> {
        Err(PageError::NotFound)
    }

    async fn postmortems(&self, _: Language) -> PostmortemList {
        PostmortemList { version: 0, rows: Vec::new() }
    }

    async fn postmortem(&self, _: Language, _: &str, _: PostmortemView) -> Result<PostmortemPage, PageError> {
        Err(PageError::NotFound)
    }

    fn site(&self, _: Language) -> PublicSite {
        PublicSite {
            id: "aaaaaaaaaaaa".to_owned(),
            base: "https://status.example.org".to_owned(),
            name: HOSTILE.to_owned(),
            description: Some(HOSTILE.to_owned()),
            languages: Language::ALL.to_vec(),
            time_zone: TimeZone::UTC,
            created_at: at(0),
        }
    }
}

fn component(status: Status) -> PublicComponent {
    let tally = Tally { operational_ms: 86_400_000, ..Tally::default() };
    let date = "2026-04-12".parse().unwrap();
    PublicComponent {
        slug: "web".to_owned(),
        id: "bbbbbbbbbbbb".to_owned(),
        name: HOSTILE.to_owned(),
        description: None,
        status,
        since: Some(at(-10)),
        watched_since: at(-1_440),
        checked_at: Some(at(0)),
        days: vec![PublicDay { date, tally }; 90],
        uptimes: [tally; 4],
        latency: None,
        troubled_dependencies: vec![HOSTILE.to_owned()],
    }
}

fn incident(status: IncidentStatus, impact: Impact, updates: usize) -> PublicIncident {
    let update = |n: usize| PublicUpdate {
        id: format!("update{n}"),
        status,
        number: (updates - n) as i64,
        corrects: None,
        body: format!("{HOSTILE}\n\nparagraph {n}"),
        html: paragraphs(&format!("{HOSTILE}\n\nparagraph {n}")),
        created_at: at(n as i64),
        display_at: at(n as i64),
        changes: Vec::new(),
    };
    let is_over = matches!(status, IncidentStatus::Resolved | IncidentStatus::Postmortem);
    PublicIncident {
        id: "cccccccccccc".to_owned(),
        number: 7,
        name: format!("Incident {HOSTILE}"),
        status,
        impact,
        started_at: at(-60),
        created_at: at(-50),
        updated_at: at(-1),
        monitoring_at: None,
        resolved_at: is_over.then(|| at(-1)),
        next_update_due_at: (!is_over).then(|| at(30)),
        updates: (0..updates).map(update).collect(),
        component_ids: vec!["bbbbbbbbbbbb".to_owned()],
        postmortem: None,
    }
}

fn maintenance(status: MaintenanceStatus) -> PublicMaintenance {
    PublicMaintenance {
        id: "dddddddddddd".to_owned(),
        name: format!("Maintenance {HOSTILE}"),
        status,
        impact: Impact::Minor,
        created_at: at(-100),
        updated_at: at(-100),
        scheduled_for: at(100),
        scheduled_until: at(200),
        completed_at: None,
        updates: Vec::new(),
        component_ids: Vec::new(),
    }
}

fn front(status: Status) -> StatusPage {
    let outage = PublicOutage {
        ordinal: 3,
        started_at: at(-30),
        ended: Some((at(-20), OutageEnd::Recovered)),
        worst: Status::MajorOutage,
        segments: vec![Change { at: at(-25), state: Status::MajorOutage }, Change { at: at(-22), state: Status::PartialOutage }],
        segments_left_out: 4,
    };
    let component = component(status);
    let of = OutageOf { slug: "web".to_owned(), component_id: component.id.clone(), name: component.name.clone(), outage };
    StatusPage {
        version: 1,
        taken_at: at(0),
        summary: Summary { worst: status, total: 1, affected: 1, others: [(Status::Unknown, 0); 4], since: Some(at(-10)) },
        uplink_lost_since: None,
        groups: vec![PublicGroup {
            slug: "core".to_owned(),
            id: "eeeeeeeeeeee".to_owned(),
            name: Some(HOSTILE.to_owned()),
            components: vec![component],
        }],
        weights: Weights::default(),
        outages: vec![of],
        outages_left_out: 2,
        incidents: Vec::new(),
        maintenances: Vec::new(),
    }
}

async fn shown(page: Page, made: StatusPage) -> (u16, String) {
    let _ = any_spawner::Executor::init_tokio();
    let (status, html) = document(&page, Arc::new(Made(made)), Arc::default()).await.unwrap();
    assert_eq!(html.find("<script>alert"), None, "nothing hostile is markup");
    (status.as_u16(), html)
}

fn front_page(made: StatusPage) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(shown(Page::Front(Language::En), made)).1
}

#[test]
fn an_open_incident_stands_above_the_components_with_its_newest_update_and_older_ones_a_tap_away() {
    let mut made = front(Status::MajorOutage);
    made.incidents = vec![incident(IncidentStatus::Identified, Impact::Critical, 3)];
    let html = front_page(made);
    let (incident, components) = (html.find("id=\"incident-cccccccccccc\"").unwrap(), html.find("id=\"component-web\"").unwrap());
    assert!(incident < components);
    for expected in
        ["Happening now", "impact-critical", "Identified", "critical impact", "paragraph 0", "2 earlier", "paragraph 2"]
    {
        assert!(html.contains(expected), "{expected} is missing: {html}");
    }
    assert!(html.find("paragraph 0").unwrap() < html.find("<details><summary>2 earlier").unwrap());
}

fn page_of_the_incident(made: StatusPage) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(shown(Page::Incident(Language::En, 7), made))
}

#[test]
fn an_incident_in_a_list_leads_to_its_page_and_says_when_more_is_promised() {
    let mut made = front(Status::MajorOutage);
    made.incidents = vec![incident(IncidentStatus::Identified, Impact::Major, 12)];
    let html = front_page(made);
    assert!(html.contains("<h3><a href=\"/en/incidents/7\">") && html.contains("Next update by "), "{html}");
    assert!(html.contains("9 earlier") && html.contains("All updates"), "{html}");
    let over = incident(IncidentStatus::Resolved, Impact::Major, 1);
    let html = front_page(StatusPage { incidents: vec![over], ..front(Status::Operational) });
    assert!(html.contains("59 min in all") && !html.contains("Next update by"), "{html}");
}

#[test]
fn the_page_of_an_incident_has_everything_that_was_told_and_a_place_for_each_of_it() {
    let mut made = front(Status::MajorOutage);
    made.incidents = vec![incident(IncidentStatus::Monitoring, Impact::Critical, 12)];
    let (status, html) = page_of_the_incident(made);
    assert_eq!(status, 200);
    for number in 1..=12 {
        assert_eq!(html.matches(&format!("id=\"u{number}\"")).count(), 1, "{html}");
    }
    for expected in
        ["href=\"#t-bbbbbbbbbbbb\"", "Withheld", "about ", "2 h 19 min", "stated: 2 h 20 min", "href=\"/en/components/web\""]
    {
        assert!(html.contains(expected), "{expected} is missing: {html}");
    }
    assert_eq!(html.matches("class=\"story-rows\"").count(), 2, "a list for each day");
    assert!(!html.contains("earlier</summary>"), "nothing is folded");
}

#[test]
fn a_correction_and_what_it_corrects_lead_to_each_other() {
    let mut told = incident(IncidentStatus::Resolved, Impact::Minor, 3);
    told.updates[0].corrects = Some(1);
    let (_, html) = page_of_the_incident(StatusPage { incidents: vec![told], ..front(Status::Operational) });
    let [third, second, first] = ["u3", "u2", "u1"].map(|id| html.find(&format!("id=\"{id}\"")).unwrap());
    assert!(html[third..second].contains("<a href=\"/en/incidents/7#u1\">Corrects an earlier update</a>"), "{html}");
    assert!(html[first..].contains("<a href=\"/en/incidents/7#u3\">Corrected by a later update</a>"), "{html}");
    assert!(!html[second..first].contains("Correct"), "{html}");
}

#[test]
fn incidents_stand_in_the_history_beside_outages_and_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let month = || Page::History(Language::En, Some("2026-04".parse().unwrap()));
    let mut made = front(Status::Operational);
    made.incidents = vec![incident(IncidentStatus::Resolved, Impact::Minor, 1)];
    let (_, html) = runtime.block_on(shown(month(), made.clone()));
    assert!(html.find("href=\"/en/incidents/7\"").unwrap() < html.find("id=\"web-3\"").unwrap(), "{html}");
    made.outages.clear();
    let (_, html) = runtime.block_on(shown(month(), made.clone()));
    assert!(html.contains("href=\"/en/incidents/7\"") && !html.contains("No outage was confirmed"), "{html}");
    made.incidents.clear();
    assert!(runtime.block_on(shown(month(), made)).1.contains("No outage was confirmed"));
}

#[test]
fn an_incident_of_long_ago_that_cannot_be_read_is_said_to_be_unavailable() {
    let (status, html) = page_of_the_incident(front(Status::Operational));
    assert!(status == 503 && html.contains("This page cannot be shown right now"), "{html}");
}

#[test]
fn planned_work_is_announced_until_it_is_over() {
    for status in MaintenanceStatus::ALL {
        let mut made = front(Status::Operational);
        made.maintenances = vec![maintenance(status)];
        let html = front_page(made);
        assert_eq!(html.contains("id=\"maintenance-dddddddddddd\""), status != MaintenanceStatus::Completed, "{status:?}");
    }
}

#[test]
fn planned_work_names_what_it_affects_and_can_be_subscribed_to() {
    let mut made = front(Status::UnderMaintenance);
    made.groups[0].components[0].name = "Shop".to_owned();
    made.maintenances = vec![PublicMaintenance {
        component_ids: vec!["bbbbbbbbbbbb".to_owned(), "of nothing".to_owned()],
        ..maintenance(MaintenanceStatus::InProgress)
    }];
    let html = front_page(made.clone());
    assert!(html.contains("Affects Shop<") && html.contains("href=\"/en/maintenance.ics\""), "{html}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_, html) = runtime.block_on(shown(Page::Component(Language::En, "web".to_owned()), made));
    assert!(html.contains("id=\"maintenance-dddddddddddd\"") && !html.contains("Affects"), "{html}");
}

#[test]
fn planned_work_that_is_over_stands_among_what_was_lately() {
    let over = |completed_at| PublicMaintenance { completed_at, ..maintenance(MaintenanceStatus::Completed) };
    let mut made = front(Status::Operational);
    made.maintenances = vec![over(Some(at(-60)))];
    let html = front_page(made.clone());
    assert!(html.find("id=\"recent\"").unwrap() < html.find("id=\"maintenance-dddddddddddd\"").unwrap(), "{html}");
    assert!(html.contains("Completed") && !html.contains("maintenance.ics"), "{html}");
    made.maintenances = vec![over(Some(at(-15 * 1_440)))];
    assert!(!front_page(made).contains("maintenance-dddddddddddd"));
}

#[test]
fn without_incidents_and_planned_work_nothing_is_said_of_them() {
    let html = front_page(front(Status::Operational));
    assert!(!html.contains("Happening now") && !html.contains("Planned work"), "{html}");
}

#[test]
fn what_was_left_out_is_said() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let html = front_page(front(Status::Operational));
    assert!(html.contains("And 2 more; all are in the history."), "{html}");
    let month = Page::History(Language::En, Some("2026-04".parse().unwrap()));
    let (status, history) = runtime.block_on(shown(month, front(Status::Operational)));
    assert_eq!(status, 200);
    assert!(history.contains("And 7 more in this month.") && history.contains("4 earlier changes"), "{history}");
}

#[test]
fn a_past_that_cannot_be_read_leaves_the_present_standing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (status, html) = runtime.block_on(shown(Page::Component(Language::En, "web".to_owned()), front(Status::MajorOutage)));
    assert!(status == 200 && html.contains("Single results cannot be read right now") && html.contains("Major outage"), "{html}");
    let (status, html) = runtime.block_on(shown(Page::History(Language::Ja, None), front(Status::Operational)));
    assert!(status == 503 && html.contains("このページは今表示できません"), "{html}");
}

#[test]
fn a_check_that_was_too_busy_to_be_read_whole_says_so_and_its_chart_begins_later() {
    let seen = |minute: i64| Seen { at: at(minute), verdict: Verdict::Up, cause: None, duration_us: Some(1_000) };
    let results: Vec<Seen> = (-60..0).map(seen).collect();
    let html_of = |from: i64| {
        let review = Review::new(TimeRange::new(at(from), at(0)), &results, 288, 10);
        let text = words(Language::En);
        let owner = leptos::prelude::Owner::new();
        owner.with(|| {
            leptos::prelude::view! { <CheckDay review=review id="x".to_owned() zone=TimeZone::UTC text=text/> }.to_html()
        })
    };
    let (cut, whole) = (html_of(-288), html_of(-1_440));
    assert!(cut.contains("data-step=\"60000\"") && cut.contains("Only the newest 60 results"), "{cut}");
    assert!(whole.contains("data-step=\"300000\"") && whole.contains("24 hours ago") && !whole.contains("newest"), "{whole}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_incident_in_every_state_has_its_place_and_its_words(
        status in prop::sample::select(IncidentStatus::ALL.to_vec()),
        impact in prop::sample::select(Impact::ALL.to_vec()),
        updates in 0_usize..4,
        component in prop::sample::select(Status::ALL.to_vec()),
    ) {
        let mut made = front(component);
        made.incidents = vec![incident(status, impact, updates)];
        let html = front_page(made);
        prop_assert_eq!(html.matches("id=\"incident-cccccccccccc\"").count(), 1);
        let is_open = html.contains("Happening now");
        prop_assert_eq!(is_open, !matches!(status, IncidentStatus::Resolved | IncidentStatus::Postmortem));
        for key in ["incident-", "impact-", "maintenance-"] {
            // A key in the place of words would stand as text.
            prop_assert!(!html.contains(&format!(">{key}")), "{}", html);
        }
    }
}
