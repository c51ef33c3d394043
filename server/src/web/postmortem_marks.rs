//! Marks passages of a text that comments speak of, where the text is read at the desk. Markdown is made of signs; what is read is counted in letters and
//! digits, so a passage of the text as it is written is a range of these in the text as it is read.

use std::collections::BTreeSet;
use std::ops::Range;

use domain::postmortem::block::{Piece, pieces};
use domain::postmortem::withheld;
use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd};

use super::markup::escape;
use super::postmortem_text::{HIDDEN_TEXT, OPTIONS};

/// A passage and the comment on it.
pub(in crate::web) struct Passage {
    /// The id of the comment.
    comment: String,
    /// From which letter or digit of the text to which, in bytes of these alone.
    letters: Range<usize>,
}

fn counted(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).map(char::len_utf8).sum()
}

/// What of these events is read as words: not what stands for a picture.
fn is_read(event: &Event<'_>, in_picture: &mut bool) -> bool {
    match event {
        Event::Start(Tag::Image { .. }) => *in_picture = true,
        Event::End(TagEnd::Image) => *in_picture = false,
        Event::Text(_) | Event::Code(_) | Event::Html(_) | Event::InlineHtml(_) => return !*in_picture,
        _ => {}
    }
    false
}

/// The passages of comments at these ranges of a text as it is written, in bytes. One without a letter that is read is left out.
pub(in crate::web) fn passages(text: &str, comments: Vec<(String, Range<usize>)>) -> Vec<Passage> {
    if comments.is_empty() {
        return Vec::new();
    }
    // What is withheld is as long as before and has no letters, so that all else stands where it stood.
    let mut hidden = text.to_owned();
    for range in withheld::passages(text) {
        let filler = "\u{1}".repeat(range.len().saturating_sub(HIDDEN_TEXT.len()));
        hidden.replace_range(range, &format!("{HIDDEN_TEXT}{filler}"));
    }
    // Where something begins that is read, where it ends, and how many letters came before.
    let mut read: Vec<(Range<usize>, usize)> = Vec::new();
    let (mut from, mut letters) = (0, 0);
    for piece in pieces(&hidden).0 {
        let (Piece::Text(source) | Piece::Block(_, source)) = piece;
        if matches!(piece, Piece::Text(_)) {
            let mut in_picture = false;
            for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
                if is_read(&event, &mut in_picture)
                    && let Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) = event
                {
                    read.push((from + range.start..from + range.end, letters));
                    letters += counted(&words);
                }
            }
        }
        from += source.len();
    }
    let letter_at = |at: usize| {
        let place = read.partition_point(|(range, _)| range.start < at);
        let Some((range, before)) = place.checked_sub(1).map(|last| &read[last]) else { return 0 };
        before + hidden.get(range.start..at.min(range.end)).map_or(0, counted)
    };
    let passage = |(comment, range): (String, Range<usize>)| {
        let letters = letter_at(range.start)..letter_at(range.end);
        (!letters.is_empty()).then_some(Passage { comment, letters })
    };
    comments.into_iter().filter_map(passage).collect()
}

/// What some passages have in common: between two letters at which one of them begins or ends.
struct Segment {
    letters: Range<usize>,
    /// Passages that begin and that end with it, by number.
    begins: Vec<usize>,
    ends: Vec<usize>,
}

/// Marks passages in one part of a text after the other.
pub(in crate::web) struct Marker<'m> {
    passages: &'m [Passage],
    segments: Vec<Segment>,
    /// The segment that comes next or is being gone through.
    next: usize,
    /// How many bytes of letters and digits came before.
    at: usize,
    /// What the way to a comment is called.
    label: String,
    /// How many links are open: in one there can be no other.
    links: usize,
}

impl<'m> Marker<'m> {
    pub(in crate::web) fn new(passages: &'m [Passage], label: String) -> Self {
        let edges: BTreeSet<usize> = passages.iter().flat_map(|one| [one.letters.start, one.letters.end]).collect();
        let edges: Vec<usize> = edges.into_iter().collect();
        let with = |is: &dyn Fn(&Passage) -> bool| (0..passages.len()).filter(|number| is(&passages[*number])).collect();
        let segment = |pair: &[usize]| {
            let letters = pair[0]..pair[1];
            let is_covered = passages.iter().any(|one| one.letters.start <= letters.start && letters.end <= one.letters.end);
            let (begins, ends) = (with(&|one| one.letters.start == letters.start), with(&|one| one.letters.end == letters.end));
            is_covered.then_some(Segment { letters, begins, ends })
        };
        let segments = edges.windows(2).filter_map(segment).collect();
        Self { passages, segments, next: 0, at: 0, label, links: 0 }
    }

    /// The same events with marks around what is spoken of. What stands across several blocks is marked in each.
    pub(in crate::web) fn mark<'e>(&mut self, events: Vec<Event<'e>>) -> Vec<Event<'e>> {
        if self.segments.is_empty() {
            return events;
        }
        let mut marked = Vec::with_capacity(events.len());
        let mut in_picture = false;
        for event in events {
            match &event {
                Event::Start(Tag::Link { .. }) => self.links += 1,
                Event::End(TagEnd::Link) => self.links = self.links.saturating_sub(1),
                _ => {}
            }
            let is_read = is_read(&event, &mut in_picture);
            match event {
                Event::Text(words) if is_read => self.text(&words, &mut marked),
                Event::Code(words) if is_read => self.code(words, &mut marked),
                other => marked.push(other),
            }
        }
        marked
    }

    /// The segment that has the letter which comes now, or, of another sign, letters on both sides of it.
    fn segment(&mut self, is_counted: bool) -> Option<usize> {
        while self.segments.get(self.next).is_some_and(|segment| segment.letters.end <= self.at) {
            self.next += 1;
        }
        let start = self.segments.get(self.next)?.letters.start;
        (if is_counted { start <= self.at } else { start < self.at }).then_some(self.next)
    }

    fn text(&mut self, words: &str, marked: &mut Vec<Event<'_>>) {
        let (mut from, mut begun_at, mut open) = (0, self.at, None);
        for (place, c) in words.char_indices() {
            let is_counted = c.is_alphanumeric();
            let here = self.segment(is_counted);
            if here != open {
                self.piece(&words[from..place], (open, begun_at), marked);
                (from, begun_at, open) = (place, self.at, here);
            }
            if is_counted {
                self.at += c.len_utf8();
            }
        }
        self.piece(&words[from..], (open, begun_at), marked);
    }

    fn piece(&self, words: &str, (open, begun_at): (Option<usize>, usize), marked: &mut Vec<Event<'_>>) {
        if words.is_empty() {
            return;
        }
        let text = Event::Text(CowStr::from(words.to_owned()));
        match open {
            Some(number) => self.around(text, number..number + 1, begun_at, marked),
            None => marked.push(text),
        }
    }

    /// Code within a line is marked as a whole.
    fn code<'e>(&mut self, words: CowStr<'e>, marked: &mut Vec<Event<'e>>) {
        let begun_at = self.at;
        let first = self.segment(true);
        self.at += counted(&words);
        let until = self.segments.partition_point(|segment| segment.letters.start < self.at);
        let here = first.unwrap_or(self.next)..until;
        let code = Event::Code(words);
        if here.is_empty() { marked.push(code) } else { self.around(code, here, begun_at, marked) }
    }

    /// Something with a mark around it, the ids of passages that begin there, and ways to the comments on those that end.
    fn around<'e>(&self, event: Event<'e>, here: Range<usize>, begun_at: usize, marked: &mut Vec<Event<'e>>) {
        let id = |number: &usize| escape(&self.passages[*number].comment);
        let segments = &self.segments[here];
        let begun = segments.iter().filter(|segment| segment.letters.start >= begun_at).flat_map(|segment| &segment.begins);
        let mut ids: Vec<String> = begun.map(id).collect();
        let own = ids.pop().map(|id| format!(" id=\"passage-{id}\"")).unwrap_or_default();
        marked.extend(ids.iter().map(|id| Event::InlineHtml(CowStr::from(format!("<span id=\"passage-{id}\"></span>")))));
        marked.push(Event::InlineHtml(CowStr::from(format!("<mark{own}>"))));
        marked.push(event);
        marked.push(Event::InlineHtml(CowStr::Borrowed("</mark>")));
        if self.links > 0 {
            return;
        }
        let ended = segments.iter().filter(|segment| segment.letters.end <= self.at).flat_map(|segment| &segment.ends);
        for comment in ended.map(id) {
            let link = format!("<a href=\"#comment-{comment}\" aria-label=\"{}\">※</a>", escape(&self.label));
            marked.push(Event::InlineHtml(CowStr::from(link)));
        }
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::html;

    use super::*;

    fn marked(text: &str, quotes: &[(&str, &str)]) -> String {
        let range = |(comment, quote): &(&str, &str)| {
            let at = text.rfind(quote).unwrap();
            ((*comment).to_owned(), at..at + quote.len())
        };
        let passages = passages(text, quotes.iter().map(range).collect());
        let mut written = String::new();
        let mut marker = Marker::new(&passages, "Comment".to_owned());
        for piece in pieces(&withheld::without(text, HIDDEN_TEXT)).0 {
            if let Piece::Text(source) = piece {
                let events = marker.mark(Parser::new_ext(source, OPTIONS).collect());
                html::push_html(&mut written, events.into_iter());
            }
        }
        written
    }

    fn way(comment: &str) -> String {
        format!("<a href=\"#comment-{comment}\" aria-label=\"Comment\">※</a>")
    }

    #[test]
    fn a_passage_is_marked_where_it_is_read() {
        let a = way("a");
        assert_eq!(
            marked("NFSが止まり、全部が止まった。\n", &[("a", "全部が止まった")]),
            format!("<p>NFSが止まり、<mark id=\"passage-a\">全部が止まった</mark>{a}。</p>\n")
        );
        // As it is written it has signs that nobody reads, and what it says may stand more than once.
        assert_eq!(
            marked("It was. **It** was\n", &[("a", "**It** was")]),
            format!("<p>It was. <strong><mark id=\"passage-a\">It</mark></strong><mark> was</mark>{a}</p>\n")
        );
        assert_eq!(
            marked("See `df -h` now\n", &[("a", "`df -h`")]),
            format!("<p>See <mark id=\"passage-a\"><code>df -h</code></mark>{a} now</p>\n")
        );
    }

    #[test]
    fn what_is_written_and_not_read_does_not_count() {
        let text = "[the disk](https://disk.example.org) ![disk](files/x) on ||disk|| was\n\n{{runs | the disk}}\n\nthe **disk** and a disk\n";
        let at = text.find("**disk**").unwrap();
        let passages = passages(text, vec![("a".to_owned(), at + 2..at + 6), ("b".to_owned(), at - 12..at - 6)]);
        assert_eq!(passages.len(), 1, "a block has no words of the text");
        assert_eq!(passages[0].letters, "thedisk".len() + "onwas".len() + 3.."thedisk".len() + "onwas".len() + 7);
        assert!(marked(text, &[("a", "disk")]).ends_with(&format!("a <mark id=\"passage-a\">disk</mark>{}</p>\n", way("a"))));
    }

    #[test]
    fn passages_may_overlap_or_be_the_same_and_nothing_is_lost() {
        let written = marked("one two three four\n", &[("a", "two three"), ("b", "three four"), ("c", "two three")]);
        for comment in ["a", "b", "c"] {
            assert_eq!(written.matches(&format!("id=\"passage-{comment}\"")).count(), 1, "{written}");
            assert_eq!(written.matches(&way(comment)).count(), 1, "{written}");
        }
        let mut text = String::new();
        let mut rest = written.as_str();
        while let Some((before, tag)) = rest.split_once('<') {
            text.push_str(before);
            rest = tag.split_once('>').unwrap().1;
        }
        assert_eq!(text.replace('※', ""), "one two three four");
        // In a link there is no other.
        let linked = marked("[one two](https://example.org) three\n", &[("a", "one two")]);
        assert!(linked.contains("<mark id=\"passage-a\">one two</mark></a>") && !linked.contains(&way("a")), "{linked}");
    }
}
