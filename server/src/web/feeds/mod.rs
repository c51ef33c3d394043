//! Feeds: Atom, RSS 2.0 and JSON Feed 1.1 of outages, incidents and maintenance, for the site and for each component, in each language.
//!
//! Code map: [`entries`] decides which entries there are, in which order and with which ids; [`content`] puts them into words; [`write`]
//! gives them the form of each format. All three formats tell the same entries.
//!
//! What stands in a feed depends on nothing but its [`Source`], never on the present moment: the same source gives the same bytes, so
//! that a hash of them is a good ETag. A date of change is not: a change is of the moment when it happened, which is before it was
//! confirmed, so a feed can get an entry that is older than its `updated`.

mod content;
mod entries;
#[cfg(test)]
mod tests;
mod write;

use app::data::{OutageOf, PublicIncident, PublicMaintenance, PublicSite};
use app::i18n::Text;
use app::routes::to;
use domain::time::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use self::entries::ENTRIES_MAX;
use self::entries::Entry;

/// The form of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    /// Atom, RFC 4287.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// Every format, the best first.
    pub(crate) const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// The value of `Content-Type`, which is also the type of a link to the feed.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The last segment of its path.
    pub(crate) const fn file_name(self) -> &'static str {
        match self {
            Self::Atom => "history.atom",
            Self::Rss => "history.rss",
            Self::Json => "feed.json",
        }
    }
}

/// What makes an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) enum Granularity {
    /// An outage, an incident, a maintenance: it changes as it goes on.
    #[default]
    Event,
    /// A change of one: it never changes. For readers that show an entry only once.
    Update,
}

impl Granularity {
    /// The query of an address.
    const fn query(self) -> &'static str {
        match self {
            Self::Event => "",
            Self::Update => "?granularity=update",
        }
    }

    /// The end of a feed's id.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Event => "",
            Self::Update => "/update",
        }
    }
}

/// What a feed is made of.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// The site, in the feed's language.
    pub(crate) site: &'a PublicSite,
    /// The words, in the feed's language.
    pub(crate) text: &'a Text,
    /// The zone in which moments are told and outages are put into months.
    pub(crate) zone: &'a TimeZone,
    /// The path, without a language, of the page that the feed belongs to: `/` or `/components/web`.
    pub(crate) path: String,
    /// Whose feed it is: the component's name, its id, and since when it has been watched. `None` for the whole site. With a component,
    /// only what is about it is told, whatever else is given.
    pub(crate) component: Option<(String, String, Timestamp)>,
    /// Outages, in any order.
    pub(crate) outages: Vec<OutageOf>,
    /// Incidents, in any order.
    pub(crate) incidents: &'a [PublicIncident],
    /// Maintenance, in any order.
    pub(crate) maintenances: &'a [PublicMaintenance],
    /// Postmortems, in any order.
    pub(crate) postmortems: Vec<PostmortemEntry>,
}

/// A published postmortem, as feeds tell of it.
#[derive(Clone, Debug)]
pub(crate) struct PostmortemEntry {
    /// Its stable public id.
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) title: String,
    /// Its first words.
    pub(crate) description: String,
    /// Publications, the newest first: number, when, what changed.
    pub(crate) edits: Vec<(i64, Timestamp, String)>,
    pub(crate) component_ids: Vec<String>,
}

impl Source<'_> {
    /// The absolute address of a path without a language.
    fn address(&self, path: &str) -> String {
        format!("{}{}", self.site.base, to::translated(self.text.language(), path))
    }

    /// True when the feed tells of what affects these components.
    fn tells_of(&self, component_ids: &[String]) -> bool {
        self.component.as_ref().is_none_or(|(_, id, _)| component_ids.contains(id))
    }
}

/// What stands around the entries, in any format.
struct Frame {
    /// No two feeds share it: component, language and granularity are in it.
    id: String,
    title: String,
    description: String,
    /// The site's name.
    author: String,
    site_url: String,
    /// The page that the feed belongs to.
    page_url: String,
    self_url: String,
    /// BCP 47.
    language: &'static str,
    /// When its newest entry changed; without entries, when the watching began.
    updated_at: Timestamp,
}

impl Frame {
    fn new(format: Format, granularity: Granularity, source: &Source<'_>, entries: &[Entry]) -> Self {
        let text = source.text;
        let language = text.language().tag();
        let author = content::line(&source.site.name);
        let (scope, title, began_at) = match &source.component {
            None => (String::new(), text.with("feed-title", &[("site", author.as_str().into())]), source.site.created_at),
            Some((name, id, watched_since)) => {
                let title = text
                    .with("feed-title-component", &[("component", content::line(name).into()), ("site", author.as_str().into())]);
                (format!("/components/{id}"), title, *watched_since)
            }
        };
        let description = match granularity {
            Granularity::Event => text.get("feed-description"),
            Granularity::Update => text.get("feed-description-update"),
        };
        let folder = source.path.trim_end_matches('/');
        Self {
            id: format!("{}{scope}/history/{language}{}", entries::tag(source.site), granularity.suffix()),
            title,
            description,
            author,
            site_url: source.address("/"),
            page_url: source.address(&source.path),
            self_url: source.address(&format!("{folder}/{}{}", format.file_name(), granularity.query())),
            language,
            updated_at: entries.first().map_or(began_at, |newest| newest.updated_at),
        }
    }
}

/// The text of a feed.
pub(crate) fn feed(format: Format, granularity: Granularity, source: &Source<'_>) -> String {
    let entries = entries::entries(granularity, source);
    let frame = Frame::new(format, granularity, source, &entries);
    match format {
        Format::Atom => write::atom(&frame, &entries),
        Format::Rss => write::rss(&frame, &entries),
        Format::Json => write::json(&frame, &entries),
    }
}
