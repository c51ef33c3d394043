//! What stands around the text of a postmortem: its way in the timeline of the incident, comments at their passages, pictures, what is brought along from
//! elsewhere, how it is found and taken away, and what keeps memory true.

use std::time::Duration;

use domain::account::Role;
use serde_json::{Value, json};
use tests::eventually;
use tests::server::{TestServer, one_component};
use tests::target::Target;
use tests::visitor::Visitor;

use crate::alerts::{RECORDED, Site, firing, resolved, webhook};
use crate::incidents::{Program, told};
use crate::postmortems::{EDIT, approve, drafted, item, no_actions, publish, save, stage, step, submit};

const DAY: Duration = Duration::from_hours(24);
const ONE: &str = "/desk/postmortems/1";

/// Until a public page is as it should be: pages are made again within a second or so.
async fn until(server: &TestServer, path: &str, is_so: impl Fn(u16, &str) -> bool) -> String {
    eventually(path, || async {
        server.clock.advance(Duration::from_secs(1));
        let page = server.get(path).await;
        is_so(page.status, &page.body).then_some(page.body)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grave_incident_is_closed_when_its_story_is_told_or_somebody_said_why_not() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut owner = Visitor::with_role(&server, Role::Maintainer).await;
    let program = Program::new(&server).await;
    let number = program.open("Disk full", json!({"severity": "sev2"})).await;
    program.to_state(number, "identified", "").await;
    assert_eq!(program.to_state(number, "resolved", "").await.status, 200);
    let now = owner.get("/desk/").await.body;
    assert!(now.contains("id=\"now-waiting-part-heading\"") && !now.contains("more than two days"), "{now}");
    server.clock.advance(2 * DAY);
    let mut owner = Visitor::with_role(&server, Role::Maintainer).await;
    assert!(owner.get("/desk/").await.body.contains("waits for more than two days"), "it has waited for too long");
    let refused = program.to_state(number, "closed", "").await;
    assert!(refused.status == 409 && refused.body.contains("postmortem"), "{}", refused.body);
    let begin = format!("/desk/incidents/{number}/postmortem");
    assert_eq!(owner.post(&begin, &[("template", "hobby")]).await.status, 303);
    assert!(!owner.get("/desk/").await.body.contains("now-waiting-part-heading"), "somebody writes it");
    assert_eq!(program.to_state(number, "closed", "").await.status, 409, "and it is not told yet");
    assert_eq!(owner.post(&format!("{begin}/waive"), &[("reason", "it was a rehearsal")]).await.status, 303);
    assert_eq!(program.to_state(number, "closed", "").await.status, 200);
    let incident = program.incident(number).await;
    let moves: Vec<&str> = told(&incident).iter().filter(|row| *row == "postmortem_moved").map(|_| "moved").collect();
    assert_eq!(moves.len(), 2, "begun and waived, each once: {incident}");
    let page = owner.get(&format!("/desk/incidents/{number}")).await.body;
    assert!(page.contains("The postmortem PM-1 was begun") && page.contains("Decided: no postmortem"), "{page}");
    // What is not grave owes no story.
    let small = program.open("A blip", json!({})).await;
    program.to_state(small, "identified", "").await;
    program.to_state(small, "resolved", "").await;
    assert_eq!(program.to_state(small, "closed", "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_postmortem_stands_in_the_timeline_once_and_nowhere_outside() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    save(&mut author, "1", "It was full.\n\n{{timeline}}\n", "").await;
    submit(&mut author).await;
    assert_eq!(approve(&mut author, "2").await.status, 303);
    no_actions(&mut author).await;
    assert_eq!(publish(&mut author, "2", "").await.status, 303);
    save(&mut author, "2", "It was quite full.\n\n{{timeline}}\n", "").await;
    let incident = Program::new(&server).await.incident(1).await;
    let rows = incident["timeline"].as_array().unwrap().iter();
    let moves: Vec<&str> =
        rows.filter_map(|row| row["event"]["to"].as_str().filter(|_| row["event"]["postmortem"] == 1)).collect();
    assert_eq!(moves, ["draft", "in_review", "approved", "published", "draft"], "{incident}");
    let page = author.get("/desk/incidents/1").await.body;
    assert!(page.contains("A new revision of the postmortem PM-1 is being written"), "{page}");
    for path in ["/en/postmortems/disk-full", "/en/postmortems/disk-full.json", "/en/incidents/1", "/api/v2/incidents.json"] {
        let page = server.get(path).await;
        assert!(
            page.status == 200 && !page.body.contains("PM-1") && !page.body.contains("postmortem_moved"),
            "{path}: {}",
            page.body
        );
    }
}

/// Sends a comment on a passage of a revision.
async fn comment(visitor: &mut Visitor<'_>, revision: &str, quote: &str) {
    let fields = [("revision", revision), ("language", "en"), ("quote", quote), ("body", "Is that so?")];
    let kept = visitor.post(&format!("{ONE}/comments"), &fields).await;
    assert_eq!(kept.status, 303, "{}", kept.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_stays_at_its_passage_while_the_text_is_edited() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Responder).await;
    drafted(&server, &mut author).await;
    save(&mut author, "1", "It was full.\n\nThen **somebody** pulled the plug.\n", "").await;
    comment(&mut author, "2", "somebody pulled the plug").await;
    let marked = |page: &str| {
        let from = page.find("<mark id=\"passage-")?;
        let text = &page[from..];
        Some(text[..text.find("</p>")?].split(['<', '>']).step_by(2).collect::<String>())
    };
    let page = author.get(ONE).await.body;
    assert_eq!(marked(&page).as_deref(), Some("somebody pulled the plug※."), "{page}");
    assert!(page.contains("href=\"#passage-") && page.contains("href=\"#comment-"), "there and back: {page}");
    // Words before it and within it change; it goes along.
    save(&mut author, "2", "At nine it was full.\n\nMuch later **somebody** had pulled the plug.\n", "").await;
    let page = author.get(ONE).await.body;
    assert_eq!(marked(&page).as_deref(), Some("somebody had pulled the plug※."), "{page}");
    assert!(page.contains("It now reads"), "{page}");
    save(&mut author, "3", "At nine it was full.\n", "").await;
    let page = author.get(ONE).await.body;
    assert!(page.contains("no longer there") && marked(&page).is_none(), "{page}");
    // What somebody saw to is marked no more.
    comment(&mut author, "4", "nine").await;
    let page = author.get(ONE).await.body;
    let id = page.split("<mark id=\"passage-").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert_eq!(author.post(&format!("{ONE}/comments/{id}/resolve"), &[]).await.status, 303);
    assert!(marked(&author.get(ONE).await.body).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_shows_what_stays_inside_and_says_so() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Responder).await;
    drafted(&server, &mut author).await;
    let typed = [("language", "en"), ("text", "Before\n\n{{timeline kind=note}}\n\n{{impact kind=major_outage}}\n")];
    let preview = author.post(&format!("{ONE}/preview"), &typed).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    let (told, inside) = preview.body.split_once("internal-rows").unwrap();
    assert!(told.contains("a public row") && !told.contains("an internal row"), "{told}");
    assert!(inside.contains("an internal row") && !inside.contains("PM-1"), "{inside}");
}

/// A form with a picture, as a browser sends it.
fn picture() -> (&'static str, Vec<u8>) {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../public/og-unknown-en.png")).unwrap();
    let head =
        "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"disk [1].png\"\r\nContent-Type: image/png\r\n\r\n";
    ("multipart/form-data; boundary=limit", [head.as_bytes(), &file, b"\r\n--limit--\r\n"].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_public_while_a_text_that_is_published_shows_it() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    let (kind, body) = picture();
    let send = [("content-type", kind), ("sec-fetch-site", "same-origin")];
    let kept = author.send("POST", &format!("{ONE}/files"), &send, body.clone()).await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let told: Value = serde_json::from_str(&kept.body).unwrap();
    let (markdown, url) = (told["markdown"].as_str().unwrap(), told["url"].as_str().unwrap());
    let id = url.rsplit('/').next().unwrap();
    let public = format!("/postmortems/disk-full/files/{id}");
    assert_eq!(author.get(url).await.header("content-type"), "image/png");
    assert_eq!(Visitor::new(&server).get(url).await.status, 303, "at the desk only for who signed in");
    save(&mut author, "1", &format!("It was full.\n\n{markdown}\n\n![x](https://elsewhere.example.org/x.png)\n"), "").await;
    submit(&mut author).await;
    assert_eq!(approve(&mut author, "2").await.status, 303);
    no_actions(&mut author).await;
    assert_eq!(server.get(&public).await.status, 404, "nothing is published yet");
    let (kind, body) = picture();
    let other = author.send("POST", &format!("{ONE}/files"), &[("content-type", kind), send[1]], body).await;
    let other: Value = serde_json::from_str(&other.body).unwrap();
    assert_eq!(publish(&mut author, "2", "").await.status, 303);
    let page = until(&server, "/en/postmortems/disk-full", |status, _| status == 200).await;
    assert!(page.contains(&public) && !page.contains("elsewhere.example.org"), "{page}");
    assert_eq!(server.get(&public).await.header("content-type"), "image/png");
    let unused = other["url"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(server.get(&format!("/postmortems/disk-full/files/{unused}")).await.status, 404, "no text shows it");
    assert!(server.get("/en/postmortems/disk-full.html").await.body.contains("data:image/png;base64,"), "it comes along");
    let version = Visitor::field(&author.get(ONE).await.body, "version");
    let retract = [("version", version.as_str()), ("reason", "it shows a name")];
    assert_eq!(author.post(&format!("{ONE}/retract"), &retract).await.status, 303);
    until(&server, &public, |status, _| status == 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_what_it_is_to_those_who_show_previews_and_to_readers_of_feeds() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    save(&mut author, "1", "The disk was full of logs.\n\n## Why\n\nNobody looked.\n", "").await;
    submit(&mut author).await;
    assert_eq!(approve(&mut author, "2").await.status, 303);
    let version = Visitor::field(&author.get(ONE).await.body, "version");
    let facts = [
        ("version", version.as_str()),
        ("slug", "disk-full"),
        ("analysis", "preliminary"),
        ("cause", "capacity"),
        ("owner", ""),
        ("no_actions", "it was the old machine"),
    ];
    assert_eq!(author.post(&format!("{ONE}/facts"), &facts).await.status, 303);
    assert_eq!(publish(&mut author, "2", "").await.status, 303);
    let page = until(&server, "/en/postmortems/disk-full", |status, _| status == 200).await;
    for meta in [
        "<meta property=\"og:type\" content=\"article\"",
        "<meta property=\"og:description\" content=\"The disk was full of logs.",
        "<meta property=\"article:published_time\" content=\"20",
        "property=\"og:title\" content=\"Disk of",
    ] {
        assert_eq!(page.matches(meta).count(), 1, "{meta}: {page}");
    }
    assert_eq!(page.matches("og:type").count(), 1);
    assert!(page.contains("Preliminary"), "it says that more is to be found out: {page}");
    let data: Value = serde_json::from_str(&server.get("/en/postmortems/disk-full.json").await.body).unwrap();
    assert_eq!((&data["format"], &data["analysis"]), (&json!("postmortem.v1"), &json!("preliminary")));
    let markdown = server.get("/en/postmortems/disk-full.md").await;
    assert!(
        markdown.header("content-type").starts_with("text/markdown") && markdown.body.starts_with("---\ntitle: "),
        "{}",
        markdown.body
    );
    assert!(markdown.body.contains("\n## Why\n"), "{}", markdown.body);
    for path in ["/en/incidents/1", "/en/history"] {
        until(&server, path, |_, body| body.contains("/en/postmortems/disk-full")).await;
    }
    let feed = server.get("/en/history.atom").await.body;
    let entry = feed.split("<entry>").find(|entry| entry.contains("<title>Postmortem: Disk of")).unwrap();
    assert!(entry.contains("href=\"http://127.0.0.1") && entry.contains("/en/postmortems/disk-full\""), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_written_elsewhere_comes_in_with_the_rows_of_its_timeline() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Responder).await;
    // Like the first of the stories: two and a half hours across midnight, a row every few minutes.
    let rows: Vec<String> = (0..33_u32)
        .map(|place| {
            let minute = 22 * 60 + 36 + place * 5;
            format!("- {:02}:{:02} row {place}", minute / 60 % 24, minute % 60)
        })
        .collect();
    let text = format!(
        "# ディスクが満杯に\n\n## 概要\n\n2024-04-18 の夜。\n\n## タイムライン\n\n{}\n\n## 教訓\n\n見ておく。\n",
        rows.join("\n")
    );
    let read = [
        ("text", text.as_str()),
        ("language", "ja"),
        ("day", "2024-04-18"),
        ("zone", "Asia/Tokyo"),
        ("incident", ""),
        ("title", ""),
    ];
    let looked = author.post("/desk/postmortems/import", &read).await;
    assert!(looked.status == 200 && looked.body.contains("row 32"), "what is recognised is shown first: {}", looked.body);
    assert_eq!(server.count("SELECT COUNT(*) FROM postmortem").await, 0);
    let request = Visitor::field(&looked.body, "request");
    let keep = [&read[..], &[("keep", "yes"), ("request", request.as_str())]].concat();
    let kept = author.post("/desk/postmortems/import", &keep).await;
    assert_eq!(kept.header("location"), "/desk/postmortems/1/edit?done=postmortem-imported", "{}", kept.body);
    let incident = Program::new(&server).await.incident(1).await;
    let rows: Vec<String> = told(&incident).into_iter().filter(|row| row.starts_with("row ")).collect();
    assert_eq!(rows.len(), 33, "{incident}");
    let at = |words: &str| {
        let rows = incident["timeline"].as_array().unwrap();
        rows.iter().find(|row| row["body"] == words).unwrap()["occurred_at"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        [at("row 0"), at("row 32")],
        ["2024-04-18T13:36:00.000Z", "2024-04-18T16:16:00.000Z"],
        "after midnight is the next day"
    );
    let page = author.get(EDIT).await.body;
    assert!(
        page.contains("{{timeline") && page.contains("## 教訓") && !page.contains("row 7"),
        "rows stand in the timeline now: {page}"
    );
    author.post("/desk/postmortems/import", &keep).await;
    assert_eq!(server.count("SELECT COUNT(*) FROM postmortem").await, 1, "sent twice it is kept once");
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_of_ones_own_are_read_when_somebody_begins() {
    let target = Target::start().await;
    let config = format!("{}postmortems:\n  templates: own\n", one_component(&target));
    let server = TestServer::start(&config).await;
    let folder = server.config_path().parent().unwrap().join("own");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("bakery.md"),
        "# For the bakery\n\n## What the bread said\n\n%{title} in %{zone}\n\n{{timeline}}\n",
    )
    .unwrap();
    std::fs::write(folder.join("team.md"), "# Ours instead\n\nOurs.\n").unwrap();
    std::fs::write(folder.join("broken.md"), [0xff, 0xfe, 0x00]).unwrap();
    let mut author = Visitor::with_role(&server, Role::Responder).await;
    let program = Program::new(&server).await;
    let number = program.open("Oven cold", json!({})).await;
    let path = format!("/desk/incidents/{number}/postmortem");
    let page = author.get(&path).await.body;
    for words in ["For the bakery", "Ours instead", "value=\"hobby\""] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("broken"), "{page}");
    assert_eq!(author.post(&path, &[("template", "bakery")]).await.status, 303);
    let edit = author.get(EDIT).await.body;
    assert!(edit.contains("What the bread said") && edit.contains("Oven cold in Asia/Tokyo"), "{edit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_comes_to_what_is_on_disk_whatever_it_was_told() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    save(&mut author, "1", "It was full.\n", "").await;
    submit(&mut author).await;
    assert_eq!(approve(&mut author, "2").await.status, 303);
    no_actions(&mut author).await;
    assert_eq!(publish(&mut author, "2", "").await.status, 303);
    until(&server, "/en/postmortems/disk-full", |status, _| status == 200).await;
    let taken_back =
        "UPDATE postmortem SET state = 'retracted', retracted = 1, reason = 'by hand', reason_by = 'x', version = version + 1";
    sqlx::query(taken_back).execute(&mut server.database().await).await.unwrap();
    server.clock.advance(Duration::from_secs(61));
    until(&server, "/en/postmortems/disk-full", |status, body| status == 410 && body.contains("by hand")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_can_wait_for_a_probe_that_is_still_to_be_made() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut mika = Visitor::with_role(&server, Role::Responder).await;
    let base = [
        ("text", "Watch NFS"),
        ("kind", "detect"),
        ("horizon", "now"),
        ("priority", "p2"),
        ("owner", ""),
        ("due", ""),
        ("url", ""),
    ];
    let refused = mika.post("/desk/action-items/new", &[&base[..], &[("probe_to_be", "Not A Slug")]].concat()).await;
    assert!(refused.status == 422 && refused.body.contains("id=\"error-probe_to_be\""), "{}", refused.body);
    let number = item(&mut mika, &[("text", "Watch NFS"), ("probe_to_be", "nfs-scratch")]).await;
    let page = mika.get(&format!("/desk/action-items/{number}")).await.body;
    assert!(page.contains("Probe nfs-scratch") && page.contains("none of this name"), "{page}");
    assert_eq!(step(&mut mika, number, &[("step", "finish")]).await.status, 303);
    let added = format!(
        "  - slug: nfs-scratch\n    component: web\n    every: 1h\n    timeout: 5s\n    confirm: {{down: 1, up: 1}}\n    http: {{url: \"{}\"}}\n",
        target.url()
    );
    server.write_config(&format!("{}{added}", one_component(&target)));
    eventually("the probe is there", || async {
        server.clock.advance(Duration::from_secs(10));
        let page = mika_page(&server, number).await;
        (page.contains("Probe nfs-scratch") && !page.contains("none of this name")).then_some(())
    })
    .await;
}

async fn mika_page(server: &TestServer, number: i64) -> String {
    Visitor::with_role(server, Role::Viewer).await.get(&format!("/desk/action-items/{number}")).await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_the_same_type_brings_back_what_was_to_keep_it_away() {
    // Of no component: only the type of the alert is the same.
    let site = Site::start(
        "alert_types:\n  - {slug: disk, name: Disk is full, alerts: DiskFull, severity: sev2, runbook: node-open-files, incidents: open}\n",
    )
    .await;
    let rings = async |began: &str, incident: i64| {
        let disk = firing("DiskFull", json!({"host": "db-1"}), began);
        site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&disk))).await;
        let program = Program::new(&site.server).await;
        eventually("the incident is open", || async {
            site.second().await;
            let path = format!("/api/v1/incidents/{incident}");
            (program.ask("GET", &path, &json!({})).await.status == 200).then_some(())
        })
        .await;
        disk
    };
    let disk = rings(RECORDED, 1).await;
    let mut mika = Visitor::with_role(&site.server, Role::Responder).await;
    let number = item(&mut mika, &[("incident", "1")]).await;
    step(&mut mika, number, &[("step", "finish")]).await;
    assert_eq!(step(&mut mika, number, &[("step", "verify"), ("reason", "looked at it")]).await.status, 303);
    site.taken("/hooks/alertmanager", &webhook(&[resolved(disk, "2026-11-23T05:00:11Z")])).await;
    let program = Program::new(&site.server).await;
    for state in ["investigating", "resolved"] {
        let moved = program.to_state(1, state, "").await;
        assert_eq!(moved.status, 200, "{}", moved.body);
    }
    site.server.clock.advance(Duration::from_mins(61));
    rings("2026-11-23T06:00:00Z", 2).await;
    let page = mika.get("/desk/incidents/2").await.body;
    assert!(page.contains("Watch the disk") && page.contains("INC-1"), "what the earlier one left stands there: {page}");
    eventually("it is open again", || async {
        site.second().await;
        (stage(&mut Visitor::with_role(&site.server, Role::Responder).await, number).await == "open").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_made_public_at_once_and_what_somebody_else_changed_is_looked_at_first() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    let program = Program::new(&server).await;
    let number = program.open("Disk full", json!({})).await;
    let seen = program.row(number, json!({"body": "seen"})).await;
    let own = program.row(number, json!({"body": "only for us"})).await;
    let withheld = program.row(number, json!({"body": "who it was", "visibility": "redacted"})).await;
    let path = format!("/desk/incidents/{number}/entries/choose");
    let page = author.get(&path).await.body;
    assert!(page.contains("only for us") && page.contains("The incident was opened"), "{page}");
    let visibility = async || {
        let incident = program.incident(number).await;
        let rows = incident["timeline"].as_array().unwrap().clone();
        let of = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap()["visibility"].as_str().unwrap().to_owned();
        [of(&seen), of(&own), of(&withheld)]
    };
    let fields = |all: &str, one: &str| {
        let rows = [(&seen, one, "internal"), (&own, "1", "internal"), (&withheld, "1", "redacted")];
        let rows = rows.into_iter().flat_map(|(id, revision, chosen)| {
            [(format!("revision_{id}"), revision.to_owned()), (format!("visibility_{id}"), chosen.to_owned())]
        });
        let star = (format!("star_{seen}"), "yes".to_owned());
        rows.chain([("all".to_owned(), all.to_owned()), star]).collect::<Vec<_>>()
    };
    let send = async |visitor: &mut Visitor<'_>, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        visitor.post(&path, &fields).await
    };
    let chosen = send(&mut author, fields("public", "1")).await;
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    assert_eq!(visibility().await, ["public", "public", "redacted"], "what is withheld stays so");
    // Whoever looked before that is shown what is there now, and chooses again.
    let stale = send(&mut author, fields("", "1")).await;
    assert!(matches!(stale.status, 409 | 422) && stale.body.contains("Somebody changed this row"), "{}", stale.body);
    assert_eq!(visibility().await, ["public", "public", "redacted"], "all or none");
    let again = Visitor::field(&stale.body, &format!("revision_{seen}"));
    assert_eq!(again, "2");
    let mut viewer = Visitor::with_role(&server, Role::Viewer).await;
    assert_eq!(send(&mut viewer, fields("public", "2")).await.status, 403);
}
