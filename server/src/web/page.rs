//! What is served from memory: every public page and document, by name. A name is all that its bytes depend on besides the state.

use domain::month::Month;
use domain::text::Language;

use app::data::PostmortemView;

use super::embed::Theme;
use super::feeds::{Format, Granularity};
use super::postmortem_export::Export;
use super::statuspage::{self, MetricPeriod};

/// A public page or document in one language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Page {
    /// `/`
    Front(Language),
    /// `/components/{slug}`
    Component(Language, String),
    /// `/history`, `/history/2026-04`
    History(Language, Option<Month>),
    /// `/incidents/{number}`, by the number among those that were ever public.
    Incident(Language, i64),
    /// `/runbooks`
    Runbooks(Language),
    /// `/runbooks/{slug}`
    Runbook(Language, String),
    /// `/runbooks/{component}/{alertname}` where no public runbook is bound, with tokens in the place of names; true when it leads on to
    /// somebody else's.
    AlertStub(Language, bool),
    /// `/postmortems`
    Postmortems(Language),
    /// `/postmortems/{slug}`, `/postmortems/{slug}/2`, `/postmortems/{slug}/2/changes`
    Postmortem(Language, String, PostmortemView),
    /// `/postmortems/{slug}.md` and so on.
    PostmortemExport(Language, String, Export),
    /// Whatever leads nowhere.
    Missing(Language),
    /// `/embed`
    Embed(Language, Theme),
    /// `/api/v2/….json`
    Statuspage(Language, statuspage::Document),
    /// `/metrics-display/{id}/day.json`, by the component's public id.
    Metric(Language, String, MetricPeriod),
    /// `/history.atom`, `/components/{slug}/feed.json` and so on.
    Feed(Language, Option<String>, Format, Granularity),
    /// `/components/{slug}/results.csv`: every single result of the last 24 hours.
    Results(Language, String),
    /// `/maintenance.ics`
    Calendar(Language),
    /// `/manifest.webmanifest`
    Manifest(Language),
    /// `/sitemap.xml`
    Sitemap(Language),
}

impl Page {
    /// The page at a path without a language, which begins with a slash; `None` when no page has such a path.
    pub(super) fn of_path(language: Language, path: &str) -> Option<Self> {
        let page = match path {
            "/" => Self::Front(language),
            "/history" => Self::History(language, None),
            "/runbooks" => Self::Runbooks(language),
            "/postmortems" => Self::Postmortems(language),
            "/maintenance.ics" => Self::Calendar(language),
            "/manifest.webmanifest" => Self::Manifest(language),
            _ => {
                if let Some((document, _)) = statuspage::Document::ALL.into_iter().find(|(_, known)| *known == path) {
                    Self::Statuspage(language, document)
                } else if let Some(month) = path.strip_prefix("/history/") {
                    Self::History(language, Some(month.parse().ok()?))
                } else if let Some(slug) = path.strip_prefix("/runbooks/") {
                    Self::Runbook(language, slug.to_owned())
                } else if let Some(number) = path.strip_prefix("/incidents/") {
                    Self::Incident(language, incident_number(number)?)
                } else if let Some(rest) = path.strip_prefix("/postmortems/") {
                    postmortem(language, rest)?
                } else if let Some(format) = feed_format(path) {
                    Self::Feed(language, None, format, Granularity::Event)
                } else {
                    let rest = path.strip_prefix("/components/")?;
                    match rest.split_once('/') {
                        None => Self::Component(language, rest.to_owned()),
                        Some((slug, "results.csv")) => Self::Results(language, slug.to_owned()),
                        Some((slug, file)) => {
                            Self::Feed(language, Some(slug.to_owned()), feed_format(&format!("/{file}"))?, Granularity::Event)
                        }
                    }
                }
            }
        };
        Some(page)
    }

    /// Its language.
    pub(super) fn language(&self) -> Language {
        match self {
            Self::Front(language)
            | Self::Component(language, _)
            | Self::History(language, _)
            | Self::Incident(language, _)
            | Self::Runbooks(language)
            | Self::Runbook(language, _)
            | Self::AlertStub(language, _)
            | Self::Postmortems(language)
            | Self::Postmortem(language, ..)
            | Self::PostmortemExport(language, ..)
            | Self::Missing(language)
            | Self::Embed(language, _)
            | Self::Statuspage(language, _)
            | Self::Metric(language, ..)
            | Self::Feed(language, ..)
            | Self::Results(language, _)
            | Self::Calendar(language)
            | Self::Manifest(language)
            | Self::Sitemap(language) => *language,
        }
    }

    /// The slug of the component it is about.
    pub(super) fn component(&self) -> Option<&str> {
        match self {
            Self::Component(_, slug) | Self::Results(_, slug) | Self::Feed(_, Some(slug), ..) => Some(slug),
            _ => None,
        }
    }

    /// The path without a language of a page that Leptos renders; `None` for the others.
    pub(super) fn path(&self) -> Option<String> {
        match self {
            Self::Front(_) => Some("/".to_owned()),
            Self::Component(_, slug) => Some(format!("/components/{slug}")),
            Self::History(_, None) => Some("/history".to_owned()),
            Self::History(_, Some(month)) => Some(format!("/history/{month}")),
            Self::Incident(_, number) => Some(format!("/incidents/{number}")),
            Self::Runbooks(_) => Some("/runbooks".to_owned()),
            Self::Runbook(_, slug) => Some(format!("/runbooks/{slug}")),
            Self::Postmortems(_) => Some("/postmortems".to_owned()),
            Self::Postmortem(_, slug, view) => Some(match view {
                PostmortemView::Newest => format!("/postmortems/{slug}"),
                PostmortemView::Version(number) => format!("/postmortems/{slug}/{number}"),
                PostmortemView::Changes(number) => format!("/postmortems/{slug}/{number}/changes"),
            }),
            Self::AlertStub(_, has_upstream) => Some(format!("/alert-stub/{}", if *has_upstream { "yes" } else { "no" })),
            // No route has this path, so the router shows what it shows for such.
            Self::Missing(_) => Some("/missing/page".to_owned()),
            _ => None,
        }
    }
}

/// What is behind `/postmortems/`.
fn postmortem(language: Language, rest: &str) -> Option<Page> {
    let parts: Vec<&str> = rest.split('/').collect();
    let view = match parts[..] {
        [file] => match Export::of_file(file) {
            Some((slug, export)) => return Some(Page::PostmortemExport(language, slug.to_owned(), export)),
            None => PostmortemView::Newest,
        },
        [_, number] => PostmortemView::Version(incident_number(number)?),
        [_, number, "changes"] => PostmortemView::Changes(incident_number(number)?),
        _ => return None,
    };
    Some(Page::Postmortem(language, parts[0].to_owned(), view))
}

/// A number as we write it: no sign, no zeros before it.
pub(super) fn incident_number(digits: &str) -> Option<i64> {
    digits.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == digits)
}

fn feed_format(path: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| path.strip_prefix('/') == Some(format.file_name()))
}
