//! Sample data that looks like a real site: for screenshots, the budget and the bench. A configuration in both languages, and a
//! database filled as 400 days of watching would have left it.
//!
//! Probes run once when a server starts on it (`every` is a day) and see nothing else than what the data says: those of components
//! that are not well ask an address where nobody listens.

mod past;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::component::Status;
use domain::latency::Latencies;
use domain::outage::{self, OutageEnd};
use domain::probe::observation::{CauseKind, Verdict};
use domain::time::Timestamp;
use probe::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use server::boot::{self, Options, Running};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use uuid::Builder;

use self::past::{Past, moments, present};

/// Name of the configuration within a prepared folder.
pub const CONFIG_NAME: &str = "yagura.yaml";
/// Name of the data folder within a prepared folder.
pub const DATA_NAME: &str = "data";

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9/";
/// Single results are kept of so long,
const RESULTS: Duration = Duration::from_secs(24 * 3_600);
/// sums per hour of so long,
const HOURS: Duration = Duration::from_secs(48 * 3_600);
/// and sums per minute of so long: longer than the hour that is going on, which will be made of them.
const MINUTES: Duration = Duration::from_secs(3 * 3_600);
const MINUTE_MS: i64 = 60_000;

/// How things stand on the sample site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// All is well.
    AllUp,
    /// One component has been down for 23 minutes.
    OneDown,
    /// One component of every status, the others well.
    Mixed,
    /// For 41 minutes nothing has been known.
    Unknown,
}

impl Story {
    /// Every story.
    pub const ALL: [Self; 4] = [Self::AllUp, Self::OneDown, Self::Mixed, Self::Unknown];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllUp => "all-up",
            Self::OneDown => "one-down",
            Self::Mixed => "mixed",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for Story {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|story| story.name() == name).ok_or_else(|| format!("`{name}` is none of the stories {names}"))
    }
}

/// Groups of the named components, five in each: slug, Japanese, English.
const GROUPS: [(&str, &str, &str); 4] = [
    ("everyone", "みんなのサービス", "For everyone"),
    ("files", "ファイルとデータ", "Files and data"),
    ("network", "ネットワーク", "Network"),
    ("workshop", "工房の道具", "Tools of the workshop"),
];
/// Components with names of their own: slug, Japanese, English.
const NAMED: [(&str, &str, &str); 20] = [
    ("web", "ウェブサイト", "Web site"),
    ("api", "API", "API"),
    ("sign-in", "サインイン", "Sign-in"),
    ("mail", "メール", "Mail"),
    ("chat", "チャットサーバー", "Chat server"),
    ("object-storage", "オブジェクトストレージ", "Object storage"),
    ("database", "データベース", "Database"),
    ("media-proxy", "メディアプロキシ", "Media proxy"),
    ("photos", "フォトアルバム", "Photo albums"),
    ("backup", "バックアップ", "Backup"),
    ("cdn", "CDN", "CDN"),
    ("dns", "DNS", "DNS"),
    ("vpn", "VPN", "VPN"),
    ("time", "時刻サーバー", "Time server"),
    ("monitoring", "モニタリング", "Monitoring"),
    ("ci", "CI", "CI"),
    ("git", "Git ホスティング", "Git hosting"),
    ("calendar", "カレンダー", "Calendar"),
    ("search", "検索", "Search"),
    ("notifications", "通知", "Notifications"),
];
const GROUP_OF_NAMED: usize = NAMED.len() / GROUPS.len();
/// Components in a group of nodes.
const NODES_PER_GROUP: usize = 20;

/// The slug of a component by its place.
pub fn slug(index: usize) -> String {
    NAMED.get(index).map_or_else(|| format!("node-{}", index + 1), |(slug, _, _)| (*slug).to_owned())
}

/// The name of a component by its place, as YAML.
fn name(index: usize) -> String {
    let number = index + 1;
    NAMED
        .get(index)
        .map_or_else(|| format!("{{ja: ノード {number}, en: Node {number}}}"), |(_, ja, en)| format!("{{ja: {ja}, en: {en}}}"))
}

/// The group that a component stands in by its place: slug, and name as YAML.
fn group(index: usize) -> (String, String) {
    if let Some((slug, ja, en)) = GROUPS.get(index / GROUP_OF_NAMED) {
        return ((*slug).to_owned(), format!("{{ja: {ja}, en: {en}}}"));
    }
    let first = (index - NAMED.len()) / NODES_PER_GROUP * NODES_PER_GROUP + NAMED.len() + 1;
    let last = first + NODES_PER_GROUP - 1;
    (format!("nodes-{first}"), format!("{{ja: ノード {first}〜{last}, en: Nodes {first}–{last}}}"))
}

/// A configuration with this many components, one HTTP probe each. `target_url` answers 200.
pub fn config(components: usize, story: Story, target_url: &str) -> String {
    let mut config = String::from(
        "site:\n  name: {ja: さくら工房, en: Sakura Workshop}\n  description: {ja: さくら工房のサービスの稼働状況です。, \
         en: How the services of Sakura Workshop are doing.}\n  time_zone: Asia/Tokyo\ngroups:\n",
    );
    let mut groups: Vec<(String, String)> = (0..components).map(group).collect();
    groups.dedup();
    // A String takes any write.
    for (slug, name) in &groups {
        let _ = writeln!(config, "  - {{slug: {slug}, name: {name}}}");
    }
    config.push_str("components:\n");
    for index in 0..components {
        let _ = writeln!(config, "  - {{slug: {}, name: {}, group: {}}}", slug(index), name(index), group(index).0);
    }
    config.push_str("probes:\n");
    for index in 0..components {
        let (url, degraded) = match present(index, components, story) {
            Status::Operational | Status::UnderMaintenance | Status::Unwatched => (target_url, ""),
            Status::DegradedPerformance => (target_url, ", degraded: [\"[STATUS] == 599\"]"),
            Status::PartialOutage | Status::MajorOutage | Status::Unknown => (NOBODY, ""),
        };
        let slug = slug(index);
        let _ = writeln!(
            config,
            "  - {{slug: {slug}-http, component: {slug}, every: 24h, timeout: 10s, outside: false, \
             http: {{url: \"{url}\"{degraded}}}}}"
        );
    }
    config
}

/// The same with one more component, `changing`, whose heartbeat has this token: each call of it is a change at once.
pub fn with_heartbeat(config: &str, token: &str) -> String {
    let component = "components:\n  - {slug: changing, name: {ja: 変わるもの, en: Changing}}\n";
    let config = config.replacen("components:\n", component, 1);
    format!("{config}  - {{slug: changing-call, component: changing, heartbeat: {{token: {token}, period: 24h, grace: 1h}}}}\n")
}

/// Writes `config` and a filled database into `folder`. For the database to be there a server is started once, which also raises this
/// process's limit of open files.
///
/// # Panics
/// When the folder cannot be written, or the configuration is wrong.
pub async fn prepare(folder: &Path, config: &str, story: Story) {
    std::fs::write(folder.join(CONFIG_NAME), config).expect("the folder can be written");
    serve(folder).await.stop().await;
    let file = folder.join(DATA_NAME).join(store::FILE_NAME);
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(5)).pragma("synchronous", "OFF");
    let mut connection = options.connect().await.expect("the database can be opened");
    fill(&mut connection, SystemClock::default().now(), story).await;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.expect("the database can be written");
    connection.close().await.expect("a connection closes");
}

/// Starts a server on a prepared folder, by the clock of this machine and on a free port.
///
/// # Panics
/// When it does not start.
pub async fn serve(folder: &Path) -> Running {
    let options = Options {
        config: folder.join(CONFIG_NAME),
        data: folder.join(DATA_NAME),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        environment: Arc::new(|_| None),
        clock: Arc::new(SystemClock::default()),
    };
    boot::start(options).await.expect("the server starts")
}

/// Fills the database of a stopped server whose configuration is [`config`] of the same story. What was there goes. Heartbeats are left
/// as if they had never called.
///
/// # Panics
/// When the database cannot be written.
pub async fn fill(connection: &mut SqliteConnection, now: Timestamp, story: Story) {
    let mut transaction = connection.begin().await.expect("the database can be written");
    for statement in [
        "DELETE FROM result",
        "DELETE FROM result_detail",
        "DELETE FROM rollup",
        "DELETE FROM ping",
        "DELETE FROM probe_state",
        "DELETE FROM component_state",
        "DELETE FROM outage",
    ] {
        sqlx::query(statement).execute(&mut *transaction).await.expect("the tables are there");
    }
    let watched: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT component.key, probe.key FROM component JOIN probe ON probe.component_key = component.key
         WHERE component.removed_at IS NULL AND probe.removed_at IS NULL AND probe.kind = 'active'",
    )
    .fetch_all(&mut *transaction)
    .await
    .expect("the tables are there");
    // Keys are given in the order of the configuration.
    let mut components: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (component, probe) in watched {
        components.entry(component).or_default().push(probe);
    }
    sqlx::query("UPDATE site SET id = ?")
        .bind(id(now.minus(past::BEGAN), 0, 0))
        .execute(&mut *transaction)
        .await
        .expect("the tables are there");
    let count = components.len();
    for (index, (component, probes)) in components.into_iter().enumerate() {
        let past = Past::new(component, index, present(index, count, story), now);
        fill_component(&mut transaction, component, &past).await;
        for probe in probes {
            fill_probe(&mut transaction, probe, &past, now).await;
        }
    }
    let marks = vec![json!(["alive_at", now.as_ms()]), json!(["rolled_up_until", rolled_up_until(now)])];
    let statement = "INSERT OR REPLACE INTO mark (name, value) SELECT value ->> 0, value ->> 1 FROM json_each(?)";
    insert(&mut transaction, statement, marks).await;
    transaction.commit().await.expect("the database can be written");
}

/// Runs a statement that takes its rows from JSON.
async fn insert(connection: &mut SqliteConnection, statement: &'static str, rows: Vec<Value>) {
    let rows = Value::Array(rows).to_string();
    sqlx::query(statement).bind(rows).execute(connection).await.expect("the rows have the shape of the tables");
}

/// What the store calls a status.
fn status_number(status: Status) -> u8 {
    match status {
        Status::Operational => 0,
        Status::DegradedPerformance => 1,
        Status::PartialOutage => 2,
        Status::MajorOutage => 3,
        Status::UnderMaintenance => 4,
        Status::Unknown => 5,
        Status::Unwatched => 6,
    }
}

/// What the store calls the state of the only probe of a component that has this status.
fn state_number(status: Status) -> u8 {
    match status {
        Status::Operational | Status::UnderMaintenance => 0,
        Status::DegradedPerformance => 1,
        Status::PartialOutage | Status::MajorOutage => 2,
        Status::Unknown | Status::Unwatched => 3,
    }
}

fn verdict_number(verdict: Verdict) -> usize {
    // They are listed in the order of their numbers.
    Verdict::ALL.into_iter().position(|known| known == verdict).unwrap_or_default()
}

async fn fill_component(connection: &mut SqliteConnection, component: i64, past: &Past) {
    sqlx::query("UPDATE component SET id = ?1, watched_since = ?2, member_since = ?2 WHERE key = ?3")
        .bind(id(past.since, component, 0))
        .bind(past.since.as_ms())
        .bind(component)
        .execute(&mut *connection)
        .await
        .expect("the tables are there");
    let changes = past.history.changes();
    let rows = changes.iter().map(|change| json!([component, change.at.as_ms(), status_number(change.state)]));
    let statement = "INSERT INTO component_state (component_key, at, status)
                     SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)";
    insert(connection, statement, rows.collect()).await;
    let rows = outage::cut(changes).into_iter().zip(1_u32..).map(|(outage, ordinal)| {
        let id = id(outage.started_at, component, ordinal);
        let ended_by = outage.ended.map(|(_, by)| match by {
            OutageEnd::Recovered => 0,
            OutageEnd::Unwatched => 1,
        });
        let ended_at = outage.ended_at().map(Timestamp::as_ms);
        json!([component, ordinal, id, outage.started_at.as_ms(), ended_at, ended_by, status_number(outage.worst)])
    });
    let statement = "INSERT INTO outage (component_key, ordinal, id, started_at, ended_at, ended_by, worst)
                     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
                     FROM json_each(?)";
    insert(connection, statement, rows.collect()).await;
}

/// A UUID of version 7, which says when what it names began; no chance in it.
fn id(at: Timestamp, component: i64, ordinal: u32) -> String {
    let mut bytes = [0; 10];
    bytes[..6].copy_from_slice(&component.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&ordinal.to_be_bytes());
    Builder::from_unix_timestamp_millis(at.as_ms().unsigned_abs(), &bytes).into_uuid().to_string()
}

async fn fill_probe(connection: &mut SqliteConnection, probe: i64, past: &Past, now: Timestamp) {
    sqlx::query("UPDATE probe SET created_at = ? WHERE key = ?")
        .bind(past.since.as_ms())
        .bind(probe)
        .execute(&mut *connection)
        .await
        .expect("the tables are there");
    let statement =
        "INSERT INTO probe_state (probe_key, at, state) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)";
    insert(connection, statement, believed(probe, past)).await;
    let rows = moments(probe, now.minus(RESULTS), now).filter_map(|at| {
        let seen = past.seen(probe, at)?;
        let cause = seen.cause.map(CauseKind::number);
        Some(json!([probe, at.as_ms(), verdict_number(seen.verdict), seen.duration_us, seen.code, cause]))
    });
    let statement = "INSERT INTO result (probe_key, at, verdict, duration_us, code, cause)
                     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)";
    insert(connection, statement, rows.collect()).await;
    let mut rows = sums(probe, past, now, 3_600, HOURS);
    rows.extend(sums(probe, past, now, 60, MINUTES));
    let statement = "INSERT INTO rollup (size_s, probe_key, bucket_at, n_up, n_degraded, n_down, n_unknown, latencies)
                     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
                            unhex(value ->> 7) FROM json_each(?)";
    insert(connection, statement, rows).await;
}

/// The believed history of a probe. One that ends in not knowing never knew anything: with the first result after that, which the
/// server sees as soon as it starts, what was believed before would hold again.
fn believed(probe: i64, past: &Past) -> Vec<Value> {
    let ends_unknown = past.history.last().is_some_and(|last| last.state == Status::Unknown);
    if ends_unknown {
        return vec![json!([probe, past.since.as_ms(), state_number(Status::Unknown)])];
    }
    let mut rows = Vec::new();
    let mut before = None;
    for change in past.history.changes() {
        let state = state_number(change.state);
        if before.replace(state) != Some(state) {
            rows.push(json!([probe, change.at.as_ms(), state]));
        }
    }
    rows
}

/// Up to when results are condensed.
fn rolled_up_until(now: Timestamp) -> i64 {
    now.as_ms().div_euclid(MINUTE_MS) * MINUTE_MS
}

/// Sums of the results in every whole bucket of the last `span`.
fn sums(probe: i64, past: &Past, now: Timestamp, size_s: i64, span: Duration) -> Vec<Value> {
    let bucket = size_s * 1_000;
    let until = rolled_up_until(now).div_euclid(bucket) * bucket;
    let from = until - span.as_millis() as i64;
    let mut latencies = Latencies::default();
    let mut rows = Vec::new();
    for bucket_at in (from..until).step_by(bucket as usize) {
        let mut counts = [0_u32; 4];
        latencies.clear();
        for at in moments(probe, Timestamp::from_ms(bucket_at), Timestamp::from_ms(bucket_at + bucket)) {
            let Some(seen) = past.seen(probe, at) else { continue };
            counts[verdict_number(seen.verdict)] += 1;
            if let (Verdict::Up | Verdict::Degraded, Some(duration_us)) = (seen.verdict, seen.duration_us) {
                latencies.record(duration_us);
            }
        }
        if counts != [0; 4] {
            let [up, degraded, down, unknown] = counts;
            rows.push(json!([size_s, probe, bucket_at, up, degraded, down, unknown, hex(&latencies.encode())]));
        }
    }
    rows
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::START;
    use crate::eventually;
    use crate::server::TestServer;
    use crate::target::Target;

    const COMPONENTS: usize = 20;

    #[test]
    fn every_story_ends_in_what_it_tells() {
        for story in Story::ALL {
            assert_eq!(Story::from_str(story.name()), Ok(story));
            for index in 0..COMPONENTS {
                let told = present(index, COMPONENTS, story);
                let past = Past::new(index as i64 + 1, index, told, START);
                assert_eq!(past.history.last().map(|last| last.state), Some(told), "component {index} of {story:?}");
            }
        }
        let mixed: Vec<Status> = (0..COMPONENTS).map(|index| present(index, COMPONENTS, Story::Mixed)).collect();
        for status in Status::ALL.into_iter().filter(|status| *status != Status::Unwatched) {
            assert!(mixed.contains(&status), "{status:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_believes_what_it_finds_also_after_its_first_checks() {
        let target = Target::start().await;
        for story in Story::ALL {
            let mut server = TestServer::start(&config(COMPONENTS, story, &target.url())).await;
            server.stop().await;
            let mut connection = server.database().await;
            fill(&mut connection, server.now(), story).await;
            connection.close().await.unwrap();
            let filled = server.count("SELECT COUNT(*) FROM result").await;
            server.restart_after(Duration::from_secs(1)).await;
            server.clock.advance(Duration::from_secs(3));
            eventually("every probe has run once", || async {
                (server.count("SELECT COUNT(*) FROM result").await >= filled + COMPONENTS as i64).then_some(())
            })
            .await;
            server.stop().await;
            let mut connection = server.database().await;
            let newest: Vec<u8> = sqlx::query_scalar(
                "SELECT status FROM component_state AS s
                 WHERE at = (SELECT MAX(at) FROM component_state WHERE component_key = s.component_key) ORDER BY component_key",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            let told: Vec<u8> = (0..COMPONENTS).map(|index| status_number(present(index, COMPONENTS, story))).collect();
            assert_eq!(newest, told, "{story:?}");
        }
    }
}
