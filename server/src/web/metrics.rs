//! `/metrics` for Prometheus. Probes under blackbox_exporter's names, so that dashboards and rules made for it work, with the labels
//! `probe` and `component` (slugs: this address is for operators; keep it from the public with your proxy if slugs are private).

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::probe::observation::{Observation, Verdict};
use domain::probe::spec::{ActionSpec, CheckSpec};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::Web;
use crate::service::notifications::Traffic;

/// A metric of probes: name, help, and its value in an observation.
type ProbeMetric = (&'static str, &'static str, fn(&Seen) -> Option<f64>);

const PROBE_METRICS: [ProbeMetric; 8] = [
    ("probe_success", "1 when the newest result was up or degraded, 0 when it was down; absent while unknown", |seen| match seen
        .last
        .verdict
    {
        Verdict::Up | Verdict::Degraded => Some(1.0),
        Verdict::Down => Some(0.0),
        Verdict::Unknown => None,
    }),
    ("probe_duration_seconds", "How long the newest execution took", |seen| seen.last.duration_us.map(seconds)),
    ("probe_dns_lookup_time_seconds", "How long the name took to resolve", |seen| seen.last.phases.resolve_us.map(seconds)),
    ("probe_http_status_code", "HTTP status of the newest answer", |seen| seen.last.code.filter(|_| seen.is_http).map(f64::from)),
    ("probe_http_version", "HTTP version of the newest answer", |seen| seen.last.http_version.map(|v| f64::from(v) / 10.0)),
    ("probe_http_redirects", "Redirects followed", |seen| seen.is_http.then(|| f64::from(seen.last.redirects))),
    ("probe_http_uncompressed_body_length", "Bytes of body read", |seen| seen.last.body_bytes.map(|bytes| bytes as f64)),
    ("probe_ssl_earliest_cert_expiry", "When the first certificate of the chain expires, Unix time", |seen| {
        seen.last.certificate_expires_at.map(|at| at.as_seconds() as f64)
    }),
];

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

#[derive(Debug)]
struct Seen {
    probe: String,
    component: String,
    is_http: bool,
    last: Observation,
}

/// What is exposed, copied out of the state so that its lock is not held while text is made.
#[derive(Debug)]
struct Snapshot {
    probes: Vec<Seen>,
    components: Vec<(String, &'static str)>,
    gauges: Vec<(&'static str, &'static str, f64)>,
    counters: Vec<(&'static str, &'static str, u64)>,
    /// Slug and traffic of each channel.
    channels: Vec<(String, Traffic)>,
}

pub(super) async fn expose(State(web): State<Web>) -> Response {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(snapshot(&web)));
    let mut body = String::new();
    if text::encode(&mut body, &registry).is_err() {
        let _ = write!(body, "# could not be encoded");
    }
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], body).into_response()
}

fn snapshot(web: &Web) -> Snapshot {
    let state = web.monitoring.state();
    let mut probes: Vec<Seen> = state
        .probes
        .values()
        .filter_map(|watched| {
            let spec = &state.config.probes[watched.index];
            let is_http = matches!(&spec.check, CheckSpec::Active(active) if matches!(active.action, ActionSpec::Http(_)));
            let last = watched.last.clone()?;
            Some(Seen { probe: watched.slug.to_string(), component: spec.component.to_string(), is_http, last })
        })
        .collect();
    probes.sort_by(|a, b| a.probe.cmp(&b.probe));
    let components = state.config.components.iter().zip(&state.components);
    let components = components
        .filter_map(|(spec, watched)| Some((spec.slug.to_string(), state.tower.component(watched.key)?.status().name())))
        .collect();
    let flag = |is_so: bool| if is_so { 1.0 } else { 0.0 };
    let firing = state.alerts.firing().count();
    let is_uplink_up = state.uplink_lost_since.is_none();
    drop(state);
    let health = web.monitoring.writer.health();
    let punctuality = &web.punctuality;
    let late = |ratio: f64| punctuality.lateness_us(ratio).map_or(0.0, seconds);
    let backup = web.desk.backups.status();
    let backup_made_s = backup.as_ref().and_then(|backup| backup.newest_good_at).map_or(0.0, |at| at.as_ms() as f64 / 1000.0);
    let is_backup_late = backup.is_some_and(|backup| backup.is_late);
    let channels = web.desk.channels().into_iter();
    let channels = channels.map(|spec| (spec.slug.to_string(), web.desk.traffic(&spec.slug))).collect();
    Snapshot {
        channels,
        probes,
        components,
        gauges: vec![
            ("yagura_uplink_up", "0 while no target of self_check can be reached", flag(is_uplink_up)),
            ("yagura_alerts_firing", "Alerts that fire, those under others too", firing as f64),
            ("yagura_database_writable", "0 while the database does not take writes", flag(!health.is_stuck)),
            ("yagura_writes_waiting", "Results and changes that wait for the disk", health.waiting as f64),
            (
                "yagura_configuration_valid",
                "0 while the file on disk has mistakes and the configuration before it is in force",
                flag(web.desk.configuration.is_valid()),
            ),
            (
                "yagura_backup_made_timestamp_seconds",
                "When the newest good scheduled backup was made; 0 without one",
                backup_made_s,
            ),
            ("yagura_backup_late", "1 while the scheduled backup is late", flag(is_backup_late)),
            ("yagura_check_lateness_p50_seconds", "How late checks start, median since the start", late(0.5)),
            ("yagura_check_lateness_p99_seconds", "How late checks start, 99th percentile since the start", late(0.99)),
        ],
        counters: vec![
            ("yagura_checks_started", "Checks started", punctuality.started()),
            ("yagura_checks_missed", "Checks that were due and did not run", punctuality.missed()),
            ("yagura_results_written", "Results committed", health.results_written),
            ("yagura_results_dropped", "Results given up because the database was locked for too long", health.results_dropped),
            ("yagura_changes_dropped", "Changes given up because the database was locked for too long", health.changes_dropped),
            ("yagura_passwords_checked", "Passwords checked at the desk, right or wrong", web.desk.passwords_checked()),
            ("yagura_pages_rendered", "Pages rendered; all other answers came from memory", web.pages.renderings()),
        ],
    }
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for (name, help, value) in PROBE_METRICS {
            let kind = ConstGauge::new(0.0_f64).metric_type();
            let mut family = encoder.encode_descriptor(name, help, None, kind)?;
            for seen in &self.probes {
                let Some(value) = value(seen) else { continue };
                let labels = [("probe", seen.probe.as_str()), ("component", seen.component.as_str())];
                ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
            }
        }
        let kind = ConstGauge::new(0.0_f64).metric_type();
        let mut family = encoder.encode_descriptor("probe_http_duration_seconds", "How long each phase took", None, kind)?;
        for seen in self.probes.iter().filter(|seen| seen.is_http) {
            for (phase, us) in seen.last.phases.labelled() {
                let labels = [("probe", seen.probe.as_str()), ("component", seen.component.as_str()), ("phase", phase)];
                ConstGauge::new(seconds(us.unwrap_or(0))).encode(family.encode_family(&labels)?)?;
            }
        }
        let kind = ConstGauge::new(0.0_f64).metric_type();
        let mut family =
            encoder.encode_descriptor("yagura_component_status", "1 for the status the component has", None, kind)?;
        for (component, status) in &self.components {
            ConstGauge::new(1.0_f64).encode(family.encode_family(&[("component", component.as_str()), ("status", status)])?)?;
        }
        let (name, help) =
            ("yagura_notifications", "Notifications that arrived (sent) and were given up (dead), attempts that failed (failed)");
        let mut family = encoder.encode_descriptor(name, help, None, ConstCounter::new(0_u64).metric_type())?;
        for (channel, traffic) in &self.channels {
            for (outcome, count) in [("sent", traffic.sent), ("failed", traffic.failed), ("dead", traffic.dead)] {
                let labels = [("channel", channel.as_str()), ("outcome", outcome)];
                ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
            }
        }
        let (name, help) = ("yagura_notifications_waiting", "Notifications that wait to be sent");
        let mut family = encoder.encode_descriptor(name, help, None, ConstGauge::new(0.0_f64).metric_type())?;
        for (channel, traffic) in &self.channels {
            ConstGauge::new(traffic.waiting as f64).encode(family.encode_family(&[("channel", channel.as_str())])?)?;
        }
        for (name, help, value) in &self.gauges {
            let gauge = ConstGauge::new(*value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        for (name, help, value) in &self.counters {
            let counter = ConstCounter::new(*value);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        Ok(())
    }
}
