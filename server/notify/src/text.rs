//! Words from anywhere, made fit for a channel: without characters that hide or turn what stands beside them, no longer than the channel takes,
//! in the unit in which it counts, and with nothing in them that would call people or load something.

/// What stands behind a text that was cut.
const MORE: char = '…';
/// Nothing to be seen, and it parts what belongs together: an `@` and the name behind it.
const BREAK: char = '\u{200b}';

/// In what a channel counts the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes,
    Characters,
    /// Code units of UTF-16, as in JavaScript.
    Utf16,
}

impl Unit {
    const fn of(self, c: char) -> usize {
        match self {
            Self::Bytes => c.len_utf8(),
            Self::Characters => 1,
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// True for what must not stand in any message: it hides, or turns what is beside it around.
fn is_sly(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}

/// Several lines.
pub(crate) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\t'], " ");
    text.chars().filter(|c| !is_sly(*c)).collect::<String>().trim().to_owned()
}

/// One line.
pub(crate) fn line(text: &str) -> String {
    lines(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As much of a text as fits, where `escaped` says what each character costs beside itself.
pub(crate) fn fit(text: &str, max: usize, unit: Unit) -> String {
    let whole: usize = text.chars().map(|c| unit.of(c)).sum();
    if whole <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(unit.of(MORE));
    let mut used = 0;
    let mut cut: String = text
        .chars()
        .take_while(|c| {
            used += unit.of(*c);
            used <= room
        })
        .collect();
    cut.push(MORE);
    cut
}

/// As much of a text as fits once each character is written as `escape` does.
pub(crate) fn fit_escaped(text: &str, max: usize, unit: Unit, escape: impl Fn(char) -> String) -> String {
    let cost = |text: &str| text.chars().map(|c| unit.of(c)).sum::<usize>();
    let whole: String = text.chars().map(&escape).collect();
    if cost(&whole) <= max {
        return whole;
    }
    let mut cut = String::new();
    let (mut used, room) = (0, max.saturating_sub(unit.of(MORE)));
    for c in text.chars() {
        let written = escape(c);
        used += cost(&written);
        if used > room {
            break;
        }
        cut.push_str(&written);
    }
    cut.push(MORE);
    cut
}

/// A character of Slack's `mrkdwn`: with these three escaped nothing calls anybody or is a link.
pub(crate) fn slack(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        c => c.to_string(),
    }
}

/// A character of Markdown as chat programs read it: what means something is escaped, and what calls people is parted from whom it calls.
pub(crate) fn markdown(c: char) -> String {
    match c {
        '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '-' | '!' | '|' | '~' | '>' => format!("\\{c}"),
        '<' | '@' => format!("{c}{BREAK}"),
        c => c.to_string(),
    }
}

/// A character of a plain text in which `@name` would still call somebody, and `#word` or `/word` would be a link.
pub(crate) fn uncalling(c: char) -> String {
    if matches!(c, '@' | '#' | '<' | '$') { format!("{c}{BREAK}") } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides_and_nothing_turns_around() {
        assert_eq!(line(" a\r\nb\tc\u{202e}d\u{0}e\u{feff} "), "a b cde");
        assert_eq!(lines("a\r\nb\u{7}\n"), "a\nb");
    }

    #[test]
    fn what_is_too_long_is_cut_in_the_unit_of_the_channel() {
        assert_eq!(fit("abc", 3, Unit::Characters), "abc");
        assert_eq!(fit("abcd", 3, Unit::Characters), "ab…");
        assert_eq!(fit("あああ", 9, Unit::Bytes), "あああ");
        assert_eq!(fit("ああああ", 9, Unit::Bytes), "ああ…");
        assert_eq!(fit("🔴🔴🔴", 5, Unit::Utf16), "🔴🔴…");
    }

    #[test]
    fn an_escape_is_never_cut_in_two() {
        assert_eq!(fit_escaped("a<b", 6, Unit::Characters, slack), "a&lt;b");
        assert_eq!(fit_escaped("a<bc", 6, Unit::Characters, slack), "a&lt;…");
        assert_eq!(fit_escaped("a<bc", 5, Unit::Characters, slack), "a…");
    }

    #[test]
    fn nobody_is_called_by_a_label() {
        let calls: String = "<!channel> <@U1> @everyone [x](y) `c`".chars().map(slack).collect();
        assert!(!calls.contains('<') && calls.contains("&lt;!channel&gt;"));
        let calls: String = "@channel [x](http://y) `@here` ![i](j)".chars().map(markdown).collect();
        assert!(!calls.contains("@c") && calls.contains("\\[x\\]\\(http://y\\)"), "{calls}");
        let calls: String = "@admin #tag </plain> $[x".chars().map(uncalling).collect();
        assert!(!calls.contains("@a") && !calls.contains("#t") && !calls.contains("</p") && !calls.contains("$["));
    }
}
