//! Tests of what services are sent.

use super::*;
use domain::alert::bell::Say;
use domain::incident::work::Severity;

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

const HOSTILE: &str =
    "<!channel> @everyone </plain> [x](javascript:alert(1)) `c` ${a} {{DATE(x)}} \u{202e}evil\u{0} ![i](http://t)";

fn message() -> Message {
    Message {
        key: "alert-7-oncall-1".to_owned(),
        alert: Some(7),
        say: Say::Fires,
        severity: Severity::Sev1,
        title: "Disk is full: DB".to_owned(),
        text: "2% left\non db-1".to_owned(),
        facts: vec![("Since".to_owned(), "03:04 JST".to_owned()), ("Component".to_owned(), "DB".to_owned())],
        url: "https://status.example.org/desk/alerts/7".to_owned(),
        link: "Open the runbook".to_owned(),
        at: Timestamp::from_ms(1_790_000_000_000),
    }
}

fn channels() -> Vec<Channel> {
    let url = || secret("https://hooks.example.org/secret?sig=abc");
    vec![
        Channel::Webhook { url: url(), key: Some(secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")) },
        Channel::Slack { url: url() },
        Channel::Discord { url: url() },
        Channel::Teams { url: url() },
        Channel::Mattermost { url: url() },
        Channel::Telegram {
            url: "https://api.telegram.org".to_owned(),
            token: secret("1:AA"),
            chat: "-100123".to_owned(),
            topic: Some(5),
        },
        Channel::Ntfy { url: "https://ntfy.sh".to_owned(), topic: secret("oncall"), token: Some(secret("tk_1")) },
        Channel::Gotify { url: "https://gotify.example.org/sub/".to_owned(), token: secret("A1") },
        Channel::Pushover { url: "https://api.pushover.net".to_owned(), token: secret("t"), user: secret("u") },
        Channel::PagerDuty { url: "https://events.pagerduty.com".to_owned(), key: secret("R1") },
        Channel::Misskey { url: "https://mi.example.org".to_owned(), token: secret("mt"), to: vec!["9abc".to_owned()] },
        Channel::Apprise { url: secret("https://apprise.example.org/notify/key"), tag: Some("oncall".to_owned()) },
    ]
}

fn sent(channel: &Channel, message: &Message) -> (Request, Value) {
    let request = request(channel, message, Timestamp::from_ms(1_790_000_001_000)).unwrap();
    let body = serde_json::from_slice(&request.body).unwrap();
    (request, body)
}

fn of_kind(kind: &str, message: &Message) -> (Request, Value) {
    let channel = channels().into_iter().find(|channel| channel.kind() == kind).unwrap();
    sent(&channel, message)
}

#[test]
fn every_service_is_told_what_it_is_and_where_it_is_followed() {
    for channel in channels() {
        let (request, body) = sent(&channel, &message());
        let text = body.to_string();
        for part in ["Disk is full", "2% left", "https://status.example.org/desk/alerts/7", "03:04 JST"] {
            assert!(text.contains(part), "{}: {part}: {text}", channel.kind());
        }
        assert!(request.url.expose().starts_with("https://"), "{}", channel.kind());
    }
}

#[test]
fn addresses_and_secrets_stand_where_each_service_wants_them() {
    let url = |kind: &str| of_kind(kind, &message()).0.url.expose().to_owned();
    assert_eq!(url("discord"), "https://hooks.example.org/secret?sig=abc&wait=true");
    assert_eq!(url("telegram"), "https://api.telegram.org/bot1:AA/sendMessage");
    assert_eq!(url("ntfy"), "https://ntfy.sh/");
    assert_eq!(url("gotify"), "https://gotify.example.org/sub/message");
    assert_eq!(url("pagerduty"), "https://events.pagerduty.com/v2/enqueue");
    assert_eq!(url("misskey"), "https://mi.example.org/api/notes/create");
    let header = |kind: &str, name: &str| {
        let (request, _) = of_kind(kind, &message());
        request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.expose().to_owned())
    };
    assert_eq!(header("ntfy", "authorization").as_deref(), Some("Bearer tk_1"));
    assert_eq!(header("gotify", "x-gotify-key").as_deref(), Some("A1"));
    assert_eq!(header("webhook", "webhook-id").as_deref(), Some("alert-7-oncall-1"));
    assert_eq!(of_kind("telegram", &message()).1["chat_id"], -100_123);
    assert_eq!(of_kind("misskey", &message()).1["visibility"], "specified");
    let to_all = Channel::Misskey { url: "https://mi.example.org".to_owned(), token: secret("mt"), to: Vec::new() };
    assert_eq!(sent(&to_all, &message()).1["visibility"], "followers", "never public");
}

#[test]
fn a_signature_is_that_of_the_specification() {
    let key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let signed = events::signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let (first, _) = of_kind("webhook", &message());
    let later = request(&channels()[0], &message(), Timestamp::from_ms(1_790_000_099_000)).unwrap();
    assert_eq!(first.body, later.body, "an attempt says the same");
    assert_ne!(first.headers, later.headers, "and is signed anew");
}

#[test]
fn words_from_anywhere_call_nobody_and_load_nothing() {
    let hostile = Message {
        title: HOSTILE.to_owned(),
        text: HOSTILE.to_owned(),
        facts: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        ..message()
    };
    for channel in channels() {
        let (_, body) = sent(&channel, &hostile);
        let text = body.to_string();
        // Programs get it as it is, and show it as they show anything.
        if matches!(channel, Channel::Webhook { .. } | Channel::PagerDuty { .. }) {
            continue;
        }
        assert!(!text.contains('\u{202e}') && !text.contains("\\u0000"), "{}: {text}", channel.kind());
        match &channel {
            Channel::Slack { .. } => assert!(!text.contains("<!channel>"), "{text}"),
            Channel::Mattermost { .. } | Channel::Discord { .. } => {
                let embedded = if matches!(channel, Channel::Discord { .. }) {
                    body["embeds"][0]["description"].to_string()
                } else {
                    body["attachments"][0]["text"].to_string()
                };
                assert!(
                    !embedded.contains("@everyone") && !embedded.contains("](javascript") && !embedded.contains("![i]"),
                    "{embedded}"
                );
            }
            Channel::Misskey { .. } => assert_eq!(text.matches("</plain>").count(), 1, "{text}"),
            Channel::Telegram { .. } | Channel::Apprise { .. } => assert!(!text.contains("@everyone"), "{text}"),
            _ => {}
        }
    }
    assert_eq!(of_kind("discord", &hostile).1["allowed_mentions"]["parse"], serde_json::json!([]));
}

#[test]
fn nothing_is_longer_than_its_service_takes() {
    let long = Message {
        title: "🔴".repeat(2_000),
        text: "漢<".repeat(20_000),
        facts: vec![("n".repeat(3_000), "v&".repeat(3_000)); 40],
        ..message()
    };
    let length = |kind: &str, pointer: &str| {
        let (_, body) = of_kind(kind, &long);
        body.pointer(pointer).unwrap().as_str().unwrap().to_owned()
    };
    assert!(length("slack", "/blocks/0/text/text").chars().count() <= 150);
    assert!(length("slack", "/blocks/1/text/text").chars().count() <= 3_000);
    assert!(length("discord", "/embeds/0/title").encode_utf16().count() <= 256);
    let (_, discord) = of_kind("discord", &long);
    let embed = &discord["embeds"][0];
    let fields: usize = embed["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            field["name"].as_str().unwrap().encode_utf16().count() + field["value"].as_str().unwrap().encode_utf16().count()
        })
        .sum();
    assert!(fields + embed["description"].as_str().unwrap().encode_utf16().count() + 300 <= 6_000, "all of an embed together");
    assert!(of_kind("teams", &long).0.body.len() < 24_000, "{}", of_kind("teams", &long).0.body.len());
    assert!(length("telegram", "/text").encode_utf16().count() <= 4_096);
    assert!(length("ntfy", "/message").len() <= 4_096);
    assert!(length("pushover", "/message").chars().count() <= 1_024);
    assert!(length("pushover", "/title").chars().count() <= 250);
    assert!(length("pagerduty", "/payload/summary").chars().count() <= 1_024);
    assert!(length("misskey", "/text").chars().count() <= 3_000);
}

#[test]
fn the_end_looks_like_the_end_and_is_of_the_same_thing() {
    let over = Message { say: Say::Over, ..message() };
    let taken = Message { say: Say::Acknowledged, ..message() };
    let action = |message: &Message| of_kind("pagerduty", message).1["event_action"].as_str().unwrap().to_owned();
    assert_eq!([action(&message()), action(&taken), action(&over)], ["trigger", "acknowledge", "resolve"]);
    assert_eq!(of_kind("pagerduty", &over).1["dedup_key"], of_kind("pagerduty", &message()).1["dedup_key"]);
    assert_eq!(of_kind("ntfy", &over).1["priority"], 3);
    assert_eq!(of_kind("ntfy", &message()).1["priority"], 5);
    assert_eq!(of_kind("apprise", &over).1["type"], "success");
    assert_eq!(of_kind("webhook", &over).1["data"]["status"], "resolved");
    assert!(of_kind("slack", &over).1.to_string().contains("🟢"));
}
