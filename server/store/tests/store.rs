//! The store against real files: what is written comes back, whatever else happens to the file.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::future::pending;
use std::time::Duration;

use domain::component::Status;
use domain::outage::{Outage, OutageEnd};
use domain::probe::confirm::ProbeState;
use domain::probe::heartbeat::{Ping, Signal};
use domain::probe::observation::{CauseKind, Verdict};
use domain::time::{Change as Turn, TimeRange, Timestamp};
use domain::tower::{ComponentKey, Effect, ProbeKey};
use store::retention::{Horizon, Place};
use store::rollup::BucketSize;
use store::roster::{Roster, Wanted, WantedComponent, WantedProbe};
use store::writer::{Change, KeptPing, KeptResult};
use store::{Store, Writer, WriterHandle};
use tempfile::TempDir;
use tokio::task::JoinHandle;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// A round hour, so that buckets are easy to see: 2026-04-12T03:00:00Z.
const START: i64 = 1_775_962_800_000;

struct Open {
    store: Store,
    writer: WriterHandle,
    task: JoinHandle<()>,
}

async fn open(folder: &TempDir) -> Open {
    let (store, connection) = Store::open(folder.path()).await.unwrap();
    let (writer, handle) = Writer::new(connection);
    Open { store, writer: handle, task: tokio::spawn(writer.run(Duration::from_secs(5))) }
}

impl Open {
    async fn flush(&self) {
        self.writer.commit(Vec::new(), pending()).await.unwrap();
    }

    /// Condenses slice by slice until nothing is left to do.
    async fn roll_up(&self, until: i64) {
        for _ in 0..300 {
            self.writer.roll_up(at(until));
            self.flush().await;
        }
    }

    async fn close(self) {
        self.writer.close();
        self.task.await.unwrap();
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(START + ms)
}

fn result(probe: i64, ms: i64, verdict: Verdict) -> KeptResult {
    let (cause, detail) = match verdict {
        Verdict::Up => (None, None),
        _ => (Some(CauseKind::Condition), Some(format!("seen by {probe}").into_boxed_str())),
    };
    KeptResult { probe: ProbeKey(probe), at: at(ms), verdict, duration_us: Some(1_000), code: Some(200), cause, detail }
}

fn wanted(now: i64, probes: &[(&str, Option<&str>, &str)]) -> Wanted {
    let mut components: Vec<WantedComponent> = Vec::new();
    for (_, _, component) in probes {
        if components.iter().all(|known| known.slug.as_str() != *component) {
            components.push(WantedComponent {
                slug: component.parse().unwrap(),
                renamed_from: None,
                rule: "Standard".to_owned(),
            });
        }
    }
    let probes = probes.iter().map(|(slug, old, component)| WantedProbe {
        slug: slug.parse().unwrap(),
        renamed_from: old.map(|old| old.parse().unwrap()),
        component: component.parse().unwrap(),
        kind: "active",
    });
    Wanted { components, probes: probes.collect(), now: at(now) }
}

async fn enrol(open: &Open, now: i64, probes: &[(&str, Option<&str>, &str)]) -> Roster {
    open.writer.enrol(wanted(now, probes)).await.unwrap()
}

#[tokio::test]
async fn results_come_back_as_they_were_and_twice_the_same_is_one() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let roster = enrol(&open, 0, &[("p", None, "c")]).await;
    let key = roster.probes[0].key;
    for ms in [0, 10_000, 20_000] {
        open.writer.result(result(key.0, ms, if ms == 10_000 { Verdict::Down } else { Verdict::Up }));
    }
    open.writer.result(result(key.0, 20_000, Verdict::Up));
    open.flush().await;
    let back = open.store.results(key, at(0), at(HOUR), 100).await.unwrap();
    assert_eq!(back.len(), 3);
    assert_eq!(back[1].verdict, Verdict::Down);
    assert_eq!((back[1].cause, back[1].detail.as_deref()), (Some(CauseKind::Condition), Some("seen by 1")));
    assert_eq!((back[0].duration_us, back[0].code, back[0].cause), (Some(1_000), Some(200), None));
    let newest = open.store.newest_results(2, at(HOUR)).await.unwrap();
    assert_eq!(newest[&key].iter().map(|r| r.at).collect::<Vec<_>>(), vec![at(10_000), at(20_000)]);
    open.close().await;
}

#[tokio::test]
async fn known_things_keep_their_keys_and_renaming_a_probe_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let first = enrol(&open, 0, &[("p", None, "c"), ("q", None, "c")]).await;
    let again = enrol(&open, 1_000, &[("p", None, "c"), ("q", None, "c")]).await;
    assert_eq!(again.components[0].member_since, at(0), "same members: it goes on");
    assert!(!again.probes[0].is_fresh);
    let renamed = enrol(&open, 2_000, &[("better", Some("p"), "c"), ("q", None, "c")]).await;
    assert_eq!(renamed.probes[0].key, first.probes[0].key);
    assert_eq!(renamed.components[0].member_since, at(0));
    assert_eq!(renamed.gone_probes, vec![]);
    let fewer = enrol(&open, 3_000, &[("better", Some("p"), "c")]).await;
    assert_eq!(fewer.gone_probes, vec![first.probes[1].key]);
    assert_eq!(fewer.components[0].member_since, at(3_000), "other members: it begins anew");
    let none = enrol(&open, 4_000, &[]).await;
    assert_eq!(none.gone_components, vec![first.components[0].key]);
    let mut other_kind = wanted(4_500, &[("better", None, "c")]);
    other_kind.probes[0].kind = "heartbeat";
    open.writer.enrol(other_kind.clone()).await.unwrap();
    assert!(!open.writer.enrol(other_kind).await.unwrap().probes[0].is_fresh);
    let back = enrol(&open, 4_600, &[("better", None, "c")]).await;
    assert!(back.probes[0].is_fresh, "a probe of another kind begins anew");
    assert_eq!(back.components[0].member_since, at(4_600), "and so does its component");
    enrol(&open, 4_700, &[]).await;
    let back = enrol(&open, 5_000, &[("better", None, "c")]).await;
    assert_eq!((back.components[0].key, back.components[0].has_returned), (first.components[0].key, true));
    assert!(back.probes[0].is_fresh);
    open.close().await;
}

#[tokio::test]
async fn believed_histories_and_outages_are_replaced_from_where_they_changed() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let roster = enrol(&open, 0, &[("p", None, "c")]).await;
    let (probe, component) = (roster.probes[0].key, roster.components[0].key);
    let turn = |ms, state| Turn { at: at(ms), state };
    let history =
        |from, changes: Vec<Turn<Status>>| Change::Effect(Effect::ComponentHistory { component, from: at(from), changes });
    let mut outage =
        Outage { started_at: at(20), ended: None, worst: Status::MajorOutage, segments: vec![turn(20, Status::MajorOutage)] };
    let changed = |outage: &Outage| Change::Effect(Effect::OutageChanged { component, ordinal: 1, outage: outage.clone() });
    open.writer.changes([
        history(0, vec![turn(0, Status::Operational)]),
        history(20, vec![turn(20, Status::MajorOutage)]),
        changed(&outage),
    ]);
    let probe_history = Effect::ProbeHistory { probe, from: at(20), changes: vec![Turn { at: at(20), state: ProbeState::Down }] };
    open.writer.changes([Change::Effect(probe_history)]);
    open.flush().await;
    let past = &open.store.component_pasts(at(0)).await.unwrap()[&component];
    assert_eq!(past.outages, vec![(1, outage.clone())]);
    assert_eq!(past.next_ordinal, 2);

    // It turns out to have begun earlier; later it ends.
    outage.started_at = at(10);
    outage.segments = vec![turn(10, Status::PartialOutage), turn(20, Status::MajorOutage)];
    open.writer.changes([history(10, vec![turn(10, Status::PartialOutage), turn(20, Status::MajorOutage)]), changed(&outage)]);
    outage.ended = Some((at(90), OutageEnd::Recovered));
    open.writer.changes([history(90, vec![turn(90, Status::Operational)]), changed(&outage)]);
    open.flush().await;
    let past = &open.store.component_pasts(at(0)).await.unwrap()[&component];
    assert_eq!(past.outages, vec![(1, outage.clone())]);
    assert_eq!(past.history.iter().map(|change| change.at.as_ms() - START).collect::<Vec<_>>(), vec![0, 10, 20, 90]);

    let later = &open.store.component_pasts(at(1_000)).await.unwrap()[&component];
    assert_eq!(later.history, vec![turn(90, Status::Operational)], "the state that held at the horizon");
    assert_eq!((later.outages.len(), later.next_ordinal), (0, 2));
    assert_eq!(open.store.probe_histories(at(1_000)).await.unwrap()[&probe].len(), 1);
    open.close().await;
}

#[tokio::test]
async fn calls_come_back_in_order_with_what_was_said() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let probe = enrol(&open, 0, &[("p", None, "c")]).await.probes[0].key;
    for (ms, signal) in [(0, Signal::Start), (10, Signal::Exit(7)), (20, Signal::Success)] {
        let ping = Ping { at: at(ms), signal, run_id: Some("r".to_owned()) };
        let kept = KeptPing { probe, ping, run_ms: Some(10), body: b"words".to_vec() };
        open.writer.commit(vec![Change::Ping(kept)], pending()).await.unwrap();
    }
    let back = &open.store.newest_pings(2).await.unwrap()[&probe];
    assert_eq!(back.iter().map(|ping| ping.signal).collect::<Vec<_>>(), vec![Signal::Exit(7), Signal::Success]);
    let shown = open.store.pings(probe, 1).await.unwrap();
    assert_eq!((shown[0].0.signal, shown[0].1, shown[0].2.as_slice()), (Signal::Success, Some(10), &b"words"[..]));
    open.close().await;
}

#[tokio::test]
async fn what_can_never_be_written_does_not_stop_what_stands_behind_it() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let roster = enrol(&open, 0, &[("p", None, "c")]).await;
    let orphan = Outage { started_at: at(0), ended: None, worst: Status::MajorOutage, segments: Vec::new() };
    let impossible = Change::Effect(Effect::OutageChanged { component: ComponentKey(999), ordinal: 1, outage: orphan });
    let key = roster.probes[0].key;
    open.writer.result(result(key.0, 0, Verdict::Up));
    let good = Effect::ProbeHistory { probe: key, from: at(0), changes: Vec::new() };
    open.writer.changes([impossible, Change::Effect(good)]);
    open.flush().await;
    assert_eq!(open.store.results(key, at(0), at(HOUR), 10).await.unwrap().len(), 1);
    assert_eq!(open.writer.health().changes_dropped, 1, "and it is counted");
    open.close().await;
}

#[tokio::test]
async fn what_waits_is_written_when_the_writer_is_closed_and_one_file_is_left() {
    let folder = TempDir::new().unwrap();
    let first = open(&folder).await;
    let key = enrol(&first, 0, &[("p", None, "c")]).await.probes[0].key;
    for n in 0..1_000 {
        first.writer.result(result(key.0, n, Verdict::Up));
    }
    first.writer.alive(at(5_000));
    first.close().await;
    let second = open(&folder).await;
    assert_eq!(second.store.results(key, at(0), at(HOUR), 2_000).await.unwrap().len(), 1_000);
    assert_eq!(second.store.alive_at().await.unwrap(), Some(at(5_000)));
    second.close().await;
}

#[tokio::test]
async fn rollups_count_and_measure_every_result_once_however_often_they_are_made() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let key = enrol(&open, 0, &[("p", None, "c")]).await.probes[0].key;
    // Two hours of results every 10 s, one in ten of them down, with latencies from 1 to 720 ms.
    for n in 0..720 {
        let verdict = if n % 10 == 0 { Verdict::Down } else { Verdict::Up };
        let duration_us = Some((n as u64 + 1) * 1_000);
        open.writer.result(KeptResult { duration_us, ..result(key.0, n * 10_000, verdict) });
    }
    open.flush().await;
    // The day ends 21 hours later: then its bucket is made, and the hours' are by then.
    for until in [MINUTE, 30 * MINUTE, 30 * MINUTE, 2 * HOUR, 21 * HOUR, 21 * HOUR] {
        open.roll_up(until).await;
    }
    let all = TimeRange::new(at(-24 * HOUR), at(24 * HOUR));
    for size in [BucketSize::Minute, BucketSize::Hour, BucketSize::Day] {
        let summary = open.store.summary(key, size, all).await.unwrap();
        assert_eq!((summary.n_up, summary.n_down, summary.n_unknown), (648, 72, 0), "{size:?}");
        assert_eq!(summary.latencies.count(), 648, "{size:?}: only what answered is measured");
        let median = summary.latencies.quantile_us(0.5).unwrap() as f64;
        assert!((median / 360_000.0 - 1.0).abs() < 0.04, "{size:?}: median {median} µs");
    }
    let hour = open.store.summary(key, BucketSize::Hour, TimeRange::new(at(0), at(HOUR))).await.unwrap();
    assert_eq!((hour.n_up, hour.n_down), (324, 36), "the first hour alone");
    open.close().await;
}

#[tokio::test]
async fn old_rows_go_in_slices_and_days_stay() {
    let folder = TempDir::new().unwrap();
    let open = open(&folder).await;
    let key = enrol(&open, 0, &[("p", None, "c")]).await.probes[0].key;
    for n in 0..5_000 {
        open.writer.result(result(key.0, n * 1_000, Verdict::Down));
    }
    open.flush().await;
    open.roll_up(21 * HOUR).await;
    let horizon = Horizon { raw: at(HOUR), minute: at(HOUR), hour: at(HOUR) };
    let (mut slices, mut place) = (Vec::new(), Place::default());
    loop {
        let slice = open.writer.retain(horizon, place).await.unwrap();
        slices.push(slice.deleted);
        let Some(next) = slice.next else { break };
        place = next;
    }
    assert!(slices.len() > 1, "more than one slice: {slices:?}");
    assert_eq!(open.store.results(key, at(0), at(HOUR), 10_000).await.unwrap().len(), 0);
    assert_eq!(open.store.results(key, at(HOUR), at(2 * HOUR), 10_000).await.unwrap().len(), 1_400);
    let all = TimeRange::new(at(-24 * HOUR), at(24 * HOUR));
    assert_eq!(open.store.summary(key, BucketSize::Day, all).await.unwrap().n_down, 5_000);
    assert_eq!(open.store.summary(key, BucketSize::Minute, TimeRange::new(at(0), at(HOUR))).await.unwrap().n_down, 0);
    open.close().await;
}
