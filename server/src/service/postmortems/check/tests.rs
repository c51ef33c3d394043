//! Each point of the list is fine where nothing is wrong, and speaks up about what is.

use domain::incident::work::{EntryKind, Precision};
use domain::postmortem::Texts;
use domain::postmortem::frozen::{Said, TimelineRow};
use domain::text::LocalizedText;
use domain::time::Timestamp;

use super::*;

fn content(body: &str) -> Content {
    let both = |text: &str| Texts { ja: text.to_owned(), en: text.to_owned() };
    Content { title: both("Disk full"), body: both(body), only: None }
}

fn row(body: &str) -> TimelineRow {
    let said = Said {
        kind: EntryKind::Action,
        body: LocalizedText::Same(body.to_owned()),
        rejected: Vec::new(),
        hypothesis: None,
        markers: Vec::new(),
    };
    TimelineRow { at: Timestamp::from_ms(0), precision: Precision::Minute, is_starred: false, said: Some(said) }
}

/// What weighs something, after `change` was made to what is as it should be.
fn open<'c>(
    content: &'c Content,
    gathered: &'c Gathered,
    change: impl FnOnce(&mut Checked<'c>),
) -> Vec<(&'static str, Weight, usize)> {
    let mut checked = Checked {
        content,
        gathered,
        people: vec!["mika".to_owned()],
        languages: &Language::ALL,
        is_followed_up: true,
        open_comments: 0,
        is_incident_public: true,
        is_incident_over: true,
    };
    change(&mut checked);
    let points = checked.points();
    assert!(points.is_sorted_by_key(|point| std::cmp::Reverse(point.weight)), "what matters most comes first");
    let open = points.into_iter().filter(|point| point.weight != Weight::Fine);
    open.map(|point| (point.key, point.weight, point.count)).collect()
}

fn of_text(body: &str) -> Vec<(&'static str, Weight, usize)> {
    open(&content(body), &Gathered::default(), |_| {})
}

#[test]
fn nothing_is_in_the_way_of_a_good_one() {
    assert_eq!(of_text("It was full.\n\n{{timeline}}\n"), []);
}

#[test]
fn a_text_is_there_in_every_language_that_is_meant() {
    let both = [("title", Weight::Blocks, 2), ("languages", Weight::Blocks, 2)];
    let empty = Content::default();
    assert_eq!(open(&empty, &Gathered::default(), |_| {}), both);
    let mut half = content("x");
    (half.title.en, half.body.en) = (String::new(), String::new());
    let missing = [("title", Weight::Blocks, 1), ("languages", Weight::Blocks, 1)];
    assert_eq!(open(&half, &Gathered::default(), |_| {}), missing);
    let only = Content { only: Some(Language::Ja), ..half.clone() };
    assert_eq!(open(&only, &Gathered::default(), |_| {}), []);
    assert_eq!(open(&half, &Gathered::default(), |checked| checked.languages = &[Language::Ja]), []);
}

#[test]
fn what_should_not_be_read_outside_is_marked_wherever_it_would_be_read() {
    for found in ["password=hunter2-Aq9xZ", "on 10.0.12.7 it was", "write to ops@example.org", "mika saw it"] {
        assert_eq!(of_text(found), [("scan", Weight::Decide, 2)], "{found}");
    }
    let gathered =
        Gathered { labels: vec!["worker-4711".to_owned()], inside: vec!["the vault".to_owned()], ..Gathered::default() };
    assert_eq!(open(&content("worker-4711 and the vault\n"), &gathered, |_| {}), [("scan", Weight::Decide, 4)]);
    assert_eq!(open(&content("||worker-4711|| and nothing\n"), &gathered, |_| {}), [], "what is withheld is no find");
    // A row is looked at once, whatever languages there are.
    let told = Record { timeline: vec![row("mika restarted it")], ..Record::default() };
    let gathered = Gathered { record: told, ..Gathered::default() };
    assert_eq!(open(&content("x"), &gathered, |_| {}), [("scan", Weight::Decide, 1)]);
}

#[test]
fn what_is_not_as_it_looks_is_told() {
    assert_eq!(of_text("on ||db-7 it was full\n"), [("unclosed", Weight::Decide, 2)]);
    assert_eq!(of_text("{{timelines}}\n"), [("blocks", Weight::Blocks, 2)]);
    assert_eq!(of_text("確認ミスで止まった。\n").first().map(|point| (point.0, point.1)), Some(("blameless", Weight::Hint)));
}

#[test]
fn what_stays_inside_is_told_where_a_block_would_show_it() {
    let gathered = Gathered { internal: vec![row("who was tired")], internal_runs: 1, ..Gathered::default() };
    assert_eq!(open(&content("x"), &gathered, |_| {}), []);
    let hints = [("internal-rows", Weight::Hint, 1), ("internal-runs", Weight::Hint, 1)];
    assert_eq!(open(&content("{{timeline}}\n\n{{runs}}\n"), &gathered, |_| {}), hints);
}

#[test]
fn what_is_not_done_yet_is_decided_about() {
    let of = |change: fn(&mut Checked<'_>)| open(&content("x"), &Gathered::default(), |checked| change(checked));
    assert_eq!(of(|checked| checked.is_followed_up = false), [("actions", Weight::Blocks, 1)]);
    assert_eq!(of(|checked| checked.open_comments = 3), [("comments", Weight::Decide, 3)]);
    assert_eq!(of(|checked| checked.is_incident_public = false), [("internal-incident", Weight::Decide, 1)]);
    assert_eq!(of(|checked| checked.is_incident_over = false), [("open-incident", Weight::Decide, 1)]);
}

#[test]
fn only_what_was_decided_about_is_out_of_the_way() {
    let points = [("title", Weight::Blocks), ("scan", Weight::Decide), ("blameless", Weight::Hint), ("actions", Weight::Fine)];
    let points = points.map(|(key, weight)| Point { key, weight, count: 1, found: Vec::new() });
    assert_eq!(in_the_way(&points, &[]), ["title", "scan"]);
    assert_eq!(in_the_way(&points, &["scan".to_owned(), "title".to_owned()]), ["title"], "what blocks is mended, not decided");
}
