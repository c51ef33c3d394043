//! What a revision of a postmortem says, as pages show it: Markdown as safe HTML, live blocks filled from the record, withheld passages as a word in
//! their place. Pictures stand in it only if they are its own.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use app::data::{BodyAction, BodyBlock, BodyPiece, BodyRow, BodyRun};
use app::format;
use app::i18n::Text;
use domain::postmortem::block::{Block, Piece, pieces};
use domain::postmortem::frozen::{ActionRow, Record, Shown, TimelineRow};
use domain::postmortem::{outline, withheld};
use domain::text::Language;
use jiff::civil::Date;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html as writer};
use uuid::Uuid;

use super::postmortem_marks::{Marker, Passage};
use super::{FluentMessages, markdown};
use crate::service::postmortems::board::PICTURE;

static SANITIZER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    let tags: HashSet<&str> = markdown::TAGS.into_iter().chain(["ul", "h2", "img", "span", "mark"]).collect();
    builder
        .tags(tags)
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "aria-label"])),
            ("ol", HashSet::from(["start"])),
            ("input", HashSet::from(["type", "checked", "disabled"])),
            ("img", HashSet::from(["src", "alt", "loading"])),
        ]))
        .generic_attributes(HashSet::from(["id"]))
        .allowed_classes(HashMap::from([("span", HashSet::from(["withheld"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        // The only ones that are left are our own.
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
});

/// What stands in the place of a withheld passage while Markdown is read: private use (Unicode 16, 23.5), one character.
const HIDDEN: char = '\u{E0F6}';
pub(super) const HIDDEN_TEXT: &str = "\u{E0F6}";

/// What of Markdown there is beyond CommonMark.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// Who reads, and where pictures are for them.
pub(in crate::web) struct Reading<'r> {
    pub(in crate::web) text: Text,
    /// What stands before the id of a picture in an address: `/postmortems/slug/files/`.
    pub(in crate::web) pictures: &'r str,
    /// Passages that comments speak of; only at the desk.
    pub(in crate::web) passages: &'r [Passage],
}

impl<'r> Reading<'r> {
    pub(in crate::web) fn new(language: Language, pictures: &'r str) -> Self {
        Self { text: Text::new(Arc::new(FluentMessages), language), pictures, passages: &[] }
    }
}

/// The id of an own picture: `files/<uuid>`.
fn picture(address: &str) -> Option<Uuid> {
    address.strip_prefix("./").unwrap_or(address).strip_prefix(PICTURE)?.parse().ok()
}

/// Turns what stands in a text into what is shown of it, one part after the other: headings are counted over all of them.
struct Writer<'w> {
    reading: &'w Reading<'w>,
    headings: usize,
    marker: Marker<'w>,
}

impl Writer<'_> {
    /// One part of a text as HTML. What is withheld is one [`HIDDEN`] in it.
    fn html(&mut self, text: &str) -> String {
        // A heading that stands below the page's own is one deeper at least.
        let mut events: Vec<Event<'_>> = Vec::new();
        let (mut skipped_picture, mut in_picture) = (false, false);
        let word = self.reading.text.get("story-withheld");
        for event in Parser::new_ext(text, OPTIONS) {
            match event {
                Event::Html(words) | Event::InlineHtml(words) => events.push(Event::Text(words)),
                Event::Start(Tag::HtmlBlock) => events.push(Event::Start(Tag::Paragraph)),
                Event::End(TagEnd::HtmlBlock) => events.push(Event::End(TagEnd::Paragraph)),
                Event::SoftBreak => events.push(Event::HardBreak),
                Event::Start(Tag::Heading { level, .. }) => {
                    let id = outline::id(self.headings);
                    self.headings += 1;
                    let (level, id) = (below(level), Some(CowStr::from(id)));
                    events.push(Event::Start(Tag::Heading { level, id, classes: Vec::new(), attrs: Vec::new() }));
                }
                Event::End(TagEnd::Heading(level)) => events.push(Event::End(TagEnd::Heading(below(level)))),
                // Of a picture that is not ours its words stay: one from elsewhere would tell that site who reads.
                Event::Start(Tag::Image { link_type, dest_url, id, .. }) => match picture(&dest_url) {
                    Some(own) => {
                        in_picture = true;
                        let dest_url = CowStr::from(format!("{}{own}", self.reading.pictures));
                        events.push(Event::Start(Tag::Image { link_type, dest_url, title: CowStr::Borrowed(""), id }));
                    }
                    None => skipped_picture = true,
                },
                Event::End(TagEnd::Image) if skipped_picture => skipped_picture = false,
                Event::End(TagEnd::Image) => {
                    in_picture = false;
                    events.push(Event::End(TagEnd::Image));
                }
                // Its words become an attribute, in which nothing can be marked.
                Event::Text(words) if in_picture => events.push(Event::Text(CowStr::from(words.replace(HIDDEN, &word)))),
                Event::Code(words) if in_picture => events.push(Event::Code(CowStr::from(words.replace(HIDDEN, &word)))),
                // A link within the site could do something; one within the text leads to a heading.
                Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                    // An address of which a part is withheld leads nowhere.
                    let is_relative = !dest_url.contains(':') || dest_url.contains(HIDDEN);
                    let dest_url = if is_relative && (!dest_url.starts_with('#') || dest_url.contains(HIDDEN)) {
                        CowStr::Borrowed("#")
                    } else {
                        dest_url
                    };
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title: CowStr::Borrowed(""), id }));
                }
                other => events.push(other),
            }
        }
        let mut written = String::with_capacity(text.len() * 2);
        writer::push_html(&mut written, self.marker.mark(events).into_iter());
        let clean = self.usable(&SANITIZER.clean(&written).to_string());
        clean.replace(HIDDEN, &format!("<span class=\"withheld\">{}</span>", super::markup::escape(&word)))
    }
}

impl Writer<'_> {
    /// Clean HTML with what Markdown cannot say: what is wide can be scrolled by keys, a box says whether it is ticked, and a head without words is
    /// none. What is clean has these tags in one form only.
    fn usable(&self, clean: &str) -> String {
        if !["<table>", "<pre>", "<input"].iter().any(|tag| clean.contains(tag)) {
            return clean.to_owned();
        }
        let word = |key| super::markup::escape(&self.reading.text.get(key));
        let (done, open) = (word("story-task-done"), word("story-task-open"));
        clean
            .replace("<table>", "<div class=\"table-scroll\" tabindex=\"0\"><table>")
            .replace("</table>", "</table></div>")
            .replace("<pre>", "<pre tabindex=\"0\">")
            .replace("<th></th>", "<td></td>")
            .replace("type=\"checkbox\" checked=\"\">", &format!("type=\"checkbox\" checked=\"\" aria-label=\"{done}\">"))
            .replace("type=\"checkbox\">", &format!("type=\"checkbox\" aria-label=\"{open}\">"))
    }
}

const fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H2,
        other => other,
    }
}

/// A text with its blocks, in pieces.
pub(in crate::web) fn body(reading: &Reading<'_>, text: &str, record: &Record) -> Vec<BodyPiece> {
    let marker = Marker::new(reading.passages, reading.text.get("comment-of-passage"));
    let mut writer = Writer { reading, headings: 0, marker };
    // Before blocks are looked for: the bar within a block would take a mark apart.
    let hidden = withheld::without(&text.replace(HIDDEN, ""), HIDDEN_TEXT);
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => BodyPiece::Html(writer.html(text)),
        Piece::Block(block, _) => {
            let caption = block.caption.as_deref().map(|caption| caption.replace(HIDDEN, &reading.text.get("story-withheld")));
            BodyPiece::Block { caption, block: shown(reading, &block, record) }
        }
    };
    pieces(&hidden)
        .0
        .into_iter()
        .map(piece)
        .filter(|piece| !matches!(piece, BodyPiece::Html(html) if html.trim().is_empty()))
        .collect()
}

/// Headings of a text, without what is withheld.
pub(in crate::web) fn headings(reading: &Reading<'_>, text: &str) -> Vec<outline::Heading> {
    outline::headings(&withheld::without(text, &reading.text.get("story-withheld")))
}

/// What everybody may read of a text, as it was written.
pub(in crate::web) fn told(reading: &Reading<'_>, text: &str) -> String {
    withheld::without(text, &format!("[{}]", reading.text.get("story-withheld")))
}

/// The first words of a text, for previews.
pub(in crate::web) fn first_words(reading: &Reading<'_>, text: &str, characters: usize) -> String {
    let told = told(reading, text);
    let prose: String = pieces(&told)
        .0
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Text(text) => Some(text),
            Piece::Block(..) => None,
        })
        .collect();
    let lines = prose.lines().filter(|line| !line.trim_start().starts_with(['#', '|', '`'])).collect::<Vec<_>>().join("\n");
    let plain = markdown::plain(&lines);
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= characters { words } else { words.chars().take(characters - 1).chain(['…']).collect() }
}

fn day(text: &Text, written: &str) -> String {
    written.parse::<Date>().map_or_else(|_| written.to_owned(), |date| format::date(text, date))
}

/// A row of a timeline as it is shown.
pub(in crate::web) fn row(reading: &Reading<'_>, row: &TimelineRow) -> BodyRow {
    let language = reading.text.language();
    let said = row.said.as_ref();
    let word = reading.text.get("story-withheld");
    BodyRow {
        at: row.at,
        precision: row.precision,
        is_starred: row.is_starred,
        kind: said.map(|said| said.kind),
        html: said.map(|said| markdown::html(&withheld::without(said.body.get(language), &word))),
        rejected: said.map(|said| said.rejected.clone()).unwrap_or_default(),
        hypothesis: said.and_then(|said| said.hypothesis),
        markers: said.map(|said| said.markers.clone()).unwrap_or_default(),
    }
}

fn action(reading: &Reading<'_>, row: &ActionRow) -> BodyAction {
    let text = &reading.text;
    BodyAction {
        number: row.number,
        text: row.text.clone(),
        kind: row.kind,
        horizon: row.horizon,
        priority: row.priority,
        stage: row.stage,
        due: row.due.as_ref().map(|due| day(text, due)),
        until: row.until.as_ref().map(|until| day(text, until)),
        why: row.why.clone(),
    }
}

fn shown(reading: &Reading<'_>, block: &Block, record: &Record) -> BodyBlock {
    let language = reading.text.language();
    match record.shown(block) {
        Shown::Impact(rows) => {
            let rows = rows.iter().map(|row| (row.name.get(language).to_owned(), row.status, row.from, row.until));
            BodyBlock::Impact(rows.collect())
        }
        Shown::Metrics(rows, stated) => BodyBlock::Metrics(rows.iter().map(|row| (row.name.clone(), row.ms)).collect(), stated),
        Shown::Timeline(rows) => BodyBlock::Timeline(rows.iter().map(|one| row(reading, one)).collect()),
        Shown::Updates(rows) => {
            let rows = rows.iter().map(|row| (row.at, row.status, markdown::html(row.body.get(language))));
            BodyBlock::Updates(rows.collect())
        }
        Shown::Runs(rows) => {
            let run = |row: &domain::postmortem::frozen::RunRow| BodyRun {
                slug: row.slug.as_ref().map(ToString::to_string),
                title: row.title.get(language).to_owned(),
                version: row.version,
                started_at: row.started_at,
                finished_at: row.finished_at,
                outcome: row.outcome.clone(),
                steps: (row.settled, row.total),
            };
            BodyBlock::Runs(rows.into_iter().map(run).collect())
        }
        Shown::Actions(rows) => BodyBlock::Actions(rows.iter().map(|row| action(reading, row)).collect()),
    }
}

/// A text in Markdown in which blocks are Markdown too, for who takes it elsewhere.
pub(in crate::web) fn in_markdown(reading: &Reading<'_>, text: &str, record: &Record) -> String {
    let told = told(reading, text);
    let mut whole = String::with_capacity(told.len() * 2);
    for piece in pieces(&told).0 {
        match piece {
            Piece::Text(text) => whole.push_str(text),
            Piece::Block(block, _) => block_in_markdown(reading, &block, record, &mut whole),
        }
    }
    whole
}

/// A cell of a table: one line, without what would end it.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn block_in_markdown(reading: &Reading<'_>, block: &Block, record: &Record, whole: &mut String) {
    let text = &reading.text;
    let zone = super::zone_named(&record.zone);
    let moment = |at| format::moment(text, at, &zone);
    let withheld = text.get("story-withheld");
    if let Some(caption) = &block.caption {
        // Writing to a text cannot fail.
        let _ = writeln!(whole, "*{}*\n", cell(caption));
    }
    let heads = |keys: &[&str]| {
        let names: Vec<String> = keys.iter().map(|key| text.get(key)).collect();
        format!("| {} |\n|{}\n", names.join(" | "), "---|".repeat(names.len()))
    };
    match shown(reading, block, record) {
        BodyBlock::Impact(rows) => {
            whole.push_str(&heads(&["block-component", "block-status", "block-when"]));
            for (name, status, from, until) in rows {
                let until = until.map(moment).unwrap_or_default();
                let _ = writeln!(whole, "| {} | {} | {} – {until} |", cell(&name), format::status(text, status), moment(from));
            }
        }
        BodyBlock::Metrics(rows, stated) => {
            for (name, ms) in rows {
                let _ = writeln!(whole, "- {}: {}", text.get(&format!("metric-{name}")), format::length(text, ms));
            }
            if let Some(ms) = stated {
                let _ = writeln!(whole, "- {}: {}", text.get("block-stated"), format::length(text, ms));
            }
        }
        BodyBlock::Timeline(_) => {
            let Shown::Timeline(rows) = record.shown(block) else { return };
            whole.push_str(&heads(&["block-when", "block-what"]));
            for row in rows {
                let said = row.said.as_ref().map_or(withheld.as_str(), |said| said.body.get(text.language()));
                let _ = writeln!(whole, "| {} | {} |", moment(row.at), cell(&withheld::without(said, &withheld)));
            }
        }
        BodyBlock::Updates(_) => {
            let Shown::Updates(rows) = record.shown(block) else { return };
            for row in rows {
                let status = text.get(&format!("incident-{}", row.status.name()));
                let _ = writeln!(whole, "- **{status}** {}: {}", moment(row.at), cell(row.body.get(text.language())));
            }
        }
        BodyBlock::Runs(rows) => {
            for run in rows {
                let _ = writeln!(
                    whole,
                    "- {} (v{}), {}/{}, {}",
                    cell(&run.title),
                    run.version,
                    run.steps.0,
                    run.steps.1,
                    moment(run.started_at)
                );
            }
        }
        BodyBlock::Actions(rows) => {
            for row in rows {
                let is_done = matches!(row.stage, domain::action_item::Stage::Done | domain::action_item::Stage::Verified);
                let mark = if is_done { "x" } else { " " };
                let stage = text.get(&format!("stage-{}", row.stage.name().replace('_', "-")));
                let why = row.why.map(|why| format!(" – {}", cell(&why))).unwrap_or_default();
                let _ = writeln!(whole, "- [{mark}] {} ({stage}, {}){why}", cell(&row.text), row.priority.name().to_uppercase());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(text: &str) -> String {
        let reading = Reading::new(Language::En, "/postmortems/x/files/");
        let all = body(&reading, text, &Record::default());
        all.into_iter()
            .map(|piece| match piece {
                BodyPiece::Html(html) => html,
                BodyPiece::Block { .. } => "[block]".to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_text_has_its_own_pictures_and_no_others() {
        let id = "019a0000-0000-7000-8000-000000000001";
        let own = html(&format!("![a graph](files/{id})"));
        assert!(own.contains(&format!("src=\"/postmortems/x/files/{id}\"")) && own.contains("alt=\"a graph\""), "{own}");
        for foreign in ["![p](https://evil.example/x.png)", "![p](files/../../desk)", "![p](data:image/png;base64,x)"] {
            let shown = html(foreign);
            assert!(!shown.contains("<img") && shown.contains('p'), "{shown}");
        }
    }

    #[test]
    fn headings_have_names_across_blocks_and_withheld_words_are_gone_everywhere() {
        let shown = html("## One\n\n{{timeline}}\n\n## Two ||secret||\n\n```\nssh ||db-1||\n```\n");
        assert!(
            shown.contains("<h2 id=\"s-1\">One</h2>") && shown.contains("[block]") && shown.contains("id=\"s-2\""),
            "{shown}"
        );
        assert!(!shown.contains("secret") && !shown.contains("db-1"), "{shown}");
        assert_eq!(shown.matches("class=\"withheld\"").count(), 2, "{shown}");
    }

    #[test]
    fn nothing_in_a_text_can_do_anything() {
        for hostile in [
            "<script>alert(1)</script>",
            "[a](javascript:alert(1))",
            "[a](/desk/sign-out)",
            "<img src=x onerror=alert(1)>",
            "<a href=https://x onclick=y>z</a>",
        ] {
            let shown = html(hostile);
            for word in ["<script", "javascript:", "href=\"/desk", "<img"] {
                assert!(!shown.contains(word), "{hostile}: {shown}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag_that_is_not_allowed(text in ".{0,200}") {
            let shown = html(&text);
            for (at, _) in shown.match_indices('<') {
                let name: String = shown[at + 1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                let is_allowed = ["ul", "h2", "img", "span"].contains(&name.as_str()) || markdown::TAGS.contains(&name.as_str());
                prop_assert!(is_allowed, "{} in {}", name, shown);
            }
        }
    }
}
