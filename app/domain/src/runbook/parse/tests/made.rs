//! Made-up sources, and what a document has lost of one.

use proptest::prelude::*;

use crate::runbook::{Block, Document, Part, Span};

/// Pieces of runbooks, good and broken.
const PIECES: [&str; 72] = [
    "- [ ] ",
    "- [x] ",
    "* [ ] ",
    "1. [ ] ",
    "  - [ ] ",
    "    - [ ] ",
    "      - [ ] ",
    "        - [ ] ",
    "- [ ]",
    "- ",
    "  - ",
    "> ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "Copy data",
    "a",
    "データを写す",
    "é",
    "\u{3000}",
    "## Diagnosis\n",
    "\n## Other ##\n",
    "# One\n",
    "### Three\n",
    "```sh\n",
    "  ```expect\n",
    "```\n",
    "  ```\n",
    "    ~~~\n",
    "kubectl get pod {{pod}}\n",
    "<!-- s:a -->",
    " <!-- s:b risk=high critical -->\n",
    "  <!-- s:c -->\n",
    "<!-- s: critical -->",
    "<!-- s:No_Id -->",
    "<!-- not checked: x -->",
    "<!--",
    "-->",
    "<!D ",
    "<?",
    "<b a=\"",
    "\">",
    "<details>\n",
    "`",
    "``",
    "*",
    "**",
    "\\",
    "\\\n",
    "[a](",
    ")",
    "[a]",
    "[a]: /b\n",
    "a | b",
    "|",
    "--|--\n",
    "===\n",
    "---\n",
    "***\n",
    "id: a\n",
    "\u{feff}",
    "\0",
    "\u{b}",
    "{#x}",
    "12",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

/// Lines of checklists, some of them broken.
fn lines() -> impl Strategy<Value = String> {
    let line = (0..5_usize, prop::sample::select(vec!["- [ ] ", "- [x] ", "1. [ ] ", "- ", "", "```sh", "```", "## "]), pieces());
    prop::collection::vec(line, 0..8).prop_map(|lines| {
        let line = |(depth, sign, rest): (usize, &str, String)| format!("{}{sign}{rest}\n", "  ".repeat(depth));
        lines.into_iter().map(line).collect()
    })
}

/// Anything, pieces of runbooks in any order, and checklists; with and without a head.
pub(crate) fn sources() -> impl Strategy<Value = String> {
    let body = prop_oneof![1 => any::<String>(), 3 => pieces(), 3 => lines()];
    (any::<bool>(), body).prop_map(|(has_head, body)| if has_head { format!("---\nid: a\n---\n{body}") } else { body })
}

/// Letters and digits of a source that stand in no part of its document.
pub(crate) fn lost(source: &str, document: &Document) -> String {
    let mut is_kept = vec![false; source.len()];
    let mut keep = |span: &Span| is_kept[span.clone()].fill(true);
    keep(&document.front.span);
    for section in &document.sections {
        keep(&section.span);
        for part in &section.parts {
            if let Part::Prose { span, .. } = part {
                keep(span);
            }
        }
    }
    for step in &document.steps {
        keep(&step.title_span);
        step.comment_span.iter().for_each(&mut keep);
        for block in &step.blocks {
            match block {
                Block::Prose { span, .. } | Block::Code { span, .. } | Block::Expect { span, .. } => keep(span),
            }
        }
        // The number of an item and the `x` in its box.
        let item = &source[step.span.clone()];
        let box_end = item.find(']').unwrap() + 1;
        let sign = item[..box_end].trim_end_matches(']').trim_end_matches(['x', 'X', ' ', '\t', '\u{b}', '\u{c}']);
        assert!(sign.ends_with('[') && !sign.contains(char::is_alphabetic), "{item:?}");
        keep(&(step.span.start..step.span.start + box_end));
    }
    source.char_indices().filter(|(at, c)| c.is_alphanumeric() && !is_kept[*at]).map(|(_, c)| c).collect()
}
