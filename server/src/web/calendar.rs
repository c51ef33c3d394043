//! Maintenance as a calendar that people subscribe to: iCalendar, RFC 5545.
//!
//! Written by hand, because the bytes must depend on nothing but what is told (their hash is the ETag) and titles are hostile: the
//! crate `icalendar` (0.17) leaves bare carriage returns in texts, and its folding takes the number of a character for that of a byte
//! and never ends on emoji followed by spaces.
//!
//! A calendar without entries has no component, which RFC 5545's grammar asks for and every reader does without.

use app::data::PublicSite;
use domain::time::Timestamp;

/// Longest line, in octets, without its end (RFC 5545, 3.1).
const LINE_OCTETS_MAX: usize = 75;
/// How often readers ask again.
const REFRESH: &str = "PT15M";
/// Without a version, so that a new one alone changes no calendar.
const PRODUCT: &str = "-//Yagura//Maintenance//EN";

/// One window of planned work.
#[derive(Clone, Debug)]
pub(super) struct CalendarEntry {
    /// The same for ever, and in every calendar.
    pub(super) uid: String,
    /// What is done.
    pub(super) title: String,
    /// More about it, as plain text.
    pub(super) description: Option<String>,
    /// Its page.
    pub(super) url: String,
    /// When it begins.
    pub(super) from: Timestamp,
    /// When it ends.
    pub(super) until: Timestamp,
    /// It will not be done.
    pub(super) is_cancelled: bool,
    /// When any of this last changed.
    pub(super) updated_at: Timestamp,
    /// How often it was changed; readers pass over what has a smaller number than they know.
    pub(super) sequence: u32,
}

/// The calendar of a site's planned work. The same entries give the same bytes.
pub(super) fn calendar(site: &PublicSite, entries: &[CalendarEntry]) -> String {
    let mut lines = Lines(String::new());
    lines.push("BEGIN", "VCALENDAR");
    lines.push("VERSION", "2.0");
    lines.push("PRODID", PRODUCT);
    lines.push("CALSCALE", "GREGORIAN");
    lines.push("METHOD", "PUBLISH");
    // RFC 7986, and what was there before it.
    lines.push("NAME", &text(&site.name));
    lines.push("X-WR-CALNAME", &text(&site.name));
    lines.push("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.push("X-PUBLISHED-TTL", REFRESH);
    for entry in entries {
        push_event(&mut lines, entry);
    }
    lines.push("END", "VCALENDAR");
    lines.0
}

fn push_event(lines: &mut Lines, entry: &CalendarEntry) {
    let updated_at = moment(entry.updated_at);
    lines.push("BEGIN", "VEVENT");
    lines.push("UID", &text(&entry.uid));
    lines.push("DTSTAMP", &updated_at);
    lines.push("LAST-MODIFIED", &updated_at);
    lines.push("SEQUENCE", &entry.sequence.to_string());
    lines.push("DTSTART", &moment(entry.from));
    // An end must be after the start; without one the event takes no time.
    if entry.until.as_seconds() > entry.from.as_seconds() {
        lines.push("DTEND", &moment(entry.until));
    }
    lines.push("SUMMARY", &text(&entry.title));
    if let Some(description) = &entry.description {
        lines.push("DESCRIPTION", &text(description));
    }
    lines.push("URL", &uri(&entry.url));
    lines.push("STATUS", if entry.is_cancelled { "CANCELLED" } else { "CONFIRMED" });
    // Somebody else's work: it makes nobody busy.
    lines.push("TRANSP", "TRANSPARENT");
    lines.push("END", "VEVENT");
}

/// Content lines, each with its end.
struct Lines(String);

impl Lines {
    /// A name with its parameters, and a value that is fit for its type. Folded between characters, never within one.
    fn push(&mut self, name: &str, value: &str) {
        let mut room = LINE_OCTETS_MAX;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_OCTETS_MAX - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A value of type TEXT (RFC 5545, 3.3.11). Ends of lines of every kind are one; other control characters, which no value may hold,
/// are left out.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + value.len() / 8);
    for c in value.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\r' => escaped.push_str("\\n"),
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            _ if c.is_control() && c != '\t' => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A value of type URI, which knows no escapes: what no address holds is left out.
fn uri(value: &str) -> String {
    value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

/// A moment in UTC, `20260412T132000Z`, rounded down to the second.
fn moment(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use domain::text::Language;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn site(name: &str) -> PublicSite {
        PublicSite {
            id: "cccccccccccc".to_owned(),
            base: "https://status.example.org".to_owned(),
            name: name.to_owned(),
            description: None,
            languages: Language::ALL.to_vec(),
            time_zone: TimeZone::get("Asia/Tokyo").unwrap(),
            created_at: Timestamp::from_ms(0),
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn entry(title: &str) -> CalendarEntry {
        CalendarEntry {
            uid: "tcl6fdi7f4ra-1774746000000@status.example.org".to_owned(),
            title: title.to_owned(),
            description: None,
            url: "https://status.example.org/maintenance/tcl6fdi7f4ra".to_owned(),
            from: at("2026-03-29T01:00:00Z"),
            until: at("2026-03-29T03:00:00Z"),
            is_cancelled: false,
            updated_at: at("2026-03-01T12:34:56.789Z"),
            sequence: 3,
        }
    }

    /// Names with their parameters, and values, as a reader has them before it looks at their type.
    fn read(calendar: &str) -> Vec<(String, String)> {
        assert!(calendar.ends_with("\r\n"));
        let lines: Vec<&str> = calendar.trim_end_matches("\r\n").split("\r\n").collect();
        for line in lines {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
            assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "{line:?}");
        }
        let unfolded = calendar.replace("\r\n ", "");
        let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
        unfolded.split_terminator("\r\n").map(pair).collect()
    }

    fn values<'a>(lines: &'a [(String, String)], name: &str) -> Vec<&'a str> {
        lines.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A TEXT as its author wrote it.
    fn unescape(value: &str) -> String {
        let mut text = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next().unwrap() {
                    'n' => text.push('\n'),
                    escaped @ ('\\' | ',' | ';') => text.push(escaped),
                    other => panic!("\\{other} is no escape"),
                },
                ',' | ';' => panic!("{c} is not escaped"),
                c => text.push(c),
            }
        }
        text
    }

    #[test]
    fn a_window_is_an_event() {
        let mut given = entry("Disks");
        given.description = Some("Slower for two hours.".to_owned());
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Yagura//Maintenance//EN",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            "NAME:Example",
            "X-WR-CALNAME:Example",
            "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
            "X-PUBLISHED-TTL:PT15M",
            "BEGIN:VEVENT",
            "UID:tcl6fdi7f4ra-1774746000000@status.example.org",
            "DTSTAMP:20260301T123456Z",
            "LAST-MODIFIED:20260301T123456Z",
            "SEQUENCE:3",
            "DTSTART:20260329T010000Z",
            "DTEND:20260329T030000Z",
            "SUMMARY:Disks",
            "DESCRIPTION:Slower for two hours.",
            "URL:https://status.example.org/maintenance/tcl6fdi7f4ra",
            "STATUS:CONFIRMED",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(calendar(&site("Example"), &[given]), expected.join("\r\n"));
    }

    #[test]
    fn what_will_not_be_done_is_cancelled() {
        let lines = read(&calendar(&site("Example"), &[CalendarEntry { is_cancelled: true, ..entry("Disks") }]));
        assert_eq!(values(&lines, "STATUS"), ["CANCELLED"]);
    }

    #[test]
    fn work_that_was_over_at_once_has_no_end() {
        let given = CalendarEntry { until: at("2026-03-29T01:00:00.900Z"), ..entry("Disks") };
        let lines = read(&calendar(&site("Example"), &[given]));
        assert_eq!(values(&lines, "DTSTART"), ["20260329T010000Z"]);
        assert!(values(&lines, "DTEND").is_empty());
    }

    #[test]
    fn a_site_without_maintenance_has_an_empty_calendar() {
        let lines = read(&calendar(&site("Example"), &[]));
        assert_eq!(values(&lines, "BEGIN"), ["VCALENDAR"]);
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(text(r"a,b;c\d:e"), r"a\,b\;c\\d:e");
        assert_eq!(text("one\r\ntwo\nthree\rfour"), r"one\ntwo\nthree\nfour");
        assert_eq!(text("a\u{0}\u{7f}\u{85}\tb"), "a\tb");
    }

    #[test]
    fn no_line_can_be_smuggled_in() {
        let hostile = "Disks\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged";
        let given = CalendarEntry {
            uid: hostile.to_owned(),
            description: Some(hostile.to_owned()),
            url: "https://example.org/\r\nATTACH:https://evil.example".to_owned(),
            ..entry(hostile)
        };
        let lines = read(&calendar(&site(hostile), &[given]));
        assert_eq!(values(&lines, "BEGIN"), ["VCALENDAR", "VEVENT"]);
        assert_eq!(values(&lines, "SUMMARY"), [r"Disks\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:forged"]);
        assert_eq!(values(&lines, "URL"), ["https://example.org/ATTACH:https://evil.example"]);
        assert!(values(&lines, "ATTACH").is_empty());
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let emoji = "😀".repeat(100) + &" ".repeat(400);
        for title in ["あ".repeat(60), emoji, "x".repeat(75 - 8), "x".repeat(76 - 8), " ".repeat(300)] {
            let lines = read(&calendar(&site("Example"), &[entry(&title)]));
            assert_eq!(values(&lines, "SUMMARY"), [title]);
        }
        let exact = calendar(&site("Example"), &[entry(&"x".repeat(75 - 8))]);
        assert!(!exact.contains("\r\n "), "75 octets fit into a line");
    }

    proptest! {
        #[test]
        fn every_text_comes_out_as_it_went_in(name in any::<String>(), title in any::<String>(), about in any::<String>()) {
            let given = CalendarEntry { description: Some(about.clone()), ..entry(&title) };
            let lines = read(&calendar(&site(&name), &[given.clone(), given]));
            prop_assert_eq!(values(&lines, "BEGIN"), ["VCALENDAR", "VEVENT", "VEVENT"]);
            let cleaned = |text: &str| -> String {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
            };
            for (property, told) in [("X-WR-CALNAME", &name), ("SUMMARY", &title), ("DESCRIPTION", &about)] {
                prop_assert_eq!(unescape(values(&lines, property)[0]), cleaned(told));
            }
        }
    }
}
