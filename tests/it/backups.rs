//! Backups that restore: made while everything goes on, byte for byte the same public pages afterwards, on schedule, and examined.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use domain::account::Role;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;
use tests::eventually;
use tests::process::{Process, run};
use tests::server::{TestServer, one_component};
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

const TOKEN: &str = "5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10";

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn command(arguments: Vec<String>) -> Output {
    let run = move || run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn arguments(words: &[&str], folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    all.extend(["--data".to_owned(), folder.join("data").display().to_string()]);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_gives_the_same_public_pages_byte_for_byte() {
    let target = Target::start().await;
    // The first probe of all runs once more right after a start; here it is one that nobody sees.
    let aside = format!(
        "probes:
  - slug: aside
    component: hidden
    every: 60s
    timeout: 5s
    http: {{url: \"{}\"}}
",
        target.url()
    );
    let web = one_component(&target)
        .replace("site: {name", "site: {url: \"https://status.example.org\", name")
        .replace(
            "components:
",
            "components:
  - {slug: hidden, name: Hidden, public: false}
",
        )
        .replace(
            "probes:
", &aside,
        );
    let config = format!("{web}  - slug: job\n    component: web\n    heartbeat: {{token: {TOKEN}, period: 1h}}\n");
    let server = TestServer::start(&config).await;
    // A past worth having: an outage, people, something made at the desk.
    server.first_check(&target).await;
    server.get(&format!("/ping/{TOKEN}")).await;
    target.set(Behaviour::Error);
    server.next_check(&target, Duration::from_secs(10)).await;
    server.next_check(&target, Duration::from_secs(10)).await;
    server.page_where("/en/", |page| page.contains("down")).await;
    let mut maintainer = Visitor::with_role(&server, Role::Maintainer).await;
    maintainer
        .post("/desk/components/new", &[("slug", "shop"), ("name_en", "Shop"), ("public", "yes"), ("combine", "standard")])
        .await;
    server.page_where("/en/", |page| page.contains("Shop")).await;
    // Long enough for every page to be made anew when somebody asks.
    server.clock.advance(Duration::from_secs(61));
    // From here on the clock stands still: whoever restores a backup later has not watched in between, and says so.
    let now = server.now().as_ms();
    eventually("everything is on disk", || async {
        let is_alive = server.count("SELECT value FROM mark WHERE name = 'alive_at'").await == now;
        (is_alive && server.metric("yagura_writes_waiting").await == Some(0.0)).then_some(())
    })
    .await;

    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("backup.db");
    let load = async {
        // Calls that change nothing that pages show, as many as go.
        for _ in 0..200 {
            assert_eq!(server.get(&format!("/ping/{TOKEN}/log")).await.status, 200);
        }
    };
    let words = ["backup", backup.to_str().unwrap(), "--config", server.config_path().to_str().unwrap()].map(str::to_owned);
    let mut all = words.to_vec();
    all.extend(["--data".to_owned(), server.data().display().to_string()]);
    let ((), made) = tokio::join!(load, command(all));
    assert!(made.status.success(), "{}", text(&made));
    let calls_before = server.count("SELECT COUNT(*) FROM ping").await;
    let pages = ["/en/", "/ja/", "/en/components/shop", "/en/history", "/api/v2/summary.json", "/en/history.atom"];

    let restored = TestServer::restored(&config, server.clock.clone(), |data| {
        let output = run(&["restore", backup.to_str().unwrap(), "--data", data.to_str().unwrap()]);
        assert!(output.status.success(), "{}", text(&output));
        assert!(text(&output).contains("Keys revoked"), "what was taken away since then is good again: {}", text(&output));
        assert!(data.join("yagura.restored.yaml").exists(), "the configuration is in it too");
    })
    .await;
    // Versions of pages count since the start of a server.
    let plain = |body: &str| {
        let version = body.split("data-version=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("-");
        body.replace(&format!("data-version=\"{version}\""), "")
    };
    for page in pages {
        eventually(page, || async {
            let (before, after) = (server.get(page).await.body, restored.get(page).await.body);
            (plain(&before) == plain(&after)).then_some(())
        })
        .await;
    }
    let calls = restored.count("SELECT COUNT(*) FROM ping").await;
    assert!((1..=calls_before).contains(&calls), "{calls} of {calls_before}");
    assert_eq!(restored.count("SELECT COUNT(*) FROM session").await, 0, "sessions do not come back");
    assert_eq!(restored.count("SELECT COUNT(*) FROM audit_log WHERE action = 'backup.restored'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduled_backups_are_made_kept_called_for_and_missed_when_they_do_not_come() {
    let target = Target::start().await;
    let folder = TempDir::new().unwrap();
    let config = format!(
        "backup: {{folder: {}, every: 1h, keep: 2, heartbeat: backup-call}}\n{}  - slug: backup-call\n    component: web\n    \
         heartbeat: {{token: {TOKEN}, period: 1h}}\n",
        folder.path().display(),
        one_component(&target)
    );
    let server = TestServer::start(&config).await;
    let files = || {
        std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "db"))
            .count()
    };
    for expected in [1, 2, 2] {
        eventually("a backup is made", || async {
            server.clock.advance(Duration::from_secs(60));
            (server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'backup.made'").await >= expected).then_some(())
        })
        .await;
        server.clock.advance(Duration::from_secs(3600));
        assert!(files() <= 2);
    }
    eventually("its heartbeat is called", || async {
        server.clock.advance(Duration::from_secs(1));
        (server.count("SELECT COUNT(*) FROM ping").await >= 1).then_some(())
    })
    .await;
    let mut viewer = Visitor::with_role(&server, Role::Viewer).await;
    assert!(viewer.get("/desk/").await.body.contains("ackup"));
    assert!(server.metric("yagura_backup_made_timestamp_seconds").await.unwrap() > 0.0);
    drop(folder);
    eventually("a backup that does not come is said", || async {
        server.clock.advance(Duration::from_secs(600));
        server.get("/readyz").await.body.contains("backup is late").then_some(())
    })
    .await;
    eventually("and rings", || async {
        server.clock.advance(Duration::from_secs(1));
        (server.count("SELECT COUNT(*) FROM alert WHERE name = 'backup-late' AND ended_at IS NULL").await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_with_the_server_running_and_without() {
    let target = Target::start().await;
    let mut process = Process::start(&one_component(&target));
    let folder = process.folder.path().to_owned();
    let config = folder.join("yagura.yaml").display().to_string();
    let made = command(arguments(&["user", "add", "mika", "--config", &config], &folder)).await;
    assert!(made.status.success() && text(&made).contains("/desk/set-up/"), "{}", text(&made));
    let again = command(arguments(&["user", "add", "Mika", "--config", &config], &folder)).await;
    assert!(!again.status.success() && text(&again).contains("already has this name"), "{}", text(&again));
    process.kill();
    let offline = command(arguments(&["user", "link", "mika", "--config", &config], &folder)).await;
    assert!(offline.status.success() && text(&offline).contains("/desk/set-up/"), "{}", text(&offline));
    let backup = folder.join("b.db").display().to_string();
    let made = command(arguments(&["backup", &backup, "--config", &config], &folder)).await;
    assert!(made.status.success(), "{}", text(&made));
    let database = folder.join("data").join(store::FILE_NAME);
    let mut connection = SqliteConnectOptions::new().filename(&database).connect().await.unwrap();
    let written = "SELECT COUNT(*) FROM audit_log WHERE action = 'backup.made' AND actor_kind = 'shell'";
    let written: i64 = sqlx::query_scalar(written).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(written, 1, "the log tells it although no server ran");
    let doctor = command(arguments(&["doctor", "--config", &config], &folder)).await;
    assert!(doctor.status.success(), "{}", text(&doctor));
    let taken = command(arguments(&["restore", &backup], &folder)).await;
    assert!(!taken.status.success() && text(&taken).contains("already has"), "{}", text(&taken));
    // Something in the middle of the file is broken.
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xa5);
    std::fs::write(&database, bytes).unwrap();
    let doctor = command(arguments(&["doctor"], &folder)).await;
    assert!(!doctor.status.success() && text(&doctor).contains("bad"), "{}", text(&doctor));
}
