//! Which language a visitor gets at an address that names none: the cookie, else what the browser prefers, else the site's own.

use axum::http::{HeaderMap, header};
use domain::text::Language;

/// Name of the cookie; the only one that public pages read.
const COOKIE: &str = "language";

/// The first of `offered` is the site's own.
pub(super) fn negotiate(offered: &[Language], headers: &HeaderMap) -> Language {
    let fallback = offered.first().copied().unwrap_or(Language::En);
    let of = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok()).unwrap_or_default();
    let offered_tag = |tag: &str| Language::from_tag(tag).filter(|language| offered.contains(language));
    let cookie = of(header::COOKIE).split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then(|| offered_tag(value))?
    });
    cookie.or_else(|| preferred(of(header::ACCEPT_LANGUAGE), offered_tag)).unwrap_or(fallback)
}

/// The best of `Accept-Language` (RFC 9110, section 12.5.4) that is offered, by primary tag; the first among equals.
fn preferred(header: &str, offered: impl Fn(&str) -> Option<Language>) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        let Some(language) = offered(tag.split('-').next().unwrap_or_default()) else { continue };
        if quality > 0.0 && best.is_none_or(|(other, _)| quality > other) {
            best = Some((quality, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_then_the_browser_then_the_site() {
        let negotiate_for = |cookie: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            negotiate(&[Language::Ja, Language::En], &headers)
        };
        assert_eq!(negotiate_for("", ""), Language::Ja);
        assert_eq!(negotiate_for("", "en-GB,en;q=0.9,ja;q=0.8"), Language::En);
        assert_eq!(negotiate_for("", "fr, en;q=0.3, ja-JP;q=0.7"), Language::Ja);
        assert_eq!(negotiate_for("", "en;q=0, ja;q=0.1"), Language::Ja);
        assert_eq!(negotiate_for("a=b; language=en", "ja"), Language::En);
        assert_eq!(negotiate_for("language=<script>", "en"), Language::En);
    }
}
