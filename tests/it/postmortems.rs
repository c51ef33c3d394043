//! What a postmortem must never do: lose what was typed, let somebody overwrite somebody else, tell what is withheld, or change once it was published. And
//! that action items come back, are proven, and are not forgotten.

use std::time::Duration;

use domain::account::Role;
use serde_json::json;
use tests::eventually;
use tests::receiver::Receiver;
use tests::server::{Answer, TestServer, one_component};
use tests::target::Target;
use tests::visitor::Visitor;

use crate::incidents::Program;

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const EDIT: &str = "/desk/postmortems/1/edit";

/// An incident that is over, public, with a public and an internal row, and its postmortem as a draft by `author`.
pub(crate) async fn drafted(server: &TestServer, author: &mut Visitor<'_>) {
    let program = Program::new(server).await;
    let number = program.open("Disk full", json!({"components": {"web": "major_outage"}})).await;
    program.row(number, json!({"body": "a public row", "visibility": "public"})).await;
    program.row(number, json!({"body": "an internal row"})).await;
    program.row(number, json!({"body": "a redacted row", "visibility": "redacted"})).await;
    let body = json!({"is_public": true});
    assert_eq!(program.ask("POST", &format!("/api/v1/incidents/{number}/visibility"), &body).await.status, 204);
    let page = author.get(&format!("/desk/incidents/{number}")).await;
    let version = Visitor::field(&page.body, "version");
    let over = [("to", "resolved"), ("version", version.as_str()), ("reason", ""), ("moved_at", "")];
    assert_eq!(author.post(&format!("/desk/incidents/{number}/state"), &over).await.status, 303);
    let begun = author.post(&format!("/desk/incidents/{number}/postmortem"), &[("template", "team")]).await;
    assert_eq!((begun.status, begun.header("location")), (303, "/desk/postmortems/1/edit?done=postmortem-begun"));
}

/// Saves a text made from a revision.
pub(crate) async fn save(author: &mut Visitor<'_>, base: &str, body: &str, minor: &str) -> Answer {
    let fields = [
        ("base", base),
        ("title_ja", "満杯"),
        ("title_en", "Disk of ||db-7|| full"),
        ("body_ja", body),
        ("body_en", body),
        ("only", ""),
        ("message", "m"),
        ("minor", minor),
    ];
    author.post(EDIT, &fields).await
}

/// The version that forms of a postmortem's page send.
pub(crate) async fn version(visitor: &mut Visitor<'_>) -> String {
    Visitor::field(&visitor.get("/desk/postmortems/1").await.body, "version")
}

pub(crate) async fn submit(author: &mut Visitor<'_>) {
    let version = version(author).await;
    assert_eq!(
        author.post("/desk/postmortems/1/submit", &[("version", &version)]).await.header("location"),
        "/desk/postmortems/1?done=postmortem-submitted"
    );
}

pub(crate) async fn approve(reviewer: &mut Visitor<'_>, revision: &str) -> Answer {
    let version = version(reviewer).await;
    let fields = [("version", version.as_str()), ("revision", revision), ("verdict", "approve"), ("note", "")];
    reviewer.post("/desk/postmortems/1/review", &fields).await
}

pub(crate) async fn publish(publisher: &mut Visitor<'_>, revision: &str, message: &str) -> Answer {
    let page = publisher.get("/desk/postmortems/1/publish").await;
    let version = Visitor::field(&page.body, "version");
    let fields =
        [("version", version.as_str()), ("revision", revision), ("message", message), ("announce", "yes"), ("decided", "scan")];
    publisher.post("/desk/postmortems/1/publish", &fields).await
}

/// Says why there are no action items, and where it is found.
pub(crate) async fn no_actions(visitor: &mut Visitor<'_>) {
    let version = version(visitor).await;
    let fields = [
        ("version", version.as_str()),
        ("slug", "disk-full"),
        ("analysis", "final"),
        ("cause", "capacity"),
        ("owner", ""),
        ("no_actions", "it was the old machine"),
    ];
    let answer = visitor.post("/desk/postmortems/1/facts", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postmortem_goes_from_the_record_to_the_public_and_every_step_needs_somebody_else() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    let mut other = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    item(&mut author, &[("text", "Move ||db-7|| away"), ("incident", "1")]).await;
    let text = "## What happened\n\nOn ||db-7.internal|| it was full.\n\n{{timeline}}\n\n{{metrics}}\n\n{{actions}}\n";
    assert_eq!(save(&mut author, "1", text, "").await.header("location"), "/desk/postmortems/1?done=postmortem-saved");
    assert_eq!(publish(&mut author, "2", "").await.status, 422, "nothing is published that nobody read");
    submit(&mut author).await;
    let own = approve(&mut author, "2").await;
    assert!(own.status == 422 && own.body.contains("Somebody else"), "{}", own.body);
    let old = approve(&mut other, "1").await;
    assert_eq!(old.status, 422, "what was not looked at is not approved");
    assert_eq!(approve(&mut other, "2").await.status, 303);
    // An edit after the approval has to be read again; a comma does not.
    assert_eq!(save(&mut author, "2", &format!("{text}.\n"), "yes").await.status, 303);
    no_actions(&mut author).await;
    assert!(server.get("/en/postmortems").await.body.contains("No postmortem"), "nobody outside sees a draft");
    let published = publish(&mut author, "3", "").await;
    assert_eq!(published.header("location"), "/desk/postmortems/1?done=postmortem-published", "{}", published.body);
    let page = server.get("/en/postmortems/disk-full").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("a public row") && page.body.contains("it was full"), "{}", page.body);
    for hidden in ["an internal row", "a redacted row", "db-7", "maintainer-"] {
        assert!(!page.body.contains(hidden), "{hidden} is told: {}", page.body);
    }
    for end in [".md", ".json", ".html"] {
        let file = server.get(&format!("/en/postmortems/disk-full{end}")).await;
        assert_eq!(file.status, 200, "{end}");
        for hidden in ["an internal row", "a redacted row", "db-7", "maintainer-"] {
            assert!(!file.body.contains(hidden), "{end} tells {hidden}: {}", file.body);
        }
    }
    let incident = server.get("/en/incidents/1").await;
    assert!(incident.body.contains("/en/postmortems/disk-full"), "{}", incident.body);
    assert!(server.get("/en/history.atom").await.body.contains("postmortem/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_stays_until_another_revision_takes_its_place_or_it_is_taken_back() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    save(&mut author, "1", "first words\n\n{{timeline}}\n", "").await;
    submit(&mut author).await;
    // Nobody else is here who could read it.
    let own = approve(&mut author, "2").await;
    assert_eq!(own.status, 303, "who is alone approves their own: {}", own.body);
    assert!(author.get("/desk/postmortems/1").await.body.contains("own"), "and that is written down");
    no_actions(&mut author).await;
    assert_eq!(publish(&mut author, "2", "").await.status, 303);
    // The record changes, and so does the draft: what is published does not.
    let program = Program::new(&server).await;
    program.row(1, json!({"body": "found out later", "visibility": "public"})).await;
    save(&mut author, "2", "second words\n\n{{timeline}}\n", "").await;
    let page = server.get("/en/postmortems/disk-full").await;
    assert!(page.body.contains("first words") && !page.body.contains("second words") && !page.body.contains("found out later"));
    submit(&mut author).await;
    approve(&mut author, "3").await;
    assert_eq!(publish(&mut author, "3", "what was found later").await.status, 303);
    eventually("the correction is read", || async {
        server.clock.advance(Duration::from_secs(1));
        server.get("/en/postmortems/disk-full").await.body.contains("second words").then_some(())
    })
    .await;
    let changes = server.get("/en/postmortems/disk-full/2/changes").await;
    assert!(changes.body.contains("<del>first</del>") && changes.body.contains("<ins>second</ins>"), "{}", changes.body);
    let old = server.get("/en/postmortems/disk-full/1").await;
    assert!(old.body.contains("first words") && !old.body.contains("found out later"), "{}", old.body);
    let retract = [("version", version(&mut author).await), ("reason", "a name stood in it".to_owned())];
    let fields: Vec<(&str, &str)> = retract.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(author.post("/desk/postmortems/1/retract", &fields).await.status, 303);
    eventually("it is gone for everybody", || async {
        server.clock.advance(Duration::from_secs(1));
        (server.get("/en/postmortems/disk-full").await.status == 410).then_some(())
    })
    .await;
    let gone = server.get("/en/postmortems/disk-full").await;
    assert!(gone.body.contains("a name stood in it") && !gone.body.contains("second words"), "{}", gone.body);
    let gone_too = ["/1", "/2", "/2/changes", ".md", ".json", ".html"];
    for path in gone_too {
        let answer = server.get(&format!("/en/postmortems/disk-full{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let list = server.get("/en/postmortems").await;
    assert!(
        list.body.contains("Retracted") && !list.body.contains("Disk of"),
        "its title may have been the reason: {}",
        list.body
    );
    // Whoever begins anew brings nothing of it back.
    assert_eq!(save(&mut author, "3", "third words\n\n{{timeline}}\n", "").await.status, 303);
    assert_eq!(server.get("/en/postmortems/disk-full").await.status, 410);
    submit(&mut author).await;
    assert_eq!(approve(&mut author, "4").await.status, 303);
    assert_eq!(publish(&mut author, "4", "without the name").await.status, 303);
    let again = eventually("something else is published", || async {
        server.clock.advance(Duration::from_secs(1));
        let page = server.get("/en/postmortems/disk-full").await;
        (page.status == 200).then_some(page)
    })
    .await;
    assert!(again.body.contains("third words"), "{}", again.body);
    assert!(!again.body.contains("what was found later"), "what was taken back is no history: {}", again.body);
    for path in ["/1", "/2", "/2/changes", "/3/changes"] {
        let answer = server.get(&format!("/en/postmortems/disk-full{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_what_somebody_else_saved() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut one = Visitor::with_role(&server, Role::Responder).await;
    let mut other = Visitor::with_role(&server, Role::Responder).await;
    drafted(&server, &mut one).await;
    save(&mut one, "1", "一文目。間の文。二文目。\n", "").await;
    assert_eq!(save(&mut one, "2", "一文目です。間の文。二文目。\n", "").await.status, 303);
    let outdated = save(&mut other, "2", "一文目。間の文。二文目です。\n", "").await;
    assert_eq!(outdated.status, 409);
    let mut fields: Vec<(String, String)> = ["base", "title_ja", "title_en", "only", "message", "theirs"]
        .map(|name| (name.to_owned(), Visitor::field(&outdated.body, name)))
        .to_vec();
    fields.extend([
        ("body_ja".to_owned(), "一文目。間の文。二文目です。\n".to_owned()),
        ("body_en".to_owned(), "一文目。間の文。二文目です。\n".to_owned()),
    ]);
    let borrowed: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let merged = other.post("/desk/postmortems/1/merge", &borrowed).await;
    assert_eq!(merged.header("location"), "/desk/postmortems/1/edit?done=postmortem-merged", "{}", merged.body);
    let page = other.get(EDIT).await;
    assert!(page.body.contains("一文目です。間の文。二文目です。"), "what both wrote is there: {}", page.body);
    // The same sentence: somebody has to choose.
    save(&mut one, "3", "一文目でした。間の文。二文目です。\n", "").await;
    let conflict = save(&mut other, "3", "一文目なのです。間の文。二文目です。\n", "").await;
    assert!(conflict.status == 409 && conflict.body.contains("merge-conflict"), "{}", conflict.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_kept_for_whoever_typed_it_and_a_restart_changes_nothing() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut one = Visitor::with_role(&server, Role::Responder).await;
    let mut other = Visitor::with_role(&server, Role::Responder).await;
    drafted(&server, &mut one).await;
    let typed = |text: &str, ago: u64| json!({"base": 1, "title_en": "Disk full", "body_en": text, "typed_ago": ago});
    server.clock.advance(Duration::from_secs(5));
    let kept = one.json("POST", "/desk/postmortems/1/buffer", &typed("half a sent", 0)).await;
    assert!(kept.status == 200 && kept.body.contains("saved_at"), "{}", kept.body);
    let late = one.json("POST", "/desk/postmortems/1/buffer", &typed("older", 1_000)).await;
    assert!(late.status == 409 && !late.body.contains("saved_at"), "what is not kept is not called so: {}", late.body);
    assert!(one.get(EDIT).await.body.contains("half a sent"), "what was typed later stays");
    assert!(!other.get(EDIT).await.body.contains("half a sent"), "and is nobody else's");
    assert!(other.get("/desk/postmortems/1").await.body.contains("responder-"), "who types is seen");
    assert_eq!(one.post("/desk/postmortems/1/discard", &[]).await.status, 303);
    assert!(!one.get(EDIT).await.body.contains("half a sent"));
    let too_long = json!({"base": 1, "body_en": "x".repeat(300 * 1024), "typed_ago": 0});
    let refused = one.json("POST", "/desk/postmortems/1/buffer", &too_long).await;
    assert!(refused.status == 422 && refused.header("content-type").contains("problem+json"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_outlives_an_older_revision_that_is_restored() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut one = Visitor::with_role(&server, Role::Responder).await;
    drafted(&server, &mut one).await;
    save(&mut one, "1", "first words\n", "").await;
    server.clock.advance(Duration::from_secs(5));
    let typed = json!({"base": 2, "title_en": "t", "body_en": "an hour of words", "typed_ago": 10_000});
    assert_eq!(one.json("POST", "/desk/postmortems/1/buffer", &typed).await.status, 200, "it goes on from what was saved");
    assert!(one.get("/desk/postmortems/1").await.body.contains("not saved as a revision"), "and the page says so");
    let restored = one.post("/desk/postmortems/1/restore", &[("revision", "1")]).await;
    assert_eq!(restored.header("location"), "/desk/postmortems/1?done=postmortem-restored", "{}", restored.body);
    assert!(one.get("/desk/postmortems/1").await.body.contains("compare?from=2&amp;to=3"), "which is a revision of its own");
    assert!(one.get(EDIT).await.body.contains("an hour of words"), "what was being typed is still there");
    // What is typed back to what is saved leaves nothing behind.
    let undone = json!({"base": 3, "title_en": "Disk of ||db-7|| full", "title_ja": "満杯", "body_en": "x", "typed_ago": 0});
    assert_eq!(one.json("POST", "/desk/postmortems/1/buffer", &undone).await.status, 200);
    assert!(!one.get(EDIT).await.body.contains("an hour of words"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_meant_and_shown_is_told_to_everybody() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut author = Visitor::with_role(&server, Role::Maintainer).await;
    drafted(&server, &mut author).await;
    item(&mut author, &[("text", "Buy a bigger disk"), ("incident", "1")]).await;
    let fields = [
        ("base", "1"),
        ("title_ja", "満杯"),
        ("title_en", "half a title"),
        ("body_ja", "ディスクが一杯でした。an internal row が見えます。\n"),
        ("body_en", "half a text with MAINTAINER-1\n"),
        ("only", "ja"),
        ("message", ""),
        ("minor", ""),
    ];
    author.post(EDIT, &fields).await;
    submit(&mut author).await;
    assert_eq!(approve(&mut author, "2").await.status, 303);
    no_actions(&mut author).await;
    let check = author.get("/desk/postmortems/1/publish").await;
    assert!(check.body.contains("<mark>an internal row</mark>"), "words of an internal row are marked: {}", check.body);
    let version = Visitor::field(&check.body, "version");
    let undecided = [("version", version.as_str()), ("revision", "2"), ("message", ""), ("announce", "")];
    let refused = author.post("/desk/postmortems/1/publish", &undecided).await;
    assert!(refused.status == 422 && refused.body.contains("#field-scan"), "somebody has to decide: {}", refused.body);
    assert_eq!(publish(&mut author, "2", "").await.status, 303);
    for path in ["/ja/postmortems/disk-full", "/en/postmortems/disk-full"] {
        for end in ["", ".md", ".html", ".json"] {
            let file = server.get(&format!("{path}{end}")).await;
            assert!(file.status == 200 && file.body.contains("ディスクが一杯"), "{path}{end}: {}", file.body);
            for hidden in ["half a", "Buy a bigger disk", "a public row"] {
                assert!(!file.body.contains(hidden), "{path}{end} tells `{hidden}`: {}", file.body);
            }
        }
        assert!(!server.get(path).await.body.contains("class=\"strip\""), "figures are the incident's to show");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_may_need_none_and_the_reason_is_written_down() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut owner = Visitor::with_role(&server, Role::Maintainer).await;
    let program = Program::new(&server).await;
    let number = program.open("A blip", json!({})).await;
    let path = format!("/desk/incidents/{number}/postmortem/waive");
    assert_eq!(owner.post(&path, &[("reason", "")]).await.status, 422);
    let waived = owner.post(&path, &[("reason", "a rehearsal of the provider")]).await;
    assert_eq!(waived.header("location"), "/desk/postmortems/1?done=postmortem-waived", "{}", waived.body);
    assert!(owner.get("/desk/postmortems/1").await.body.contains("a rehearsal of the provider"));
    let begun = owner.post(&format!("/desk/incidents/{number}/postmortem"), &[("template", "hobby")]).await;
    assert_eq!(begun.header("location"), "/desk/postmortems/1/edit?done=postmortem-begun", "somebody writes one after all");
}

/// Makes an action item; gives its number.
pub(crate) async fn item(visitor: &mut Visitor<'_>, fields: &[(&str, &str)]) -> i64 {
    let mut all = vec![
        ("text", "Watch the disk"),
        ("kind", "prevent"),
        ("horizon", "now"),
        ("priority", "p2"),
        ("owner", ""),
        ("due", ""),
        ("url", ""),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(own, _)| own == name));
    all.extend_from_slice(fields);
    let made = visitor.post("/desk/action-items/new", &all).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let number = made.header("location").strip_prefix("/desk/action-items/").and_then(|rest| rest.split('?').next()).unwrap();
    number.parse().unwrap()
}

/// What an item is at the moment, as its page marks it.
pub(crate) async fn stage(visitor: &mut Visitor<'_>, number: i64) -> String {
    let page = visitor.get(&format!("/desk/action-items/{number}")).await.body;
    page.split("stage-").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

pub(crate) async fn step(visitor: &mut Visitor<'_>, number: i64, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/desk/action-items/{number}");
    let version = Visitor::field(&visitor.get(&path).await.body, "version");
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    visitor.post(&format!("{path}/step"), &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_off_comes_back_and_what_is_done_is_proven_by_its_probe() {
    let target = Target::start().await;
    let config = one_component(&target).replace("every: 10s", "every: 1h").replace("up: 2", "up: 1");
    let server = TestServer::start(&config).await;
    let mut mika = Visitor::with_role(&server, Role::Responder).await;
    let pressing =
        [("text", "x"), ("kind", "prevent"), ("horizon", "now"), ("priority", "p0"), ("owner", ""), ("due", ""), ("url", "")];
    let refused = mika.post("/desk/action-items/new", &pressing).await;
    assert_eq!(refused.status, 422, "what matters most has somebody and a day");
    let later = item(&mut mika, &[]).await;
    let today = server.now().to_jiff().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).date();
    let tomorrow = today.tomorrow().unwrap().to_string();
    let put_off = step(&mut mika, later, &[("step", "defer"), ("reason", "after the move"), ("until", &tomorrow)]).await;
    assert_eq!(put_off.status, 303, "{}", put_off.body);
    let watched = item(&mut mika, &[("text", "Probe the site"), ("bound", "probe:web-http")]).await;
    assert_eq!(step(&mut mika, watched, &[("step", "finish")]).await.status, 303);
    server.first_check(&target).await;
    for _ in 0..22 {
        server.next_check(&target, HOUR).await;
    }
    assert_eq!(stage(&mut mika, watched).await, "done", "it has not been up for a day yet");
    for _ in 0..4 {
        server.next_check(&target, HOUR).await;
    }
    server.clock.advance(MINUTE);
    eventually("both are looked at", || async {
        server.clock.advance(Duration::from_secs(1));
        let mut mika = Visitor::with_role(&server, Role::Responder).await;
        (stage(&mut mika, later).await == "open" && stage(&mut mika, watched).await == "verified").then_some(())
    })
    .await;
    // The same trouble again: what was to keep it away did not.
    let held = item(&mut mika, &[("text", "Never again"), ("bound", "component:web")]).await;
    step(&mut mika, held, &[("step", "finish")]).await;
    assert_eq!(step(&mut mika, held, &[("step", "verify"), ("reason", "looked at it for a week")]).await.status, 303);
    assert_eq!(stage(&mut mika, held).await, "verified");
    server.clock.advance(MINUTE);
    Program::new(&server).await.open("Again", json!({"components": {"web": "major_outage"}})).await;
    server.clock.advance(MINUTE);
    eventually("it is open again", || async {
        server.clock.advance(Duration::from_secs(1));
        let mut mika = Visitor::with_role(&server, Role::Responder).await;
        (stage(&mut mika, held).await == "open").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_items_are_shown_with_a_new_incident_of_the_same_kind() {
    let target = Target::start().await;
    let server = TestServer::start(&one_component(&target)).await;
    let mut mika = Visitor::with_role(&server, Role::Responder).await;
    let program = Program::new(&server).await;
    let first = program.open("First", json!({"components": {"web": "major_outage"}})).await;
    let number = first.to_string();
    item(&mut mika, &[("incident", &number)]).await;
    let second = program.open("Second", json!({"components": {"web": "degraded_performance"}})).await;
    let other = program.open("Other", json!({})).await;
    assert!(mika.get(&format!("/desk/incidents/{second}")).await.body.contains("Watch the disk"));
    assert!(!mika.get(&format!("/desk/incidents/{other}")).await.body.contains("Watch the disk"));
    let overdue = item(&mut mika, &[("text", "Long ago"), ("due", "2020-01-01")]).await;
    assert!(mika.get("/desk/").await.body.contains("Long ago"));
    let refused = step(&mut mika, overdue, &[("step", "decline"), ("reason", "not worth it"), ("accepted_by", "")]).await;
    assert_eq!(refused.status, 422, "somebody accepts the risk");
    assert_eq!(
        step(&mut mika, overdue, &[("step", "decline"), ("reason", "not worth it"), ("accepted_by", "mika")]).await.status,
        303
    );
    assert!(!mika.get("/desk/").await.body.contains("Long ago"), "what is decided nags nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_week_a_channel_is_told_what_is_left_and_never_of_some_day() {
    let (target, receiver) = tokio::join!(Target::start(), Receiver::start());
    let config = format!(
        "{}notifications:\n  channels:\n    - {{slug: team, webhook: {{url: \"{}\"}}}}\n  digest: {{channels: [team], day: mon, at: \"09:00\"}}\n",
        one_component(&target),
        receiver.url()
    );
    let server = TestServer::start(&config).await;
    let mut mika = Visitor::with_role(&server, Role::Responder).await;
    item(&mut mika, &[("text", "Watch the disk"), ("due", "2020-01-01")]).await;
    item(&mut mika, &[("text", "Rewrite it all"), ("horizon", "someday")]).await;
    let digests = || {
        receiver
            .took()
            .into_iter()
            .map(|got| got.body.to_string())
            .filter(|body| body.contains("Watch the disk"))
            .collect::<Vec<_>>()
    };
    for week in 1..=2 {
        // Step by step to the next Monday, nine o'clock in Tokyo.
        let now = server.now().to_jiff().to_zoned(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
        let mut day = now.date();
        while day.weekday() != jiff::civil::Weekday::Monday || day.at(9, 0, 0, 0) <= now.datetime() {
            day = day.tomorrow().unwrap();
        }
        let due = day.at(9, 0, 0, 0).to_zoned(now.time_zone().clone()).unwrap();
        server.clock.advance(due.timestamp().duration_since(now.timestamp()).unsigned_abs());
        eventually("the digest comes", || async {
            server.clock.advance(Duration::from_secs(61));
            (digests().len() == week).then_some(())
        })
        .await;
    }
    assert!(digests().iter().all(|body| !body.contains("Rewrite it all")), "{:?}", digests());
    server.clock.advance(HOUR);
    eventually("it is looked again", || async {
        server.clock.advance(Duration::from_secs(61));
        (target.requests() > 0).then_some(())
    })
    .await;
    assert_eq!(digests().len(), 2, "it comes once");
}
