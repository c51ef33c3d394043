//! What a service answers, read: taken, to be tried again and when, or refused for good.

use std::time::Duration;

use domain::time::Timestamp;
use serde_json::Value;

use crate::channel::Channel;
use crate::text::{Unit, fit, line};

/// Longest pause that a service may ask for.
const PAUSE_MAX: Duration = Duration::from_secs(3600);
/// Longest reason that is kept, in characters.
const WORDS_MAX: usize = 300;
/// What stands in the place of a secret.
const HIDDEN: &str = "•••";

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The service has it.
    Taken,
    /// It does not have it, as far as is known, and may take it later; not before so long from now, if it says so. With why.
    Later(Option<Duration>, String),
    /// It will never take it. With why.
    Refused(String),
}

impl Answer {
    /// With a reason that can be shown: one short line without any of these secrets. A service may well repeat what it was asked.
    pub(crate) fn shown(self, secrets: &[String]) -> Self {
        let shown = |why: String| {
            // As JSON writes addresses.
            let why = why.replace("\\/", "/");
            let why = secrets.iter().fold(why, |why, secret| why.replace(secret.as_str(), HIDDEN));
            fit(&line(&why), WORDS_MAX, Unit::Characters)
        };
        match self {
            Self::Taken => Self::Taken,
            Self::Later(pause, why) => Self::Later(pause, shown(why)),
            Self::Refused(why) => Self::Refused(shown(why)),
        }
    }
}

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Received<'r> {
    pub(crate) status: u16,
    /// `Retry-After`.
    pub(crate) retry_after: Option<&'r str>,
    pub(crate) body: &'r str,
}

/// What `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3).
fn pause(retry_after: &str, now: Timestamp) -> Option<Duration> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(PAUSE_MAX));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_jiff(at.timestamp()).since(now).min(PAUSE_MAX))
}

/// The status and what was said.
fn words(received: &Received<'_>) -> String {
    let said = received.body.trim();
    if said.is_empty() { format!("status {}", received.status) } else { format!("status {}: {said}", received.status) }
}

/// The seconds that Discord (`retry_after`) and Telegram (`parameters.retry_after`) ask for in their bodies.
fn asked_in_body(body: &str) -> Option<Duration> {
    let body: Value = serde_json::from_str(body).ok()?;
    let seconds = body.get("retry_after").or_else(|| body.get("parameters")?.get("retry_after"))?.as_f64()?;
    Duration::try_from_secs_f64(seconds).ok().map(|pause| pause.min(PAUSE_MAX))
}

/// Reads an answer of this kind of channel.
pub(crate) fn read(channel: &Channel, received: &Received<'_>, now: Timestamp) -> Answer {
    let said = words(received);
    let asked = || asked_in_body(received.body).or_else(|| pause(received.retry_after?, now));
    let flag = |name: &str| serde_json::from_str::<Value>(received.body).ok().and_then(|body| body.get(name).cloned());
    match (channel, received.status) {
        // A key without a configuration is answered with success, and nobody is told.
        (Channel::Apprise { .. }, 204) => {
            Answer::Refused("nothing is configured there under this key: nobody was told".to_owned())
        }
        (Channel::Slack { .. }, 200) if received.body.trim() != "ok" => Answer::Refused(said),
        (Channel::Telegram { .. }, 200) if flag("ok") == Some(Value::Bool(false)) => Answer::Refused(said),
        (Channel::Pushover { .. }, 200) if flag("status").is_some_and(|status| status != 1) => Answer::Refused(said),
        (_, 200..=299) => Answer::Taken,
        // The month's quota: no later attempt helps.
        (Channel::Pushover { .. }, 429) => Answer::Refused(said),
        (_, 408 | 425 | 429 | 500..=599) => Answer::Later(asked(), said),
        // Some of its targets were told: whoever is not may be reached later.
        (Channel::Apprise { .. }, 424) => Answer::Later(None, said),
        (_, 300..=399) => Answer::Refused(format!("{said}; it leads elsewhere: give the address that it leads to")),
        _ => Answer::Refused(said),
    }
}

#[cfg(test)]
mod tests {
    use domain::text::Secret;

    use super::*;

    fn secret() -> Secret {
        Secret::new("https://example.org/x".to_owned())
    }

    fn answer(channel: &Channel, status: u16, retry_after: Option<&str>, body: &str) -> Answer {
        read(channel, &Received { status, retry_after, body }, Timestamp::from_ms(1_790_000_000_000))
    }

    fn later(seconds: Option<u64>) -> impl Fn(Answer) -> bool {
        move |answer| matches!(answer, Answer::Later(pause, _) if pause == seconds.map(Duration::from_secs))
    }

    #[test]
    fn most_services_speak_the_same() {
        let hook = Channel::Webhook { url: secret(), key: None };
        assert_eq!(answer(&hook, 204, None, ""), Answer::Taken);
        assert!(later(None)(answer(&hook, 503, None, "")));
        assert!(later(Some(30))(answer(&hook, 429, Some("30"), "")));
        assert!(later(Some(3_600))(answer(&hook, 503, Some("999999"), "")), "nobody waits for days");
        let at = Timestamp::from_ms(1_790_000_060_000).to_jiff().to_zoned(jiff::tz::TimeZone::UTC);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().zoned_to_string(&at).unwrap();
        assert!(later(Some(60))(answer(&hook, 503, Some(&date), "")), "{date}");
        assert!(later(None)(answer(&hook, 503, Some("soon"), "")));
        for status in [400, 401, 404, 410, 302] {
            assert!(
                matches!(answer(&hook, status, None, "no such thing"), Answer::Refused(why) if why.contains("no such thing"))
            );
        }
    }

    #[test]
    fn some_services_say_no_with_success_and_some_say_later_in_their_own_way() {
        let slack = Channel::Slack { url: secret() };
        assert_eq!(answer(&slack, 200, None, "ok"), Answer::Taken);
        assert!(matches!(answer(&slack, 200, None, "invalid_blocks"), Answer::Refused(_)));
        let apprise = Channel::Apprise { url: secret(), tag: None };
        assert!(matches!(answer(&apprise, 204, None, ""), Answer::Refused(_)), "nobody was told");
        assert!(later(None)(answer(&apprise, 424, None, "")));
        let discord = Channel::Discord { url: secret() };
        assert!(later(Some(64))(answer(&discord, 429, None, "{\"retry_after\": 64.0}")));
        let telegram = Channel::Telegram { url: String::new(), token: secret(), chat: "1".to_owned(), topic: None };
        assert!(later(Some(31))(answer(&telegram, 429, Some("5"), "{\"ok\":false,\"parameters\":{\"retry_after\":31}}")));
        let pushover = Channel::Pushover { url: String::new(), token: secret(), user: secret() };
        assert!(matches!(answer(&pushover, 429, None, "{}"), Answer::Refused(_)), "the month's quota");
        assert!(matches!(answer(&pushover, 200, None, "{\"status\":0}"), Answer::Refused(_)));
        assert_eq!(answer(&pushover, 200, None, "{\"status\":1}"), Answer::Taken);
    }

    #[test]
    fn what_a_service_says_is_cut_and_cleaned() {
        let hook = Channel::Webhook { url: secret(), key: None };
        let Answer::Refused(why) = answer(&hook, 400, None, &"x\u{7}\u{202e}".repeat(1_000)).shown(&[]) else { panic!() };
        assert!(why.chars().count() <= WORDS_MAX && !why.contains(['\u{7}', '\u{202e}']));
    }

    #[test]
    fn a_service_that_repeats_what_it_was_asked_tells_no_secret() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let telegram =
            Channel::Telegram { url: "https://t.example".to_owned(), token: secret("12:AbC"), chat: "1".to_owned(), topic: None };
        let hook = Channel::Webhook {
            url: secret("https://user:pass@example.org/hooks/T0PSECRET/x?token=al%20so%20long"),
            key: Some(secret("whsec_hush")),
        };
        for (channel, said) in [
            (&telegram, "no such page: /bot12:AbC/sendMessage"),
            (&hook, "Cannot POST /hooks/T0PSECRET/x?token=al%20so%20long"),
            (&hook, r#"{"path":"\/hooks\/T0PSECRET\/x"}"#),
            (&hook, "no hook T0PSECRET; the key whsec_hush is wrong for user:pass"),
            (&hook, "the token 'al so long' is gone, and so is al%20so%20long"),
        ] {
            let Answer::Refused(why) = answer(channel, 404, None, said).shown(&channel.secrets()) else { panic!() };
            for hidden in ["AbC", "T0PSECRET", "al%20so%20long", "al so long", "hush", "pass@", ":pass"] {
                assert!(!why.contains(hidden), "{why}");
            }
            assert!(why.contains("•••"), "{why}");
        }
    }
}
