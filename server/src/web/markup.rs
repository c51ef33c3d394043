//! What markup outside of Leptos needs: SVG, XML and the widget are written by hand. No text may get into them unescaped.

use domain::component::Status;

/// Text for an element or a quoted attribute, in XML and in HTML. Characters that XML 1.0 cannot hold at all, not even escaped, are
/// left out.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Plain text as HTML: a paragraph for each line that says something.
pub(super) fn paragraphs(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        html.push_str("<p>");
        html.push_str(&escape(line));
        html.push_str("</p>");
    }
    html
}

/// Attributes for the parts of a shape; its body has the fill of what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint<'a> {
    /// Of lines drawn upon the body.
    pub(super) ink: &'a str,
    /// Of what is cut out of the body.
    pub(super) hole: &'a str,
    /// Of a body that is only a line.
    pub(super) ring: &'a str,
}

/// A status as a shape in a square of 16 by 16: the same as in `app/src/parts/status_mark.rs`, for where its symbols are not at hand.
pub(super) fn shape(status: Status, paint: Paint<'_>) -> String {
    let Paint { ink, hole, ring } = paint;
    match status {
        Status::Operational => format!(r#"<circle cx="8" cy="8" r="8"/><path {ink} d="M4.5 8.2l2.4 2.4 4.6-4.8"/>"#),
        Status::DegradedPerformance => format!(r#"<path d="M8 .5l8 15H0z"/><path {ink} d="M8 5.5v5M8 12.2v1"/>"#),
        Status::PartialOutage => format!(r#"<path d="M1 1h14v14H1z"/><path {hole} d="M8 3h5v10H8z"/>"#),
        Status::MajorOutage => format!(r#"<path d="M8 0l8 8-8 8-8-8z"/><path {ink} d="M5.5 5.5l5 5M10.5 5.5l-5 5"/>"#),
        Status::UnderMaintenance => r#"<path d="M1 5h14v6H1z"/>"#.to_owned(),
        Status::Unknown | Status::Unwatched => format!(r#"<circle {ring} cx="8" cy="8" r="6.5"/>"#),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_markup_gets_through() {
        assert_eq!(escape(r#"<a href="x" id='y'>&"#), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
        assert_eq!(escape("a\u{0}\u{b}\u{1f}\u{fffe}b\n"), "ab\n");
        assert_eq!(escape("すべて正常"), "すべて正常");
    }

    #[test]
    fn lines_are_paragraphs_and_nothing_else() {
        assert_eq!(paragraphs("a <b>\n\n  c\r\n"), "<p>a &lt;b&gt;</p><p>c</p>");
        assert_eq!(paragraphs(" \n"), "");
    }

    #[test]
    fn shapes_are_those_of_the_pages() {
        let pages = include_str!("../../../app/src/parts/status_mark.rs");
        for status in Status::ALL {
            let shape = shape(status, Paint { ink: r#"class="ink""#, hole: r#"class="hole""#, ring: r#"class="ring""# });
            assert!(pages.contains(&shape), "{status:?}: {shape}");
        }
    }
}
