//! What feeds are made of, generated: sites, outages, incidents and maintenance whose names and bodies are as hostile as text can be.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use app::data::{OutageOf, PublicComponentChange, PublicIncident, PublicMaintenance, PublicOutage, PublicSite, PublicUpdate};
use app::i18n::Text;
use domain::component::Status;
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::outage::OutageEnd;
use domain::text::Language;
use domain::time::{Change, Timestamp};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::{Format, Granularity, Source, feed};
use crate::web::FluentMessages;
use crate::web::markup::paragraphs;

const HOSTILE: [&str; 16] = [
    "Web",
    "ウェブ\r\nサーバー",
    "<script>alert(1)</script>",
    "</title></feed>",
    "a & b &amp; c &nbsp;",
    "]]>",
    "<![CDATA[x]]>",
    "<!-- x",
    "&#0;&#xfffe;",
    "\u{0}\u{1}\u{8}\u{b}\u{1f}\u{7f}\u{85}\u{9f}",
    "\u{fffe}a\u{ffff}",
    "\"quoted\" 'twice'",
    "{ $name } { -term }",
    "\u{2028} \u{3000} ",
    "\u{202e}rtl",
    "",
];
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What feeds are made of, with all that they borrow.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) language: Language,
    pub(super) site: PublicSite,
    pub(super) component: Option<(String, String, Timestamp)>,
    pub(super) outages: Vec<OutageOf>,
    pub(super) incidents: Vec<PublicIncident>,
    pub(super) maintenances: Vec<PublicMaintenance>,
}

impl Given {
    /// A site in Tokyo, told in English, that began on 1 April 2026.
    pub(super) fn with(outages: Vec<OutageOf>) -> Self {
        let site = PublicSite {
            id: "cccccccccccc".to_owned(),
            base: "https://status.example.org".to_owned(),
            name: "Example".to_owned(),
            description: None,
            languages: Language::ALL.to_vec(),
            time_zone: TimeZone::get("Asia/Tokyo").unwrap(),
            created_at: Timestamp::from_jiff("2026-04-01T00:00:00Z".parse().unwrap()),
        };
        Self { language: Language::En, site, component: None, outages, incidents: Vec::new(), maintenances: Vec::new() }
    }

    pub(super) fn feed(&self, format: Format, granularity: Granularity) -> String {
        let text = Text::new(Arc::new(FluentMessages), self.language);
        let source = Source {
            site: &self.site,
            text: &text,
            zone: &self.site.time_zone,
            path: self.path().to_owned(),
            component: self.component.clone(),
            outages: self.outages.clone(),
            incidents: &self.incidents,
            maintenances: &self.maintenances,
            postmortems: Vec::new(),
        };
        feed(format, granularity, &source)
    }

    fn path(&self) -> &'static str {
        if self.component.is_some() { "/components/web" } else { "/" }
    }

    pub(super) fn page_url(&self) -> String {
        format!("{}/{}{}", self.site.base, self.language.tag(), self.path())
    }

    pub(super) fn self_url(&self, format: Format, granularity: Granularity) -> String {
        let query = if granularity == Granularity::Update { "?granularity=update" } else { "" };
        let file = match format {
            Format::Atom => "history.atom",
            Format::Rss => "history.rss",
            Format::Json => "feed.json",
        };
        format!("{}/{file}{query}", self.page_url().trim_end_matches('/'))
    }

    /// What a feed without entries is of.
    pub(super) fn began_at(&self) -> Timestamp {
        self.component.as_ref().map_or(self.site.created_at, |(_, _, watched_since)| *watched_since)
    }

    /// The newest moment at which anything was known; what is planned is not.
    pub(super) fn newest(&self) -> Timestamp {
        let outages = self.outages.iter().map(|of| of.outage.updated_at());
        let incidents = self.incidents.iter().map(|incident| incident.updated_at);
        let maintenances = self.maintenances.iter().map(|maintenance| maintenance.updated_at);
        outages.chain(incidents).chain(maintenances).chain([self.began_at()]).max().unwrap()
    }
}

/// An outage whose later severities and whose end come so many milliseconds after what was before them.
pub(super) fn outage_from(
    started_at: Timestamp,
    first: Status,
    later: &[(u64, Status)],
    end: Option<(u64, OutageEnd)>,
) -> PublicOutage {
    let mut at = started_at;
    let mut segments = vec![Change { at, state: first }];
    for (gap_ms, state) in later {
        at = at.plus(Duration::from_millis(*gap_ms));
        segments.push(Change { at, state: *state });
    }
    let ended = end.map(|(gap_ms, end)| (at.plus(Duration::from_millis(gap_ms)), end));
    let bad = segments.iter().map(|segment| segment.state).filter(|state| state.is_outage());
    let worst = bad.max_by_key(|state| state.concern()).unwrap();
    PublicOutage { ordinal: 1, started_at, ended, worst, segments, segments_left_out: 0 }
}

/// The outage of a component, under a harmless name.
pub(super) fn outage_of(slug: &str, component_id: &str, ordinal: u32, outage: PublicOutage) -> OutageOf {
    OutageOf {
        slug: slug.to_owned(),
        component_id: component_id.to_owned(),
        name: "Web".to_owned(),
        outage: PublicOutage { ordinal, ..outage },
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let any_chars = prop::collection::vec(any::<char>(), 0..20).prop_map(|chars| chars.into_iter().collect::<String>());
    prop_oneof![prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned), any_chars]
}

fn any_moment() -> impl Strategy<Value = Timestamp> {
    (1_700_000_000_000_i64..1_900_000_000_000).prop_map(Timestamp::from_ms)
}

fn any_gap_ms() -> impl Strategy<Value = u64> {
    1_u64..100_000_000
}

pub(super) fn any_outage() -> impl Strategy<Value = PublicOutage> {
    use Status::{DegradedPerformance, MajorOutage, PartialOutage, UnderMaintenance, Unknown};
    let first = prop::sample::select(vec![DegradedPerformance, PartialOutage, MajorOutage]);
    let state = prop::sample::select(vec![DegradedPerformance, PartialOutage, MajorOutage, UnderMaintenance, Unknown]);
    let later = prop::collection::vec((any_gap_ms(), state), 0..5);
    let end = prop::option::of((any_gap_ms(), prop::sample::select(vec![OutageEnd::Recovered, OutageEnd::Unwatched])));
    (any_moment(), first, later, end).prop_map(|(at, first, later, end)| outage_from(at, first, &later, end))
}

fn any_outages() -> impl Strategy<Value = Vec<OutageOf>> {
    prop::collection::vec((any::<bool>(), any_text(), any_outage()), 0..12).prop_map(|given| {
        let numbered = (1_u32..).zip(given);
        numbered
            .map(|(ordinal, (is_web, name, outage))| {
                let (slug, id) = if is_web { ("web", "aaaaaaaaaaaa") } else { ("api", "bbbbbbbbbbbb") };
                OutageOf { name, ..outage_of(slug, id, ordinal, outage) }
            })
            .collect()
    })
}

/// How long after the one before it, the status, the body, and the name of a component.
type Told<S> = (u64, S, String, String);

fn any_told<S: Clone + Debug + 'static>(statuses: Vec<S>) -> impl Strategy<Value = Vec<Told<S>>> {
    prop::collection::vec((any_gap_ms(), prop::sample::select(statuses), any_text(), any_text()), 0..4)
}

/// Updates of what is called `id` and was made public at `at`, the newest first.
fn updates<S>(id: &str, mut at: Timestamp, told: Vec<Told<S>>) -> Vec<PublicUpdate<S>> {
    let mut updates = Vec::new();
    for (index, (gap_ms, status, body, name)) in told.into_iter().enumerate() {
        at = at.plus(Duration::from_millis(gap_ms));
        let (component_id, before, after) = ("aaaaaaaaaaaa".to_owned(), Status::Operational, Status::MajorOutage);
        let changes = vec![PublicComponentChange { component_id, name, before, after }];
        // What it is of may lie before it, or after it.
        let display_at = if index % 2 == 0 { at.minus(DAY) } else { at.plus(DAY) };
        let (number, corrects, html) = (1 + index as i64, None, paragraphs(&body));
        let id = format!("{id}{index}");
        updates.push(PublicUpdate { id, status, number, corrects, body, html, created_at: at, display_at, changes });
    }
    updates.reverse();
    updates
}

fn any_incidents() -> impl Strategy<Value = Vec<PublicIncident>> {
    let told = any_told(IncidentStatus::ALL.to_vec());
    prop::collection::vec((any_text(), any_moment(), told, any::<bool>()), 0..4).prop_map(|given| {
        let numbered = given.into_iter().enumerate();
        numbered
            .map(|(index, (name, at, told, is_web))| {
                let id = format!("incident{index}");
                let created_at = at.plus(DAY);
                let updates = updates(&id, created_at, told);
                PublicIncident {
                    id,
                    number: 1 + index as i64,
                    name,
                    status: updates.first().map_or(IncidentStatus::Investigating, |newest| newest.status),
                    impact: Impact::Major,
                    started_at: at,
                    created_at,
                    updated_at: updates.first().map_or(created_at, |newest| newest.created_at),
                    monitoring_at: None,
                    resolved_at: None,
                    next_update_due_at: None,
                    updates,
                    component_ids: if is_web { vec!["aaaaaaaaaaaa".to_owned()] } else { Vec::new() },
                    postmortem: None,
                }
            })
            .collect()
    })
}

fn any_maintenances() -> impl Strategy<Value = Vec<PublicMaintenance>> {
    let told = any_told(MaintenanceStatus::ALL.to_vec());
    prop::collection::vec((any_text(), any_moment(), told, any::<bool>()), 0..4).prop_map(|given| {
        let numbered = given.into_iter().enumerate();
        numbered
            .map(|(index, (name, created_at, told, is_web))| {
                let id = format!("work{index}");
                let updates = updates(&id, created_at, told);
                PublicMaintenance {
                    id,
                    name,
                    status: updates.first().map_or(MaintenanceStatus::Scheduled, |newest| newest.status),
                    impact: Impact::None,
                    created_at,
                    updated_at: updates.first().map_or(created_at, |newest| newest.created_at),
                    // Far ahead of everything that is known.
                    scheduled_for: created_at.plus(DAY * 9_000),
                    scheduled_until: created_at.plus(DAY * 9_001),
                    completed_at: None,
                    updates,
                    component_ids: if is_web { vec!["aaaaaaaaaaaa".to_owned()] } else { Vec::new() },
                }
            })
            .collect()
    })
}

fn any_site() -> impl Strategy<Value = PublicSite> {
    let base = prop::sample::select(vec!["https://status.example.org", "http://192.0.2.7:8600", "http://[::1]:8600"]);
    let zone = prop::sample::select(vec!["UTC", "Asia/Tokyo", "America/Sao_Paulo", "Pacific/Apia"]);
    (any_text(), base, zone, any_moment()).prop_map(|(name, base, zone, created_at)| PublicSite {
        id: "cccccccccccc".to_owned(),
        base: base.to_owned(),
        name,
        description: None,
        languages: Language::ALL.to_vec(),
        time_zone: TimeZone::get(zone).unwrap(),
        created_at,
    })
}

pub(super) fn any_given() -> impl Strategy<Value = Given> {
    let language = prop::sample::select(Language::ALL.to_vec());
    let web = (any_text(), Just("aaaaaaaaaaaa".to_owned()), any_moment());
    let all = (language, any_site(), prop::option::of(web), any_outages(), any_incidents(), any_maintenances());
    all.prop_map(|(language, site, component, outages, incidents, maintenances)| Given {
        language,
        site,
        component,
        outages,
        incidents,
        maintenances,
    })
}
