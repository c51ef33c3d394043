//! What badges tell, and what a hostile address cannot make them do.

use std::sync::Arc;

use app::data::PublicLatency;
use domain::time::Timestamp;
use domain::uptime::Tally;

use super::*;
use crate::web::FluentMessages;

const HOUR_MS: u64 = 3_600_000;

fn text(language: Language) -> Text {
    Text::new(Arc::new(FluentMessages), language)
}

fn component(status: Status) -> PublicComponent {
    PublicComponent {
        slug: "web".to_owned(),
        id: "abcdefghijkl".to_owned(),
        name: "Web <front> & \"more\"".to_owned(),
        description: None,
        status,
        since: None,
        watched_since: Timestamp::from_ms(0),
        checked_at: None,
        days: Vec::new(),
        uptimes: [Tally::default(); 4],
        latency: None,
        troubled_dependencies: Vec::new(),
    }
}

fn summary(worst: Status, affected: usize, total: usize) -> Summary {
    Summary { worst, total, affected, others: [(Status::Unknown, 0); 4], since: None }
}

fn badge(what: What, component: &PublicComponent, wishes: &Wishes) -> Result<Badge, BadgeError> {
    Badge::of(what, component, Weights::default(), &text(Language::En), wishes)
}

fn wishes(query: &[(&str, &str)]) -> Wishes {
    let wish = |name: &str| query.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Wishes { label: wish("label"), color: wish("color"), label_color: wish("labelColor"), style: wish("style") }
}

#[test]
fn names_of_addresses_are_these() {
    let names = ["status", "uptime-24h", "uptime-7d", "uptime-30d", "uptime-90d", "latency"];
    assert!(names.iter().all(|name| What::from_name(name).is_some()));
    assert_eq!(What::from_name("uptime-30d"), Some(What::Uptime(Span::Month)));
    for other in ["", "Status", "uptime", "uptime-", "uptime-1h", "latency-24h", "status.svg"] {
        assert_eq!(What::from_name(other), None, "{other}");
    }
}

#[test]
fn a_status_has_its_word_and_its_colour() {
    let told = |status| {
        let badge = badge(What::Status, &component(status), &Wishes::default()).unwrap();
        (badge.message, badge.color, badge.is_error)
    };
    assert_eq!(told(Status::Operational), ("Operational".to_owned(), Color::OK, false));
    assert_eq!(told(Status::MajorOutage), ("Major outage".to_owned(), Color::DOWN, true));
    assert_eq!(told(Status::UnderMaintenance), ("Maintenance".to_owned(), Color::WORK, true));
    assert_eq!(told(Status::Unknown), ("Unknown".to_owned(), Color::NONE, true));
    assert_eq!(told(Status::Unwatched), ("Not watched".to_owned(), Color::NONE, true));
}

#[test]
fn no_wish_makes_trouble_or_ignorance_green() {
    let wishes = wishes(&[("color", "brightgreen")]);
    for status in Status::ALL {
        let badge = badge(What::Status, &component(status), &wishes).unwrap();
        assert_eq!(badge.color == Color::from_wish("brightgreen").unwrap(), status == Status::Operational, "{status:?}");
    }
    for what in [What::Latency, What::Uptime(Span::Day)] {
        assert_eq!(badge(what, &component(Status::Operational), &wishes).unwrap().color, Color::NONE, "{what:?}");
    }
}

#[test]
fn uptime_is_rounded_down_and_unknown_is_never_green() {
    let told = |tally: Tally| {
        let mut component = component(Status::Operational);
        component.uptimes[2] = tally;
        let badge = badge(What::Uptime(Span::Month), &component, &Wishes::default()).unwrap();
        (badge.message, badge.color)
    };
    // In parts of 30 days of which so many are up, down and unknown.
    let up = |up: u64, down: u64, unknown: u64| {
        let part = 30 * 24 * HOUR_MS / (up + down + unknown);
        Tally { operational_ms: up * part, major_ms: down * part, unknown_ms: unknown * part, ..Tally::default() }
    };
    assert_eq!(told(up(1, 0, 0)), ("100 %".to_owned(), Color::OK));
    assert_eq!(told(up(999_999, 1, 0)), ("99.99 %".to_owned(), Color::OK));
    assert_eq!(told(up(9_989, 11, 0)), ("99.89 %".to_owned(), Color::SLOW));
    assert_eq!(told(up(989, 11, 0)), ("98.90 %".to_owned(), Color::PARTIAL));
    assert_eq!(told(up(1, 1, 0)), ("50.00 %".to_owned(), Color::DOWN));
    assert_eq!(told(up(0, 0, 1)), ("no data".to_owned(), Color::NONE));
    assert_eq!(told(up(1, 0, 2)), ("no data".to_owned(), Color::NONE), "more unknown than known");
}

#[test]
fn latency_is_the_median_or_no_data() {
    let mut component = component(Status::Operational);
    let told = |component: &PublicComponent, language| {
        Badge::of(What::Latency, component, Weights::default(), &text(language), &Wishes::default()).unwrap().spoken()
    };
    assert_eq!(told(&component, Language::En), "median response time (24 h): no data");
    component.latency = Some(PublicLatency { p50_us: 38_000, p95_us: 90_000, hours: Vec::new() });
    assert_eq!(told(&component, Language::En), "median response time (24 h): 38 ms");
    assert_eq!(told(&component, Language::Ja), "応答時間の中央値（24時間）: 38 ms");
}

#[test]
fn the_site_is_told_by_counts() {
    let told = |summary, language| {
        let badge = Badge::of_site(summary, &text(language), &Wishes::default()).unwrap();
        (badge.spoken(), badge.color)
    };
    assert_eq!(told(summary(Status::Operational, 4, 4), Language::En), ("status: all operational".to_owned(), Color::OK));
    assert_eq!(told(summary(Status::MajorOutage, 1, 20), Language::En), ("status: 1 of 20 down".to_owned(), Color::DOWN));
    assert_eq!(told(summary(Status::MajorOutage, 1, 20), Language::Ja), ("稼働状況: 20 件中 1 件が停止".to_owned(), Color::DOWN));
    assert_eq!(told(summary(Status::Operational, 0, 0), Language::En).1, Color::NONE, "nothing is not good");
    for status in Status::ALL {
        for language in Language::ALL {
            assert!(!told(summary(status, 2, 3), language).0.contains("badge-"), "{status:?}");
        }
    }
}

#[test]
fn what_is_not_allowed_is_refused_with_what_is() {
    let refused =
        |name, value: &str| badge(What::Status, &component(Status::Operational), &wishes(&[(name, value)])).unwrap_err();
    assert_eq!(refused("label", &"あ".repeat(65)), BadgeError::LabelLength(65));
    for label in ["a\nb", "a\u{0}", "a\u{202e}b", "\u{2066}"] {
        assert_eq!(refused("label", label), BadgeError::LabelCharacter, "{label:?}");
    }
    for color in ["", "#", "12", "1234", "12345", "1234567", "##123", "ggg", "red\"", "rgb(0,0,0)", "url(//evil)", "１２３"] {
        assert_eq!(refused("color", color), BadgeError::Color("color"), "{color}");
        assert_eq!(refused("labelColor", color), BadgeError::Color("labelColor"), "{color}");
    }
    for style in ["", "Flat", "social", "flat\"/><script>"] {
        assert_eq!(refused("style", style), BadgeError::Style, "{style}");
    }
    let said = refused("color", "<script>").to_string();
    assert!(said.contains("`color`") && said.contains("brightgreen") && said.contains("lightgrey"), "{said}");
    assert!(!said.contains("script"), "what was sent does not come back: {said}");
    assert_eq!(refused("style", "x").to_string(), "`style` is one of flat, flat-square, for-the-badge, plastic");
}

#[test]
fn a_badge_holds_no_markup_from_outside_and_nothing_a_policy_would_stop() {
    let label = "<script>\"'&</text>";
    for style in Style::ALL {
        let wishes = wishes(&[("label", label), ("style", style.name())]);
        let badge = badge(What::Status, &component(Status::Operational), &wishes).unwrap();
        let svg = badge.svg();
        assert_eq!(badge.label, label);
        assert!(svg.contains("&lt;script&gt;&quot;&#39;&amp;&lt;/text&gt;: Operational"), "{svg}");
        assert_eq!(svg.matches("<text ").count(), svg.matches("</text>").count(), "{svg}");
        for forbidden in ["<script", "style=", "<style", "href", "http://www.w3.org/1999", "@import", "<image", "onload"] {
            assert!(!svg.contains(forbidden), "{forbidden} in {svg}");
        }
        assert!(svg.contains("role=\"img\"") && svg.contains("aria-label=\"") && svg.contains("<title>"), "{svg}");
    }
}

#[test]
fn text_always_fits_into_its_box() {
    for (style, label) in
        [("flat", "WWWWWW"), ("plastic", "稼働率（30日間）"), ("for-the-badge", "straße"), ("flat-square", "iiii")]
    {
        let wishes = wishes(&[("label", label), ("style", style)]);
        let svg = badge(What::Status, &component(Status::Operational), &wishes).unwrap().svg();
        let number = |name: &str, from: &str| -> f64 {
            let (_, rest) = from.split_once(&format!(" {name}=\"")).unwrap();
            rest.split_once('"').unwrap().0.parse().unwrap()
        };
        let width = number("width", &svg);
        let mut end = 0.0;
        for drawn in svg.split("<text").skip(1) {
            let (middle, length) = (number("x", drawn), number("textLength", drawn));
            assert!(middle - length / 2.0 >= end + 5.0, "{svg}");
            end = middle + length / 2.0;
        }
        assert!(end + 5.0 <= width, "{svg}");
    }
    let length = |words: &str| -> u32 { words.chars().map(|c| u32::from(drawing::advance(c))).sum() };
    assert_eq!((length("uptime"), length("99.98%"), length("稼働率"), length("ｶﾞ")), (3493, 3984, 3000, 1000));
}

#[test]
fn a_badge_may_have_no_label() {
    let wishes = wishes(&[("label", "  ")]);
    let svg = badge(What::Status, &component(Status::Operational), &wishes).unwrap().svg();
    assert_eq!((svg.matches("<text").count(), svg.matches("<path").count()), (1, 1), "{svg}");
    assert!(svg.contains("<title>Operational</title>"), "{svg}");
}

#[test]
fn text_is_legible_on_every_colour() {
    let own = Status::ALL.map(Color::of_status);
    for color in own.into_iter().chain([Color::LABEL, Color::PLAIN]) {
        assert_eq!(color.ink(), Color::WHITE, "{color}");
    }
    let wished =
        ["brightgreen", "green", "yellowgreen", "yellow", "orange", "red", "blue", "lightgrey", "777", "767676", "fff", "000"];
    for color in wished.map(|wish| Color::from_wish(wish).unwrap()).into_iter().chain(own) {
        assert!(color.contrast(color.ink()) >= color::CONTRAST_MIN, "{color}");
    }
    assert_eq!(Color::from_wish("#4C1"), Color::from_wish("brightgreen"));
    assert_eq!(Color::from_wish("#00734f").map(Color::hex).as_deref(), Some("00734f"));
}

#[test]
fn colours_are_those_of_the_pages() {
    let tokens = include_str!("../../../../style/tokens.css");
    for (name, color) in [
        ("ok", Color::OK),
        ("slow", Color::SLOW),
        ("partial", Color::PARTIAL),
        ("down", Color::DOWN),
        ("work", Color::WORK),
        ("none", Color::NONE),
        ("link", Color::PLAIN),
    ] {
        assert!(tokens.contains(&format!("--{name}: {color};")), "{name}: {color}");
    }
}

#[test]
fn shields_gets_its_schema() {
    let wishes = wishes(&[("label", "web"), ("style", "plastic"), ("labelColor", "000")]);
    let badge = badge(What::Status, &component(Status::PartialOutage), &wishes).unwrap();
    let body: serde_json::Value = serde_json::from_str(&badge.shields()).unwrap();
    let expected = serde_json::json!({
        "schemaVersion": 1, "label": "web", "message": "Partial outage", "color": "a8470a", "labelColor": "000000",
        "isError": true, "style": "plastic", "cacheSeconds": 300,
    });
    assert_eq!(body, expected);
}
