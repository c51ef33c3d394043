//! A published postmortem for other programs and for keeping: Markdown with front matter, HTML in one file with its pictures, JSON. The same as its page
//! tells, and no more.

use std::fmt::Write as _;

use app::data::{BodyPiece, PublicSite};
use app::format;
use app::i18n::Text;
use app::parts::postmortem::body_html;
use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::text::Language;
use serde_json::json;

use super::answer::Document;
use super::markup::escape;
use super::postmortem_text::{Reading, body, in_markdown, told};
use super::{Web, words_in, zone_named};
use crate::service::postmortems::board::{PICTURE, Told, pictures};

/// All pictures of a file together, in bytes: what is beyond is left out, and its words stay.
const PICTURES_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The sheet of the page is for the page; what stands alone needs little.
const STYLE: &str = include_str!("postmortem_export.css");

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Export {
    Markdown,
    Html,
    Json,
}

impl Export {
    /// The one whose files end so.
    pub(super) fn of_file(file: &str) -> Option<(&str, Self)> {
        let ends = [(".md", Self::Markdown), (".html", Self::Html), (".json", Self::Json)];
        ends.into_iter().find_map(|(end, export)| Some((file.strip_suffix(end)?, export)))
    }
}

/// A value of front matter: JSON's way of writing a text is one of YAML's too (YAML 1.2.2, 1.2).
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// The document, or none if there is no such postmortem any more.
pub(super) async fn document(web: &Web, site: &PublicSite, language: Language, slug: &str, export: Export) -> Option<Document> {
    let postmortem = web.monitoring.state().postmortems.published(slug).cloned()?;
    let address = format!("{}/{}/postmortems/{slug}", site.base, language.tag());
    Some(match export {
        Export::Markdown => Document::data("text/markdown; charset=utf-8", markdown(&postmortem, language, &address)),
        Export::Json => Document::data("application/json; charset=utf-8", in_json(&postmortem, slug, &address)),
        Export::Html => {
            let text = html(web, &postmortem, (language, slug), &address).await;
            let policy = HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            );
            Document { policy: Some(policy), ..Document::data("text/html; charset=utf-8", text) }
        }
    })
}

/// Markdown with front matter.
fn markdown(postmortem: &Told, language: Language, address: &str) -> String {
    let publication = &postmortem.newest;
    let (own, source) = publication.content.body.best(language);
    let reading = Reading::new(own, "");
    let (_, title) = publication.content.title.best(own);
    let first = postmortem.history.last().map_or(publication.head.published_at, |first| first.published_at);
    let mut whole = String::from("---\n");
    // Writing to a text cannot fail.
    let _ = writeln!(whole, "title: {}", quoted(&told(&reading, title)));
    let _ = writeln!(whole, "language: {}", own.tag());
    let _ = writeln!(whole, "published_at: {}", quoted(&first.to_string()));
    let _ = writeln!(whole, "updated_at: {}", quoted(&publication.head.published_at.to_string()));
    let _ = writeln!(whole, "analysis: {}", publication.head.analysis.name());
    let _ = writeln!(whole, "version: {}", publication.head.number);
    let _ = writeln!(whole, "time_zone: {}", quoted(&publication.record.zone));
    let _ = writeln!(whole, "url: {}", quoted(address));
    whole.push_str("---\n\n");
    let text = in_markdown(&reading, source, &publication.record);
    // Pictures are where the page is.
    let pictures = format!("{}/{PICTURE}", address.replacen(&format!("/{}/", language.tag()), "/", 1));
    whole.push_str(&text.replace(&format!("]({PICTURE}"), &format!("]({pictures}")));
    whole
}

/// Everything that the page tells, as data.
fn in_json(postmortem: &Told, slug: &str, address: &str) -> String {
    let publication = &postmortem.newest;
    let content = &publication.content;
    let each = |pick: fn(&domain::postmortem::Content) -> &domain::postmortem::Texts| {
        let of = |language: Language| {
            let reading = Reading::new(language, "");
            let text = pick(content);
            text.has(language).then(|| (language.tag().to_owned(), json!(told(&reading, text.get(language)))))
        };
        serde_json::Value::Object(Language::ALL.into_iter().filter_map(of).collect())
    };
    let history: Vec<_> = postmortem
        .history
        .iter()
        .map(|edit| {
            json!({
                "version": edit.number, "published_at": edit.published_at.to_string(), "message": edit.message,
                "minor": edit.is_minor, "analysis": edit.analysis.name(),
            })
        })
        .collect();
    let whole = json!({
        "format": "postmortem.v1",
        "slug": slug,
        "url": address,
        "title": each(|content| &content.title),
        "body": each(|content| &content.body),
        "analysis": publication.head.analysis.name(),
        "record": told_record(&publication.record),
        "history": history,
    });
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

/// What blocks say, without withheld passages.
fn told_record(record: &domain::postmortem::frozen::Record) -> serde_json::Value {
    let mut record = record.clone();
    for said in record.timeline.iter_mut().filter_map(|row| row.said.as_mut()) {
        let without = |language: Language, text: &str| told(&Reading::new(language, ""), text);
        said.body = match &said.body {
            domain::text::LocalizedText::Same(text) => domain::text::LocalizedText::Same(without(Language::En, text)),
            domain::text::LocalizedText::Each { ja, en } => {
                domain::text::LocalizedText::Each { ja: without(Language::Ja, ja), en: without(Language::En, en) }
            }
        };
    }
    serde_json::to_value(record).unwrap_or_default()
}

/// A file that stands alone.
async fn html(web: &Web, postmortem: &Told, (language, slug): (Language, &str), address: &str) -> String {
    let publication = &postmortem.newest;
    let (own, source) = publication.content.body.best(language);
    // Addresses that no text can hold are replaced by pictures afterwards.
    let reading = Reading::new(own, "yagura-picture/");
    let text: Text = words_in(own);
    let zone = zone_named(&publication.record.zone);
    let pieces: Vec<BodyPiece> = body(&reading, source, &publication.record);
    let mut content = body_html(&text, &zone, &pieces);
    let mut room = PICTURES_BYTES_MAX;
    for id in pictures(&publication.content) {
        let place = format!("src=\"yagura-picture/{id}\"");
        if !content.contains(&place) {
            continue;
        }
        let file = web.desk.public_file(slug, id).await.ok().flatten().filter(|(_, bytes)| bytes.len() <= room);
        let picture = file.map_or_else(String::new, |(head, bytes)| {
            room -= bytes.len();
            format!("src=\"data:{};base64,{}\"", head.media_type, STANDARD.encode(bytes))
        });
        content = content.replace(&place, &picture);
    }
    let title = escape(&told(&reading, publication.content.title.best(own).1));
    let day = |at: domain::time::Timestamp| format::date(&text, at.to_jiff().to_zoned(zone.clone()).date());
    let published = postmortem.history.last().map(|first| day(first.published_at)).unwrap_or_default();
    let updated = day(publication.head.published_at);
    let dates = format!(
        "{} {published} · {} {updated}",
        escape(&text.get("postmortem-first-published")),
        escape(&text.get("postmortem-last-changed")),
    );
    let zone_note = escape(&text.with("postmortem-zone", &[("zone", publication.record.zone.clone().into())]));
    let (tag, href) = (own.tag(), escape(address).replace('"', "&quot;"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<article>\n<h1>{title}</h1>\n<p class=\"dates\">{dates}</p>\n{content}\n<footer><p>{zone_note}</p><a href=\"{href}\">{href}</a></footer>\n\
         </article>\n</body>\n</html>\n"
    )
}
