//! Times that are said from now: `-5m`, `+2m`, `-1h30m`, `5m ago`, `1時間30分前`, `2分後`.

use super::clock::about_behind;
use super::scan::Scanner;

/// Most digits of one number: more are a hundred years even in hours.
const DIGITS_MAX: usize = 6;
/// Units, in milliseconds; within a unit the longer names before those they begin with.
const UNITS: [(&[&str], i64); 3] = [
    (&["hours", "hour", "hrs", "hr", "h", "時間"], 3_600_000),
    (&["minutes", "minute", "mins", "min", "m", "分間", "分"], 60_000),
    (&["seconds", "second", "secs", "sec", "s", "秒間", "秒"], SECOND_MS),
];
const SECOND_MS: i64 = 1000;

/// How far from now; negative is before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) ms: i64,
    pub(super) has_seconds: bool,
    pub(super) is_about: bool,
}

impl Shift {
    /// Reads a span with its direction before or behind it.
    pub(super) fn read(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut ahead = *scanner;
        let sign = ahead.eat_if(|next| matches!(next, '+' | '-')).map(|sign| if sign == '-' { -1 } else { 1 });
        let (ms, has_seconds) = span(&mut ahead)?;
        let is_about = about_behind(&mut ahead);
        let sign = match sign {
            Some(sign) => sign,
            None => direction(&mut ahead)?,
        };
        *scanner = ahead;
        Some(Self { ms: sign * ms, has_seconds, is_about })
    }
}

fn direction(scanner: &mut Scanner<'_>) -> Option<i64> {
    scanner.skip_spaces();
    if scanner.eat_any(&["ago", "前", "まえ"]) {
        return Some(-1);
    }
    scanner.eat_any(&["later", "後", "あと"]).then_some(1)
}

/// Milliseconds, and whether seconds were named; `None` when there is no number with a unit.
fn span(scanner: &mut Scanner<'_>) -> Option<(i64, bool)> {
    let mut sum = None;
    let mut has_seconds = false;
    loop {
        let mut ahead = *scanner;
        ahead.skip_spaces();
        let Some(number) = ahead.number(1..=DIGITS_MAX) else { break };
        ahead.skip_spaces();
        let Some((_, unit_ms)) = UNITS.into_iter().find(|(names, _)| ahead.eat_any(names)) else { break };
        // `1時間半`
        let half_ms = if ahead.eat('半') { unit_ms / 2 } else { 0 };
        let ms = i64::from(number) * unit_ms + half_ms;
        sum = Some(sum.unwrap_or(0_i64).saturating_add(ms));
        has_seconds |= unit_ms == SECOND_MS;
        *scanner = ahead;
    }
    sum.map(|sum| (sum, has_seconds))
}
