//! The headings of a text: what stands in it, and where. The same ids as on its page, so that a link leads to its passage.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Most headings that an outline shows.
pub const HEADINGS_MAX: usize = 200;

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// How deep, from 1.
    pub level: u8,
    /// Its words.
    pub text: String,
    /// Its name within the page: `s-1`, `s-2`, in order.
    pub id: String,
}

/// The name of the heading with this place, from 0.
pub fn id(place: usize) -> String {
    format!("s-{}", place + 1)
}

/// The headings of a text, in order.
pub fn headings(markdown: &str) -> Vec<Heading> {
    let mut all: Vec<Heading> = Vec::new();
    let mut is_inside = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let id = id(all.len());
                all.push(Heading { level: level as u8, text: String::new(), id });
                is_inside = true;
            }
            Event::End(TagEnd::Heading(_)) => is_inside = false,
            Event::Text(words) | Event::Code(words) if is_inside => {
                if let Some(heading) = all.last_mut() {
                    heading.text.push_str(&words);
                }
            }
            _ => {}
        }
    }
    all.truncate(HEADINGS_MAX);
    all
}
