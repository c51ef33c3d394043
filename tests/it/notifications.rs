//! Telling the people on duty: once, whatever happens; by which way and when; again while nobody takes it on; and nothing of it is lost or waits
//! for a disk or for somebody else's server.

use std::time::Duration;

use domain::account::Role;
use serde_json::{Value, json};
use sqlx::Connection;
use tests::eventually;
use tests::process::Process;
use tests::receiver::{Answering, Got, Receiver};
use tests::server::one_component;
use tests::target::{Behaviour, Target};
use tests::visitor::Visitor;

use crate::alerts::{RECORDED, Site, firing, resolved, webhook};
use crate::incidents::Program;

/// One channel, and what else stands under `notifications`.
fn phone(receiver: &Receiver, more: &str) -> String {
    format!("notifications:\n  channels:\n    - {{slug: phone, webhook: {{url: \"{}\"}}}}\n{more}", receiver.url())
}

/// Lets time pass until it took so many.
async fn until(site: &Site, receiver: &Receiver, count: usize) -> Vec<Got> {
    eventually(&format!("{count} messages"), || async {
        site.second().await;
        Some(receiver.took()).filter(|took| took.len() >= count)
    })
    .await
}

/// Lets so much time pass, a second after the other.
async fn pass(site: &Site, seconds: u64) {
    for _ in 0..seconds {
        site.server.clock.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn kinds(took: &[Got]) -> Vec<&str> {
    took.iter().map(Got::kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_and_forty_five_alerts_of_one_cause_make_one_notification() {
    let receiver = Receiver::start().await;
    let site = Site::start(&phone(&receiver, "")).await;
    let all: Vec<Value> =
        (0..245).map(|n| firing("NodeDown", json!({ "cluster": "home", "instance": format!("node-{n}") }), RECORDED)).collect();
    site.taken("/hooks/alertmanager", &webhook(&all)).await;
    let took = until(&site, &receiver, 1).await;
    let facts = took[0].body["data"]["facts"].to_string();
    assert!(facts.contains("244"), "it says how many stand under it: {facts}");
    pass(&site, 60).await;
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(site.server.count("SELECT COUNT(*) FROM notification").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_again_until_somebody_takes_it_on_and_that_it_is_over_once() {
    let receiver = Receiver::start().await;
    let more = "  routes:\n    - {channels: phone, repeat: {first: 1m, longest: 2m, times: 10}}\n";
    let site = Site::start(&phone(&receiver, more)).await;
    let odd = firing("Odd", json!({ "component": "web" }), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(std::slice::from_ref(&odd))).await;
    let took = until(&site, &receiver, 4).await;
    assert_eq!(kinds(&took), ["alert.fires", "alert.again", "alert.again", "alert.again"]);
    let data = &took[0].body["data"];
    assert!(data["url"].as_str().unwrap().ends_with("/desk/alerts/1"), "{data}");
    assert_eq!(
        (data["title"].as_str(), data["text"].as_str()),
        (Some("ウェブ：Odd"), Some("Odd is wrong")),
        "in the site's language"
    );
    let at = |index: usize| took[index].body["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let pauses: Vec<i64> = (1..4).map(|n| (at(n) - at(n - 1)).get_seconds() / 30).collect();
    assert_eq!(pauses, [2, 4, 4], "a minute, two, and never longer");
    let program = Program::new(&site.server).await;
    assert_eq!(program.ask("PUT", "/api/v1/alerts/1/acknowledgement", &json!({})).await.status, 204);
    let count = receiver.took().len();
    until(&site, &receiver, count + 1).await;
    pass(&site, 600).await;
    site.taken("/hooks/alertmanager", &webhook(&[resolved(odd, "2026-11-23T05:00:11Z")])).await;
    let took = until(&site, &receiver, count + 2).await;
    pass(&site, 60).await;
    assert_eq!(kinds(&took[count..]), ["alert.acknowledged", "alert.over"]);
    assert_eq!(receiver.got().len(), count + 2);
    let ids: std::collections::HashSet<String> = took.iter().map(|got| got.id.clone()).collect();
    assert_eq!(ids.len(), took.len(), "each is another message");
    assert!(site.events(1).await.contains(&"told".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_hangs_delays_no_other_and_one_that_fails_gets_it_later_under_the_same_name() {
    let (hangs, fails, busy, works) = tokio::join!(Receiver::start(), Receiver::start(), Receiver::start(), Receiver::start());
    hangs.set(Answering::Hangs);
    fails.set(Answering::Fails);
    busy.set(Answering::IsBusy);
    let channel = |slug: &str, receiver: &Receiver| format!("    - {{slug: {slug}, webhook: {{url: \"{}\"}}}}\n", receiver.url());
    let all = [channel("hangs", &hangs), channel("fails", &fails), channel("busy", &busy), channel("works", &works)].concat();
    let site = Site::start(&format!("notifications:\n  channels:\n{all}")).await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("One", json!({}), RECORDED)])).await;
    until(&site, &works, 1).await;
    eventually("each was tried", || async {
        site.second().await;
        let tried = [&hangs, &fails, &busy].iter().all(|receiver| !receiver.got().is_empty());
        tried.then_some(())
    })
    .await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("Two", json!({}), "2026-11-23T05:30:00Z")])).await;
    until(&site, &works, 2).await;
    assert_eq!(busy.got().len(), 1, "who asked for a minute is left alone");
    fails.set(Answering::Takes);
    busy.set(Answering::Takes);
    let took = until(&site, &fails, 2).await;
    assert_eq!(took.iter().find(|got| got.title().contains("One")).unwrap().id, fails.got()[0].id, "the same message");
    until(&site, &busy, 2).await;
    assert_eq!(hangs.got().len(), 1);
    eventually("what became of it is written down", || async {
        site.second().await;
        let sent = site.server.count("SELECT COUNT(*) FROM notification WHERE state = 'sent'").await;
        let waits = site.server.count("SELECT COUNT(*) FROM notification WHERE state = 'waiting' AND channel = 'hangs'").await;
        ((sent, waits) == (6, 2)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_loses_nothing_and_says_nothing_twice() {
    let receiver = Receiver::start().await;
    receiver.set(Answering::Fails);
    let mut site = Site::start(&phone(&receiver, "  routes:\n    - {channels: phone, repeat: never}\n")).await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("Odd", json!({}), RECORDED)])).await;
    eventually("it was tried", || async {
        site.second().await;
        (!receiver.got().is_empty()).then_some(())
    })
    .await;
    site.server.restart_after(Duration::from_secs(30)).await;
    receiver.set(Answering::Takes);
    let took = until(&site, &receiver, 1).await;
    assert_eq!((took[0].id.as_str(), took[0].kind()), (receiver.got()[0].id.as_str(), "alert.fires"));
    eventually("it is known that it arrived", || async {
        site.second().await;
        (site.server.count("SELECT COUNT(*) FROM notification WHERE state = 'sent'").await == 1).then_some(())
    })
    .await;
    site.server.restart_after(Duration::from_secs(3600)).await;
    pass(&site, 120).await;
    assert_eq!(receiver.took().len(), 1, "they know");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bell_does_not_wait_for_a_locked_database() {
    let receiver = Receiver::start().await;
    let site = Site::start(&phone(&receiver, "  gather: 0s\n")).await;
    let mut other = site.server.database().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let answer =
        site.server.while_time_passes(site.report("/hooks/alertmanager", &webhook(&[firing("Odd", json!({}), RECORDED)]))).await;
    assert_eq!(answer.status, 503, "the sender is told to send it again");
    let took = until(&site, &receiver, 1).await;
    assert_eq!(site.server.count("SELECT COUNT(*) FROM notification").await, 0, "nothing is on disk");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    eventually("its row is there", || async {
        site.second().await;
        let sent = site.server.count("SELECT COUNT(*) FROM notification WHERE state = 'sent' AND ordinal = 1").await;
        (sent == 1).then_some(())
    })
    .await;
    pass(&site, 30).await;
    assert_eq!(receiver.got().len(), 1, "{:?}", took[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_say_what_goes_where_and_when() {
    let (phone, chat) = tokio::join!(Receiver::start(), Receiver::start());
    let config = format!(
        "notifications:\n  gather: 0s\n  channels:\n    - {{slug: phone, language: en, title: 'CALL {{{{ title }}}} {{{{ labels.instance }}}}', webhook: {{url: \"{}\"}}}}\n    \
         - {{slug: chat, webhook: {{url: \"{}\"}}}}\n  routes:\n    - {{channels: [phone], severities: [sev1], repeat: never}}\n    \
         - {{channels: chat, components: [web], hours: {{from: \"14:00\", until: \"15:00\", days: [mon]}}, repeat: never}}\n",
        phone.url(),
        chat.url()
    );
    // It is Monday, 14:00:10 in Tokyo.
    let site = Site::start(&config).await;
    let grave = firing("Grave", json!({ "severity": "critical", "instance": "db-1" }), RECORDED);
    let web = firing("Slow", json!({ "severity": "warning", "component": "web" }), RECORDED);
    site.taken("/hooks/alertmanager", &webhook(&[grave, web])).await;
    assert_eq!(until(&site, &phone, 1).await[0].title(), "CALL Grave db-1");
    assert_eq!(until(&site, &chat, 1).await[0].title(), "ウェブ：Slow");
    site.server.clock.advance(Duration::from_secs(3600));
    let late = firing("Late", json!({ "severity": "info", "component": "web" }), "2026-11-23T06:00:30Z");
    site.taken("/hooks/alertmanager", &webhook(&[late])).await;
    pass(&site, 30).await;
    assert_eq!((phone.got().len(), chat.got().len()), (1, 1), "after hours");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_kept_and_can_be_sent_again() {
    let receiver = Receiver::start().await;
    receiver.set(Answering::Refuses);
    let site = Site::start(&phone(&receiver, "  routes:\n    - {channels: phone, repeat: never}\n")).await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("Odd", json!({}), RECORDED)])).await;
    let program = Program::new(&site.server).await;
    let dead = eventually("it is given up", || async {
        site.second().await;
        program.get("/api/v1/notifications?state=dead").await["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(
        (dead["attempts"].as_u64(), dead["channel"].as_str(), dead["say"].as_str()),
        (Some(1), Some("phone"), Some("fires"))
    );
    assert!(dead["error"].as_str().unwrap().contains("never"), "{dead}");
    let mut responder = Visitor::with_role(&site.server, Role::Responder).await;
    for page in ["/desk/alerts/1", "/desk/notifications?state=dead"] {
        let page = responder.get(page).await.body;
        assert!(page.contains("given up") && page.contains("Send it again") && page.contains("status 400: never"), "{page}");
    }
    assert!(responder.get("/desk/").await.body.contains("do not reach the people on duty"));
    assert!(responder.get("/desk/alerts").await.body.contains("a channel does not work"));
    receiver.set(Answering::Takes);
    let resend = format!("/desk/notifications/{}/resend", dead["key"].as_str().unwrap());
    let answer = responder.post(&resend, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/notifications?done=notification-resent"));
    assert_eq!(until(&site, &receiver, 1).await[0].id, dead["key"].as_str().unwrap());
    // Whoever taps twice sends once.
    let again = responder.post(&resend, &[]).await;
    assert_eq!(again.header("location"), "/desk/notifications?done=notification-resent");
    assert_eq!(responder.post("/desk/notifications/alert-9-phone-1/resend", &[]).await.status, 404);
    eventually("all is well again", || async {
        site.second().await;
        let well = !responder.clone().get("/desk/").await.body.contains("do not reach the people on duty");
        (well && site.server.metric("yagura_notifications_total{channel=\"phone\",outcome=\"sent\"}").await == Some(1.0))
            .then_some(())
    })
    .await;
    assert_eq!(site.server.metric("yagura_notifications_total{channel=\"phone\",outcome=\"dead\"}").await, Some(1.0));
    assert_eq!(site.server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'notification.resent'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_can_be_tried_before_anything_rings() {
    let receiver = Receiver::start().await;
    let site = Site::start(&phone(&receiver, "")).await;
    let mut maintainer = Visitor::with_role(&site.server, Role::Maintainer).await;
    let page = maintainer.get("/desk/notifications").await.body;
    assert!(page.contains("Send a test") && page.contains("Nothing was said yet"), "{page}");
    assert!(!page.contains(&receiver.url()), "the address of a channel is a secret");
    let tried = maintainer.post("/desk/channels/phone/test", &[]).await;
    assert_eq!(tried.header("location"), "/desk/notifications?done=channel-tried", "{}", tried.body);
    assert!(receiver.got()[0].title().contains("テスト通知"), "{:?}", receiver.got());
    assert_eq!(receiver.got()[0].kind(), "test");
    receiver.set(Answering::Fails);
    let tried = maintainer.post("/desk/channels/phone/test", &[]).await;
    assert_eq!(tried.header("location"), "/desk/notifications?refused=channel-trial");
    assert!(maintainer.get("/desk/notifications").await.body.contains("status 503: not now"));
    assert_eq!(maintainer.post("/desk/channels/gone/test", &[]).await.status, 404);
    assert_eq!(site.server.count("SELECT COUNT(*) FROM notification").await, 0, "a test is no notification");
    assert_eq!(site.server.metric("yagura_notifications_total{channel=\"phone\",outcome=\"sent\"}").await, Some(0.0));
    assert_eq!(site.server.count("SELECT COUNT(*) FROM audit_log WHERE action = 'channel.tested'").await, 2);
    let mut slowed = 0;
    for _ in 0..5 {
        slowed = slowed.max(maintainer.post("/desk/channels/phone/test", &[]).await.status);
    }
    assert_eq!(slowed, 429, "nobody floods a phone by this button");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_channel_is_told_so() {
    let site = Site::start("").await;
    site.taken("/hooks/alertmanager", &webhook(&[firing("Odd", json!({}), RECORDED)])).await;
    let mut viewer = Visitor::with_role(&site.server, Role::Viewer).await;
    for page in ["/desk/alerts", "/desk/alerts/1", "/desk/notifications"] {
        let page = viewer.get(page).await.body;
        assert!(page.contains("no channel is configured"), "{page}");
    }
}

/// Real time, and a real disk that is full.
#[tokio::test(flavor = "multi_thread")]
async fn the_bell_does_not_wait_for_a_full_disk() {
    let (receiver, target) = tokio::join!(Receiver::start(), Target::start());
    let probes =
        one_component(&target).replace("every: 10s\n    timeout: 5s", "every: 5s\n    timeout: 2s").replace("down: 2", "down: 1");
    // Where it cannot be tested, somebody says so.
    let Some(mut process) = Process::start_on_small_disk(&format!("{probes}{}", phone(&receiver, "  gather: 0s\n"))) else {
        assert!(
            std::env::var_os("YAGURA_NO_MOUNTS").is_some(),
            "nothing can be mounted here; with YAGURA_NO_MOUNTS=1 this is left out"
        );
        return;
    };
    let http = tests::http::client().build().unwrap();
    let asked = async |path: &str| http.get(format!("{}{path}", process.url)).send().await.unwrap().text().await.unwrap();
    eventually("it watches", async || (target.requests() > 1).then_some(())).await;
    let file = |name: &str| process.folder.path().join(name);
    std::fs::write(file("fill"), "").unwrap();
    eventually("the disk is full", async || asked("/readyz").await.contains("cannot be written").then_some(())).await;
    target.set(Behaviour::Error);
    let took = eventually("people are told", async || Some(receiver.took()).filter(|took| !took.is_empty())).await;
    assert_eq!(took[0].kind(), "alert.fires");
    assert!(asked("/readyz").await.contains("cannot be written"), "and it is full still");
    std::fs::remove_file(file("fill")).unwrap();
    eventually("it writes again", async || (!asked("/readyz").await.contains("cannot be written")).then_some(())).await;
    assert!(asked("/metrics").await.contains("yagura_changes_dropped_total 0"));
    assert_eq!(process.terminate(), Some(0));
    std::fs::write(process.folder.path().join("ended"), "").unwrap();
    let copied = process.folder.path().join("copied");
    eventually("what it left is there", async || copied.exists().then_some(())).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(copied.join("yagura.db"));
    let mut left = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let states: Vec<String> = sqlx::query_scalar("SELECT state FROM notification").fetch_all(&mut left).await.unwrap();
    assert_eq!(states, ["sent"], "its row was written when there was room");
    assert_eq!(receiver.got().len(), 1);
}
