//! Spans of time, read and shown.

use crate::probe::condition::duration::{parse_duration, show_duration};

#[test]
fn durations_are_read_and_shown() {
    for (text, us) in [
        ("300ms", Some(300_000)),
        ("1h30m", Some(5_400_000_000)),
        ("7d", Some(604_800_000_000)),
        ("-0.5s", Some(-500_000)),
        ("5", None),
        ("h", None),
        ("1.h", None),
        ("5x", None),
        ("1h5", None),
        ("", None),
        ("99999999999999999999s", None),
    ] {
        assert_eq!(parse_duration(text), us, "{text}");
    }
    for (us, text) in
        [(0, "0s"), (999, "0s"), (-3_600_000_000, "-1h"), (90_000_000, "1m30s"), (86_400_000_000 + 60_000_000, "1d")]
    {
        assert_eq!(show_duration(us), text);
    }
}
