//! A badge as SVG. It stands in other people's pages and under their policies: no script, no style sheet, no `style` attribute,
//! nothing from elsewhere. Nobody knows the visitor's font, so text is measured as Verdana and told to be that long.

use std::fmt::Write as _;

use super::{Badge, Color, Style};
use crate::web::markup::escape;

/// Advance widths of Verdana from U+0020 to U+007E, in thousandths of the font size.
const VERDANA: [u16; 95] = [
    352, 394, 459, 818, 636, 1076, 727, 269, 454, 454, 636, 818, 364, 454, 364, 454, // space to /
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 454, 454, 818, 818, 818, 545, // 0 to ?
    1000, 684, 686, 698, 771, 632, 575, 775, 751, 421, 455, 693, 557, 843, 748, 787, // @ to O
    603, 787, 695, 684, 616, 732, 684, 989, 685, 615, 685, 454, 454, 454, 818, 636, // P to _
    636, 601, 623, 521, 623, 596, 352, 623, 633, 274, 344, 592, 274, 973, 633, 607, // ` to o
    623, 623, 427, 521, 394, 633, 592, 818, 592, 592, 525, 635, 454, 635, 818, // p to ~
];

/// How much wider bold is.
const BOLD: f64 = 1.14;

/// The measures of a style, in pixels.
#[derive(Clone, Copy, Debug)]
struct Look {
    height: u32,
    /// Radius of the corners.
    corner: u32,
    /// Between an end of a text and the end of its box.
    padding: u32,
    font_size: u32,
    /// Where text stands.
    baseline: f64,
    letter_spacing: u32,
}

impl Style {
    fn look(self) -> Look {
        let flat = Look { height: 20, corner: 3, padding: 6, font_size: 11, baseline: 14.0, letter_spacing: 0 };
        match self {
            Self::Flat => flat,
            Self::FlatSquare => Look { corner: 0, ..flat },
            Self::Plastic => Look { height: 18, corner: 4, baseline: 13.0, ..flat },
            Self::ForTheBadge => Look { height: 28, corner: 0, padding: 10, font_size: 10, baseline: 17.5, letter_spacing: 1 },
        }
    }
}

/// One of a badge's two boxes.
#[derive(Debug)]
struct Segment {
    words: String,
    color: Color,
    is_bold: bool,
    /// How long the text is, in pixels.
    length: f64,
    /// The box around it; zero if there is no text.
    width: u32,
}

impl Segment {
    fn new(text: &str, color: Color, style: Style, is_bold: bool) -> Self {
        let look = style.look();
        let words = if style == Style::ForTheBadge { text.to_uppercase() } else { text.to_owned() };
        let em: f64 = words.chars().map(|c| f64::from(advance(c)) / 1000.0).sum();
        let spaces = words.chars().count() as f64 * f64::from(look.letter_spacing);
        let weight = if is_bold { BOLD } else { 1.0 };
        let length = em * f64::from(look.font_size) * weight + spaces;
        let width = if words.is_empty() { 0 } else { length.ceil() as u32 + 2 * look.padding };
        Self { words, color, is_bold, length, width }
    }
}

/// The badge.
pub(super) fn svg(badge: &Badge) -> String {
    let look = badge.style.look();
    let label = Segment::new(&badge.label, badge.label_color, badge.style, false);
    let message = Segment::new(&badge.message, badge.color, badge.style, badge.style == Style::ForTheBadge);
    let (width, height) = (label.width + message.width, look.height);
    let name = escape(&badge.spoken());
    let language = badge.language.tag();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         lang=\"{language}\" aria-label=\"{name}\"><title>{name}</title>"
    );
    let left_corner = if label.width == 0 { look.corner } else { 0 };
    for (segment, from, left, right) in [(&label, 0, look.corner, 0), (&message, label.width, left_corner, look.corner)] {
        if segment.width > 0 {
            let outline = outline(from, from + segment.width, height, left, right);
            let _ = write!(svg, "<path fill=\"{}\" d=\"{outline}\"/>", segment.color);
        }
    }
    if badge.style == Style::Plastic {
        // Light above the text and shadow below it, none behind it: its contrast stays.
        let outline = outline(0, width, height, look.corner, look.corner);
        let _ = write!(
            svg,
            "<linearGradient id=\"plastic\" x2=\"0\" y2=\"100%\"><stop offset=\"0\" stop-color=\"#fff\" stop-opacity=\".4\"/>\
             <stop offset=\".22\" stop-color=\"#fff\" stop-opacity=\"0\"/><stop offset=\".85\" stop-opacity=\"0\"/>\
             <stop offset=\"1\" stop-opacity=\".3\"/></linearGradient><path fill=\"url(#plastic)\" d=\"{outline}\"/>"
        );
    }
    let _ = write!(
        svg,
        "<g font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"{}\" text-anchor=\"middle\">",
        look.font_size
    );
    for (segment, from) in [(&label, 0), (&message, label.width)] {
        if segment.width > 0 {
            write_text(&mut svg, segment, from, look);
        }
    }
    svg.push_str("</g></svg>");
    svg
}

fn write_text(svg: &mut String, segment: &Segment, from: u32, look: Look) {
    let middle = f64::from(from) + f64::from(segment.width) / 2.0;
    let (ink, baseline, length) = (segment.color.ink(), look.baseline, segment.length);
    let _ = write!(
        svg,
        "<text x=\"{middle}\" y=\"{baseline}\" fill=\"{ink}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\""
    );
    if segment.is_bold {
        svg.push_str(" font-weight=\"bold\"");
    }
    if look.letter_spacing > 0 {
        let _ = write!(svg, " letter-spacing=\"{}\"", look.letter_spacing);
    }
    let _ = write!(svg, ">{}</text>", escape(&segment.words));
}

/// A box from one x to another over the whole height, with corners of these radii.
fn outline(from: u32, until: u32, height: u32, left: u32, right: u32) -> String {
    let corner = |radius: u32, across: &str, down: &str| {
        if radius == 0 { String::new() } else { format!("a{radius} {radius} 0 0 1 {across}{radius} {down}{radius}") }
    };
    format!(
        "M{} 0H{}{}V{}{}H{}{}V{left}{}z",
        from + left,
        until - right,
        corner(right, "", ""),
        height - right,
        corner(right, "-", ""),
        from + left,
        corner(left, "-", "-"),
        corner(left, "", "-"),
    )
}

/// How far a character moves the next one, in thousandths of the font size: exact for ASCII in Verdana and for full-width characters,
/// a guess that is rather too wide for the rest.
pub(super) fn advance(c: char) -> u16 {
    match c {
        ' '..='~' => VERDANA[c as usize - ' ' as usize],
        // Marks upon the letter before them, and characters without any width.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        // Half-width katakana.
        '\u{ff61}'..='\u{ff9f}' => 500,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 1000,
        _ => 750,
    }
}
