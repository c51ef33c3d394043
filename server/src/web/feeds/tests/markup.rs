//! A reader of XML and of the HTML in feeds that forgives nothing, because those of feed readers forgive much.

use std::collections::BTreeSet;

/// The `Char` of XML 1.0.
pub(super) fn is_allowed_by_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// The names of all elements. Panics at what is not well-formed: elements that are left open or closed twice, and every `<`, `>`, `&`
/// that is not markup.
pub(super) fn elements(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        assert_plain(&rest[..start]);
        let markup = &rest[start..];
        if let Some(data) = markup.strip_prefix("<![CDATA[") {
            rest = data.split_once("]]>").expect("CDATA ends").1;
            continue;
        }
        let (tag, after) = markup[1..].split_once('>').expect("a tag ends");
        rest = after;
        assert!(!tag.contains('<'), "a tag in a tag: {tag}");
        if tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{text}");
            continue;
        }
        let (inner, is_empty) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
        let name = inner.split(' ').next().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == ':';
        assert!(!name.is_empty() && name.chars().all(is_name), "no element: {tag}");
        names.insert(name.to_owned());
        if !is_empty {
            open.push(name);
        }
    }
    assert_plain(rest);
    assert!(open.is_empty(), "left open: {open:?}");
    names
}

fn assert_plain(text: &str) {
    assert!(!text.contains('>'), "a lone > in {text}");
    for entity in text.split('&').skip(1) {
        let (name, _) = entity.split_once(';').expect("an entity ends");
        assert!(["amp", "lt", "gt", "quot", "apos", "#39"].contains(&name), "&{name};");
    }
}
