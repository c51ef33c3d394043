//! What answers meet, and what is said of those that do not.

use std::net::IpAddr;

use super::parsed;
use crate::probe::condition::{Body, Condition, Seen};

const JSON: &str = r#"{
    "status": "UP", "name": "web-1", "version": "1.10", "empty": "", "nothing": null, "yes": true, "yes_text": "true",
    "code": 7, "code_text": "7", "ratio": 0.5, "big": 9007199254740993, "ttl": "90s", "null_text": "null",
    "items": [{"id": 1}, {"id": 2}], "none": [], "object": {"a": 1, "b-c": {"d e": "deep"}}, "ja": "正常です",
    "long": "LONG", "evil": "a\u0007b\u202ec"
}"#;

/// `None` when met, else the message after "was not met: ".
fn outcome(text: &str, seen: &Seen<'_>) -> Option<String> {
    parsed(text).check(seen).err().map(|unmet| {
        let message = unmet.to_string();
        message.strip_prefix(&format!("{text} was not met: ")).unwrap_or_else(|| panic!("{message}")).to_owned()
    })
}

fn assert_outcomes(seen: &Seen<'_>, table: &[(&str, Option<&str>)]) {
    for (text, wanted) in table {
        assert_eq!(outcome(text, seen).as_deref(), *wanted, "{text}");
    }
}

#[test]
fn answers_are_held_against_the_connection() {
    let seen = Seen {
        status: Some(503),
        response_time_us: 412_300,
        ip: Some(IpAddr::from([192, 0, 2, 7])),
        connected: true,
        certificate_expires_in_ms: Some(47 * 3_600_000),
        body: None,
    };
    assert_outcomes(
        &seen,
        &[
            ("[STATUS] == 503", None),
            ("[STATUS]==503", None),
            ("503 == [STATUS]", None),
            ("[STATUS] == 200", Some("found 503")),
            ("200 >= [STATUS]", Some("found 503")),
            ("[STATUS] < 400", Some("found 503")),
            ("[STATUS] == \"503\"", None),
            ("[STATUS] != 200", None),
            ("[STATUS] >= 503.0", None),
            ("[STATUS] == any(200, 204)", Some("found 503")),
            ("[STATUS] != any(200, 204)", None),
            ("[STATUS] == any(200, pat(5*))", None),
            ("any(200, 503) != [STATUS]", Some("found 503")),
            ("[STATUS] == pat(50?)", None),
            ("[RESPONSE_TIME] < 300", Some("found 412.3 ms")),
            ("[RESPONSE_TIME] < 412.31", None),
            ("[RESPONSE_TIME] < 1s", None),
            ("[RESPONSE_TIME] > 0.5s", Some("found 412.3 ms")),
            ("300ms >= [RESPONSE_TIME]", Some("found 412.3 ms")),
            ("[IP] == 192.0.2.7", None),
            ("[IP] == pat(10.*)", Some("found 192.0.2.7")),
            ("[CONNECTED] == true", None),
            ("[CONNECTED] != true", Some("found true")),
            ("[CERTIFICATE_EXPIRATION] > 48h", Some("found 1d23h")),
            ("[CERTIFICATE_EXPIRATION] > 1d22h30m", None),
            ("[CERTIFICATE_EXPIRATION] > -1h", None),
            ("[CERTIFICATE_EXPIRATION] == 47h", None),
            ("[BODY] == OK", Some("there is no body")),
            ("len([BODY].a) == 0", Some("there is no body")),
        ],
    );
}

#[test]
fn what_is_missing_meets_nothing() {
    assert_outcomes(
        &Seen::default(),
        &[
            ("[STATUS] == 200", Some("[STATUS] is missing")),
            ("[STATUS] != 200", Some("[STATUS] is missing")),
            ("[IP] != 1.1.1.1", Some("[IP] is missing")),
            ("[CERTIFICATE_EXPIRATION] > 1h", Some("[CERTIFICATE_EXPIRATION] is missing")),
            ("[CONNECTED] == false", None),
        ],
    );
}

#[test]
fn answers_are_held_against_json() {
    let body = Body::new(JSON.replace("LONG", &"x".repeat(100)).into_bytes());
    let seen = Seen { status: Some(7), response_time_us: 2000, body: Some(&body), ..Seen::default() };
    let long = format!("found {}…", "x".repeat(79));
    assert_outcomes(
        &seen,
        &[
            ("[BODY].status == UP", None),
            ("[BODY].status == \"UP\"", None),
            ("[BODY].status == up", Some("found UP")),
            ("[BODY].status != UP", Some("found UP")),
            ("[BODY].version != \"\"", None),
            ("[BODY].empty != \"\"", Some("found \"\"")),
            ("[BODY].missing != \"\"", Some("[BODY].missing is missing")),
            ("[BODY].missing == null", Some("[BODY].missing is missing")),
            ("[BODY].items[2].id == 1", Some("[BODY].items[2].id is missing")),
            ("[BODY][0] == 1", Some("[BODY][0] is missing")),
            ("[BODY].items[1].id == 2", None),
            ("[BODY].object.b-c.d e == deep", None),
            ("[BODY].nothing == null", None),
            ("[BODY].nothing != null", Some("found null")),
            ("[BODY].null_text == null", Some("found null")),
            ("[BODY].null_text == \"null\"", None),
            ("[BODY].nothing == \"null\"", Some("found null")),
            ("[BODY].yes == true", None),
            ("[BODY].yes_text == true", None),
            ("[BODY].yes == false", Some("found true")),
            ("[BODY].code == 7", None),
            ("[BODY].code == 7.0", None),
            ("[BODY].code_text == 7.0", None),
            ("[BODY].code_text == \"7.0\"", Some("found 7")),
            ("[BODY].code_text == [BODY].code", None),
            ("[BODY].code == [STATUS]", None),
            ("[BODY].code != [STATUS]", Some("found 7 and 7")),
            ("[BODY].code_text > 6", None),
            ("[BODY].version == 1.10", None),
            ("[BODY].version == \"1.1\"", Some("found 1.10")),
            ("[BODY].ratio >= 0.5", None),
            ("[BODY].big == 9007199254740993", None),
            ("[BODY].big == 9007199254740992", Some("found 9007199254740993")),
            ("[BODY].status > 1", Some("found UP, which cannot be compared with 1")),
            ("[BODY].yes < 1", Some("found true, which cannot be compared with 1")),
            ("[BODY].status < [BODY].name", Some("found UP, which cannot be compared with web-1")),
            ("[BODY].ttl == 1m30s", None),
            ("[BODY].ttl < 1m", Some("found 90s")),
            ("[BODY].code < 1h", Some("found 7, which cannot be compared with 1h")),
            ("[RESPONSE_TIME] < [BODY].code", None),
            ("[BODY].items == \"[{\\\"id\\\":1},{\\\"id\\\":2}]\"", None),
            ("[BODY].name == pat(web-*)", None),
            ("[BODY].name == pat(\"*-2\")", Some("found web-1")),
            ("[BODY].name != pat(web-?)", Some("found web-1")),
            ("[BODY].missing != pat(a*)", Some("[BODY].missing is missing")),
            ("[BODY].status == any(UP, \"DOWN, (really)\")", None),
            ("[BODY] == pat(*\"status\": \"UP\"*)", None),
            ("len([BODY].items) > 0", None),
            ("len([BODY].none) > 0", Some("found 0")),
            ("len([BODY].object) == 2", None),
            ("len([BODY].ja) == 4", None),
            ("len([BODY].code) == 1", Some("found 7, which has no length")),
            ("len( [BODY].missing ) == 0", Some("[BODY].missing is missing")),
            ("has([BODY].nothing) == true", None),
            ("has([BODY].missing) == false", None),
            ("has([BODY].status) == false", Some("found true")),
            ("[BODY].evil == abc", Some("found a\u{fffd}b\u{fffd}c")),
            ("[BODY].long == x", Some(&long)),
        ],
    );
}

#[test]
fn a_body_need_not_be_json() {
    let body = Body::new(b"  <h1>caf\xc3\xa9 \xff</h1>\r\n".to_vec());
    let seen = Seen { body: Some(&body), ..Seen::default() };
    assert_outcomes(
        &seen,
        &[
            ("[BODY] == pat(*<h1>*</h1>)", None),
            ("[BODY] == OK", Some("found <h1>café \u{fffd}</h1>")),
            ("len([BODY]) == 15", None),
            ("[BODY].version != \"\"", Some("the body is not JSON")),
            ("has([BODY].error) == false", Some("the body is not JSON")),
        ],
    );
}

#[test]
fn a_whole_body_is_trimmed_and_hostile_bodies_do_no_harm() {
    let outcome_of = |bytes: Vec<u8>, text: &str| outcome(text, &Seen { body: Some(&Body::new(bytes)), ..Seen::default() });
    assert_eq!(outcome_of(b"OK\n".to_vec(), "[BODY] == OK"), None);
    assert_eq!(outcome_of(b"\xef\xbb\xbf[{\"a\": 5}]".to_vec(), "[BODY][0].a == 5"), None);
    assert_eq!(outcome_of(b"42\n".to_vec(), "[BODY] > 41"), None);
    assert_eq!(outcome_of(vec![b'['; 1 << 20], "[BODY][0] == 1").as_deref(), Some("the body is not JSON"));
    assert_eq!(
        outcome_of(vec![b'a'; 1 << 20], &format!("[BODY] == pat(*{}b*)", "a".repeat(900))).map(|text| text.len()),
        Some(88)
    );
}

#[test]
fn a_body_may_be_shared_between_threads() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Body>();
    is_shareable::<Condition>();
}
