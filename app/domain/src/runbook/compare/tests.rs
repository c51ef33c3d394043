//! What became of steps, and what holds for any two versions.

use proptest::prelude::*;

use super::*;
use crate::runbook::run::fold::tests::made::document;

/// A document with these steps, as `made` takes them, and their titles behind a `|`.
fn made(language: Language, lines: &[&str]) -> Document {
    let (steps, titles): (Vec<&str>, Vec<&str>) =
        lines.iter().map(|line| line.split_once('|').unwrap_or((*line, "same"))).unzip();
    let mut document = document(&steps);
    document.front.language = Some(language);
    for (step, title) in document.steps.iter_mut().zip(titles) {
        step.title = title.to_owned();
    }
    document
}

fn english(lines: &[&str]) -> Document {
    made(Language::En, lines)
}

/// What became of each, as `id change`.
fn told(before: &[&Document], after: &[&Document]) -> Vec<String> {
    let before: Vec<(&str, &Document)> = before.iter().map(|document| ("", *document)).collect();
    let after: Vec<(&str, &Document)> = after.iter().map(|document| ("", *document)).collect();
    compare(&before, &after).iter().map(|one| format!("{} {}", one.id, one.change.name())).collect()
}

#[test]
fn steps_are_kept_changed_moved_new_or_removed() {
    let before = english(&["look", "stop|Stop it", "copy", "wipe code", "start"]);
    let after = english(&["look", "stop|Stop it now", "tell", "copy", "wipe code critical", "end"]);
    let told = told(&[&before], &[&after]);
    assert_eq!(told, ["look kept", "stop changed", "tell new", "copy kept", "wipe changed", "start removed", "end new"]);
}

#[test]
fn what_went_stands_where_it_was() {
    let before = english(&["a", "b", "c", "d", "e"]);
    let after = english(&["b", "x", "e"]);
    assert_eq!(told(&[&before], &[&after]), ["a removed", "b kept", "c removed", "d removed", "x new", "e kept"]);
}

#[test]
fn as_few_steps_as_can_be_have_moved() {
    let before = english(&["a", "b", "c", "d"]);
    assert_eq!(told(&[&before], &[&english(&["d", "a", "b", "c"])]), ["d moved", "a kept", "b kept", "c kept"]);
    let nested = english(&["a", "  b", "c", "d"]);
    assert_eq!(told(&[&before], &[&nested]), ["a kept", "b moved", "c kept", "d kept"]);
}

#[test]
fn a_step_is_kept_only_if_each_language_in_both_says_the_same() {
    let (ja, en) = (made(Language::Ja, &["a|止める", "b|動かす"]), english(&["a|Stop", "b|Start"]));
    let corrected = made(Language::Ja, &["a|すぐ止める", "b|動かす"]);
    assert_eq!(told(&[&ja, &en], &[&corrected, &en]), ["a changed", "b kept"]);
    assert_eq!(told(&[&en], &[&ja, &en]), ["a kept", "b kept"], "a new language changes nothing");
    assert_eq!(told(&[&ja, &en], &[&en]), ["a kept", "b kept"], "nor does one that went");
    assert_eq!(told(&[&ja], &[&en]), ["a changed", "b changed"], "nobody can know");
    assert_eq!(told(&[], &[&en]), ["a new", "b new"]);
    assert_eq!(told(&[&en], &[]), ["a removed", "b removed"]);
}

#[test]
fn only_what_a_step_says_counts() {
    let mut step = english(&["a code undo=b when=a:x yes>b max=2|Stop it", "b"]);
    step.steps[0].blocks.push(Block::Prose { markdown: "Long\ntext.".to_owned(), span: 0..0 });
    step.steps[0].blocks.push(Block::Expect { text: "on\n  and on".to_owned(), span: 0..0 });
    let hash = |change: &dyn Fn(&mut Step)| {
        let mut changed = step.clone();
        change(&mut changed.steps[0]);
        content_hash(&changed, 0)
    };
    let same: [&dyn Fn(&mut Step); 4] = [
        &|step| step.title = " Stop  it".to_owned(),
        &|step| step.blocks[1] = Block::Prose { markdown: "Long text.\n".to_owned(), span: 4..9 },
        &|step| step.blocks[0] = Block::Code { language: Some("sh".to_owned()), code: "true \n\n".to_owned(), span: 4..9 },
        &|step| (step.title_span, step.depth, step.is_ticked) = (4..9, 2, true),
    ];
    let other: [&dyn Fn(&mut Step); 8] = [
        &|step| step.title = "Stop It".to_owned(),
        &|step| step.blocks.swap(0, 1),
        &|step| step.blocks[0] = Block::Code { language: None, code: "true\n".to_owned(), span: 0..0 },
        &|step| step.blocks[2] = Block::Expect { text: "on\nand on".to_owned(), span: 0..0 },
        &|step| step.blocks[2] = Block::Prose { markdown: "on\n  and on".to_owned(), span: 0..0 },
        &|step| step.flags.is_two_person = true,
        &|step| step.flags.when = None,
        &|step| step.flags.decision = None,
    ];
    let before = hash(&|_| {});
    for (at, change) in same.iter().enumerate() {
        assert_eq!(hash(*change), before, "{at}");
    }
    for (at, change) in other.iter().enumerate() {
        assert_ne!(hash(*change), before, "{at}");
    }
}

#[test]
fn likeness_is_only_good_for_suggestions() {
    let percent = |text: &str, other: &str| (similar(text, other) * 100.0).round() as i64;
    assert_eq!(percent("Scale the operator down", "Scale the operator up again"), 73, "and yet the opposite");
    assert_eq!(percent("Drain node cp-1", "Drain node cp-2"), 92);
    assert_eq!(percent("ディスクの空きを確認する", "ディスクの空きを見る"), 70);
    assert_eq!((percent("", ""), percent("a", "A"), percent("a", "b"), percent("ab", "")), (100, 100, 0, 0));
}

fn any_version() -> impl Strategy<Value = Document> {
    let step = (0_usize..10, 0_usize..3, 0_usize..3);
    prop::collection::vec(step, 0..12).prop_map(|steps| {
        let mut known = BTreeSet::new();
        let mut depth = 0;
        let mut lines = Vec::new();
        for (id, title, deeper) in steps {
            if known.insert(id) {
                depth = if lines.is_empty() { 0 } else { deeper.min(depth + 1) };
                lines.push(format!("{}s{id}|{}", "  ".repeat(depth), ["a", "b", "c"][title]));
            }
        }
        english(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

/// Places, each once, in any order.
fn any_order() -> impl Strategy<Value = Vec<usize>> {
    let places = prop::collection::btree_set(0_usize..12, 0..9);
    places.prop_map(|places| places.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

fn ids(document: &Document) -> BTreeSet<&StepId> {
    document.steps.iter().filter_map(|step| step.id.as_ref()).collect()
}

proptest! {
    #[test]
    fn a_version_is_what_it_is(version in any_version()) {
        let all = compare(&[("", &version)], &[("", &version)]);
        prop_assert_eq!(all.len(), version.steps.len());
        for (place, one) in all.into_iter().enumerate() {
            prop_assert_eq!((one.change, one.before, one.after), (Change::Kept, Some(place), Some(place)));
        }
    }

    #[test]
    fn every_step_of_either_version_is_told_once(before in any_version(), after in any_version()) {
        let all = compare(&[("", &before)], &[("", &after)]);
        let told: BTreeSet<&StepId> = all.iter().map(|one| &one.id).collect();
        prop_assert_eq!(told.len(), all.len());
        prop_assert_eq!(&told, &(&ids(&before) | &ids(&after)));
        let places: Vec<usize> = all.iter().filter_map(|one| one.after).collect();
        prop_assert_eq!(places, (0..after.steps.len()).collect::<Vec<_>>(), "in the order of the newer one");
        for one in &all {
            let id_at = |document: &Document, place: usize| document.steps[place].id.clone();
            prop_assert_eq!(one.before.is_none(), one.change == Change::New);
            prop_assert_eq!(one.after.is_none(), one.change == Change::Removed);
            prop_assert!(one.before.is_none_or(|place| id_at(&before, place).as_ref() == Some(&one.id)));
            prop_assert!(one.after.is_none_or(|place| id_at(&after, place).as_ref() == Some(&one.id)));
        }
    }

    #[test]
    fn what_stays_is_in_order_and_nothing_longer_is(places in any_order()) {
        let stays = keep_order(&places);
        let kept: Vec<usize> = places.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(place, _)| *place).collect();
        prop_assert!(kept.is_sorted());
        let mut longest: Vec<usize> = Vec::new();
        for place in &places {
            let before = places.iter().zip(&longest).filter(|(before, _)| *before < place).map(|(_, length)| *length);
            longest.push(1 + before.max().unwrap_or(0));
        }
        prop_assert_eq!(kept.len(), longest.into_iter().max().unwrap_or(0));
    }

    #[test]
    fn likeness_is_the_same_both_ways(text in "[ab あい]{0,8}", other in "[ab あい]{0,8}") {
        let likeness = similar(&text, &other);
        prop_assert!((0.0..=1.0).contains(&likeness));
        prop_assert!((likeness - similar(&other, &text)).abs() < f64::EPSILON);
        prop_assert!((similar(&text, &text) - 1.0).abs() < f64::EPSILON);
    }
}
