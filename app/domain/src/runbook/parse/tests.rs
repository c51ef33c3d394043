//! Runbooks of every shape, and texts that are none.

pub(crate) mod made;

use proptest::prelude::*;

use self::made::{lost, sources};
use super::*;
use crate::runbook::{Decision, Need, Risk, STEPS_MAX};

const HEAD: &str = "---\nid: a\n---\n";

/// A document whose head is good, and its mistakes.
fn parsed(body: &str) -> (Document, Vec<(&'static str, String)>) {
    let source = format!("{HEAD}{body}");
    let document = parse(&source);
    assert_eq!(lost(&source, &document), "");
    let mistakes =
        document.mistakes.iter().map(|finding| (finding.code.name(), source[finding.span.clone()].to_owned())).collect();
    (document, mistakes)
}

/// One that has no mistakes.
fn good(body: &str) -> Document {
    let (document, mistakes) = parsed(body);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    document
}

fn ids(document: &Document) -> Vec<String> {
    let id = |step: &Step| step.id.as_ref().map(ToString::to_string).unwrap_or_default();
    document.steps.iter().map(id).collect()
}

fn titles(document: &Document) -> Vec<&str> {
    document.steps.iter().map(|step| step.title.as_str()).collect()
}

/// What stands in a section: prose as it is, steps by their titles in brackets.
fn parts(document: &Document, section: usize) -> Vec<String> {
    let shown = |part: &Part| match part {
        Part::Prose { markdown, .. } => markdown.clone(),
        Part::Step(place) => format!("[{}]", document.steps[*place].title),
    };
    document.sections[section].parts.iter().map(shown).collect()
}

/// What stands in a step: `p`, `c` and its language, or `e`, and the text.
fn blocks(step: &Step) -> Vec<(String, &str)> {
    step.blocks.iter().map(shown).collect()
}

fn shown(block: &Block) -> (String, &str) {
    match block {
        Block::Prose { markdown, .. } => ("p".to_owned(), markdown.as_str()),
        Block::Code { language, code, .. } => (format!("c {}", language.as_deref().unwrap_or_default()), code.as_str()),
        Block::Expect { text, .. } => ("e".to_owned(), text.as_str()),
    }
}

fn block<'a>(kind: &str, text: &'a str) -> (String, &'a str) {
    (kind.to_owned(), text)
}

#[test]
fn a_runbook_is_read() {
    let document = good(
        "# a\n\nWhat this is.\n\n## Meaning\n\nIt **rings**.\n\n### Deeper\n\n- a\n- b\n\n## Diagnosis\n\nLook first.\n\n\
         - [ ] Does it answer? <!-- s:answer needs=ssh -->\n  Ask *twice*.\n  ```sh\n  curl -f {{url}}\n    indented\n  ```\n  ```expect\n  ok\n  ```\n\
         - [x] Who? <!-- s:who decision us=act them=answer max=2 -->\n  - `us`: we do\n  - `them`: they do\n\n\
         ## Mitigation ##\n- [ ] Act <!-- s:act risk=high -->\n\nAfter it.\n\n## 独自\n",
    );
    let sections: Vec<(SectionKind, &str)> =
        document.sections.iter().map(|section| (section.kind, section.heading.as_str())).collect();
    assert_eq!(
        sections,
        [
            (SectionKind::Preamble, ""),
            (SectionKind::Meaning, "Meaning"),
            (SectionKind::Diagnosis, "Diagnosis"),
            (SectionKind::Mitigation, "Mitigation"),
            (SectionKind::Other, "独自"),
        ]
    );
    assert_eq!(parts(&document, 0), ["# a\n\nWhat this is."]);
    assert_eq!(parts(&document, 1), ["It **rings**.\n\n### Deeper\n\n- a\n- b"]);
    assert_eq!(parts(&document, 2), ["Look first.", "[Does it answer?]", "[Who?]"]);
    assert_eq!(parts(&document, 3), ["[Act]", "After it."]);
    assert_eq!(ids(&document), ["answer", "who", "act"]);
    let [answer, who, act] = document.steps.as_slice() else { panic!("{document:?}") };
    assert_eq!(blocks(answer), [block("p", "Ask *twice*."), block("c sh", "curl -f {{url}}\n  indented\n"), block("e", "ok")]);
    assert_eq!(blocks(who), [block("p", "- `us`: we do\n- `them`: they do")]);
    assert_eq!(answer.flags.needs, [Need::Ssh]);
    assert_eq!(act.flags.risk, Some(Risk::High));
    let targets = [("us", "act"), ("them", "answer")].map(|(answer, target)| (answer.to_owned(), target.parse().unwrap()));
    assert_eq!(who.flags.decision, Some(Decision { answers: targets.to_vec(), max: Some(2) }));
    assert_eq!(
        [answer, who, act].map(|step| (step.section, step.depth, step.is_ticked)),
        [(2, 1, false), (2, 1, true), (3, 1, false)]
    );
}

#[test]
fn spans_are_places_in_the_source() {
    let body = "## Diagnosis\n\n- [ ] Eins\n  zwei\n\n  ```sh\n  ls\n  ```\n- [ ] Ümläut <!-- s:ä critical -->\n  もっと\n";
    let source = format!("{HEAD}{body}");
    let document = parse(&source);
    let [first, second] = document.steps.as_slice() else { panic!("{document:?}") };
    assert_eq!(&source[document.sections[0].span.clone()], "## Diagnosis");
    assert_eq!(&source[first.span.clone()], "- [ ] Eins\n  zwei\n\n  ```sh\n  ls\n  ```");
    assert_eq!((&source[first.title_span.clone()], first.title.as_str()), ("Eins\n  zwei", "Eins zwei"));
    let Block::Code { span, .. } = &first.blocks[0] else { panic!("{first:?}") };
    assert_eq!(&source[span.clone()], "```sh\n  ls\n  ```");
    assert_eq!(&source[second.title_span.clone()], "Ümläut <!-- s:ä critical -->");
    assert_eq!(&source[second.comment_span.clone().unwrap()], "<!-- s:ä critical -->");
    assert_eq!(blocks(second), [block("p", "もっと")]);
    assert_eq!((second.id.clone(), second.flags.is_critical), (None, true));
    let [mistake] = document.mistakes.as_slice() else { panic!("{document:?}") };
    assert_eq!((mistake.code, &source[mistake.span.clone()]), (Code::IdShape, "ä"));
}

#[test]
fn the_comment_ends_the_title_wherever_it_stands() {
    for (item, title, prose) in [
        ("- [ ] Copy it <!-- s:a -->\n  More `words`\n  and more", "Copy it", "More `words`\nand more"),
        ("- [ ] Copy it\n  to a disk <!-- s:a -->\n  More", "Copy it to a disk", "More"),
        ("- [ ] Copy <!-- s:a --> it\n  More", "Copy it", "More"),
        ("- [ ] <!-- s:a --> Copy it\n  More", "Copy it", "More"),
        ("- [ ] <!-- s:a -->\n  Copy it\n  now", "Copy it now", ""),
        ("- [ ] Copy it\n  <!-- s:a -->\n  More", "Copy it", "More"),
        ("- [ ] Copy it <!-- s:a --> <!-- not\n  checked --> now\n  More", "Copy it now", "More"),
        ("- [ ] Copy it <!-- not checked: b --> <!-- s:a -->", "Copy it", ""),
        ("- [ ] Copy it <!-- s:a -->\n  <!-- not checked: b -->", "Copy it", "<!-- not checked: b -->"),
        ("- [ ]\n  Copy it <!-- s:a -->\n  More", "Copy it", "More"),
        ("- [ ] Copy it <!--s:a-->", "Copy it", ""),
        ("- [ ] Copy it <!-- s:a\n  critical -->\n  More", "Copy it", "More"),
        ("- [ ] Copy it\\\n  now <!-- s:a -->", "Copy it now", ""),
        ("- [ ] 写しを　取る <!-- s:a -->\n  もっと", "写しを　取る", "もっと"),
        ("- [ ] Copy <b>it</b> `<!-- s:b -->` <!-- s:a -->", "Copy <b>it</b> `<!-- s:b -->`", ""),
        ("- [ ] Copy it <!-- s:a -->\n  ===\n  More", "Copy it", "More"),
    ] {
        let document = good(&format!("## Diagnosis\n\n{item}\n"));
        assert_eq!((ids(&document), titles(&document)), (vec!["a".to_owned()], vec![title]), "{item}");
        let found: String = blocks(&document.steps[0]).into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, prose, "{item}");
    }
}

#[test]
fn without_a_comment_the_whole_paragraph_is_the_title() {
    let document = good("- [ ] One\n  two\n  three\n\n  Four\n- [ ]\n- [ ]\n  ```sh\n  ls\n  ```\n");
    assert_eq!(titles(&document), ["One two three", "", ""]);
    assert_eq!(blocks(&document.steps[0]), [block("p", "Four")]);
    assert_eq!(blocks(&document.steps[2]), [block("c sh", "ls\n")]);
}

#[test]
fn steps_nest_as_deep_as_they_may() {
    let (document, mistakes) = parsed(
        "- [ ] a <!-- s:a -->\n  Before.\n  1. [ ] b <!-- s:b -->\n     ```\n     x\n     ```\n     - [ ] c <!-- s:c -->\n       - [ ] d <!-- s:d -->\n\
         \x20 2. [x] e <!-- s:e -->\n\n  After.\n- [ ] f <!-- s:f -->\n",
    );
    assert_eq!(ids(&document), ["a", "b", "c", "e", "f"]);
    let below: Vec<(Option<usize>, usize)> = document.steps.iter().map(|step| (step.parent, step.depth)).collect();
    assert_eq!(below, [(None, 1), (Some(0), 2), (Some(1), 3), (Some(0), 2), (None, 1)]);
    assert_eq!(blocks(&document.steps[0]), [block("p", "Before."), block("p", "After.")]);
    assert_eq!(blocks(&document.steps[1]), [block("c ", "x\n")]);
    assert_eq!(blocks(&document.steps[2]), [block("p", "- [ ] d <!-- s:d -->")]);
    assert_eq!(mistakes, [("too-deep", "- [ ] d <!-- s:d -->".to_owned())]);
    assert_eq!(document.children(0).collect::<Vec<usize>>(), [1, 3]);
}

#[test]
fn what_is_no_step_is_prose_of_where_it_stands() {
    let document = good(
        "## Diagnosis\n\n- plain\n- [ ] a <!-- s:a -->\n  - plain\n    - [ ] no step\n  - [ ] b <!-- s:b -->\n  - plain too\n- plain\n\n\
         > - [ ] quoted\n\n- - [ ] in a list\n\n- [-] no box\n- [ ]no blank\n\n    - [ ] code\n",
    );
    assert_eq!(ids(&document), ["a", "b"]);
    assert_eq!(
        parts(&document, 0),
        ["- plain", "[a]", "- plain\n\n> - [ ] quoted\n\n- - [ ] in a list\n\n- [-] no box\n- [ ]no blank\n\n    - [ ] code",]
    );
    assert_eq!(blocks(&document.steps[0]), [block("p", "- plain\n  - [ ] no step"), block("p", "- plain too")]);
}

#[test]
fn code_loses_its_indentation_and_nothing_else() {
    let document = good(
        "1. [ ] a <!-- s:a -->\n\n   ````yaml title=x\n   a:\n     - ```\n\n\t  b\n   ````\n\n       indented\n         more\n\n   ~~~Expect\n   あ\n\n   い\n   ~~~\n\
         -   [ ] b <!-- s:b -->\n    Text\n      further\n    ```sh{x}\n    ls\n",
    );
    assert_eq!(
        blocks(&document.steps[0]),
        [block("c yaml", "a:\n  - ```\n\n   b\n"), block("c ", "indented\n  more\n"), block("e", "あ\n\nい"),]
    );
    assert_eq!(blocks(&document.steps[1]), [block("p", "Text\n  further"), block("c sh", "ls\n")]);
}

#[test]
fn comments_that_belong_to_no_step_are_told() {
    let body = "Text <!-- s:a -->\n\n- plain <!-- s:b -->\n- [ ] c <!-- s:c --> <!-- s:d -->\n  ok <!-- fine -->\n\n  <!-- s:e -->\n\n`<!-- s:f -->`\n";
    let (document, mistakes) = parsed(body);
    assert_eq!(ids(&document), ["c"]);
    let expected = ["<!-- s:a -->", "<!-- s:b -->", "<!-- s:d -->", "<!-- s:e -->"];
    assert_eq!(mistakes, expected.map(|place| ("comment-unreadable", place.to_owned())));
    let (_, mistakes) = parsed("- [ ] c <!-- s:c risk=huge -->\n");
    assert_eq!(mistakes, [("attribute-value", "risk=huge".to_owned())]);
}

#[test]
fn only_a_heading_of_the_second_level_begins_a_section() {
    let document = good("#a\n\n# A\n\nSet\n---\n\n> ## quoted\n\n```\n## code\n```\n\n##no\n\n## C# ##\n\n### three\n##\n");
    let headings: Vec<&str> = document.sections.iter().map(|section| section.heading.as_str()).collect();
    assert_eq!(headings, ["", "C#", ""]);
    assert_eq!(document.sections[2].kind, SectionKind::Other);
    assert_eq!(parts(&document, 1), ["### three"]);
}

#[test]
fn a_text_without_head_or_sections_is_read_too() {
    let document = parse("\u{feff}- [ ] a <!-- s:a -->\r\n  b\r\n  ```sh\r\n  ls\r\n  ```\r\n");
    assert_eq!(document.mistakes.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::FrontMissing]);
    assert_eq!((ids(&document), document.sections[0].kind), (vec!["a".to_owned()], SectionKind::Preamble));
    assert_eq!(blocks(&document.steps[0]), [block("p", "b"), block("c sh", "ls\n")]);
    assert!(parse("").sections.is_empty());
    assert!(parse(HEAD).sections.is_empty() && parse(HEAD).mistakes.is_empty());
}

#[test]
fn what_is_too_much_stays_to_be_read() {
    let many: Vec<String> = (0..STEPS_MAX + 5).map(|number| format!("- [ ] Step {number} <!-- s:s-{number} -->\n")).collect();
    let (document, mistakes) = parsed(&many.concat());
    assert_eq!(document.steps.len(), STEPS_MAX);
    assert_eq!(mistakes, [("too-many-steps", format!("- [ ] Step {STEPS_MAX} <!-- s:s-{STEPS_MAX} -->"))]);
    let large = format!("{HEAD}- [ ] a <!-- s:a -->\n{}", "あ\n".repeat(SOURCE_BYTES_MAX / 4 + 1));
    let document = parse(&large);
    assert_eq!(document.mistakes.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::TooLarge]);
    assert!(document.steps.is_empty());
    assert_eq!(lost(&large, &document), "");
    for deep in ["> ".repeat(1_000), "- ".repeat(1_000), "1. ".repeat(1_000)] {
        let (document, mistakes) = parsed(&format!("- [ ] a <!-- s:a -->\n\n{deep}x\n"));
        assert_eq!(mistakes, [("too-deep", String::new())]);
        assert!(document.steps.is_empty() && document.sections.len() == 1);
    }
    assert_eq!(good(&format!("a\n\n{}\n\n- [ ] b <!-- s:b -->\n", "- ".repeat(1_000))).steps.len(), 1);
    let comments = "<!-- s:a --> x\n\n".repeat(1_000);
    assert_eq!(parsed(&comments).0.mistakes.len(), MISTAKES_MAX);
}

#[test]
fn the_kept_form_has_one_line_end_at_its_end() {
    for (source, kept) in [("", ""), ("\n\n", ""), ("a", "a\n"), ("\u{feff}a\r\nb\rc\n\n\n", "a\nb\nc\n"), ("a\n \n", "a\n \n")] {
        assert_eq!(canonical(source), kept, "{source:?}");
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_whatever_the_text(source in sources()) {
        let document = parse(&source);
        prop_assert_eq!(lost(&source, &document), "");
        for finding in &document.mistakes {
            prop_assert!(source.get(finding.span.clone()).is_some(), "{:?}", finding);
        }
    }

    #[test]
    fn a_document_holds_together(source in sources()) {
        let document = parse(&source);
        for (place, step) in document.steps.iter().enumerate() {
            prop_assert!(step.section < document.sections.len());
            prop_assert!(!step.title.contains(['\n', '\r']));
            prop_assert!(step.span.start <= step.title_span.start && step.title_span.end <= step.span.end);
            if let Some(comment) = &step.comment_span {
                prop_assert!(step.title_span.start <= comment.start && comment.end <= step.title_span.end);
            }
            match step.parent {
                None => {
                    prop_assert_eq!(step.depth, 1);
                    prop_assert!(document.sections[step.section].parts.contains(&Part::Step(place)));
                }
                Some(parent) => {
                    prop_assert!(parent < place);
                    prop_assert_eq!(step.depth, document.steps[parent].depth + 1);
                    prop_assert_eq!(step.section, document.steps[parent].section);
                }
            }
        }
        for section in &document.sections {
            for part in &section.parts {
                if let Part::Prose { markdown, span } = part {
                    prop_assert_eq!(&source[span.clone()], markdown);
                    prop_assert!(!markdown.trim().is_empty());
                }
            }
        }
    }

    #[test]
    fn the_kept_form_stays_as_it_is(source in prop_oneof![sources(), "[a\r\n\u{feff} ]{0,12}"]) {
        let kept = canonical(&source);
        prop_assert_eq!(canonical(&kept), kept.clone());
        prop_assert!(kept.is_empty() || (kept.ends_with('\n') && !kept.ends_with("\n\n")));
        let is_clean = !kept.contains('\r') && !kept.starts_with('\u{feff}');
        prop_assert!(is_clean);
    }
}
