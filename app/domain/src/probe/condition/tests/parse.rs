//! What is read as a condition, and what is refused.

use proptest::prelude::*;

use super::parsed;
use crate::probe::condition::{Body, Condition, Seen};

#[test]
fn conditions_say_what_they_need() {
    for (text, body, certificate) in [
        ("[STATUS] == 200", false, false),
        ("[BODY] == pat(*)", true, false),
        ("0 < len([BODY])", true, false),
        ("has([BODY].a) == true", true, false),
        ("[CERTIFICATE_EXPIRATION] > 48h", false, true),
    ] {
        let condition = parsed(&format!(" {text}\t"));
        assert_eq!((condition.needs_body(), condition.needs_certificate(), condition.source()), (body, certificate, text));
    }
}

#[test]
fn mistakes_are_refused_with_their_column() {
    let deep = format!("[BODY]{} == 1", ".a".repeat(33));
    let long = "x".repeat(1001);
    for (text, column, message) in [
        ("", 1, "must not be empty"),
        (long.as_str(), 1, "this one has 1001"),
        ("[STATUS]", 1, "no comparison found"),
        ("[STATUS] = 200", 10, "write `==`"),
        ("[STATUS] => 200", 10, "write `==`"),
        ("[STATUS] === 200", 12, "write `==`"),
        ("[STATUS] == 200 == 200", 17, "`==` is the second"),
        ("[STATUS] <> 200", 11, "`>` is the second"),
        ("[STATUS] ==", 12, "a side of `==` is missing"),
        ("== 200", 1, "a side of `==` is missing"),
        ("STATUS == 200", 1, "placeholders stand in brackets"),
        ("pat(a*) == any(1)", 1, "neither side depends"),
        ("[BODY].a == \"x", 13, "not closed"),
        ("[BODY].名前 == \"x\" y", 18, "`y` follows the closing quote"),
        ("len([BODY].a == 1", 4, "this parenthesis is not closed"),
        ("[BODY].a == :)", 14, "never opened"),
        ("[STATUS == 200", 1, "`]` expected"),
        (
            "[STATSU] == 200",
            1,
            "unknown placeholder `[STATSU]` (did you mean `[STATUS]`?); known are [STATUS], [RESPONSE_TIME], ",
        ),
        ("200 == [status]", 8, "did you mean `[STATUS]`?"),
        ("[WEATHER] == fine", 1, "unknown placeholder `[WEATHER]`; known are"),
        ("[DOMAIN_EXPIRATION] > 720h", 1, "`[DOMAIN_EXPIRATION]` is not supported by this kind of probe"),
        ("[DNS_RCODE] == NOERROR", 1, "`[DNS_RCODE]` is not supported"),
        ("[STATUS].code == 200", 9, "`.code` cannot follow [STATUS]"),
        ("[BODY]a == 1", 7, "`a` does not continue a path"),
        ("[BODY].a..b == 1", 9, "a name is missing"),
        ("[BODY].a[-1] == 1", 10, "`-1` is not an index"),
        ("[BODY].a[] == 1", 10, "is not an index"),
        ("[BODY].a[0 == 1", 9, "this bracket is not closed"),
        (&deep, 71, "at most 32 steps"),
        ("length([BODY].a) == 1", 1, "unknown function `length`; known are len"),
        ("lenn([BODY].a) == 1", 1, "did you mean `len`?"),
        ("len([BODY].a).b == 1", 14, "`.b` cannot follow a function"),
        ("len(abc) == 1", 5, "len takes a path into the body"),
        ("len([STATUS]) == 1", 5, "len takes a path into the body"),
        ("has([BODY]) == true", 5, "has takes a path into the body"),
        ("[BODY] == pat()", 15, "pat() lacks something here"),
        ("[STATUS] == any(200,)", 21, "any() lacks something here"),
        ("[STATUS] == any(200, [IP])", 22, "not `[IP]`"),
        ("[STATUS] == any(200, any(1))", 22, "not `any(1)`"),
        ("[BODY].a < pat(a*)", 1, "pat cannot be used with `<`"),
        ("[BODY].a >= any(1, 2)", 1, "any cannot be used with `>=`"),
        ("[BODY].a < UP", 12, "`UP` is neither"),
        ("[BODY].a < \"5\"", 12, "`\"5\"` is neither"),
        ("[IP] > 5", 1, "`[IP]` is neither"),
        ("[CERTIFICATE_EXPIRATION] > 48", 28, "`48` needs a unit to be compared with [CERTIFICATE_EXPIRATION], such as `48h`"),
        ("[CERTIFICATE_EXPIRATION] == any(1h, 48)", 37, "`48` needs a unit"),
        ("[CERTIFICATE_EXPIRATION] != pat(4*)", 29, "a duration such as `48h`"),
        ("[STATUS] != OK", 13, "[STATUS] is compared with a number, not with `OK`"),
        ("[STATUS] < 1s", 12, "a number"),
        ("[CONNECTED] == yes", 16, "`true` or `false`"),
    ] {
        let error = text.parse::<Condition>().expect_err(text);
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.to_string().contains(message), "{text}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn reading_and_checking_never_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "[STATUS]", "[BODY]", ".a", "[0]", "[", "]", "len(", "has(", "pat(", "any(", ")", "\"", "\\", ",", " ", "==", "!=", "<", "=",
            "200", "-", ".", "48h", "あ", "\u{7}", "[CERTIFICATE_EXPIRATION]", "null", "*", "?", "\u{3000}",
        ]), 0..14),
        noise in prop::collection::vec(any::<char>(), 0..30),
    ) {
        let body = Body::new(br#"{"a": [1, "x"]}"#.to_vec());
        let seen = Seen { status: Some(200), body: Some(&body), certificate_expires_in_ms: Some(i64::MIN), ..Seen::default() };
        for text in [parts.concat(), noise.iter().collect()] {
            match text.parse::<Condition>() {
                Ok(condition) => drop(condition.check(&seen)),
                Err(error) => prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1),
            }
        }
    }
}
