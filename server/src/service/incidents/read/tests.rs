//! Tests of reading what was typed.

use proptest::prelude::*;
use store::audit::ActorKind;
use uuid::Uuid;

use super::*;

/// Looks like a token of GitHub's, and is none.
fn token() -> String {
    format!("ghp_{}", "a1B2c3".repeat(6))
}

/// Noon in Tokyo.
fn now() -> Timestamp {
    Timestamp::from_jiff("2026-04-12T03:00:00Z".parse().unwrap())
}

fn moment(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn slug(name: &str) -> Slug {
    name.parse().unwrap()
}

fn known() -> Known {
    Known {
        components: ["web", "db"].map(slug).into(),
        people: HashMap::from([("mika".to_owned(), 7)]),
        zone: "Asia/Tokyo".to_owned(),
        languages: Language::ALL.to_vec(),
    }
}

fn refused<T>(outcome: Result<T, Problem>) -> Vec<(String, &'static str)> {
    match outcome {
        Err(Problem::Invalid(all)) => all.into_iter().map(|one| (one.field, one.key)).collect(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

fn at_fields(all: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    all.iter().map(|(field, key)| ((*field).to_owned(), *key)).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(slug, status)| ((*slug).to_owned(), (*status).to_owned())).collect()
}

fn incident() -> IncidentWanted {
    IncidentWanted { title_en: " Disk full ".to_owned(), severity: "sev2".to_owned(), ..IncidentWanted::default() }
}

fn row(body: &str) -> EntryWanted {
    EntryWanted {
        kind: String::new(),
        body: body.to_owned(),
        at: String::new(),
        typed_at: None,
        precision: String::new(),
        rejected: Vec::new(),
        hypothesis: String::new(),
        visibility: String::new(),
        is_starred: false,
        op: None,
        keep_secrets: false,
        source: Source::Human,
    }
}

fn one(row: EntryWanted) -> Result<EntryRead, Problem> {
    entries(&[row], &tokyo(), now()).map(|mut rows| rows.remove(0))
}

fn kept(content: EntryContent) -> Entry {
    Entry {
        key: 1,
        id: Uuid::nil(),
        incident_key: 1,
        seq: 1,
        // With milliseconds, which no form shows.
        occurred_at: moment("2026-04-12T01:30:20.123Z"),
        precision: Precision::Exact,
        recorded_at: now(),
        kind: EntryKind::Note,
        source: Source::Human,
        actor_kind: ActorKind::User,
        actor_id: String::new(),
        actor_name: "mika".to_owned(),
        content,
        is_starred: false,
        visibility: Visibility::Redacted,
        annotation: None,
        revision: 1,
        deleted_at: None,
        op: None,
    }
}

fn words(body: &str) -> EntryContent {
    EntryContent::Words { body: body.to_owned(), rejected: Vec::new(), hypothesis: None }
}

fn edit(entry: &Entry, body: &str) -> EntryEdit {
    let at = when::written(entry.occurred_at, entry.precision, &tokyo());
    EntryEdit { at, kind: "note".to_owned(), body: body.to_owned(), ..EntryEdit::default() }
}

fn update() -> UpdateWanted {
    UpdateWanted {
        status: "identified".to_owned(),
        body_ja: "原因がわかりました。".to_owned(),
        body_en: "We know the cause.".to_owned(),
        ..UpdateWanted::default()
    }
}

#[test]
fn what_is_left_out_of_an_incident_is_what_is_usual() {
    let (read, opening) = incident().read_new(&known(), now()).unwrap();
    assert_eq!(read.title, LocalizedText::Same("Disk full".to_owned()), "a title in one language stands in both");
    assert_eq!((read.kind, read.impact, read.zone.as_str()), (IncidentKind::Incident, Impact::None, "Asia/Tokyo"));
    assert_eq!((read.lead, read.stated_duration, read.components.len()), (None, None, 0));
    assert_eq!((opening.began, opening.precision, opening.body), (now(), Precision::Exact, None));
}

#[test]
fn an_incident_that_is_fully_described_is_read() {
    let wanted = IncidentWanted {
        title_ja: "円盤が満杯".to_owned(),
        kind: "near_miss".to_owned(),
        impact: "major".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        lead: " Mika ".to_owned(),
        components: pairs(&[("web", "major_outage"), ("db", "operational")]),
        stated_minutes: "１４０".to_owned(),
        began: "2026-04-11 09:00".to_owned(),
        body: "Writes fail.\r\nSince when?".to_owned(),
        ..incident()
    };
    let (read, opening) = wanted.read_new(&known(), now()).unwrap();
    assert_eq!(read.title.get(Language::Ja), "円盤が満杯");
    assert_eq!((read.lead, read.stated_duration), (Some(7), Some(Duration::from_secs(140 * 60))));
    assert_eq!(read.components, [(slug("web"), Status::MajorOutage)], "what is operational is not affected");
    assert_eq!(opening.began, moment("2026-04-11T07:00:00Z"), "in the incident's zone");
    assert_eq!(opening.body.as_deref(), Some("Writes fail.\nSince when?"));
}

#[test]
fn every_mistake_of_an_incident_is_told_at_once_at_its_field() {
    let wanted = IncidentWanted {
        title_ja: "x".repeat(201),
        title_en: "a\nb".to_owned(),
        kind: "disaster".to_owned(),
        severity: String::new(),
        impact: "huge".to_owned(),
        lead: "nobody".to_owned(),
        comms: "\u{202e}".to_owned(),
        components: pairs(&[("gone", "major_outage"), ("web", "unknown")]),
        stated_minutes: "525601".to_owned(),
        began: "soon".to_owned(),
        body: "x".repeat(10_001),
        ..incident()
    };
    let expected = at_fields(&[
        ("title_ja", "invalid-title"),
        ("title_en", "invalid-title"),
        ("kind", "invalid-kind"),
        ("severity", "invalid-severity"),
        ("impact", "invalid-impact"),
        ("lead", "invalid-person"),
        ("comms", "invalid-person"),
        ("components", "invalid-component"),
        ("components", "invalid-status"),
        ("stated_minutes", "invalid-stated"),
        ("began", "invalid-when"),
        ("body", "invalid-body-long"),
    ]);
    assert_eq!(refused(wanted.read_new(&known(), now())), expected);
    assert_eq!(refused(wanted.read(&known())), expected[..10], "how it began does not matter once it is there");
}

#[test]
fn a_title_is_needed_in_one_language_and_may_be_two_hundred_characters_long() {
    let titled = |title: String| IncidentWanted { title_en: title, ..incident() }.read(&known());
    assert_eq!(refused(titled("  ".to_owned())), at_fields(&[("title_ja", "invalid-title")]));
    assert!(titled("障".repeat(200)).is_ok());
}

#[test]
fn a_zone_has_a_name() {
    let zoned = |zone: &str| IncidentWanted { zone: zone.to_owned(), ..incident() }.read(&known());
    assert_eq!(zoned("UTC").unwrap().zone, "UTC");
    for zone in ["Nowhere/Town", "+09:00", "Etc/Unknown"] {
        assert_eq!(refused(zoned(zone)), at_fields(&[("zone", "invalid-zone")]), "{zone}");
    }
}

#[test]
fn a_component_is_named_once() {
    let with = |components: &[(&str, &str)]| IncidentWanted { components: pairs(components), ..incident() }.read(&known());
    let twice = with(&[("web", "major_outage"), ("web", "partial_outage")]);
    assert_eq!(refused(twice), at_fields(&[("components", "invalid-component")]));
    assert!(with(&[("web", "")]).unwrap().components.is_empty(), "without a status it was not chosen");
}

#[test]
fn a_row_is_a_note_of_now_unless_it_says_otherwise() {
    let read = one(row(" It is slow. ")).unwrap();
    assert_eq!((read.kind, read.occurred_at, read.precision), (EntryKind::Note, now(), Precision::Exact));
    assert_eq!((read.content, read.visibility), (words("It is slow."), Visibility::Internal));
}

#[test]
fn a_time_is_understood_from_when_it_was_typed() {
    let typed_at = |ago_s: u64| Some(now().minus(Duration::from_secs(ago_s)));
    let read = one(EntryWanted { at: "-5m".to_owned(), typed_at: typed_at(3_600), ..row("x") }).unwrap();
    assert_eq!(read.occurred_at, moment("2026-04-12T01:55:00Z"));
    let days = |days: u64| one(EntryWanted { typed_at: typed_at(days * 86_400), ..row("x") }).unwrap().occurred_at;
    assert_eq!(days(6), now().minus(Duration::from_secs(6 * 86_400)));
    assert_eq!(days(30), now().minus(TYPED_AGO_MAX), "a clock that is far off is not believed");
    let ahead = Some(now().plus(Duration::from_secs(9_999)));
    assert_eq!(one(EntryWanted { typed_at: ahead, ..row("x") }).unwrap().occurred_at, now());
}

#[test]
fn every_mistake_of_a_row_is_told_at_once() {
    let wrong = EntryWanted {
        kind: "decision".to_owned(),
        at: "soon".to_owned(),
        precision: "roughly".to_owned(),
        rejected: vec!["x".repeat(501)],
        visibility: "secret".to_owned(),
        op: Some("two words".to_owned()),
        ..row(" \n ")
    };
    let expected = [
        ("at", "invalid-when"),
        ("precision", "invalid-precision"),
        ("body", "invalid-body"),
        ("rejected", "invalid-rejected"),
        ("visibility", "invalid-visibility"),
        ("op", "invalid-op"),
    ];
    assert_eq!(refused(one(wrong.clone())), at_fields(&expected));
    let several = [row("x"), wrong, row("")];
    let told = refused(entries(&several, &tokyo(), now()));
    assert_eq!(told.len(), 7);
    assert_eq!((told[0].0.as_str(), told[6].0.as_str()), ("at_1", "body_2"), "of several each names its row");
}

#[test]
fn people_write_no_rows_of_machines() {
    let probe = EntryWanted { kind: "probe".to_owned(), ..row("x") };
    assert_eq!(refused(one(probe)), at_fields(&[("kind", "invalid-kind")]));
}

#[test]
fn options_belong_to_decisions_and_states_to_hypotheses() {
    let typed = |kind: &str| {
        let rejected = vec![" wait ".to_owned(), String::new()];
        let (kind, hypothesis) = (kind.to_owned(), "refuted".to_owned());
        one(EntryWanted { kind, rejected, hypothesis, ..row("x") }).unwrap().content
    };
    let said = |rejected: Vec<String>, hypothesis: Option<HypothesisState>| EntryContent::Words {
        body: "x".to_owned(),
        rejected,
        hypothesis,
    };
    assert_eq!(typed("note"), said(Vec::new(), None));
    assert_eq!(typed("decision"), said(vec!["wait".to_owned()], None));
    assert_eq!(typed("hypothesis"), said(Vec::new(), Some(HypothesisState::Refuted)));
    let untold = one(EntryWanted { kind: "hypothesis".to_owned(), ..row("x") }).unwrap();
    assert_eq!(untold.content, said(Vec::new(), Some(HypothesisState::Open)));
    let eleven = EntryWanted { kind: "decision".to_owned(), rejected: vec!["x".to_owned(); 11], ..row("x") };
    assert_eq!(refused(one(eleven)), at_fields(&[("rejected", "invalid-rejected")]));
}

#[test]
fn what_looks_like_a_secret_is_kept_only_knowingly() {
    let leaking = row(&format!("the token is {}", token()));
    assert_eq!(refused(one(leaking.clone())), at_fields(&[("body", "invalid-secret")]));
    assert!(one(EntryWanted { keep_secrets: true, ..leaking }).is_ok());
    let option = EntryWanted { kind: "decision".to_owned(), rejected: vec![token()], ..row("x") };
    assert_eq!(refused(one(option)), at_fields(&[("rejected", "invalid-secret")]));
    let opened = IncidentWanted { body: token(), ..incident() };
    assert_eq!(refused(opened.read_new(&known(), now())), at_fields(&[("body", "invalid-secret")]));
}

#[test]
fn a_secret_that_was_kept_is_not_asked_about_again() {
    let (mut entry, body) = (kept(words(&token())), token());
    entry.annotation = Some(token());
    let unchanged = EntryEdit { annotation: token(), is_starred: true, ..edit(&entry, &body) };
    assert!(unchanged.read(&entry, &tokyo(), now()).is_ok());
    let changed = EntryEdit { annotation: format!("{} !", token()), ..edit(&entry, &format!("{body} !")) };
    let expected = at_fields(&[("body", "invalid-secret"), ("annotation", "invalid-secret")]);
    assert_eq!(refused(changed.read(&entry, &tokyo(), now())), expected);
}

#[test]
fn a_time_that_was_left_alone_stays_to_the_millisecond() {
    let entry = kept(words("x"));
    let (change, _) = edit(&entry, "y").read(&entry, &tokyo(), now()).unwrap();
    assert_eq!((change.occurred_at, change.precision), (entry.occurred_at, entry.precision));
    assert_eq!((change.content, change.visibility), (words("y"), Visibility::Redacted));
    let about = EntryEdit { precision: "about".to_owned(), ..edit(&entry, "y") };
    let (change, _) = about.read(&entry, &tokyo(), now()).unwrap();
    assert_eq!((change.occurred_at, change.precision), (entry.occurred_at, Precision::About));
    let moved = EntryEdit { at: "2026-04-12 10:00".to_owned(), ..edit(&entry, "y") };
    let (change, _) = moved.read(&entry, &tokyo(), now()).unwrap();
    assert_eq!((change.occurred_at, change.precision), (moment("2026-04-12T01:00:00Z"), Precision::Minute));
    let left_out = EntryEdit { at: String::new(), ..edit(&entry, "y") };
    assert_eq!(refused(left_out.read(&entry, &tokyo(), now())), at_fields(&[("at", "invalid-when")]));
}

#[test]
fn of_a_row_that_yagura_wrote_only_what_stands_beside_it_is_read() {
    let event = domain::incident::machine::MachineEvent::Opened { by_rule: false };
    let entry = Entry { kind: event.kind(), ..kept(EntryContent::Machine(event)) };
    let wanted = EntryEdit {
        kind: "note".to_owned(),
        body: "something else".to_owned(),
        visibility: "public".to_owned(),
        annotation: " it was me ".to_owned(),
        markers: vec!["detected".to_owned(), "detected".to_owned()],
        ..EntryEdit::default()
    };
    let (change, markers) = wanted.read(&entry, &tokyo(), now()).unwrap();
    assert_eq!((change.content, change.kind, change.occurred_at), (entry.content.clone(), entry.kind, entry.occurred_at));
    assert_eq!((change.visibility, change.annotation.as_deref()), (Visibility::Public, Some("it was me")));
    assert_eq!(markers, BTreeSet::from([Marker::Detected]));
    let wrong = EntryEdit { annotation: "x".repeat(2_001), markers: vec!["lunch".to_owned()], ..wanted };
    let expected = at_fields(&[("annotation", "invalid-annotation"), ("markers", "invalid-marker")]);
    assert_eq!(refused(wrong.read(&entry, &tokyo(), now())), expected);
}

#[test]
fn an_update_is_told_in_both_languages_or_by_choice_in_one() {
    let body = |wanted: UpdateWanted| wanted.read(&known()).map(|read| read.body);
    assert!(matches!(body(update()), Ok(LocalizedText::Each { .. })));
    let half = UpdateWanted { body_ja: " ".to_owned(), ..update() };
    assert_eq!(refused(body(half.clone())), at_fields(&[("body_ja", "invalid-body-language")]));
    let chosen = UpdateWanted { only: "en".to_owned(), ..half.clone() };
    assert_eq!(body(chosen).unwrap(), LocalizedText::Same("We know the cause.".to_owned()));
    let of_two = UpdateWanted { only: "ja".to_owned(), ..update() };
    assert_eq!(body(of_two).unwrap(), LocalizedText::Same("原因がわかりました。".to_owned()));
    let nothing = UpdateWanted { body_en: String::new(), ..half.clone() };
    assert_eq!(refused(body(nothing)), at_fields(&[("body_ja", "invalid-body")]));
    let other = UpdateWanted { only: "fr".to_owned(), ..update() };
    assert_eq!(refused(body(other)), at_fields(&[("only", "invalid-only")]));
    let english = Known { languages: vec![Language::En], ..known() };
    assert_eq!(half.read(&english).unwrap().body.get(Language::Ja), "We know the cause.", "the site speaks no other");
}

#[test]
fn every_mistake_of_an_update_is_told_at_once() {
    let wanted = UpdateWanted {
        status: "mitigated".to_owned(),
        body_ja: "x".repeat(5_001),
        body_en: token(),
        components: pairs(&[("gone", "operational"), ("web", "unwatched")]),
        display_at: "soon".to_owned(),
        next_update: "10081".to_owned(),
        ..UpdateWanted::default()
    };
    let expected = at_fields(&[
        ("status", "invalid-status"),
        ("body_ja", "invalid-body-long"),
        ("body_en", "invalid-secret"),
        ("components", "invalid-component"),
        ("components", "invalid-status"),
        ("next_update", "invalid-next-update"),
        ("display_at", "invalid-when"),
    ]);
    assert_eq!(refused(wanted.read_at(&known(), &tokyo(), now())), expected);
    assert_eq!(refused(wanted.read(&known())), expected[..6]);
}

#[test]
fn an_update_promises_the_next_one_within_a_week() {
    let promised = |minutes: &str| UpdateWanted { next_update: minutes.to_owned(), ..update() }.read(&known());
    assert_eq!(promised("").unwrap().next_update, None);
    assert_eq!(promised(" 30 ").unwrap().next_update, Some(Duration::from_secs(1_800)));
    assert!(promised("10080").is_ok());
    for bad in ["0", "-5", "1.5", "soon"] {
        assert_eq!(refused(promised(bad)), at_fields(&[("next_update", "invalid-next-update")]), "{bad}");
    }
}

#[test]
fn a_reason_is_short() {
    assert_eq!(reason(" ").unwrap(), None);
    assert_eq!(reason(" it is back ").unwrap().as_deref(), Some("it is back"));
    assert_eq!(refused(reason(&"x".repeat(501))), at_fields(&[("reason", "invalid-reason")]));
}

proptest! {
    #[test]
    fn whatever_is_typed_is_kept_readable_and_within_bounds(body in "(?s).{0,200}", op in prop::option::of(".{0,80}")) {
        if let Ok(read) = one(EntryWanted { op, keep_secrets: true, ..row(&body) }) {
            let EntryContent::Words { body, .. } = read.content else { panic!("a machine's row") };
            prop_assert!(!body.is_empty() && body == body.trim());
            prop_assert!(!body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')));
            prop_assert!(read.op.is_none_or(|op| (1..=64).contains(&op.len()) && op.is_ascii()));
        }
    }
}
