//! Texts to begin a postmortem with: ours, and those in the operator's folder. A template is Markdown with live blocks; its first heading is its name.
//! `%{title}`, `%{date}`, `%{severity}`, `%{number}` and `%{zone}` stand for what is known of the incident.

use std::path::{Path, PathBuf};

use domain::postmortem::{Content, Texts};
use domain::text::{Language, LocalizedText, Slug};
use jiff::tz::TimeZone;
use store::incidents::Incident;

use crate::service::desk::Desk;

/// Most templates of an operator.
const OWN_MAX: usize = 50;
/// Largest template, in bytes.
const BYTES_MAX: u64 = 64 * 1024;

/// Ours: name, Japanese, English; the one for which nobody has to know anything first.
const OURS: [(&str, &str, &str); 3] = [
    ("hobby", include_str!("templates/hobby.ja.md"), include_str!("templates/hobby.en.md")),
    ("team", include_str!("templates/team.ja.md"), include_str!("templates/team.en.md")),
    ("sre", include_str!("templates/sre.ja.md"), include_str!("templates/sre.en.md")),
];

/// A text to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) slug: Slug,
    /// What it is called.
    pub(crate) name: LocalizedText,
    texts: Texts,
}

/// The first heading, and what stands below it.
fn split(source: &str) -> (Option<&str>, &str) {
    let source = source.trim_start_matches('\u{feff}').trim_start();
    match source.strip_prefix("# ") {
        Some(rest) => {
            let (name, body) = rest.split_once('\n').unwrap_or((rest, ""));
            (Some(name.trim()), body.trim_start_matches(['\r', '\n']))
        }
        None => (None, source),
    }
}

impl Template {
    fn new(slug: Slug, ja: &str, en: &str) -> Self {
        let ((ja_name, ja_body), (en_name, en_body)) = (split(ja), split(en));
        let fallback = slug.to_string();
        let name = |own: Option<&str>, other: Option<&str>| own.or(other).unwrap_or(&fallback).to_owned();
        Self {
            name: LocalizedText::Each { ja: name(ja_name, en_name), en: name(en_name, ja_name) },
            texts: Texts { ja: ja_body.to_owned(), en: en_body.to_owned() },
            slug,
        }
    }

    /// The text for an incident, in these languages.
    pub(super) fn content(&self, incident: &Incident, languages: &[Language]) -> Content {
        let facts = &incident.facts;
        let zone = TimeZone::get(&facts.zone).unwrap_or(TimeZone::UTC);
        let began = facts.opened_at.to_jiff().to_zoned(zone);
        let mut content = Content::default();
        for language in languages {
            let title = facts.title.get(*language);
            let date = match language {
                Language::Ja => format!("{}年{}月{}日", began.year(), began.month(), began.day()),
                Language::En => began.strftime("%-d %B %Y").to_string(),
            };
            let known = [
                ("%{title}", title),
                ("%{date}", date.as_str()),
                ("%{severity}", &facts.severity.name().to_uppercase()),
                ("%{number}", &format!("INC-{}", incident.number)),
                ("%{zone}", facts.zone.as_str()),
            ];
            // One that was written in one language only is there for the other too.
            let (_, text) = self.texts.best(*language);
            *content.body.get_mut(*language) =
                known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
            title.clone_into(content.title.get_mut(*language));
        }
        super::tidied(content)
    }
}

fn ours() -> impl Iterator<Item = Template> {
    OURS.into_iter().filter_map(|(slug, ja, en)| Some(Template::new(slug.parse().ok()?, ja, en)))
}

/// Templates in a folder: `name.md`, or `name.ja.md` and `name.en.md`. What cannot be read is left out and stands in the log.
fn in_folder(folder: &Path) -> Vec<Template> {
    let files = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()),
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "the templates of postmortems cannot be read");
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    files.sort();
    let mut found: Vec<(Slug, Texts)> = Vec::new();
    for file in files {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let (name, language) = match stem.rsplit_once('.') {
            Some((name, tag)) => (name, Language::from_tag(tag)),
            None => (stem, None),
        };
        let is_small = std::fs::metadata(&file).is_ok_and(|known| known.len() <= BYTES_MAX);
        let (Ok(slug), true, Ok(text)) = (name.parse::<Slug>(), is_small, std::fs::read_to_string(&file)) else {
            tracing::warn!(file = %file.display(), "this template is left out: its name is a slug, and it is text of at most 64 KiB");
            continue;
        };
        let place = match found.iter().position(|(known, _)| *known == slug) {
            Some(place) => place,
            None if found.len() == OWN_MAX => break,
            None => {
                found.push((slug, Texts::default()));
                found.len() - 1
            }
        };
        for language in language.map_or(Language::ALL.to_vec(), |language| vec![language]) {
            text.clone_into(found[place].1.get_mut(language));
        }
    }
    found.into_iter().map(|(slug, texts)| Template::new(slug, &texts.ja, &texts.en)).collect()
}

impl Desk {
    /// Every template, the operator's first; one of theirs takes the place of one of ours with the same name.
    pub(crate) async fn templates(&self) -> Vec<Template> {
        let folder = self.monitoring.state().config.postmortems.templates.clone();
        let own = match folder {
            Some(folder) => tokio::task::spawn_blocking(move || in_folder(&folder)).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let rest: Vec<Template> = ours().filter(|one| !own.iter().any(|known| known.slug == one.slug)).collect();
        own.into_iter().chain(rest).collect()
    }
}
