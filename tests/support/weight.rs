//! What a visit weighs: the bytes that a page makes a browser load before it can be read, compressed as they are sent. The budget and the
//! bench use it; `tests/browser/visit.mjs` asks a real browser the same.

use std::path::{Path, PathBuf};

use reqwest::header::ACCEPT_ENCODING;

/// What a page names beside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A style sheet.
    Style,
    /// A script with a file of its own. What wakes the islands stands in the page and loads them later.
    Script,
    /// An icon of the page. A browser takes one of those that are named.
    Icon,
    /// A picture within the page.
    Image,
}

/// A page and what it makes a browser load at once. A web manifest is read by those who install the page only, and not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Bytes of the page itself.
    pub document: usize,
    /// Bytes of the page before it is compressed.
    pub document_plain: usize,
    /// What it names, and the bytes of that.
    pub parts: Vec<(Part, usize)>,
}

impl Weight {
    /// Bytes of all parts of one kind; of icons, the heaviest.
    pub fn of(&self, part: Part) -> usize {
        let bytes = self.parts.iter().filter(|(known, _)| *known == part).map(|(_, bytes)| *bytes);
        if part == Part::Icon { bytes.max().unwrap_or(0) } else { bytes.sum() }
    }

    /// Bytes of everything.
    pub fn total(&self) -> usize {
        self.document + [Part::Style, Part::Script, Part::Icon, Part::Image].map(|part| self.of(part)).iter().sum::<usize>()
    }
}

/// Weighs the page at `path` of the server at `base`.
///
/// # Panics
/// When something does not answer 200, or the page names a part that does not come from its own server.
pub async fn of_page(http: &reqwest::Client, base: &str, path: &str) -> Weight {
    let document = fetch(http, &format!("{base}{path}"), "br").await;
    let plain = fetch(http, &format!("{base}{path}"), "identity").await;
    let html = String::from_utf8(plain).expect("pages are UTF-8");
    let mut parts = Vec::new();
    for (part, named) in named_parts(&html) {
        assert!(named.starts_with('/'), "{path} loads {named} from elsewhere");
        parts.push((part, fetch(http, &format!("{base}{named}"), "br").await.len()));
    }
    Weight { document: document.len(), document_plain: html.len(), parts }
}

/// A body as it comes over the wire.
async fn fetch(http: &reqwest::Client, url: &str, encoding: &str) -> Vec<u8> {
    let answer = http.get(url).header(ACCEPT_ENCODING, encoding).send().await.expect("the server answers");
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.bytes().await.expect("the answer ends").to_vec()
}

/// What a page names, with its address as it stands there.
fn named_parts(html: &str) -> Vec<(Part, String)> {
    let links = tags(html, "<link ").filter_map(|tag| {
        let part = match attribute(tag, "rel")?.as_str() {
            "stylesheet" => Part::Style,
            "modulepreload" => Part::Script,
            "icon" | "shortcut icon" => Part::Icon,
            _ => return None,
        };
        Some((part, attribute(tag, "href")?))
    });
    let scripts = tags(html, "<script ").filter_map(|tag| Some((Part::Script, attribute(tag, "src")?)));
    let images = tags(html, "<img ").filter_map(|tag| Some((Part::Image, attribute(tag, "src")?)));
    links.chain(scripts).chain(images).filter(|(_, address)| !address.starts_with("data:")).collect()
}

/// The insides of all tags that begin with `opening`.
fn tags<'a>(html: &'a str, opening: &'static str) -> impl Iterator<Item = &'a str> {
    html.split(opening).skip(1).filter_map(|rest| rest.split('>').next())
}

/// An attribute of a tag, as our renderer writes them: in double quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let spaced = format!(" {tag}");
    let (_, rest) = spaced.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

/// Bytes of a built file in each form in which it can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// As it is.
    pub plain: u64,
    /// By gzip.
    pub gzip: u64,
    /// By brotli.
    pub brotli: u64,
}

/// The sizes of what `make assets` built for this role: `wasm`, `js` or `css`.
///
/// # Panics
/// When it has not.
pub fn built(role: &str) -> Sizes {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
    let manifest = std::fs::read_to_string(site.join("manifest.tsv")).expect("`make assets` has built target/site");
    let named = manifest.lines().find_map(|line| line.strip_prefix(role)?.strip_prefix('\t')?.split('\t').next());
    let file = site.join(named.expect("the manifest names every role").trim_start_matches('/'));
    let bytes = |suffix: &str| {
        let path = PathBuf::from(format!("{}{suffix}", file.display()));
        std::fs::metadata(path).expect("`make assets` writes every form of a file").len()
    };
    Sizes { plain: bytes(""), gzip: bytes(".gz"), brotli: bytes(".br") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_weighs_what_it_names_and_one_of_its_icons() {
        let html = "<link rel=\"icon\" href=\"/icon.svg\"><link id=\"icon\" rel=\"icon\" href=\"/icon-up.svg\" type=\"image/svg+xml\">\
                    <link rel=\"alternate\" hreflang=\"ja\" href=\"/ja/\"><link href=\"/pkg/a.css\" rel=\"stylesheet\">\
                    <link rel=\"manifest\" href=\"/site.webmanifest\"><script type=\"module\">import('/pkg/a.js')</script>\
                    <script defer src=\"/b.js\"></script><img alt=\"\" src=\"data:image/png;base64,AA==\">";
        let named = named_parts(html);
        let expected =
            [(Part::Icon, "/icon.svg"), (Part::Icon, "/icon-up.svg"), (Part::Style, "/pkg/a.css"), (Part::Script, "/b.js")];
        assert_eq!(named, expected.map(|(part, address)| (part, address.to_owned())));
        let parts = vec![(Part::Icon, 300), (Part::Icon, 400), (Part::Style, 2_000), (Part::Script, 50)];
        let weight = Weight { document: 9_000, document_plain: 60_000, parts };
        assert_eq!((weight.of(Part::Icon), weight.total()), (400, 11_450));
    }
}
