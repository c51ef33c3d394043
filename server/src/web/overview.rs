//! What people who signed in, and programs with a key, see of what is watched: out of the state in memory and the configuration. Pages
//! of the desk and the API are made of the same values.

use std::collections::HashMap;
use std::time::Duration;

use app::data::desk::FormState;
use app::data::desk::{
    BackupState, Bell, ComponentRow, NowComponent, NowPage, NowProbe, Origin, PauseState, ProbePage, ProbeRow, ResultRow, RunRow,
    Sender, WatchingPage,
};
use domain::component::Status;
use domain::probe::confirm::ProbeState;
use domain::probe::heartbeat::HeartbeatPhase;
use domain::probe::observation::{Observation, Verdict};
use domain::probe::reach::Reach;
use domain::probe::spec::{ActionSpec, CheckSpec, HeartbeatSchedule, ProbeSpec};
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use domain::tower::{ProbeKey, ProbeMachine};
use store::results::KeptResult;

use super::alert_rows::AlertsKnown;
use super::incident_rows::Known;
use super::{Web, desk, notification_rows, page_data};
use crate::config::{Config, MadeKind};
use crate::service::caller::Caller;
use crate::service::configuration::Whole;
use crate::service::monitoring::State;
use crate::service::problem::Problem;

/// Alerts on the page *Now*; the others are on their own.
const ALERTS_SHOWN: usize = 10;

/// *Now* shows what is planned for so long.
const AHEAD: Duration = Duration::from_secs(7 * 86_400);
/// Results on one page.
pub(super) const RESULTS_ROWS: u32 = 50;

/// A result as rows show it.
pub(super) fn result_row(seen: &Observation) -> ResultRow {
    ResultRow {
        at: seen.at,
        verdict: seen.verdict,
        duration_us: seen.duration_us,
        code: seen.code,
        detail: seen.cause.as_ref().map(|cause| cause.detail.clone()),
    }
}

fn kept_row(kept: KeptResult) -> ResultRow {
    ResultRow {
        at: kept.at,
        verdict: kept.verdict,
        duration_us: kept.duration_us,
        code: kept.code,
        detail: kept.detail.map(String::from),
    }
}

/// `http`, `tcp` or `heartbeat`.
pub(super) fn kind(spec: &ProbeSpec) -> &'static str {
    match &spec.check {
        CheckSpec::Active(active) => match active.action {
            ActionSpec::Http(_) => "http",
            ActionSpec::Tcp(_) => "tcp",
        },
        CheckSpec::Heartbeat(_) => "heartbeat",
    }
}

fn origin(config: &Config, kind: MadeKind, slug: &Slug) -> Origin {
    if config.made.contains(&(kind, slug.clone())) { Origin::Desk } else { Origin::File }
}

/// The watched probes by slug.
fn keys(state: &State) -> HashMap<&Slug, ProbeKey> {
    state.probes.iter().map(|(key, watched)| (&watched.slug, *key)).collect()
}

fn probe_row(state: &State, whole: &Whole, spec: &ProbeSpec, key: Option<ProbeKey>, now: Timestamp) -> ProbeRow {
    let watched = key.and_then(|key| state.probes.get(&key));
    let believed = key.and_then(|key| state.tower.probe(key)).and_then(|machine| machine.believed_at(now));
    ProbeRow {
        slug: spec.slug.to_string(),
        kind: kind(spec),
        state: believed,
        last: watched.and_then(|watched| watched.last.as_ref()).map(result_row),
        origin: origin(&whole.config, MadeKind::Probe, &spec.slug),
        pause: whole.pause(&spec.slug).map(|pause| PauseState {
            since: pause.since,
            until: pause.until,
            paused_by: pause.paused_by.clone(),
            reason: pause.reason.clone(),
        }),
    }
}

/// Components with their probes, in the order of the public page.
pub(super) fn watching(web: &Web, language: Language) -> WatchingPage {
    let whole = web.desk.configuration.whole();
    let now = web.desk.now();
    let state = web.monitoring.state();
    let keys = keys(&state);
    let mut probes: HashMap<&Slug, Vec<ProbeRow>> = HashMap::new();
    for spec in &whole.config.probes {
        let row = probe_row(&state, &whole, spec, keys.get(&spec.slug).copied(), now);
        probes.entry(&spec.component).or_default().push(row);
    }
    let statuses: HashMap<&Slug, (Status, Option<Timestamp>)> = state
        .config
        .components
        .iter()
        .zip(&state.components)
        .filter_map(|(spec, watched)| {
            let watch = state.tower.component(watched.key)?;
            Some((&spec.slug, (watch.status(), watch.status_since())))
        })
        .collect();
    let mut rows = |group: Option<&Slug>| -> Vec<ComponentRow> {
        let members = whole.config.components.iter().filter(|spec| spec.group.as_ref() == group);
        let rows = members.map(|spec| {
            let (status, since) = statuses.get(&spec.slug).copied().unwrap_or((Status::Unknown, None));
            ComponentRow {
                slug: spec.slug.to_string(),
                name: spec.name.get(language).to_owned(),
                status,
                since,
                is_public: spec.is_public,
                origin: origin(&whole.config, MadeKind::Component, &spec.slug),
                probes: probes.remove(&spec.slug).unwrap_or_default(),
            }
        });
        rows.collect()
    };
    let mut groups = Vec::new();
    for group in &whole.config.groups {
        let members = rows(Some(&group.slug));
        if !members.is_empty() {
            groups.push((Some(group.name.get(language).to_owned()), members));
        }
    }
    let rest = rows(None);
    if !rest.is_empty() {
        groups.push((None, rest));
    }
    WatchingPage { groups }
}

/// The state of everything.
pub(super) fn now(web: &Web, known: &Known, runs: Vec<RunRow>) -> NowPage {
    let language = known.language;
    let page = watching(web, language);
    let now = web.desk.now();
    let mut problems = Vec::new();
    if !web.desk.configuration.is_valid() {
        problems.push("config-invalid");
    }
    let health = web.monitoring.writer.health();
    if health.is_stuck {
        problems.push("database-stuck");
    }
    if health.results_dropped > 0 || health.changes_dropped > 0 {
        problems.push("results-dropped");
    }
    if notification_rows::bell(web) == Bell::Trouble {
        problems.push("notifications-fail");
    }
    let rows: Vec<ComponentRow> = page.groups.into_iter().flat_map(|(_, rows)| rows).collect();
    let (uplink_lost_since, late, names_of) = {
        let state = web.monitoring.state();
        let dependencies = state.config.components.iter();
        let depends: HashMap<String, Vec<String>> =
            dependencies.map(|spec| (spec.slug.to_string(), spec.depends_on.iter().map(ToString::to_string).collect())).collect();
        (state.uplink_lost_since, late_heartbeats(&state, now), depends)
    };
    let status_of: HashMap<&str, (&str, Status)> =
        rows.iter().map(|row| (row.slug.as_str(), (row.name.as_str(), row.status))).collect();
    let mut troubled: Vec<NowComponent> = rows
        .iter()
        .filter(|row| row.status != Status::Operational)
        .map(|row| {
            let needed = names_of.get(&row.slug).into_iter().flatten().filter_map(|slug| status_of.get(slug.as_str()));
            NowComponent {
                slug: row.slug.clone(),
                name: row.name.clone(),
                status: row.status,
                since: row.since,
                because: needed.filter(|(_, status)| status.is_outage()).map(|(name, _)| (*name).to_owned()).collect(),
                probes: row.probes.iter().filter(|probe| is_bad(probe)).map(now_probe).collect(),
            }
        })
        .collect();
    troubled.sort_by(|a, b| severity(b.status).cmp(&severity(a.status)).then(a.since.cmp(&b.since)).then(a.slug.cmp(&b.slug)));
    let probes = || rows.iter().flat_map(|row| row.probes.iter().map(move |probe| (row.status, probe)));
    let newest = |probe: &ProbeRow| probe.last.as_ref().map(|last| last.verdict);
    let is_suspicious = |status: Status, probe: &ProbeRow| {
        status == Status::Operational && matches!(newest(probe), Some(Verdict::Down | Verdict::Degraded)) && probe.pause.is_none()
    };
    let week = now.plus(AHEAD);
    let soon = desk::maintenance_rows(web, language, now).0.into_iter();
    let soon = soon.filter(|row| row.window.is_some_and(|window| window.from() <= week)).collect();
    let suggestions = web.desk.suggestions(&Caller::system()).unwrap_or_default();
    let active = web.monitoring.state().incidents.active().to_vec();
    let alerts_known = AlertsKnown::new(web, known);
    let firing = web.desk.firing_alerts(&Caller::system()).unwrap_or_default();
    let mut alerts = alerts_known.folded(&firing);
    let alerts_total = alerts.len();
    alerts.truncate(ALERTS_SHOWN);
    NowPage {
        overdue: Vec::new(),
        reviews: Vec::new(),
        waiting: Vec::new(),
        waiting_total: 0,
        runs,
        alerts,
        alerts_total,
        version: web.monitoring.desk_version(),
        incidents: known.active(active),
        suggestions: known.suggestions(suggestions),
        operational: rows.len() - troubled.len(),
        total: rows.len(),
        suspicious: probes().filter(|(status, probe)| is_suspicious(*status, probe)).map(|(_, probe)| now_probe(probe)).collect(),
        late,
        failed: probes()
            .filter(|(_, probe)| newest(probe) == Some(Verdict::Unknown))
            .map(|(_, probe)| now_probe(probe))
            .collect(),
        paused: probes().filter(|(_, probe)| probe.pause.is_some()).map(|(_, probe)| probe.clone()).collect(),
        uplink_lost_since,
        problems,
        maintenance: soon,
        backup: web.desk.backups.status().map(|status| BackupState {
            made_at: status.newest_good_at,
            bytes: status.bytes,
            due_at: status.due_at,
            is_late: status.is_late,
            error: status.error,
        }),
        is_empty: rows.is_empty(),
        troubled,
    }
}

fn is_bad(probe: &ProbeRow) -> bool {
    probe.state.is_some_and(|state| state != ProbeState::Up)
}

fn now_probe(probe: &ProbeRow) -> NowProbe {
    let last = probe.last.as_ref();
    NowProbe { slug: probe.slug.clone(), detail: last.and_then(|last| last.detail.clone()), at: last.map(|last| last.at) }
}

/// Heartbeats whose call is due and which are not missed yet.
fn late_heartbeats(state: &State, now: Timestamp) -> Vec<NowProbe> {
    let mut late: Vec<NowProbe> = state
        .probes
        .iter()
        .filter_map(|(key, watched)| match state.tower.probe(*key)? {
            ProbeMachine::Heartbeat(machine) if machine.phase(now) == HeartbeatPhase::Late => {
                Some(NowProbe { slug: watched.slug.to_string(), detail: None, at: machine.due() })
            }
            _ => None,
        })
        .collect();
    late.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.slug.cmp(&b.slug)));
    late
}

/// The order in which trouble is told, the worst highest.
fn severity(status: Status) -> u8 {
    match status {
        Status::MajorOutage => 5,
        Status::PartialOutage => 4,
        Status::DegradedPerformance => 3,
        Status::Unknown | Status::Unwatched => 2,
        Status::UnderMaintenance => 1,
        Status::Operational => 0,
    }
}

/// One probe with its newest results before `before`. `with_sender`: they may see the address that a heartbeat's sender calls.
pub(super) async fn probe(
    web: &Web,
    slug: &Slug,
    language: Language,
    before: Option<Timestamp>,
    with_sender: bool,
) -> Result<ProbePage, Problem> {
    let whole = web.desk.configuration.whole();
    let now = web.desk.now();
    let spec = whole.config.probes.iter().find(|spec| spec.slug == *slug).ok_or(Problem::NotFound("probe"))?;
    let (row, key) = {
        let state = web.monitoring.state();
        let key = keys(&state).get(slug).copied();
        (probe_row(&state, &whole, spec, key, now), key)
    };
    let component = whole.config.components.iter().find(|component| component.slug == spec.component);
    let mut results: Vec<ResultRow> = match key {
        Some(key) => web.desk.results(key, before, RESULTS_ROWS + 1).await?.into_iter().map(kept_row).collect(),
        None => Vec::new(),
    };
    let has_older = results.len() > RESULTS_ROWS as usize;
    results.truncate(RESULTS_ROWS as usize);
    let sender = match &spec.check {
        CheckSpec::Heartbeat(heartbeat) if with_sender => {
            let token = heartbeat.token.expose();
            let way = if uuid::Uuid::try_parse(token).is_ok() { "ping" } else { "api/push" };
            Some(Sender { url: format!("{}/{way}/{token}", page_data::site_base(web)) })
        }
        _ => None,
    };
    Ok(ProbePage {
        probe: row,
        component: spec.component.to_string(),
        component_name: component.map(|component| component.name.get(language).to_owned()).unwrap_or_default(),
        facts: facts(spec),
        sender,
        older: results.last().filter(|_| has_older).map(|last| last.at.as_ms()),
        results,
        seen_now: None,
        pause_form: FormState::default().with("until", "tomorrow"),
    })
}

/// What a probe does, without anything that may be secret: of a URL its query is left out, of headers only their names are told.
fn facts(spec: &ProbeSpec) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let seconds = |span: Duration| crate::config::show_duration(span);
    match &spec.check {
        CheckSpec::Active(active) => {
            match &active.action {
                ActionSpec::Http(http) => {
                    facts.push(("url", http.shown_url.clone()));
                    facts.push(("method", http.method.clone()));
                    let list = |conditions: &[domain::probe::condition::Condition]| {
                        conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                    };
                    facts.push(("conditions", list(&http.conditions)));
                    if !http.degraded.is_empty() {
                        facts.push(("degraded", list(&http.degraded)));
                    }
                    if !http.headers.is_empty() {
                        let names: Vec<&str> = http.headers.iter().map(|(name, _)| name.as_str()).collect();
                        facts.push(("headers", names.join(", ")));
                    }
                    facts.push(("redirects", http.redirects_max.to_string()));
                }
                ActionSpec::Tcp(tcp) => facts.push(("host", format!("{}:{}", tcp.shown_host, tcp.port))),
            }
            facts.push(("every", seconds(active.every)));
            facts.push(("timeout", seconds(active.timeout)));
            facts.push(("confirm", format!("{} / {}", spec.confirm.down, spec.confirm.up)));
            if let Reach::Guarded { allowed } = &active.reach {
                let networks: Vec<String> = allowed.iter().map(ToString::to_string).collect();
                facts.push(("reach", networks.join(", ")));
            }
        }
        CheckSpec::Heartbeat(heartbeat) => {
            let schedule = match &heartbeat.schedule {
                HeartbeatSchedule::Period(period) => seconds(*period),
                HeartbeatSchedule::Cron { cron, time_zone } => {
                    format!("{} ({})", cron.as_str(), time_zone.iana_name().unwrap_or("UTC"))
                }
            };
            facts.push(("schedule", schedule));
            facts.push(("grace", seconds(heartbeat.grace)));
        }
    }
    facts
}
