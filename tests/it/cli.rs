//! The command line, as an operator meets it.

use std::process::Output;

use tempfile::TempDir;
use tests::process::{Process, run};
use tests::target::{Behaviour, Target};

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn config_file(folder: &TempDir, config: &str) -> String {
    let path = folder.path().join("yagura.yaml");
    std::fs::write(&path, config).unwrap();
    path.display().to_string()
}

#[test]
fn check_tells_all_mistakes_at_once_with_their_places_and_fails() {
    let folder = TempDir::new().unwrap();
    let file = config_file(
        &folder,
        "site: {name: Test}\ncomponents:\n  - {slug: web, name: Web, gruop: x}\nprobes:\n  - slug: p\n    component: wep\n    every: 1s\n    \
         http: {url: \"ftp://x\"}\n",
    );
    let output = run(&["check", "--config", &file]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1));
    for expected in [":3:", "did you mean `group`?", ":6:", "did you mean `web`?", ":7:", ":8:"] {
        assert!(said.contains(expected), "{expected} is missing in:\n{said}");
    }
}

#[test]
fn the_example_is_good() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../example/yagura.yaml");
    let output = run(&["check", "--config", example]);
    assert!(output.status.success(), "{}", text(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_prints_what_it_saw_phase_by_phase() {
    let target = Target::start().await;
    let folder = TempDir::new().unwrap();
    let file = config_file(&folder, &tests::server::one_component(&target));
    let ask = |slug: &'static str| {
        let file = file.clone();
        async move { tokio::task::spawn_blocking(move || run(&["probe", slug, "--config", &file])).await.unwrap() }
    };
    let output = ask("web-http").await;
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    for expected in ["UP", "connect", "first byte", "transfer", "code         200"] {
        assert!(said.contains(expected), "{expected} is missing in:\n{said}");
    }
    target.set(Behaviour::Error);
    let output = ask("web-http").await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("503"), "{}", text(&output));
    assert!(text(&ask("web-htp").await).contains("did you mean `web-http`?"));
}

#[test]
fn the_version_is_told() {
    assert!(text(&run(&["--version"])).starts_with("yagura 0."));
}

#[test]
fn bundled_runbooks_are_listed_and_shown_in_both_languages() {
    let list = text(&run(&["runbook", "list"]));
    for slug in ["component-down", "uplink-lost", "heartbeat-missed"] {
        assert!(list.contains(slug), "{list}");
        for language in ["ja", "en"] {
            let shown = text(&run(&["runbook", "show", slug, "--language", language]));
            assert!(shown.contains("## Diagnosis"), "{slug} {language}");
        }
    }
    assert!(!run(&["runbook", "show", "nope"]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_in_good_order_although_a_page_is_open_and_leaves_one_file_behind() {
    let target = Target::start().await;
    let mut process = Process::start(&tests::server::one_component(&target));
    let open_page = reqwest::get(format!("{}/api/v1/events", process.url)).await.unwrap();
    tests::eventually("it is checked", || async { (target.requests() > 0).then_some(()) }).await;
    let (process, code) = tokio::task::spawn_blocking(move || {
        let code = process.terminate();
        (process, code)
    })
    .await
    .unwrap();
    assert_eq!(code, Some(0));
    drop(open_page);
    let data = process.folder.path().join("data");
    let wal = std::fs::metadata(data.join("yagura.db-wal")).map_or(0, |file| file.len());
    assert_eq!(wal, 0, "everything is in yagura.db");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_although_the_database_is_locked() {
    let target = Target::start().await;
    let mut process = Process::start(&tests::server::one_component(&target));
    tests::eventually("it is checked", || async { (target.requests() > 0).then_some(()) }).await;
    let file = process.folder.path().join("data").join(store::FILE_NAME);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut other = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let code = tokio::task::spawn_blocking(move || process.terminate()).await.unwrap();
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_waits_for_a_locked_database_can_be_ended() {
    let mut process = Process::start("site: {name: Test}\n");
    process.kill();
    let path = |name: &str| process.folder.path().join(name);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path("data").join(store::FILE_NAME));
    let mut other = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let mut waiting = std::process::Command::new(tests::process::program())
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(path("yagura.yaml"))
        .arg("--data")
        .arg(path("data"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let log = waiting.stderr.take().unwrap();
    let code = tokio::task::spawn_blocking(move || {
        use std::io::BufRead;
        let says_so = std::io::BufReader::new(log).lines().map_while(Result::ok).any(|line| line.contains("locked"));
        assert!(says_so, "it says what it waits for");
        std::process::Command::new("kill").args(["-TERM", &waiting.id().to_string()]).status().unwrap();
        waiting.wait().unwrap().code()
    });
    assert_eq!(code.await.unwrap(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_data_refuses() {
    let process = Process::start("site: {name: Test}\n");
    let path = |name: &str| process.folder.path().join(name).display().to_string();
    let (config, data) = (path("yagura.yaml"), path("data"));
    let second =
        tokio::task::spawn_blocking(move || run(&["serve", "--config", &config, "--data", &data, "--listen", "127.0.0.1:0"]));
    let second = second.await.unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second).contains("another Yagura already runs"), "{}", text(&second));
}
