//! The command line, as an operator meets it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use domain::account::Scope;
use domain::time::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::clock::ManualClock;
use tests::process::{Process, program, run};
use tests::server::TestServer;
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

use crate::runbooks::text as runbook;

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

#[test]
fn nothing_is_wrong_with_the_runbooks_that_ship() {
    let output = run(&["runbook", "lint", "--deny", "warnings"]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains(": 0 mistakes, 0 warnings"), "{}", text(&output));
}

#[test]
fn lint_names_the_file_and_the_line_says_what_to_do_and_fails() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let good = runbook("disk-full", "en", "Which disk is it?");
    std::fs::write(path("disk-full.en.md"), &good).unwrap();
    let of_folder = folder.path().display().to_string();
    let output = run(&["runbook", "lint", &of_folder]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 file: 0 mistakes, 0 warnings\n");

    // The second step has the id of the first one, and nobody owns it.
    let bad = good.replace("s:clear", "s:look").replace("owner: ops\n", "");
    std::fs::write(path("disk-full.en.md"), &bad).unwrap();
    let line = bad.lines().position(|line| line.contains("Delete old logs")).unwrap() + 1;
    let output = run(&["runbook", "lint", &path("disk-full.en.md")]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let mistake = format!("{}:{line}:", path("disk-full.en.md"));
    let mut lines = said.lines().skip_while(|line| !(line.starts_with(&mistake) && line.contains(": error: ")));
    assert!(lines.next().is_some(), "{mistake} is missing in:\n{said}");
    assert!(lines.next().is_some_and(|fix| fix.starts_with("    ") && fix.trim().len() > 10), "{said}");
    assert!(said.contains(": warning: ") && said.ends_with("1 file: 1 mistake, 1 warning\n"), "{said}");
    let japanese = text(&run(&["runbook", "lint", "--language", "ja", &of_folder]));
    assert!(japanese.contains("誤り 1 件"), "{japanese}");

    // What could be better is let through, unless somebody says so.
    std::fs::write(path("disk-full.en.md"), good.replace("owner: ops\n", "")).unwrap();
    assert!(run(&["runbook", "lint", &of_folder]).status.success());
    assert_eq!(run(&["runbook", "lint", "--deny", "warnings", &of_folder]).status.code(), Some(1));

    let output = run(&["runbook", "lint", &path("absent.md")]);
    assert!(!output.status.success() && text(&output).contains("absent.md"), "{}", text(&output));
}

#[test]
fn lint_looks_through_the_folder_of_a_configuration() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("own")).unwrap();
    std::fs::write(folder.path().join("own/disk-full.en.md"), [0xff, 0xfe]).unwrap();
    let file = config_file(&folder, "site: {name: Test}\nrunbooks: {folder: own}\n");
    let output = run(&["runbook", "lint", "--config", &file]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("own/disk-full.en.md:1:1: error: The file is not UTF-8."), "{}", text(&output));
}

#[test]
fn missing_ids_are_written_once_and_taken_over_from_the_other_language() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let without = |text: &str| text.replace(" <!-- s:look -->", "").replace(" <!-- s:check -->", "");
    let english = runbook("disk-full", "en", "Which disk is it?");
    std::fs::write(path("disk-full.en.md"), without(&english)).unwrap();
    std::fs::set_permissions(path("disk-full.en.md"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let output = run(&["runbook", "ids", &path("disk-full.en.md")]);
    assert!(output.status.success() && text(&output).contains(": 2 ids written"), "{}", text(&output));
    let written = std::fs::read_to_string(path("disk-full.en.md")).unwrap();
    assert_eq!(written.matches("<!-- s:").count(), 3, "{written}");
    assert!(written.contains("<!-- s:clear risk=low -->"), "what was there stays");
    assert_eq!(std::fs::metadata(path("disk-full.en.md")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(run(&["runbook", "lint", &path("disk-full.en.md")]).status.success());

    let output = run(&["runbook", "ids", &path("disk-full.en.md")]);
    assert!(text(&output).contains(": 0 ids written"), "{}", text(&output));
    assert_eq!(std::fs::read_to_string(path("disk-full.en.md")).unwrap(), written, "a second time changes nothing");

    std::fs::write(path("disk-full.ja.md"), without(&runbook("disk-full", "ja", "どのディスクか"))).unwrap();
    assert!(run(&["runbook", "ids", &path("disk-full.ja.md")]).status.success());
    let ids = |text: &str| -> Vec<String> {
        text.split("<!-- s:").skip(1).filter_map(|rest| rest.split([' ', '>']).next()).map(str::to_owned).collect()
    };
    assert_eq!(ids(&std::fs::read_to_string(path("disk-full.ja.md")).unwrap()), ids(&written), "a tick is for every language");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left behind");
    assert!(!run(&["runbook", "ids", &path("absent.md")]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_in_good_order_although_a_page_is_open_and_leaves_one_file_behind() {
    let target = Target::start().await;
    let mut process = Process::start(&tests::server::one_component(&target));
    let open_page = tests::http::client().build().unwrap().get(format!("{}/api/v1/events", process.url)).send().await.unwrap();
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

/// Runs `yagura note` on a data folder, with something on stdin.
async fn note(data: &Path, words: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(program());
    command.arg("note").args(words).arg("--data").arg(data);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let stdin = stdin.to_owned();
    let ending = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        // Whoever does not read it closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    });
    ending.await.unwrap()
}

/// Opens incidents and reads them, as a program does.
struct Program<'s> {
    server: &'s TestServer,
    key: String,
}

impl<'s> Program<'s> {
    async fn new(server: &'s TestServer) -> Self {
        let key = format!("Bearer {}", Visitor::key_with_scope(server, Scope::WriteIncidents).await);
        Self { server, key }
    }

    async fn open(&self, title: &str) -> i64 {
        let body = json!({"title": title, "severity": "sev3", "impact": "minor"}).to_string().into_bytes();
        let headers = [("content-type", "application/json"), ("authorization", self.key.as_str())];
        let opened = self.server.send("POST", "/api/v1/incidents", &headers, body).await;
        assert_eq!(opened.status, 201, "{}", opened.body);
        serde_json::from_str::<Value>(&opened.body).unwrap()["number"].as_i64().unwrap()
    }

    /// What people wrote into a timeline, in order.
    async fn rows(&self, number: i64) -> Vec<Value> {
        let answer = self.server.get_with(&format!("/api/v1/incidents/{number}"), &[("authorization", self.key.as_str())]).await;
        let incident: Value = serde_json::from_str(&answer.body).unwrap();
        let rows = incident["timeline"].as_array().unwrap().iter();
        rows.filter(|row| row["body"].is_string()).cloned().collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_from_a_shell_is_a_row_and_one_hears_how_its_time_was_understood() {
    // It is noon in Tokyo on 12 April 2026, and stays it.
    let server = TestServer::start("site: {name: Test, time_zone: Asia/Tokyo}\n").await;
    let program = Program::new(&server).await;
    let (number, data) = (program.open("Disk full").await, server.data());
    let by_number = format!("INC-{number}");
    for (words, stdin, said) in [
        (vec!["restarted the proxy", "--kind", "action", "--at", "11:36"], "", "11:36 action"),
        (vec!["five minutes ago", "--at", "-5m"], "", "11:55 note"),
        (vec!["-", "--incident", by_number.as_str()], "first line\n日本語の行\n", "12:00 note"),
        (vec!["the evening before", "--at", "昨日 23:10", "--kind", "next-action"], "", "2026-04-11 23:10 next_action"),
    ] {
        let output = note(&data, &words, stdin).await;
        assert!(output.status.success(), "{words:?}: {}", text(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("INC-{number} {said}\n"));
    }
    let rows = program.rows(number).await;
    let bodies: Vec<&str> = rows.iter().filter_map(|row| row["body"].as_str()).collect();
    assert_eq!(bodies, ["the evening before", "restarted the proxy", "five minutes ago", "first line\n日本語の行"]);
    for row in &rows {
        assert_eq!((&row["source"], &row["visibility"]), (&json!("cli"), &json!("internal")), "{row}");
        assert!(row["actor"].as_str().is_some_and(|actor| !actor.is_empty() && actor != "Yagura"), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_cannot_be_written_is_refused_with_the_field_and_in_words() {
    let server = TestServer::start("site: {name: Test}\n").await;
    let (program, data) = (Program::new(&server).await, server.data());
    let refused = async |words: &[&str], expected: &str| {
        let output = note(&data, words, "").await;
        assert!(!output.status.success(), "{words:?}: {}", text(&output));
        assert!(output.stdout.is_empty(), "{words:?}: {}", text(&output));
        assert!(text(&output).contains(expected), "{expected} is missing in: {}", text(&output));
    };
    refused(&["x"], "--incident: No incident is open").await;
    let number = program.open("First").await;
    refused(&["x", "--at", "half past"], "--at: This could not be read as a time").await;
    refused(&["-"], "the text: Please write something").await;
    refused(&["x", "--incident", "999"], "--incident: There is no incident with this number").await;
    refused(&["x", "--kind", "probe"], "expected one of observation, action").await;
    program.open("Second").await;
    refused(&["x"], "--incident: Several incidents are open").await;
    assert_eq!(program.rows(number).await, Vec::<Value>::new());
}

#[test]
fn a_note_without_a_server_is_not_written_and_one_hears_what_to_do() {
    let folder = TempDir::new().unwrap();
    let output = run(&["note", "restarted", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    for expected in ["no server runs", "yagura serve", "--data", "/api/v1/notes"] {
        assert!(text(&output).contains(expected), "{expected} is missing in: {}", text(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_is_made_in_a_new_folder_only_and_can_be_served() {
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("yagura.db"), "somebody's").unwrap();
    let refused = run(&["demo", &own.display().to_string()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("not empty"), "{}", text(&refused));
    assert_eq!(std::fs::read_dir(&own).unwrap().count(), 1, "nothing is added to what is there");
    let demo = folder.path().join("demo");
    let unfinished = demo.join(".being-made/data");
    std::fs::create_dir_all(&unfinished).unwrap();
    std::fs::write(unfinished.join("yagura.db"), "of a try that was broken off").unwrap();
    // Nobody reads what it says: that is no reason to end in the middle.
    let mut making = Command::new(program());
    making.args(["demo", &demo.display().to_string()]).env("RUST_LOG", "info").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut making = making.spawn().unwrap();
    drop((making.stdout.take(), making.stderr.take()));
    assert!(making.wait().unwrap().success());
    let mut names: Vec<_> = std::fs::read_dir(&demo).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["data", "yagura.yaml"], "nothing is left of the making");
    let config = std::fs::read_to_string(demo.join("yagura.yaml")).unwrap();
    let server = TestServer::restored(&config, ManualClock::at(Timestamp::from_jiff(jiff::Timestamp::now())), |data| {
        std::fs::create_dir_all(data).unwrap();
        for file in std::fs::read_dir(demo.join("data")).unwrap() {
            let file = file.unwrap();
            if file.file_name().to_string_lossy().starts_with("yagura.db") {
                std::fs::copy(file.path(), data.join(file.file_name())).unwrap();
            }
        }
    })
    .await;
    let list = server.get("/ja/postmortems").await;
    assert_eq!(list.body.matches("class=\"postmortem-name\"").count(), 3, "{}", list.body);
}
