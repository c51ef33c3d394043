//! Zones as people write them behind a time: `JST`, `(JST)`, `Z`, `UTC+9`, `+09:00`, `+0900`, `Asia/Tokyo`.
//!
//! Abbreviations are no standard. Those that mean one thing nearly everywhere are known; those that mean several are said to do so.

use jiff::tz::{Offset, TimeZone};

use super::scan::{Scanner, folded};

/// Abbreviations and their hours east of Greenwich.
const ABBREVIATIONS: [(&str, i8); 17] = [
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("jst", 9),
    ("kst", 9),
    ("bst", 1),
    ("cet", 1),
    ("cest", 2),
    ("eet", 2),
    ("eest", 3),
    ("est", -5),
    ("edt", -4),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];
/// Abbreviations that people on different continents read differently: Central or China, India or Israel or Ireland, Atlantic or Arabia.
const AMBIGUOUS: [&str; 3] = ["cst", "ist", "ast"];
/// Abbreviations that are no word in any language, so that they may stand in small letters before a text.
const NEVER_A_WORD: [&str; 4] = ["utc", "gmt", "jst", "kst"];
/// Hours of Japan.
const JAPAN: i8 = 9;
/// Most hours that any clock is away from Greenwich.
const OFFSET_HOURS_MAX: u32 = 14;
/// Most characters of a name that are looked up or shown.
const NAME_CHARS_MAX: usize = 40;

/// What stands where a zone may stand.
enum Found<'t> {
    Zone(TimeZone),
    Ambiguous(&'t str),
    Unknown(&'t str),
}

/// Why an abbreviation or a name is not understood, and what to write.
pub(super) fn refusal(name: &str) -> String {
    let small: String = name.chars().map(folded).collect();
    if AMBIGUOUS.contains(&small.as_str()) {
        format!("`{name}` means several time zones; write the offset, as in `-06:00`, or a name such as `America/Chicago`")
    } else {
        format!("the time zone `{name}` is not known; write it like `JST`, `UTC`, `+09:00` or `Asia/Tokyo`, or leave it out")
    }
}

/// Reads a zone behind a time with nothing else behind it: a word there is the name of a zone, or a mistake, which is given back.
pub(super) fn typed(scanner: &mut Scanner<'_>) -> Result<Option<TimeZone>, String> {
    let mut ahead = *scanner;
    ahead.skip_spaces();
    let is_in_parentheses = ahead.eat('(');
    match Found::read(&mut ahead) {
        None => Ok(None),
        Some(Found::Ambiguous(name) | Found::Unknown(name)) => Err(name.chars().take(NAME_CHARS_MAX).collect()),
        Some(Found::Zone(_)) if is_in_parentheses && !ahead.eat(')') => Ok(None),
        Some(Found::Zone(zone)) => {
            *scanner = ahead;
            Ok(Some(zone))
        }
    }
}

/// Reads a zone behind a time that a text follows: only what cannot be the first word of the text. What is clearly a zone and means
/// several is given back. `is_offset_likely`: the time is written as programs write it, so a number behind it is an offset.
pub(in crate::incident) fn pasted(scanner: &mut Scanner<'_>, is_offset_likely: bool) -> Result<Option<TimeZone>, String> {
    let mut ahead = *scanner;
    let is_apart = ahead.skip_spaces();
    let is_in_parentheses = ahead.eat('(');
    let start = ahead;
    let Some(found) = Found::read(&mut ahead) else { return Ok(None) };
    let written = ahead.since(start);
    let is_meant = if written.starts_with(|first: char| matches!(folded(first), '+' | '-')) {
        is_offset(written, is_offset_likely || is_in_parentheses, is_apart)
    } else {
        is_name(written, is_apart)
    };
    let is_ended = if is_in_parentheses { ahead.eat(')') } else { is_end_of_word(ahead) };
    if !is_meant || !is_ended {
        return Ok(None);
    }
    match found {
        Found::Zone(zone) => {
            *scanner = ahead;
            Ok(Some(zone))
        }
        Found::Ambiguous(name) => Err(name.to_owned()),
        Found::Unknown(_) => Ok(None),
    }
}

/// True for what is written as zones are: in capitals, or with a slash, or as the `z` right behind a time.
fn is_name(written: &str, is_apart: bool) -> bool {
    let letters: String = written.chars().map(folded).take_while(char::is_ascii_lowercase).collect();
    let is_small = written.chars().any(char::is_lowercase);
    !is_small || written.contains('/') || NEVER_A_WORD.contains(&letters.as_str()) || (!is_apart && letters == "z")
}

/// True for a signed number that is an offset, not the end of a range nor a figure of the text: with hours and minutes, in whole quarters
/// of an hour, and the more so when something speaks for it.
fn is_offset(written: &str, is_likely: bool, is_apart: bool) -> bool {
    let digits: Vec<u32> = written.chars().filter_map(|c| folded(c).to_digit(10)).collect();
    let [.., tens, ones] = digits.as_slice() else { return false };
    let is_whole = (3..=4).contains(&digits.len()) && (tens * 10 + ones).is_multiple_of(15);
    let has_colon = written.chars().any(|c| folded(c) == ':');
    let is_plus = written.starts_with(['+', '＋']);
    // A dash stands between the ends of a range.
    let is_minus = written.starts_with(['-', '−', '－']);
    is_whole && ((is_plus && (has_colon || is_likely || !is_apart)) || (is_minus && is_likely))
}

/// True when what comes next is not part of the same word.
fn is_end_of_word(scanner: Scanner<'_>) -> bool {
    let mut ahead = scanner;
    match ahead.advance() {
        Some('-') => ahead.peek().is_none_or(|next| !next.is_ascii_alphabetic()),
        Some(next) => !next.is_ascii_alphanumeric() && !matches!(next, '_' | '/'),
        None => true,
    }
}

impl<'t> Found<'t> {
    fn read(scanner: &mut Scanner<'t>) -> Option<Self> {
        if matches!(scanner.peek(), Some('+' | '-')) {
            return Self::offset(scanner);
        }
        if scanner.eat_any(&["日本標準時", "日本時間"]) {
            return Some(Self::fixed(JAPAN));
        }
        let start = *scanner;
        let mut ahead = *scanner;
        while ahead.eat_if(|next| next.is_ascii_lowercase()).is_some() {}
        let written = ahead.since(start);
        if written.is_empty() {
            return None;
        }
        if ahead.peek() == Some('/') {
            return Some(Self::named(scanner));
        }
        *scanner = ahead;
        let name: String = written.chars().map(folded).collect();
        if AMBIGUOUS.contains(&name.as_str()) {
            return Some(Self::Ambiguous(written));
        }
        let Some((known, hours)) = ABBREVIATIONS.into_iter().find(|(known, _)| *known == name.as_str()) else {
            return Some(Self::Unknown(written));
        };
        // `UTC+9`
        if matches!(known, "utc" | "gmt")
            && let Some(Self::Zone(zone)) = Self::offset(&mut ahead)
        {
            *scanner = ahead;
            return Some(Self::Zone(zone));
        }
        Some(Self::fixed(hours))
    }

    fn fixed(hours: i8) -> Self {
        Self::Zone(TimeZone::fixed(Offset::constant(hours)))
    }

    /// `Asia/Tokyo`.
    fn named(scanner: &mut Scanner<'t>) -> Self {
        let start = *scanner;
        let may_stand = |next: char| next.is_ascii_alphanumeric() || matches!(next, '/' | '_' | '-' | '+');
        while scanner.eat_if(may_stand).is_some() {}
        let written = scanner.since(start);
        if written.chars().count() > NAME_CHARS_MAX {
            return Self::Unknown(written);
        }
        let name: String = written.chars().map(folded).collect();
        let zone = TimeZone::get(&name).ok().filter(|zone| !zone.is_unknown());
        zone.map_or(Self::Unknown(written), Self::Zone)
    }

    /// `+09:00`, `+0900`, `+9`; with seconds too, as clocks had them a century ago.
    fn offset(scanner: &mut Scanner<'t>) -> Option<Self> {
        let start = *scanner;
        let mut ahead = *scanner;
        let sign = match ahead.advance() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return None,
        };
        let (hours, minutes, seconds) = if let Some(both) = ahead.number(4..=4) {
            (both / 100, both % 100, 0)
        } else {
            (ahead.number(1..=2)?, behind_colon(&mut ahead), behind_colon(&mut ahead))
        };
        *scanner = ahead;
        let is_offset = hours <= OFFSET_HOURS_MAX && minutes < 60 && seconds < 60;
        let east_s = sign * (hours * 3600 + minutes * 60 + seconds) as i32;
        let offset = is_offset.then(|| Offset::from_seconds(east_s).ok()).flatten();
        let unknown = Self::Unknown(ahead.since(start));
        Some(offset.map_or(unknown, |offset| Self::Zone(TimeZone::fixed(offset))))
    }
}

/// Two digits behind a colon; nothing is zero.
fn behind_colon(scanner: &mut Scanner<'_>) -> u32 {
    let mut ahead = *scanner;
    if ahead.eat(':')
        && let Some(number) = ahead.number(2..=2)
    {
        *scanner = ahead;
        return number;
    }
    0
}
