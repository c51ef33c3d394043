//! The section `notifications`: every kind of channel, routes, what is wrong with them, and that no secret is shown.

use std::fmt::Write;
use std::time::Duration;

use domain::alert::bell::Repeat;
use domain::incident::work::Severity;
use domain::text::Language;
use jiff::civil::Weekday;
use notify::channel::Channel;
use notify::mail::Protection;

use super::{SITE, good, mistakes};

const COMPONENT: &str = "components:\n  - {slug: db, name: DB}\n";
/// One of each kind.
const ALL: [&str; 13] = [
    "mail: {host: smtp.example.org, user: u, password: hidden, from: Yagura <y@example.org>, to: [a@example.org, B <b@example.org>]}",
    "webhook: {url: 'https://example.org/hidden', key: hidden}",
    "slack: {url: 'https://example.org/hidden'}",
    "discord: {url: 'https://example.org/hidden'}",
    "teams: {url: 'https://example.org/hidden'}",
    "mattermost: {url: 'https://example.org/hidden'}",
    "telegram: {token: hidden, chat: '@room', topic: 3}",
    "ntfy: {topic: hidden}",
    "gotify: {url: 'https://gotify.example.org', token: hidden}",
    "pushover: {token: hidden, user: hidden}",
    "pagerduty: {key: hidden}",
    "misskey: {url: 'https://example.org', token: hidden, to: [9abc]}",
    "apprise: {url: 'https://example.org/notify/hidden', tag: duty}",
];

/// A configuration with these channels, and what else stands under `notifications`.
fn with(channels: &[&str], more: &str) -> String {
    let mut text = format!("{SITE}{COMPONENT}notifications:\n  channels:\n");
    for (index, channel) in channels.iter().enumerate() {
        writeln!(text, "    - {{slug: c{index}, {channel}}}").expect("a string takes everything");
    }
    text + more
}

#[track_caller]
fn refused(text: &str, said: &str) {
    let all = mistakes(text);
    assert!(all.len() == 1 && all[0].contains(said), "{text}: {all:?}");
    assert!(!all[0].contains("hidden"), "{all:?}");
}

#[test]
fn every_kind_of_channel_is_read_and_shows_no_secret() {
    let settings = good(&with(&ALL, "")).config.notifications;
    let kinds: Vec<&str> = settings.channels.iter().map(|spec| spec.channel.kind()).collect();
    for (text, kind) in ALL.iter().zip(&kinds) {
        assert!(text.starts_with(kind), "{text}: {kind}");
    }
    assert!(!format!("{settings:?}").contains("hidden"));
    let Channel::Mail { server, addresses } = &settings.channels[0].channel else { panic!() };
    assert_eq!((server.port, server.protection, addresses.to.len()), (587, Protection::StartTls, 2));
    let Channel::Ntfy { url, .. } = &settings.channels[7].channel else { panic!() };
    assert_eq!(url, "https://ntfy.sh");
    let only = &settings.routes[0];
    assert!(settings.routes.len() == 1 && only.channels.len() == 13 && only.severities.is_empty(), "everything goes everywhere");
}

#[test]
fn without_channels_nobody_is_told() {
    assert!(good(SITE).config.notifications.routes.is_empty());
    let settings = good(&format!("{SITE}notifications: {{gather: 0s, settle: 1m}}\n")).config.notifications;
    assert_eq!((settings.rule.gather, settings.rule.settle), (Duration::ZERO, Duration::from_secs(60)));
    assert!(settings.routes.is_empty());
}

#[test]
fn routes_are_read() {
    let more = "  routes:\n    - {channels: c0, severities: [sev1, sev2], components: db, repeat: {first: 1m, longest: 10m, times: 3}}\n    \
                - {channels: [c0, c1], hours: {from: '22:00', until: '06:00', days: [fri, sat], time_zone: Asia/Tokyo}, repeat: never}\n";
    let routes = good(&with(&[ALL[7], ALL[2]], more)).config.notifications.routes;
    assert_eq!((routes[0].severities.as_slice(), routes[0].components.len()), (&[Severity::Sev1, Severity::Sev2][..], 1));
    let repeat = Repeat { first: Duration::from_secs(60), longest: Duration::from_secs(600), times: 3 };
    assert_eq!((routes[0].repeat, routes[1].repeat.times), (repeat, 0));
    let hours = routes[1].hours.as_ref().unwrap();
    assert_eq!(
        (hours.from.hour(), hours.until.hour(), hours.days.as_slice()),
        (22, 6, &[Weekday::Friday, Weekday::Saturday][..])
    );
    assert_eq!(hours.zone.iana_name(), Some("Asia/Tokyo"));
    // A first pause that is longer than the usual longest makes that longer too.
    let long = "  routes:\n    - {channels: c0, repeat: {first: 3h}}\n";
    assert_eq!(good(&with(&[ALL[7]], long)).config.notifications.routes[0].repeat.longest, Duration::from_secs(3 * 3600));
}

#[test]
fn words_of_ones_own_are_tried_when_they_are_read() {
    let own = format!("language: ja, title: '{{{{ title }}}}', text: '{{{{ summary }}}}', {}", ALL[7]);
    let channel = good(&with(&[&own], "")).config.notifications.channels.remove(0);
    assert!(channel.title.is_some() && channel.text.is_some() && channel.language == Some(Language::Ja));
    refused(&with(&[&format!("title: '{{{{ titel }}}}', {}", ALL[7])], ""), "there is no `titel`");
    refused(&with(&[&format!("text: '{{% if %}}', {}", ALL[7])], ""), "line 1 of the template");
}

#[test]
fn what_is_wrong_is_told_with_what_is_right() {
    for (channel, said) in [
        ("name: X", "it is not said where this channel leads"),
        ("slack: {url: 'https://a/hidden'}, teams: {url: 'https://a/hidden'}", "`slack` and `teams` are given"),
        ("slak: {url: 'https://a/hidden'}", "did you mean `slack`?"),
        ("ntfy: {token: hidden}", "the key `topic` is missing"),
        ("gotify: {token: hidden}", "the key `url` is missing"),
        ("slack: {url: 'ftp://a/hidden'}", "begins neither with `http://`"),
        ("mail: {host: h, user: u, from: a@b.c, to: a@b.c}", "a user without a password"),
        ("mail: {host: h, security: none, user: u, password: hidden, from: a@b.c, to: a@b.c}", "in the clear"),
        ("mail: {host: h, from: nobody, to: a@b.c}", "an address such as"),
        ("mail: {host: h, from: a@b.c, to: []}", "0 are given"),
    ] {
        refused(&with(&[channel], ""), said);
    }
    for (route, said) in [
        ("channels: c9", "there is no channel `c9`"),
        ("severities: sev1", "the key `channels` is missing"),
        ("channels: c0, components: web", "there is no component `web`"),
        ("channels: c0, types: disk", "there is no alert type `disk`"),
        ("channels: c0, severities: []", "the list is empty"),
        ("channels: c0, hours: {from: '9:00', until: '18:00'}", "a time of day such as"),
        ("channels: c0, hours: {from: '09:00', until: '25:00'}", "a time of day such as"),
        ("channels: c0, repeat: often", "found a text"),
        ("channels: c0, repeat: {first: 10s}", "1m to"),
        ("channels: c0, repeat: {first: 1h, longest: 5m}", "`longest` is shorter than `first`"),
    ] {
        refused(&with(&[ALL[7]], &format!("  routes:\n    - {{{route}}}\n")), said);
    }
}
