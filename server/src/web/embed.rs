//! The widget: the state of everything in a frame within other people's pages, the script that puts it there, and its oEmbed answer.
//!
//! The frame asks for nothing more, and may stand anywhere; it is the only page of ours that may. Its one line of script loads it again
//! every minute, but not while somebody's focus is in it; without scripts the browser does that.

use app::data::{PublicSite, StatusPage};
use app::format;
use app::i18n::Text;
use app::parts::summary::sentence;
use app::routes::to;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::component::Status;
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Url;

use super::markup::{Paint, escape, shape};
use super::page::incident_number;

/// Width of the frame, in pixels, unless its page gives it another.
pub(crate) const WIDTH: u32 = 320;
/// Height of the frame, in pixels: a name, a sentence of two lines, a moment.
pub(crate) const HEIGHT: u32 = 72;
/// Loads the frame again as often as a page's figures are made anew, every 60 s.
const REFRESH: &str = "setInterval(()=>document.hasFocus()||location.reload(),6e4)";
/// How long an oEmbed answer may be kept: what it says is where the frame is, which does not change.
const OEMBED_CACHE_S: u32 = 86_400;

/// What does not change with the theme. Lines are 14, 2 × 17 and 14 pixels high, 62 in all.
const STYLE: &str = "*{box-sizing:border-box}html,body,main{height:100%;margin:0}\
body{font:14px/17px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Hiragino Kaku Gothic ProN\",\"Noto Sans JP\",\
\"Noto Sans CJK JP\",Meiryo,sans-serif;background:var(--sheet);color:var(--ink)}\
a{display:flex;gap:10px;align-items:center;height:100%;padding:4px 11px 4px 16px;\
box-shadow:inset 6px 0 var(--bar),inset 0 0 0 1px var(--line);color:inherit;text-decoration:none}\
a:hover h1{text-decoration:underline}a:focus-visible{outline:3px solid var(--focus);outline-offset:-3px}\
.mark{flex:none;fill:var(--status)}.ink{fill:none;stroke:var(--sheet);stroke-width:2}.hole{fill:var(--sheet)}\
.ring{fill:none;stroke:var(--status);stroke-width:2.5;stroke-dasharray:3 2}\
.words{min-width:0}h1{margin:0;font:inherit;font-weight:bold;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}\
:lang(ja){word-break:auto-phrase}\
small{display:block;font-size:12px;line-height:14px;color:var(--ink-soft);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}";

// As `style/tokens.css` has them.
const LIGHT: &str = "--sheet:#f6f7f9;--ink:#16191d;--ink-soft:#545b66;--line:#d9dde3;--focus:#0b5cad;";
const DARK: &str = "--sheet:#1a1e25;--ink:#e8ebef;--ink-soft:#a6aeba;--line:#2f3641;--focus:#7db8f5;";

/// How the widget looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Theme {
    /// As the visitor prefers.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// By its name in addresses: `auto`, `light`, `dark`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    fn style(self, status: Status) -> String {
        let colors = Colors::of(status);
        let light = format!("{LIGHT}--status:{};--bar:{}", colors.light, colors.light_bar);
        let dark = format!("{DARK}--status:{};--bar:{}", colors.dark, colors.dark_bar);
        let variables = match self {
            Self::Auto => {
                format!(":root{{color-scheme:light dark;{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}")
            }
            Self::Light => format!(":root{{color-scheme:light;{light}}}"),
            Self::Dark => format!(":root{{color-scheme:dark;{dark}}}"),
        };
        format!("{variables}{STYLE}")
    }
}

/// A status' colours, as `style/tokens.css` has them.
struct Colors {
    light: &'static str,
    light_bar: &'static str,
    dark: &'static str,
    dark_bar: &'static str,
}

impl Colors {
    fn of(status: Status) -> Self {
        let [light, light_bar, dark, dark_bar] = match status {
            Status::Operational => ["#00734f", "#2b9d78", "#4fc79d", "#2b9d78"],
            Status::DegradedPerformance => ["#8a5a00", "#b98700", "#f0c04a", "#e0a200"],
            Status::PartialOutage => ["#a8470a", "#e2711d", "#ff9d5c", "#e2711d"],
            Status::MajorOutage => ["#b3001e", "#c4122f", "#ff7d8b", "#e5485f"],
            Status::UnderMaintenance => ["#3a5a9b", "#6584c4", "#9db7ec", "#6f8cc6"],
            Status::Unknown | Status::Unwatched => ["#626a76", "#868e9a", "#a0a8b4", "#69727f"],
        };
        Self { light, light_bar, dark, dark_bar }
    }
}

/// The frame, a whole document. Send it with [`policy`].
pub(crate) fn page(language: Language, theme: Theme, site: &PublicSite, text: &Text, page: &StatusPage) -> String {
    let status = if page.summary.total == 0 { Status::Unknown } else { page.summary.worst };
    let paint = Paint { ink: "class=\"ink\"", hole: "class=\"hole\"", ring: "class=\"ring\"" };
    let (mark, style) = (shape(status, paint), theme.style(status));
    let (name, sentence) = (escape(&site.name), escape(&sentence(text, page.summary)));
    let since = page.summary.since.map(|at| since(text, at, &site.time_zone)).unwrap_or_default();
    let link = escape(&format!("{}{}", site.base, to::status(language)));
    let opens = escape(&text.get("embed-opens"));
    let tag = language.tag();
    format!(
        "<!DOCTYPE html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><script>{REFRESH}</script>\
         <noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>\
         <title>{name}: {sentence}</title><style>{style}</style></head>\
         <body><main><a href=\"{link}\" target=\"_blank\" rel=\"noopener\" title=\"{opens}\">\
         <svg class=\"mark\" viewBox=\"0 0 16 16\" width=\"24\" height=\"24\" aria-hidden=\"true\">{mark}</svg>\
         <span class=\"words\"><small>{name}</small> <h1>{sentence}</h1> {since}</span></a></main></body></html>"
    )
}

fn since(text: &Text, at: Timestamp, zone: &TimeZone) -> String {
    let (before, after) = text.around("since", "when");
    let [before, moment, after] = [before, format::moment(text, at, zone), after].map(|words| escape(&words));
    format!("<small>{before}<time datetime=\"{at}\">{moment}</time>{after}</small>")
}

/// The content security policy of the frame: its one style sheet and its one script by their hashes, and it may stand in any page.
pub(crate) fn policy(html: &str) -> String {
    let style = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(style, _)| style);
    let [style, script] = [style, REFRESH].map(|text| STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; frame-ancestors *; base-uri 'none'; \
         form-action 'none'"
    )
}

/// `/embed.js`: puts the frame where the script stands. It runs in other people's pages, so it takes from its attributes
/// (`data-lang`, `data-theme`, `data-width`, `data-title`) only what is known, and leaves nothing behind.
pub(crate) fn script(site: &PublicSite) -> String {
    let base = serde_json::Value::from(site.base.as_str()).to_string();
    let languages: Vec<&str> = site.languages.iter().map(|language| language.tag()).collect();
    let languages = languages.join("|");
    format!(
        "(s=>{{if(!s)return;let d=s.dataset,b={base},f=document.createElement('iframe'),\
         l=/^({languages})$/.test(d.lang)?'/'+d.lang:'',t=/^(light|dark)$/.test(d.theme)?'?theme='+d.theme:'';\
         f.title=d.title||new URL(b).host;f.width=/^\\d{{1,4}}%?$/.test(d.width)?d.width:{WIDTH};f.height={HEIGHT};\
         f.loading='lazy';f.setAttribute('frameborder',0);f.src=b+l+'/embed'+t;s.replaceWith(f)}})(document.currentScript)\n"
    )
}

/// Why there is no oEmbed answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum OembedError {
    /// The address is not that of a page that can be embedded. Status 404.
    #[error("`url` is not the address of a page of this site: give that of the front page, a component or the history")]
    NotFound,
}

/// The oEmbed 1.0 answer for the address of one of our pages, `application/json`. `max` is `maxwidth` and `maxheight`, in pixels.
pub(crate) fn oembed(site: &PublicSite, url: &str, max: (Option<u32>, Option<u32>)) -> Result<String, OembedError> {
    let (base, site_name) = (site.base.as_str(), site.name.as_str());
    let prefix = language_prefix(site, url).ok_or(OembedError::NotFound)?;
    let (width, height) = (max.0.unwrap_or(WIDTH).clamp(1, WIDTH), max.1.unwrap_or(HEIGHT).clamp(1, HEIGHT));
    let (source, title) = (escape(&format!("{base}{prefix}/embed")), escape(site_name));
    let html = format!(
        "<iframe src=\"{source}\" title=\"{title}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" frameborder=\"0\"></iframe>"
    );
    let body = serde_json::json!({
        "version": "1.0",
        "type": "rich",
        "provider_name": site_name,
        "provider_url": format!("{base}/"),
        "title": site_name,
        "width": width,
        "height": height,
        "html": html,
        "cache_age": OEMBED_CACHE_S,
    });
    Ok(body.to_string())
}

/// The part of one of our pages' addresses that names its language: `/ja`, or nothing where it is negotiated. `None` if the address
/// leads elsewhere.
fn language_prefix(site: &PublicSite, url: &str) -> Option<String> {
    let (ours, url) = (Url::parse(&site.base).ok()?, Url::parse(url).ok()?);
    if ours.origin() != url.origin() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let named = site.languages.iter().find_map(|language| {
        let prefix = format!("/{}", language.tag());
        let rest = url.path().strip_prefix(prefix.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((prefix, rest))
    });
    let (prefix, path) = named.unwrap_or_else(|| (String::new(), url.path()));
    let is_component = path.strip_prefix("/components/").is_some_and(|slug| slug.parse::<Slug>().is_ok());
    let is_history = path == "/history" || path.starts_with("/history/");
    // Any number: which incidents are public is nobody's business here.
    let is_incident = path.strip_prefix("/incidents/").is_some_and(|number| incident_number(number).is_some());
    (matches!(path, "" | "/") || is_component || is_history || is_incident).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use app::data::Summary;
    use domain::uptime::Weights;

    use super::*;
    use crate::web::FluentMessages;

    const BASE: &str = "https://status.example.org";

    fn site(name: &str) -> PublicSite {
        PublicSite {
            id: "abcdefghijkl".to_owned(),
            base: BASE.to_owned(),
            name: name.to_owned(),
            description: None,
            languages: Language::ALL.to_vec(),
            time_zone: TimeZone::get("Asia/Tokyo").unwrap(),
            created_at: Timestamp::from_ms(0),
        }
    }

    fn front(worst: Status) -> StatusPage {
        let since = Some(Timestamp::from_ms(1_775_969_389_000));
        StatusPage {
            version: 1,
            taken_at: Timestamp::from_ms(1_775_970_000_000),
            summary: Summary { worst, total: 20, affected: 1, others: [(Status::Unknown, 0); 4], since },
            uplink_lost_since: None,
            groups: Vec::new(),
            weights: Weights::default(),
            outages: Vec::new(),
            outages_left_out: 0,
            incidents: Vec::new(),
            maintenances: Vec::new(),
        }
    }

    fn widget(language: Language, theme: Theme, name: &str, front: &StatusPage) -> String {
        page(language, theme, &site(name), &Text::new(Arc::new(FluentMessages), language), front)
    }

    #[test]
    fn the_widget_says_what_the_page_says_and_leads_there() {
        let html = widget(Language::En, Theme::Auto, "Example", &front(Status::MajorOutage));
        for expected in [
            "<html lang=\"en\">",
            "<meta http-equiv=\"refresh\" content=\"60\">",
            "<h1>One component of 20 is down</h1>",
            "<small>since <time datetime=\"2026-04-12T04:49:49.000Z\">12 April 2026, 13:49:49 JST</time></small>",
            "<small>Example</small>",
            "<a href=\"https://status.example.org/en/\" target=\"_blank\" rel=\"noopener\"",
            "d=\"M8 0l8 8-8 8-8-8z\"",
        ] {
            assert!(html.contains(expected), "{expected} is not in {html}");
        }
        let japanese = widget(Language::Ja, Theme::Auto, "例", &front(Status::MajorOutage));
        assert!(
            japanese.contains("コンポーネント 20 件中 1 件が停止しています") && japanese.contains("</time> から</small>"),
            "{japanese}"
        );
        assert!(japanese.contains("href=\"https://status.example.org/ja/\""), "{japanese}");
    }

    #[test]
    fn nothing_known_is_not_shown_as_good() {
        let mut empty = front(Status::Operational);
        empty.summary = Summary { total: 0, affected: 0, since: None, ..empty.summary };
        let html = widget(Language::En, Theme::Light, "Example", &empty);
        assert!(html.contains("class=\"ring\"") && html.contains("--status:#626a76") && !html.contains("<time"), "{html}");
    }

    #[test]
    fn a_name_cannot_become_markup() {
        let name = "</title><style>*{}</style><script>alert(1)</script>\" onclick=\"";
        let html = widget(Language::En, Theme::Auto, name, &front(Status::Operational));
        assert!(!html.contains("<script>alert") && !html.contains("\" onclick") && html.contains("&lt;script&gt;"), "{html}");
        assert_eq!((html.matches("<style>").count(), html.matches("</style>").count()), (1, 1));
    }

    #[test]
    fn the_policy_allows_its_style_any_frame_and_nothing_else() {
        let html = "<head><style>a{color:red}</style></head>";
        let policy = policy(html);
        let hash = "6hWWMOcF+mJesSJGYhmK2lkIIEw9Xc5XKGLPVzh8yxs=";
        assert!(policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}'; script-src 'sha256-")), "{policy}");
        assert!(policy.ends_with("; frame-ancestors *; base-uri 'none'; form-action 'none'"), "{policy}");
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            let html = widget(Language::Ja, theme, "Example", &front(Status::UnderMaintenance));
            assert!(!html.contains("style=") && !html.contains("<link"), "{html}");
            assert_eq!((html.matches("<style>").count(), html.matches("<script").count()), (1, 1));
        }
    }

    #[test]
    fn each_theme_has_the_colours_of_the_pages() {
        let tokens = include_str!("../../../style/tokens.css");
        let (light, dark) = tokens.split_once("@media").unwrap();
        let names = ["ok", "slow", "partial", "down", "work", "none"];
        for (name, status) in names.into_iter().zip(Status::ALL) {
            let colors = Colors::of(status);
            for (part, color, bar) in [(light, colors.light, colors.light_bar), (dark, colors.dark, colors.dark_bar)] {
                assert!(part.contains(&format!("--{name}: {color};")), "{name}: {color}");
                assert!(part.contains(&format!("--{name}-bar: {bar};")), "{name}-bar: {bar}");
            }
        }
        for (part, list) in [(light, LIGHT), (dark, DARK)] {
            for variable in list.split_terminator(';') {
                assert!(part.contains(&format!("{};", variable.replacen(':', ": ", 1))), "{variable}");
            }
        }
        let style = |name| Theme::from_name(name).unwrap().style(Status::Operational);
        assert!(style("auto").contains("#4fc79d") && style("auto").contains("#00734f"));
        assert!(style("dark").contains("#4fc79d") && !style("dark").contains("#00734f"));
        assert!(style("light").contains("#00734f") && !style("light").contains("#4fc79d"));
        assert_eq!(Theme::from_name("blue"), None);
    }

    #[test]
    fn the_script_is_small_and_knows_where_it_is_from() {
        let script = script(&site("Example"));
        assert!(script.len() < 700, "{} bytes", script.len());
        assert!(script.contains("b=\"https://status.example.org\"") && script.contains("/^(ja|en)$/"), "{script}");
        assert!(script.contains("f.width=/^\\d{1,4}%?$/.test(d.width)?d.width:320;f.height=72;"), "{script}");
    }

    #[test]
    fn our_pages_can_be_embedded_and_nothing_else() {
        let source = |url: &str| -> Result<String, OembedError> {
            let answer = oembed(&site("Example"), url, (None, None))?;
            let body: serde_json::Value = serde_json::from_str(&answer).unwrap();
            let html = body["html"].as_str().unwrap().to_owned();
            Ok(html.split('"').nth(1).unwrap().to_owned())
        };
        for (path, prefix) in [
            ("", ""),
            ("/", ""),
            ("/ja/", "/ja"),
            ("/en", "/en"),
            ("/en/?a=b#summary", "/en"),
            ("/ja/components/web-2", "/ja"),
            ("/components/web", ""),
            ("/en/history", "/en"),
            ("/ja/history/2026-04", "/ja"),
            ("/en/incidents/7", "/en"),
        ] {
            assert_eq!(source(&format!("{BASE}{path}")), Ok(format!("{BASE}{prefix}/embed")), "{path}");
        }
        for url in [
            "",
            "/ja/",
            "javascript:alert(1)",
            "http://status.example.org/",
            "https://status.example.org:8443/",
            "https://status.example.org.evil.example/",
            "https://user@status.example.org/",
            "https://status.example.org/desk/",
            "https://status.example.org/fr/",
            "https://status.example.org/jam/",
            "https://status.example.org/en/components/",
            "https://status.example.org/en/components/a/b",
            "https://status.example.org/en/incidents/07",
            "https://status.example.org/en/components/%22onload",
            "https://status.example.org/historyx",
        ] {
            assert_eq!(source(url), Err(OembedError::NotFound), "{url}");
        }
    }

    #[test]
    fn oembed_keeps_to_the_asked_size_and_escapes_names() {
        let answer = |max| -> serde_json::Value {
            serde_json::from_str(&oembed(&site("A \"B\" <c>"), "https://status.example.org/en/", max).unwrap()).unwrap()
        };
        let whole = answer((None, Some(1000)));
        let expected = serde_json::json!({
            "version": "1.0", "type": "rich", "provider_name": "A \"B\" <c>", "provider_url": "https://status.example.org/",
            "title": "A \"B\" <c>", "width": 320, "height": 72, "cache_age": 86_400,
            "html": "<iframe src=\"https://status.example.org/en/embed\" title=\"A &quot;B&quot; &lt;c&gt;\" width=\"320\" height=\"72\" \
                     loading=\"lazy\" frameborder=\"0\"></iframe>",
        });
        assert_eq!(whole, expected);
        let small = answer((Some(200), Some(40)));
        assert_eq!((small["width"].as_u64(), small["height"].as_u64()), (Some(200), Some(40)));
        assert!(small["html"].as_str().unwrap().contains("width=\"200\" height=\"40\""));
    }
}
