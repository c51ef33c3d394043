//! What a Markdown title says as plain text: rows of timelines are read in lists, feeds and searches, where marks would stand in the way.

use pulldown_cmark::{Event, Parser};

/// Longest title in a row of a timeline, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// A title on one line, without marks and without what cannot be seen; cut where it is too long.
pub(super) fn plain_title(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for event in Parser::new(markdown) {
        match event {
            // What looks like HTML is often a placeholder, like <node>: it is part of what is said.
            Event::Text(piece) | Event::Code(piece) | Event::InlineHtml(piece) | Event::Html(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    shortened(&words.join(" "))
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= TITLE_CHARS_MAX {
        return title.to_owned();
    }
    title.chars().take(TITLE_CHARS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off_and_words_stay() {
        for (markdown, plain) in [
            ("Run `df -h` on **every** node", "Run df -h on every node"),
            ("*Yagura host:* read [the manual](https://example.org/a)", "Yagura host: read the manual"),
            ("Restart snake_case_name on <node>", "Restart snake_case_name on <node>"),
            ("ディスクを **今すぐ** 調べる", "ディスクを 今すぐ 調べる"),
            ("1 \\* 2 &amp; 3", "1 * 2 & 3"),
            ("", ""),
        ] {
            assert_eq!(plain_title(markdown), plain);
        }
    }

    #[test]
    fn a_title_is_one_line_of_at_most_200_characters() {
        assert_eq!(plain_title("one\n  two\u{7}"), "one two");
        let long = plain_title(&"あ".repeat(300));
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
    }
}
