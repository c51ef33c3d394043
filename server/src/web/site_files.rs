//! Files about the site that depend on its configuration or its state: for search engines, for home screens, for the browser's tab.
//! They name public pages only.

use std::fmt::Write as _;

use app::data::PublicSite;
use app::routes::to;
use domain::component::Status;
use domain::text::Language;
use domain::time::Timestamp;

use super::markup::{Paint, escape, shape};

/// Behind an installed site while it starts: `--paper` of `style/tokens.css`.
const BACKGROUND: &str = "#ffffff";
/// Around an installed site: `--sheet` of `style/tokens.css`.
const AROUND: &str = "#f6f7f9";
/// The tower of `public/icon.svg`.
const TOWER: &str = "M16 2 4 9h24zM8 11h16v7H8zM9 20l-3 10h3l1.8-6h10.4l1.8 6h3l-3-10z";
/// The tower in the tab: neither good nor bad, and seen on light and dark tab bars.
const NEUTRAL: &str = "#7d8490";

/// `/robots.txt`. Whatever calls a heartbeat, is for programs, or needs signing in is no page.
pub(crate) fn robots(base: &str) -> String {
    format!("User-agent: *\nAllow: /\nDisallow: /api/\nDisallow: /desk/\nDisallow: /ping/\n\nSitemap: {base}/sitemap.xml\n")
}

/// `/sitemap.xml` (sitemap 0.9): every page in every language, each with the others and the address that negotiates. `paths` are
/// without a language and begin with a slash; at most 50,000 addresses may come of them.
pub(crate) fn sitemap(base: &str, languages: &[Language], paths: &[(String, Option<Timestamp>)]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    for (path, changed_at) in paths {
        let address = |language: Language| escape(&format!("{base}{}", to::translated(language, path)));
        let mut alternates = String::new();
        for language in languages {
            alternate(&mut alternates, language.tag(), &address(*language));
        }
        alternate(&mut alternates, "x-default", &escape(&format!("{base}{path}")));
        for language in languages {
            let _ = write!(xml, "<url><loc>{}</loc>", address(*language));
            if let Some(at) = changed_at {
                let _ = write!(xml, "<lastmod>{at}</lastmod>");
            }
            let _ = writeln!(xml, "{alternates}</url>");
        }
    }
    xml.push_str("</urlset>\n");
    xml
}

fn alternate(into: &mut String, tag: &str, address: &str) {
    let _ = write!(into, "<xhtml:link rel=\"alternate\" hreflang=\"{tag}\" href=\"{address}\"/>");
}

/// The web app manifest in one language: the site as it stands on a home screen.
pub(crate) fn manifest(language: Language, site: &PublicSite) -> String {
    let icon = |source: &str, sizes: &str, kind: &str, purpose: &str| serde_json::json!({ "src": source, "sizes": sizes, "type": kind, "purpose": purpose });
    let mut manifest = serde_json::json!({
        "id": "/",
        "name": site.name,
        "short_name": site.name,
        "lang": language.tag(),
        "dir": "ltr",
        "start_url": to::status(language),
        "scope": "/",
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": AROUND,
        "icons": [
            icon("/icon.svg", "any", "image/svg+xml", "any"),
            icon("/icon-192.png", "192x192", "image/png", "any"),
            icon("/icon-512.png", "512x512", "image/png", "any"),
            icon("/icon-maskable-512.png", "512x512", "image/png", "maskable"),
        ],
    });
    if let Some(description) = &site.description {
        manifest["description"] = description.as_str().into();
    }
    manifest.to_string()
}

/// The icon of the tab: the tower, and before it the shape of the status. Its colours can be told from white and from the dark grey of
/// tab bars; the shape says the same without them.
pub(crate) fn favicon(status: Status) -> String {
    let color = tab_color(status);
    let ring = format!("fill=\"none\" stroke=\"{color}\" stroke-width=\"3.5\"");
    let ink = "fill=\"none\" stroke=\"#fff\" stroke-width=\"2\"";
    let shape = shape(status, Paint { ink, hole: "fill=\"#fff\"", ring: &ring });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\
         <mask id=\"gap\"><path fill=\"#fff\" d=\"M0 0h32v32H0z\"/><circle cx=\"23\" cy=\"23\" r=\"11.25\"/></mask>\
         <g mask=\"url(#gap)\"><path fill=\"{NEUTRAL}\" d=\"{TOWER}\" transform=\"translate(-3.2 -2) scale(1.05)\"/></g>\
         <g fill=\"{color}\" transform=\"translate(14 14) scale(1.125)\">{shape}</g></svg>"
    )
}

/// Between the light and the dark theme's colours: a tab bar may be either, and an icon is not told which.
const fn tab_color(status: Status) -> &'static str {
    match status {
        Status::Operational => "#12946b",
        Status::DegradedPerformance => "#b57b00",
        Status::PartialOutage => "#d9640f",
        Status::MajorOutage => "#e5485f",
        Status::UnderMaintenance => "#5f80c2",
        Status::Unknown | Status::Unwatched => NEUTRAL,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::web::badges::color::Color;

    const BASE: &str = "https://status.example.org";

    #[test]
    fn robots_find_the_pages_and_call_no_heartbeat() {
        let robots = robots(BASE);
        assert!(robots.starts_with("User-agent: *\nAllow: /\n"), "{robots}");
        for line in ["Disallow: /desk/", "Disallow: /ping/", "Sitemap: https://status.example.org/sitemap.xml"] {
            assert!(robots.lines().any(|found| found == line), "{line}");
        }
    }

    #[test]
    fn a_sitemap_has_each_page_in_each_language() {
        let changed_at = Some(Timestamp::from_ms(1_775_969_389_000));
        let paths = [("/".to_owned(), changed_at), ("/components/a&b".to_owned(), None)];
        let xml = sitemap(BASE, &Language::ALL, &paths);
        let front = "<url><loc>https://status.example.org/ja/</loc><lastmod>2026-04-12T04:49:49.000Z</lastmod>\
                     <xhtml:link rel=\"alternate\" hreflang=\"ja\" href=\"https://status.example.org/ja/\"/>\
                     <xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://status.example.org/en/\"/>\
                     <xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"https://status.example.org/\"/></url>\n";
        assert!(xml.contains(front), "{xml}");
        assert!(xml.contains("<url><loc>https://status.example.org/en/components/a&amp;b</loc><xhtml:link"), "{xml}");
        assert_eq!((xml.matches("<url>").count(), xml.matches("</url>").count(), xml.matches("a&b").count()), (4, 4, 0));
        assert!(xml.starts_with("<?xml") && xml.ends_with("</urlset>\n"), "{xml}");
    }

    #[test]
    fn a_manifest_installs_the_site_in_its_language() {
        let mut site = PublicSite {
            id: "abcdefghijkl".to_owned(),
            base: BASE.to_owned(),
            name: "例 \"</script>".to_owned(),
            description: None,
            languages: Language::ALL.to_vec(),
            time_zone: TimeZone::UTC,
            created_at: Timestamp::from_ms(0),
        };
        let read = |site: &PublicSite| -> serde_json::Value { serde_json::from_str(&manifest(Language::Ja, site)).unwrap() };
        let plain = read(&site);
        assert_eq!(plain["name"], "例 \"</script>");
        assert_eq!((plain["start_url"].as_str(), plain["lang"].as_str()), (Some("/ja/"), Some("ja")));
        assert!(plain.get("description").is_none());
        let purposes: Vec<_> = plain["icons"].as_array().unwrap().iter().map(|icon| icon["purpose"].as_str().unwrap()).collect();
        assert_eq!(purposes, ["any", "any", "any", "maskable"]);
        site.description = Some("説明".to_owned());
        assert_eq!(read(&site)["description"], "説明");
    }

    #[test]
    fn every_status_has_its_own_icon() {
        let icon = include_str!("../../../public/icon.svg");
        assert!(icon.contains(TOWER), "the tower is that of the icon");
        let icons = [
            Status::Operational,
            Status::DegradedPerformance,
            Status::PartialOutage,
            Status::MajorOutage,
            Status::UnderMaintenance,
            Status::Unknown,
        ]
        .map(favicon);
        for (n, icon) in icons.iter().enumerate() {
            assert!(!icons[..n].contains(icon), "{icon}");
            assert!(icon.contains(TOWER) && !icon.contains("style") && !icon.contains("href"), "{icon}");
        }
        assert_eq!(favicon(Status::Unwatched), favicon(Status::Unknown));
    }

    #[test]
    fn icons_are_seen_on_light_and_dark_tab_bars() {
        const CONTRAST_MIN: f64 = 3.0;
        for status in Status::ALL {
            let color = Color::from_wish(tab_color(status)).unwrap();
            for bar in ["#fff", "#35363a", "#202124"] {
                let contrast = color.contrast(Color::from_wish(bar).unwrap());
                assert!(contrast >= CONTRAST_MIN, "{status:?} on {bar}: {contrast}");
            }
        }
    }
}
