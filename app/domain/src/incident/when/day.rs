//! Days as people write them: `2024-04-18`, `2024/4/18`, `4/18`, `2024年4月18日(木)`, `4月18日`, `yesterday`, `昨日`.

use super::scan::{Scanner, folded};

/// Words for days, and how many days before today they mean.
const DAYS_AGO: [(&str, u8); 9] = [
    ("today", 0),
    ("今日", 0),
    ("きょう", 0),
    ("本日", 0),
    ("yesterday", 1),
    ("昨日", 1),
    ("きのう", 1),
    ("一昨日", 2),
    ("おととい", 2),
];
/// What may stand in parentheses behind a day, such as `木`, `木曜日` or `月・祝`.
const WEEKDAY_SIGNS: &str = "月火水木金土日祝休振曜・";
/// The weekdays in English. They may be shortened.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Shortest name of a weekday in English.
const WEEKDAY_CHARS_MIN: usize = 3;

/// A day as it was written. Whether the calendar has it is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::incident) enum Day {
    /// With its year.
    Full { year: i16, month: i8, day: i8 },
    /// Of some year.
    OfYear { month: i8, day: i8 },
}

impl Day {
    /// Reads a day that is written with numbers.
    pub(in crate::incident) fn read(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut ahead = *scanner;
        let day = Self::full(&mut ahead).or_else(|| {
            ahead = *scanner;
            Self::of_year(&mut ahead)
        })?;
        *scanner = ahead;
        Some(day)
    }

    fn full(scanner: &mut Scanner<'_>) -> Option<Self> {
        let year = scanner.number(4..=4)? as i16;
        let (month, day) = if scanner.eat('年') {
            scanner.skip_spaces();
            in_kanji(scanner)?
        } else {
            let mark = scanner.eat_if(|next| matches!(next, '-' | '/' | '.'))?;
            (number_before(scanner, mark)?, number(scanner)?)
        };
        Some(Self::Full { year, month, day })
    }

    fn of_year(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut ahead = *scanner;
        if let Some((month, day)) = in_kanji(&mut ahead) {
            *scanner = ahead;
            return Some(Self::OfYear { month, day });
        }
        let month = number(scanner)?;
        let mark = scanner.eat_if(|next| matches!(next, '-' | '/'))?;
        let day = number(scanner)?;
        // `04/18/2024` and `10-20-30`: nobody knows which number is what.
        let mut ahead = *scanner;
        if ahead.eat(mark) && ahead.peek().is_some_and(|next| next.is_ascii_digit()) {
            return None;
        }
        Some(Self::OfYear { month, day })
    }
}

/// Reads a word for a day: how many days before today.
pub(in crate::incident) fn days_ago(scanner: &mut Scanner<'_>) -> Option<u8> {
    DAYS_AGO.into_iter().find(|(word, _)| scanner.eat_text(word)).map(|(_, days)| days)
}

/// Reads what may stand between a day and a time; true when it is the `T` of ISO 8601.
pub(in crate::incident) fn joint(scanner: &mut Scanner<'_>) -> bool {
    weekday(scanner);
    let mut ahead = *scanner;
    if ahead.eat('t') && ahead.peek().is_some_and(|next| next.is_ascii_digit()) {
        *scanner = ahead;
        return true;
    }
    scanner.skip_spaces();
    if scanner.eat_if(|next| matches!(next, ',' | '、' | '|' | '-' | '_' | 'の')).is_some() {
        scanner.skip_spaces();
    }
    false
}

/// Reads a weekday behind a day. It says nothing that the day does not say.
pub(in crate::incident) fn weekday(scanner: &mut Scanner<'_>) {
    let mut ahead = *scanner;
    ahead.skip_spaces();
    let is_in_parentheses = ahead.eat('(');
    let start = ahead;
    while ahead.eat_if(|next| next.is_ascii_lowercase() || WEEKDAY_SIGNS.contains(next)).is_some() {}
    let word: String = ahead.since(start).chars().map(folded).collect();
    let is_english = word.len() >= WEEKDAY_CHARS_MIN && WEEKDAYS.iter().any(|name| name.starts_with(word.as_str()));
    let is_japanese = !word.is_empty() && word.chars().all(|sign| WEEKDAY_SIGNS.contains(sign));
    // Without parentheses, `月` could begin anything.
    let is_weekday = is_english || (is_japanese && (is_in_parentheses || word.contains('曜')));
    if is_weekday && (!is_in_parentheses || ahead.eat(')')) {
        *scanner = ahead;
    }
}

/// `4月18日`.
fn in_kanji(scanner: &mut Scanner<'_>) -> Option<(i8, i8)> {
    let month = number_before(scanner, '月')?;
    scanner.skip_spaces();
    let day = number_before(scanner, '日')?;
    Some((month, day))
}

/// One digit or two, which always fit.
fn number(scanner: &mut Scanner<'_>) -> Option<i8> {
    scanner.number(1..=2).map(|number| number as i8)
}

fn number_before(scanner: &mut Scanner<'_>, mark: char) -> Option<i8> {
    let number = number(scanner)?;
    scanner.eat(mark).then_some(number)
}
