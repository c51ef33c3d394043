//! The Markdown of runbooks as HTML that is safe to show. Like what people write elsewhere ([`super::markdown`]), with three differences:
//! comments are not shown, `<details>`, `<summary>`, `<kbd>` and `<br>` may stand in it, and a name of a runbook leads to it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html as writer};

use super::markdown;

/// HTML that may stand in a runbook.
const RAW: [&str; 4] = ["details", "summary", "kbd", "br"];
const COMMENT: (&str, &str) = ("<!--", "-->");

static SANITIZER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    let tags: HashSet<&str> = markdown::TAGS.into_iter().chain(["ul"]).chain(RAW).collect();
    builder
        .tags(tags)
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
            ("input", HashSet::from(["type", "checked", "disabled"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        // The only ones that are left are our own, to other runbooks.
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
});

/// Gives the address of the runbook with this slug, if there is one for whoever reads.
pub(in crate::web) type Leads<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A text without its HTML comments.
fn without_comments(text: &str) -> String {
    let (open, close) = COMMENT;
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(start) = rest.find(open) {
        kept.push_str(&rest[..start]);
        // One that never ends goes on to the end, as in a browser.
        rest = rest[start..].find(close).map_or("", |end| &rest[start + end + close.len()..]);
    }
    kept.push_str(rest);
    kept
}

/// What stands in raw HTML: tags that may stand there as they are, everything else as text.
fn raw(text: &str) -> Event<'static> {
    let text = without_comments(text);
    let inner = text.trim().trim_start_matches('<').trim_start_matches('/').trim_end_matches('>').trim_end_matches('/').trim();
    let is_one_tag = text.trim().starts_with('<') && text.matches('<').count() == 1 && text.trim().ends_with('>');
    if is_one_tag && RAW.contains(&inner) {
        return Event::InlineHtml(CowStr::from(text));
    }
    Event::Text(CowStr::from(text))
}

/// The lines of a block of HTML, each as a tag or as text.
fn block(text: &str) -> Vec<Event<'static>> {
    let text = without_comments(text);
    let mut events = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        // `<details><summary>Full context</summary>` are three pieces.
        let mut rest = line;
        while let Some(start) = rest.find('<') {
            let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
            if start > 0 {
                events.push(Event::Text(CowStr::from(rest[..start].to_owned())));
            }
            events.push(raw(&rest[start..end]));
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            events.push(Event::Text(CowStr::from(rest.to_owned())));
        }
        events.push(Event::SoftBreak);
    }
    events
}

/// The slug that a link between files of runbooks means: `../etcd-restore.en.md`.
fn slug_of(address: &str) -> Option<&str> {
    if address.contains(':') || address.starts_with('/') {
        return None;
    }
    let file = address.split(['#', '?']).next()?.rsplit('/').next()?.strip_suffix(".md")?;
    Some(file.strip_suffix(".ja").or_else(|| file.strip_suffix(".en")).unwrap_or(file))
}

fn link(address: &str) -> Event<'static> {
    Event::Start(Tag::Link {
        link_type: LinkType::Inline,
        dest_url: CowStr::from(address.to_owned()),
        title: CowStr::Borrowed(""),
        id: CowStr::Borrowed(""),
    })
}

/// Turns events into those that are shown.
struct Shown<'l> {
    leads: &'l Leads<'l>,
    events: Vec<Event<'static>>,
    /// Inside of a block of HTML: its text so far.
    html: Option<String>,
    /// Inside of the heading of the whole file, which the page has already.
    is_title: bool,
    /// Links that stay open: whether each is shown.
    links: Vec<bool>,
}

impl Shown<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::HtmlBlock) => self.html = Some(String::new()),
            Event::End(TagEnd::HtmlBlock) => {
                let text = self.html.take().unwrap_or_default();
                self.events.extend(block(&text));
            }
            Event::Html(text) | Event::Text(text) if self.html.is_some() => {
                self.html.as_mut().into_iter().for_each(|html| html.push_str(&text));
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => self.is_title = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => self.is_title = false,
            _ if self.is_title => {}
            Event::Html(text) | Event::InlineHtml(text) => self.events.push(raw(&text)),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Heading { level, .. }) => {
                let level = markdown::lowered(level);
                self.events.push(Event::Start(Tag::Heading { level, id: None, classes: Vec::new(), attrs: Vec::new() }));
            }
            Event::End(TagEnd::Heading(level)) => self.events.push(Event::End(TagEnd::Heading(markdown::lowered(level)))),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let own = slug_of(&dest_url).and_then(|slug| (self.leads)(slug));
                let is_elsewhere = ["https://", "http://", "mailto:"].iter().any(|scheme| dest_url.starts_with(scheme));
                let address = own.or_else(|| is_elsewhere.then(|| dest_url.to_string()));
                self.links.push(address.is_some());
                self.events.extend(address.map(|address| link(&address)));
            }
            Event::End(TagEnd::Link) => {
                if self.links.pop().unwrap_or(false) {
                    self.events.push(Event::End(TagEnd::Link));
                }
            }
            Event::Code(name) => {
                let address = if self.links.contains(&true) { None } else { (self.leads)(&name) };
                let code = Event::Code(CowStr::from(name.to_string()));
                match address {
                    Some(address) => self.events.extend([link(&address), code, Event::End(TagEnd::Link)]),
                    None => self.events.push(code),
                }
            }
            other => self.events.push(other.into_static()),
        }
    }
}

fn events(text: &str, leads: &Leads<'_>) -> Vec<Event<'static>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut shown = Shown { leads, events: Vec::new(), html: None, is_title: false, links: Vec::new() };
    for event in Parser::new_ext(text, options) {
        shown.take(event);
    }
    shown.events
}

/// A text as HTML.
pub(in crate::web) fn html(text: &str, leads: &Leads<'_>) -> String {
    let mut written = String::with_capacity(text.len() + text.len() / 2);
    writer::push_html(&mut written, events(text, leads).into_iter());
    SANITIZER.clean(&written).to_string()
}

/// One line as HTML without a paragraph around it.
pub(in crate::web) fn line(text: &str, leads: &Leads<'_>) -> String {
    let html = html(text, leads);
    let inner = html.trim().strip_prefix("<p>").and_then(|inner| inner.strip_suffix("</p>"));
    inner.filter(|inner| !inner.contains("<p>")).unwrap_or(html.trim()).to_owned()
}

/// One line as its words.
pub(in crate::web) fn plain(text: &str) -> String {
    markdown::plain(&without_comments(text)).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leads(slug: &str) -> Option<String> {
        (slug == "etcd-restore").then(|| "/desk/runbooks/etcd-restore".to_owned())
    }

    fn shown(text: &str) -> String {
        html(text, &leads)
    }

    #[test]
    fn a_name_of_a_runbook_leads_to_it() {
        let link = "<a href=\"/desk/runbooks/etcd-restore\" rel=\"nofollow noopener noreferrer\">";
        assert_eq!(shown("See `etcd-restore`."), format!("<p>See {link}<code>etcd-restore</code></a>.</p>\n"));
        assert_eq!(shown("[restore](etcd-restore.en.md#x)"), format!("<p>{link}restore</a></p>\n"));
        assert_eq!(shown("`kubectl`"), "<p><code>kubectl</code></p>\n");
        assert_eq!(shown("[gone](other.md) [root](/desk/sign-out)"), "<p>gone root</p>\n");
    }

    #[test]
    fn comments_are_for_those_who_read_the_source() {
        assert_eq!(shown("a <!-- not checked: b --> c"), "<p>a  c</p>\n");
        assert_eq!(shown("<!-- not\nchecked -->\n\nd").trim(), "<p>d</p>");
        assert_eq!(shown("`<!-- x -->`"), "<p><code>&lt;!-- x --&gt;</code></p>\n");
        assert_eq!(plain("*On each:* does `etcd` run? <!-- s:x -->"), "On each: does etcd run?");
    }

    #[test]
    fn some_html_may_stand_there_and_the_rest_is_text() {
        let details = shown("<details><summary>More</summary>\n\nwords\n\n</details>");
        assert!(details.contains("<details><summary>More</summary>") && details.contains("</details>"), "{details}");
        assert_eq!(shown("press <kbd>d</kbd>"), "<p>press <kbd>d</kbd></p>\n");
        for hostile in
            ["<script>x</script>", "<kbd onclick=x>y</kbd>", "<img src=x>", "[a](javascript:x)", "<details ontoggle=x>"]
        {
            let html = shown(hostile);
            for word in ["<script", "<img", "javascript:"] {
                assert!(!html.contains(word), "{hostile}: {html}");
            }
            let tags: Vec<&str> = html.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
            assert!(tags.iter().all(|tag| !tag.contains("on")), "{hostile}: {html}");
        }
    }

    #[test]
    fn the_page_has_its_own_title() {
        assert_eq!(shown("# etcd\n\nwords").trim(), "<p>words</p>");
        assert_eq!(line("*On each:* run it", &leads), "<em>On each:</em> run it");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag_that_is_not_allowed(text in ".{0,200}") {
            let html = shown(&text);
            for (at, _) in html.match_indices('<') {
                let name: String = html[at + 1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                let is_known = name == "ul" || markdown::TAGS.contains(&name.as_str()) || RAW.contains(&name.as_str());
                prop_assert!(is_known, "{name} in {html}");
            }
        }
    }
}
