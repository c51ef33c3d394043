//! Takes one line of a pasted timeline apart: marks of lists and tables, day, time, zone, text.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::super::when::clock::{Clock, about_before, about_behind};
use super::super::when::day::{Day, joint, weekday};
use super::super::when::scan::Scanner;
use super::super::when::zone;
use super::PasteProblem;
use crate::incident::work::Precision;

/// Marks that may stand before a time: of lists, quotes, headings, tables, emphasis, links.
const OPENING: &str = "-*+•‣◦・>#|_`\"[(【「〔■□●○◆◇▼▶※";
/// Marks right before a time that has a day before it.
const AROUND: &str = "*_`\"[]()【】「」〔〕";
/// Marks right behind a day or a time. Those that open something belong to the weekday or to the text.
const CLOSING: &str = "*_`\"])】」〕";
/// What may stand between a time and its text.
const BETWEEN: &str = ":|,、-";
/// First words of the head of a table, or of a chapter.
const HEADS: [&str; 12] =
    ["timestamp", "timeline", "datetime", "date", "time", "when", "タイムライン", "時系列", "時間", "時刻", "日時", "日付"];
/// A head is no longer than this, in characters.
const HEAD_CHARS_MAX: usize = 60;

/// What a line is, before it is known on which day.
pub(super) enum Line<'t> {
    Row(Row<'t>),
    /// The day of what follows.
    Day(Day),
    Unreadable(PasteProblem),
}

/// A line that begins with a time.
pub(super) struct Row<'t> {
    pub(super) day: Option<Day>,
    /// `None`: no clock shows it.
    pub(super) time: Option<Time>,
    pub(super) zone: Option<TimeZone>,
    pub(super) precision: Precision,
    pub(super) body: &'t str,
}

/// What stood before the first word.
#[derive(Default)]
struct Opening {
    is_heading: bool,
    is_table: bool,
}

impl<'t> Line<'t> {
    /// Reads a line; `next` is the one below it.
    pub(super) fn read(source: &'t str, next: Option<&str>) -> Self {
        if !has_words(source) {
            return Self::Unreadable(PasteProblem::Heading);
        }
        let mut scanner = Scanner::new(source);
        let opening = Opening::read(&mut scanner);
        let words = scanner;
        let mut is_about = about_before(&mut scanner);
        let day = Day::read(&mut scanner);
        let behind_day = scanner;
        let is_iso = day.is_some() && to_time(&mut scanner);
        is_about |= about_before(&mut scanner);
        if let Some(clock) = Clock::read(&mut scanner)
            && let Some(line) = Self::timed(scanner, day, clock, is_iso, is_about, opening.is_table)
        {
            return line;
        }
        if let Some(day) = day
            && (opening.is_heading || is_all(behind_day))
        {
            return Self::Day(day);
        }
        let is_head = opening.is_heading || is_head(words) || (opening.is_table && next.is_some_and(is_rule_of_table));
        Self::Unreadable(if is_head { PasteProblem::Heading } else { PasteProblem::NoTime })
    }

    /// Behind a time; `None` when it was the beginning of something else.
    fn timed(
        mut scanner: Scanner<'t>,
        day: Option<Day>,
        clock: Clock,
        is_iso: bool,
        mut is_about: bool,
        is_table: bool,
    ) -> Option<Self> {
        is_about |= about_behind(&mut scanner);
        let is_full = matches!(day, Some(Day::Full { .. }));
        let mut zone = None;
        // Marks may close before the zone or behind it.
        for _ in 0..2 {
            if zone.is_none() {
                let is_offset_likely = is_iso || (is_full && (clock.has_seconds() || is_offset_apart(scanner)));
                match zone::pasted(&mut scanner, is_offset_likely) {
                    Ok(found) => zone = found,
                    Err(_) => return Some(Self::Unreadable(PasteProblem::NoSuchTime)),
                }
            }
            is_about |= eat_about(&mut scanner);
            eat_marks(&mut scanner, CLOSING);
        }
        if scanner.peek().is_some_and(|next| next.is_ascii_alphanumeric()) && zone.is_none() {
            return None;
        }
        is_about |= eat_wave(&mut scanner);
        eat_between(&mut scanner);
        let rest = scanner.rest().trim();
        let body = if is_table { rest.trim_end_matches(|c: char| c == '|' || c.is_whitespace()) } else { rest };
        let precision = if is_about { Precision::About } else { clock.precision() };
        Some(Self::Row(Row { day, time: clock.time(), zone, precision, body }))
    }
}

impl Opening {
    fn read(scanner: &mut Scanner<'_>) -> Self {
        let mut opening = Self::default();
        loop {
            scanner.skip_spaces();
            if scanner.eat_any(&["[ ]", "[x]"]) || eat_number(scanner, opening.is_table) {
                continue;
            }
            match scanner.eat_if(|next| OPENING.contains(next)) {
                Some('#') => opening.is_heading = true,
                Some('|') => opening.is_table = true,
                Some(_) => {}
                None => return opening,
            }
        }
    }
}

/// Reads `1. ` or `1) `, and in a table a column of numbers.
fn eat_number(scanner: &mut Scanner<'_>, is_table: bool) -> bool {
    let mut ahead = *scanner;
    if ahead.number(1..=4).is_none() {
        return false;
    }
    let is_item = ahead.eat_if(|next| matches!(next, '.' | ')')).is_some() && ahead.peek() == Some(' ');
    let is_column = !is_item && is_table && {
        ahead.skip_spaces();
        ahead.eat('|')
    };
    if is_item || is_column {
        *scanner = ahead;
    }
    is_item || is_column
}

/// Reads from a day to a time; true when they are written as in ISO 8601.
fn to_time(scanner: &mut Scanner<'_>) -> bool {
    eat_marks(scanner, CLOSING);
    let is_iso = joint(scanner);
    eat_marks(scanner, AROUND);
    is_iso
}

fn eat_marks(scanner: &mut Scanner<'_>, marks: &str) {
    while scanner.eat_if(|next| marks.contains(next)).is_some() {}
}

/// Reads a word that says "about", with or without a space before it.
fn eat_about(scanner: &mut Scanner<'_>) -> bool {
    let mut ahead = *scanner;
    ahead.skip_spaces();
    let is_about = about_behind(&mut ahead);
    if is_about {
        *scanner = ahead;
    }
    is_about
}

/// Reads a wave dash behind a time, which says "about", or "from then on"; before another time or a path it belongs to the text.
fn eat_wave(scanner: &mut Scanner<'_>) -> bool {
    let mut ahead = *scanner;
    ahead.skip_spaces();
    let is_about = ahead.eat('~') && ahead.peek() != Some('/') && !is_time_next(ahead);
    if is_about {
        *scanner = ahead;
    }
    is_about
}

/// Reads what stands between a time and its text. The dash of a range, a number or an option belongs to the text.
fn eat_between(scanner: &mut Scanner<'_>) {
    loop {
        let is_apart = scanner.skip_spaces();
        let mut ahead = *scanner;
        let Some(mark) = ahead.eat_if(|next| BETWEEN.contains(next)) else { return };
        if mark == '-' {
            let is_of_text = ahead.peek().is_some_and(|next| next.is_ascii_digit() || (is_apart && next.is_ascii_alphabetic()));
            if is_of_text || is_time_next(ahead) {
                return;
            }
            // An arrow.
            ahead.eat('>');
        }
        *scanner = ahead;
    }
}

fn is_time_next(mut scanner: Scanner<'_>) -> bool {
    scanner.skip_spaces();
    if Day::read(&mut scanner).is_some() {
        to_time(&mut scanner);
    }
    Clock::read(&mut scanner).is_some()
}

/// True for ` -04:00 ` behind a time, which is no range: those have no space, or two.
fn is_offset_apart(mut scanner: Scanner<'_>) -> bool {
    scanner.skip_spaces() && scanner.eat('-') && scanner.peek().is_some_and(|next| next.is_ascii_digit())
}

/// True when nothing is said behind a day.
fn is_all(mut behind_day: Scanner<'_>) -> bool {
    eat_marks(&mut behind_day, CLOSING);
    weekday(&mut behind_day);
    !has_words(behind_day.rest())
}

fn is_head(words: Scanner<'_>) -> bool {
    let mut ahead = words;
    ahead.eat_any(&HEADS)
        && ahead.peek().is_none_or(|next| matches!(next, ' ' | '|' | ',' | '/' | ':' | '*' | '('))
        && ahead.rest().chars().count() <= HEAD_CHARS_MAX
}

/// True for `|---|:--:|`.
fn is_rule_of_table(line: &str) -> bool {
    line.contains('-') && line.chars().all(|c| c.is_whitespace() || matches!(c, '|' | '-' | ':'))
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
