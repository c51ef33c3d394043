//! The three formats. They differ in form only; what is told is decided elsewhere.

use std::collections::BTreeMap;

use atom_syndication::{Category, Content, Feed, FixedDateTime, Generator, Link, Person, Text};
use domain::time::Timestamp;
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Channel, Guid, Item};
use serde_json::{Value, json};

use super::entries::Entry;
use super::{Format, Frame};
use crate::web::markup::escape;

/// Without its version, so that a new one alone changes no feed.
const GENERATOR: &str = "Yagura";
const ATOM_NAMESPACE: &str = "http://www.w3.org/2005/Atom";
const JSON_FEED_VERSION: &str = "https://jsonfeed.org/version/1.1";
const HTML: &str = "text/html";

/// Atom (RFC 4287).
pub(super) fn atom(frame: &Frame, entries: &[Entry]) -> String {
    let author = Person { name: frame.author.clone(), uri: Some(frame.site_url.clone()), ..Person::default() };
    let feed = Feed {
        title: Text::plain(frame.title.as_str()),
        id: frame.id.clone(),
        updated: moment(frame.updated_at),
        authors: vec![author],
        generator: Some(Generator { value: GENERATOR.to_owned(), ..Generator::default() }),
        links: vec![
            atom_link("self", &frame.self_url, Format::Atom.content_type()),
            atom_link("alternate", &frame.page_url, HTML),
        ],
        subtitle: Some(Text::plain(frame.description.as_str())),
        entries: entries.iter().map(atom_entry).collect(),
        lang: Some(frame.language.to_owned()),
        ..Feed::default()
    };
    feed.to_string()
}

fn atom_entry(entry: &Entry) -> atom_syndication::Entry {
    atom_syndication::Entry {
        title: Text::plain(entry.title.as_str()),
        id: entry.id.clone(),
        updated: moment(entry.updated_at),
        published: Some(moment(entry.published_at)),
        categories: vec![Category { term: entry.kind.to_owned(), ..Category::default() }],
        links: vec![atom_link("alternate", &entry.url, HTML)],
        summary: Some(Text::plain(entry.text.as_str())),
        content: Some(Content { value: Some(entry.html.clone()), content_type: Some("html".to_owned()), ..Content::default() }),
        ..atom_syndication::Entry::default()
    }
}

fn atom_link(rel: &str, href: &str, content_type: &str) -> Link {
    Link { href: href.to_owned(), rel: rel.to_owned(), mime_type: Some(content_type.to_owned()), ..Link::default() }
}

/// RFC 3339, which every moment that Yagura can have has.
fn moment(at: Timestamp) -> FixedDateTime {
    FixedDateTime::parse_from_rfc3339(&at.to_string()).unwrap_or_default()
}

/// RSS 2.0. Its descriptions are HTML by custom, so there too the short text is escaped. An item has no date of change of its own:
/// Atom's says it.
pub(super) fn rss(frame: &Frame, entries: &[Entry]) -> String {
    let self_link = Extension {
        name: "atom:link".to_owned(),
        attrs: BTreeMap::from([
            ("href".to_owned(), frame.self_url.clone()),
            ("rel".to_owned(), "self".to_owned()),
            ("type".to_owned(), Format::Rss.content_type().to_owned()),
        ]),
        ..Extension::default()
    };
    let channel = Channel {
        title: frame.title.clone(),
        link: frame.page_url.clone(),
        description: frame.description.clone(),
        language: Some(frame.language.to_owned()),
        last_build_date: Some(rfc_822(frame.updated_at)),
        generator: Some(GENERATOR.to_owned()),
        items: entries.iter().map(|entry| rss_item(frame, entry)).collect(),
        extensions: in_atom("link", self_link),
        namespaces: BTreeMap::from([("atom".to_owned(), ATOM_NAMESPACE.to_owned())]),
        ..Channel::default()
    };
    channel.to_string()
}

fn rss_item(frame: &Frame, entry: &Entry) -> Item {
    let updated =
        Extension { name: "atom:updated".to_owned(), value: Some(entry.updated_at.to_string()), ..Extension::default() };
    Item {
        title: Some(entry.title.clone()),
        link: Some(entry.url.clone()),
        description: Some(escape(&entry.text)),
        categories: vec![rss::Category { name: entry.kind.to_owned(), ..rss::Category::default() }],
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(rfc_822(entry.published_at)),
        content: Some(entry.html.clone()),
        extensions: in_atom("updated", updated),
        dublin_core_ext: Some(DublinCoreExtension { creators: vec![frame.author.clone()], ..DublinCoreExtension::default() }),
        ..Item::default()
    }
}

/// An element of Atom's namespace.
fn in_atom(name: &str, element: Extension) -> ExtensionMap {
    BTreeMap::from([("atom".to_owned(), BTreeMap::from([(name.to_owned(), vec![element])]))])
}

/// `Sun, 12 Apr 2026 13:20:00 GMT`; rounded down to the second.
fn rfc_822(at: Timestamp) -> String {
    at.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// JSON Feed 1.1.
pub(super) fn json(frame: &Frame, entries: &[Entry]) -> String {
    let items: Vec<Value> = entries.iter().map(json_item).collect();
    let feed = json!({
        "version": JSON_FEED_VERSION,
        "title": frame.title,
        "home_page_url": frame.page_url,
        "feed_url": frame.self_url,
        "description": frame.description,
        "language": frame.language,
        "authors": [{ "name": frame.author, "url": frame.site_url }],
        "items": items,
    });
    feed.to_string()
}

fn json_item(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.text,
        "date_published": entry.published_at.to_string(),
        "date_modified": entry.updated_at.to_string(),
        "tags": [entry.kind],
    })
}
