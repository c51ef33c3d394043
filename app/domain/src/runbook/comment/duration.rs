//! Durations as runbooks write them: `30m`, `1h30m`, `90d`.

use std::time::Duration;

/// Units in seconds, the longest first.
const UNITS_S: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
/// Longest duration: ten years. Anything beyond is a slip of the pen.
const MAX: Duration = Duration::from_hours(3_660 * 24);

/// `1h30m`: whole numbers with units, each unit at most once, the longest first. No time at all is no duration.
pub(in crate::runbook) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut units = UNITS_S.iter();
    let mut total_s = 0_u64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let mut letters = after.chars();
        let unit = letters.next()?;
        // Searching on from the last unit keeps the order.
        let (_, factor_s) = units.find(|(name, _)| *name == unit)?;
        let seconds = number.parse::<u64>().ok()?.checked_mul(*factor_s)?;
        total_s = total_s.checked_add(seconds)?;
        rest = letters.as_str();
    }
    Some(Duration::from_secs(total_s)).filter(|duration| !duration.is_zero() && *duration <= MAX)
}

/// The inverse of [`parse`]. What is less than a second is left out.
pub(in crate::runbook) fn show(duration: Duration) -> String {
    let mut left_s = duration.as_secs();
    let mut shown = String::new();
    for (unit, unit_s) in UNITS_S {
        let count = left_s / unit_s;
        left_s %= unit_s;
        if count > 0 {
            shown.push_str(&count.to_string());
            shown.push(unit);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_have_units_in_order() {
        for (text, seconds) in [("30m", 1_800), ("1h30m", 5_400), ("90d", 7_776_000), ("90m", 5_400), ("1d2h3m4s", 93_784)] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for bad in
            ["", "m", "30", "0m", "30 m", "1m1h", "1m1m", "-1m", "+1m", "1.5h", "30ms", "3661d", "99999999999999999999d", "３m"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(seconds in 1_u64..316_224_000) {
            let duration = Duration::from_secs(seconds);
            prop_assert_eq!(parse(&show(duration)), Some(duration));
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            parse(&text);
        }
    }
}
