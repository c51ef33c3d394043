//! What people write, as HTML that is safe to show. Markdown is read by `pulldown-cmark`; HTML in it is text, pictures are their words, and
//! what comes out is sanitized once more by `ammonia`, so that a fault in one of the two lets nothing through.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html as writer};

/// Tags that may stand in a text. No picture among them: one from elsewhere would tell that site who reads.
pub(super) const TAGS: [&str; 25] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];

static SANITIZER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    let mut tags: HashSet<&str> = TAGS.into_iter().collect();
    tags.insert("ul");
    builder
        .tags(tags)
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
            ("input", HashSet::from(["type", "checked", "disabled"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
});

fn parser(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    Parser::new_ext(markdown, options).filter_map(|event| match event {
        // Whoever writes `<b>` means to show `<b>`.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        // A line break that somebody typed is one.
        Event::SoftBreak => Some(Event::HardBreak),
        // Of a picture its words stay.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        // The page has its own first and second headings.
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: lowered(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lowered(level)))),
        other => Some(other),
    })
}

pub(super) fn lowered(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H3, H4, H5, H6};
    match level as usize {
        1 => H3,
        2 => H4,
        3 => H5,
        _ => H6,
    }
}

/// A text as HTML.
pub(in crate::web) fn html(markdown: &str) -> String {
    let mut written = String::with_capacity(markdown.len() + markdown.len() / 2);
    writer::push_html(&mut written, parser(markdown));
    SANITIZER.clean(&written).to_string()
}

/// A text as its words, paragraphs and items of lists on lines of their own.
pub(in crate::web) fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let line = |text: &mut String| {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
    };
    for event in parser(markdown) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&without_breaks(words)),
            Event::Start(Tag::Item) => {
                line(&mut text);
                text.push_str("- ");
            }
            Event::TaskListMarker(is_done) => text.push_str(if is_done { "[x] " } else { "[ ] " }),
            Event::End(TagEnd::TableCell) => text.push(' '),
            Event::HardBreak
            | Event::Rule
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::BlockQuote(_)
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => line(&mut text),
            _ => {}
        }
    }
    text.trim_end().to_owned()
}

/// Lines of code end as lines do.
fn without_breaks(words: CowStr<'_>) -> String {
    words.replace('\r', "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_most_is_shown_as_they_mean_it() {
        assert_eq!(html("a\nb"), "<p>a<br>\nb</p>\n");
        assert_eq!(html("**b** `c` ~~d~~"), "<p><strong>b</strong> <code>c</code> <del>d</del></p>\n");
        assert!(html("- [x] done\n- [ ] not").contains(r#"type="checkbox""#));
        assert!(html("# Big").starts_with("<h3>"));
        assert_eq!(
            html("[us](https://example.org/)"),
            "<p><a href=\"https://example.org/\" rel=\"nofollow noopener noreferrer\">us</a></p>\n"
        );
        assert!(html("| a | b |\n|---|---|\n| 1 | 2 |").contains("<td>1</td>"));
    }

    #[test]
    fn nothing_in_a_text_can_do_anything() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "[a](data:text/html,x)",
            "![p](https://evil.example/pixel.png)",
            "<a href=\"https://x\" onclick=\"y\">z</a>",
            "<style>*{display:none}</style>",
            "[a](/desk/sign-out)",
        ] {
            let html = html(hostile);
            for word in ["<script", "<img", "javascript:", "data:", "evil.example", "<style", "href=\"/desk"] {
                assert!(!html.contains(word), "{hostile}: {html}");
            }
            // As words they may stand there, as a tag they do not.
            let tags: Vec<&str> = html.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
            assert!(tags.iter().all(|tag| !tag.contains("onclick") && !tag.contains("onerror")), "{hostile}: {html}");
        }
    }

    #[test]
    fn words_stay_words() {
        assert_eq!(plain("**We** look.\n\nSoon `more`.\n\n- one\n- two"), "We look.\nSoon more.\n- one\n- two");
        assert_eq!(plain("調査しています。\n復旧しました。"), "調査しています。\n復旧しました。");
        assert_eq!(plain("a <b>c</b>"), "a <b>c</b>");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag_that_is_not_allowed(text in ".{0,200}") {
            let html = html(&text);
            for (at, _) in html.match_indices('<') {
                let name: String = html[at + 1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                prop_assert!(name == "ul" || TAGS.contains(&name.as_str()), "{name} in {html}");
            }
            plain(&text);
        }
    }
}
