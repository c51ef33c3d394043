//! Ids for steps that have none.

use proptest::prelude::*;

use super::*;
use crate::runbook::parse::parse;
use crate::runbook::parse::tests::made::sources;

/// Writes ids with endings `aaa`, `aab` and so on.
fn written(source: &str) -> String {
    written_like(source, None)
}

fn written_like(source: &str, like: Option<&str>) -> String {
    let like = like.map(parse);
    let mut next = 0;
    write(source, like.as_ref(), &mut || {
        next += 1;
        next - 1
    })
}

/// The source without comments that are of an id alone, and the blank before each.
fn without_ids(source: &str) -> String {
    let mut pieces = source.split(" <!-- s:");
    let mut left = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        left.push_str(piece.split_once(" -->").map_or(piece, |(_, rest)| rest));
    }
    left
}

#[test]
fn ids_come_from_titles() {
    let source = "## Diagnosis\n- [ ] Count the etcd members, all of them\n  More\n- [ ] Don't **panic**   \n- [ ] etcd のメンバーを数える\n- [ ] 数える\n\
                  - [ ] Internationalizationalisation of it\n- [x] Done <!-- s:done -->\n## 独自\n- [ ] 写す\n## My Part\n- [ ] 写す\n\n  Text\n";
    let expected = "## Diagnosis\n- [ ] Count the etcd members, all of them <!-- s:count-the-etcd-members-aaa -->\n  More\n\
                    - [ ] Don't **panic** <!-- s:dont-panic-aab -->   \n- [ ] etcd のメンバーを数える <!-- s:etcd-aac -->\n- [ ] 数える <!-- s:diagnosis-aad -->\n\
                    - [ ] Internationalizationalisation of it <!-- s:internationalizationalis-aae -->\n- [x] Done <!-- s:done -->\n## 独自\n\
                    - [ ] 写す <!-- s:step-aaf -->\n## My Part\n- [ ] 写す <!-- s:my-part-aag -->\n\n  Text\n";
    assert_eq!(written(source), expected);
    assert_eq!(written(expected), expected);
    assert_eq!(missing(&parse(source)), 7);
}

#[test]
fn a_comment_without_id_gets_one_and_keeps_the_rest() {
    assert_eq!(written("- [ ] Go <!-- s: critical -->\n"), "- [ ] Go <!-- s:go-aaa critical -->\n");
    assert_eq!(written("- [ ] Go <!-- s:Bad_Id critical -->\n"), "- [ ] Go <!-- s:go-aaa critical -->\n");
    assert_eq!(written("- [ ] Go <!--s:-->\n"), "- [ ] Go <!--s:go-aaa-->\n");
    assert_eq!(written("- [ ] Go\n  <!-- s: -->\n"), "- [ ] Go\n  <!-- s:go-aaa -->\n");
    assert_eq!(written("- [ ] Go <!-- critical -->\n"), "- [ ] Go <!-- critical --> <!-- s:go-aaa -->\n");
}

#[test]
fn a_comment_never_becomes_part_of_something_else() {
    for (source, expected) in [
        ("- [ ] Run `a\n  b`\n  now\n", "- [ ] Run `a\n  b` <!-- s:run-a-b-now-aaa -->\n  now\n"),
        ("- [ ] Go <!-- no end\n  here\n", "- [ ] <!-- s:go-no-end-here-aaa --> Go <!-- no end\n  here\n"),
        ("- [ ] a |\n  --|--\n", "- [ ] <!-- s:a-aaa --> a |\n  --|--\n"),
        ("- [ ]\n  ```sh\n  ls\n  ```\n", "- [ ] <!-- s:step-aaa -->\n  ```sh\n  ls\n  ```\n"),
        ("- [ ] Go\\\n  on\n", "- [ ] <!-- s:go-on-aaa --> Go\\\n  on\n"),
        ("- [ ] Go  \r\n  on\r\n", "- [ ] Go <!-- s:go-on-aaa -->  \r\n  on\r\n"),
    ] {
        assert_eq!(written(source), expected);
        assert_eq!(missing(&parse(expected)), 0);
        assert_eq!(parse(expected).steps.len(), 1);
    }
}

#[test]
fn no_step_is_lost_for_an_id() {
    // With a comment behind the first box the fence would be that step's, `b` would be code, and what is code would be a step.
    let source = "- [ ]\n.\n  ```\n- [ ] a\n```\n- [ ] b\n";
    assert_eq!(written(source), "- [ ]\n.\n  ```\n- [ ] a\n```\n- [ ] b <!-- s:b-aac -->\n");
    // With one behind the first box the empty item would be a word of it, and the step below that item would be none.
    let source = "  - [ ] \n    - \n        - [ ] ## Look\n\\\n    - [ ] \n";
    assert_eq!(written(source), source);
}

#[test]
fn an_id_is_never_given_twice() {
    let source = "- [ ] Go <!-- s:go-aaa -->\n- [ ] Go\n- [ ] Go\n";
    let id = |step: &Step| step.id.clone().unwrap().to_string();
    let document = parse(&write(source, None, &mut || 0));
    assert_eq!(document.steps.iter().map(id).collect::<Vec<String>>(), ["go-aaa", "go-aab", "go-aac"]);
    assert_eq!([0, 31, 32, 32_767, 32_768, u32::MAX].map(ending), ["aaa", "aa7", "aba", "777", "aaa", "777"]);
}

#[test]
fn the_other_language_lends_its_ids_where_it_has_the_same_shape() {
    let like =
        "## Diagnosis\n- [ ] One <!-- s:one -->\n  - [ ] Two <!-- s:two -->\n## Mitigation\n- [ ] Three <!-- s:three -->\n";
    let source = "## Diagnosis\n- [ ] 壱\n  - [ ] 弐\n## Mitigation\n- [ ] 参 <!-- s:three -->\n";
    let expected = "## Diagnosis\n- [ ] 壱 <!-- s:one -->\n  - [ ] 弐 <!-- s:two -->\n## Mitigation\n- [ ] 参 <!-- s:three -->\n";
    assert_eq!(written_like(source, Some(like)), expected);
    for other in [
        "## Diagnosis\n- [ ] 壱\n- [ ] 弐\n## Mitigation\n- [ ] 参\n",
        "## Diagnosis\n- [ ] 壱\n  - [ ] 弐\n- [ ] 参\n",
        "## Diagnosis\n- [ ] 壱\n  - [ ] 弐\n## Mitigation\n- [ ] 参 <!-- s:four -->\n",
        "## Diagnosis\n- [ ] 壱\n  - [ ] 弐\n## Mitigation\n- [ ] 参\n  ```sh\n  ls\n  ```\n",
    ] {
        let document = parse(&written_like(other, Some(like)));
        assert!(document.steps.iter().all(|step| step.id.as_ref().is_some_and(|id| id.as_str() != "one")), "{other}");
    }
}

#[test]
fn a_source_that_would_grow_too_large_stays_as_it_is() {
    let source = format!("- [ ] Go\n\n{}", "a".repeat(SOURCE_BYTES_MAX - 12));
    assert_eq!(written(&source), source);
}

proptest! {
    #[test]
    fn every_step_has_an_id_afterwards(source in sources(), seed in any::<u32>()) {
        let mut next = seed;
        let after = write(&source, None, &mut || {
            next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            next >> 8
        });
        let document = parse(&after);
        let mut without = document.steps.iter().filter(|step| step.id.is_none());
        prop_assert!(without.all(|step| step.title.is_empty() || !Which::WithWords.has(&after, step)), "{:?}", after);
        prop_assert!(keeps_steps((&source, &parse(&source)), &after), "{:?}", after);
        if !source.contains("s:") {
            prop_assert_eq!(without_ids(&after), source);
        }
    }

    #[test]
    fn checklists_keep_their_steps(titles in prop::collection::vec("[a-zあ-ん *_]{1,20}", 1..8), depths in prop::collection::vec(0..3_usize, 8)) {
        let mut depth = 0;
        let lines = titles.iter().zip(depths).map(|(title, wanted)| {
            depth = wanted.min(depth + 1);
            format!("{}- [ ] T{title}\n", "  ".repeat(depth))
        });
        let source = lines.collect::<String>();
        let (before, after) = (parse(&source), parse(&written(&source)));
        let shape = |document: &Document| document.steps.iter().map(|step| (step.title.clone(), step.parent)).collect::<Vec<_>>();
        prop_assert_eq!(before.steps.len(), titles.len());
        prop_assert_eq!(shape(&before), shape(&after));
    }
}
