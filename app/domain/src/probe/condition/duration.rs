//! Spans of time, read from texts and written as such.

/// The units of a duration in microseconds; the longer before those they begin with.
const UNITS: [(&str, i128); 5] = [("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000)];

/// `48h`, `1h30m`, `-1.5d` in microseconds.
pub(super) fn parse_duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut sum = 0_i128;
    loop {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(number_end);
        let (unit, unit_us) = UNITS.into_iter().find(|(unit, _)| tail.starts_with(unit))?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        // u64 and nine decimals keep every product far inside i128.
        if fraction.is_empty() || fraction.len() > 9 {
            return None;
        }
        let scale = 10_i128.pow(fraction.len() as u32);
        sum += i128::from(whole.parse::<u64>().ok()?) * unit_us + i128::from(fraction.parse::<u64>().ok()?) * unit_us / scale;
        rest = &tail[unit.len()..];
        if rest.is_empty() {
            return Some(sign * sum);
        }
    }
}

/// A span as a literal would be written, in its two largest units.
pub(super) fn show_duration(us: i128) -> String {
    let mut rest = us.abs();
    let counts = UNITS.into_iter().rev().map(|(unit, unit_us)| {
        let count = rest / unit_us;
        rest %= unit_us;
        (count, unit)
    });
    let largest = counts.skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let shown = largest.flat_map(|(count, unit)| [count.to_string(), unit.to_owned()]).collect::<String>();
    match shown.as_str() {
        "" => "0s".to_owned(),
        _ if us < 0 => format!("-{shown}"),
        _ => shown,
    }
}

/// Microseconds as milliseconds with as many decimals as it takes.
pub(super) fn show_ms(us: u64) -> String {
    let text = format!("{}.{:03}", us / 1000, us % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
