//! What a validator of feeds would say, over generated sites with hostile names; and that nothing told once is told otherwise later.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod given;
mod markup;

use std::collections::BTreeSet;

use app::data::{PublicIncident, PublicOutage, PublicUpdate};
use app::i18n::Messages as _;
use atom_syndication::{Feed, Link};
use domain::component::Status;
use domain::incident::{Impact, IncidentStatus, MaintenanceStatus};
use domain::outage::OutageEnd;
use domain::text::Language;
use domain::time::Timestamp;
use proptest::prelude::*;
use rss::Channel;
use serde_json::Value;
use url::Url;

use self::given::{Given, any_given, any_outage, outage_from, outage_of};
use self::markup::{elements, is_allowed_by_xml};
use super::content::{LINES_MAX, Progress};
use super::{ENTRIES_MAX, Format, Granularity};
use crate::web::FluentMessages;

const GRANULARITIES: [Granularity; 2] = [Granularity::Event, Granularity::Update];
/// 2026-04-12T13:20:00.042Z, in Tokyo at 22:20.
const BEGAN_AT: Timestamp = Timestamp::from_ms(1_776_000_000_042);

/// Partly down, down after a minute, and well seven minutes after it began; with `turns` of these three.
fn known(turns: usize) -> PublicOutage {
    let later: &[(u64, Status)] = if turns > 1 { &[(60_000, Status::MajorOutage)] } else { &[] };
    outage_from(BEGAN_AT, Status::PartialOutage, later, (turns > 2).then_some((360_000, OutageEnd::Recovered)))
}

fn items(given: &Given, granularity: Granularity) -> Vec<Value> {
    let feed: Value = serde_json::from_str(&given.feed(Format::Json, granularity)).unwrap();
    feed["items"].as_array().unwrap().clone()
}

fn strings(items: &[Value], key: &str) -> Vec<String> {
    items.iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

fn at(rfc_3339: &str) -> Timestamp {
    Timestamp::from_jiff(rfc_3339.parse().unwrap())
}

fn assert_absolute(url: &str) {
    let parsed = Url::parse(url).unwrap();
    assert!(parsed.has_host() && ["http", "https"].contains(&parsed.scheme()), "{url}");
    assert_eq!(parsed.as_str(), url, "not in its usual form");
}

fn assert_html(html: &str) {
    let known = BTreeSet::from(["p", "ul", "li", "strong", "small"].map(str::to_owned));
    let unknown: Vec<String> = elements(html).difference(&known).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?} in {html}");
}

/// What a JSON feed must have; the other formats are compared with it.
fn assert_json(given: &Given, granularity: Granularity, text: &str) {
    let feed: Value = serde_json::from_str(text).unwrap();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["language"], given.language.tag());
    assert_eq!(feed["feed_url"], given.self_url(Format::Json, granularity));
    assert_eq!(feed["home_page_url"], given.page_url());
    for key in ["title", "description"] {
        assert!(!feed[key].as_str().unwrap().trim().is_empty());
    }
    assert!(!feed["authors"][0]["name"].as_str().unwrap().is_empty());
    assert_absolute(feed["authors"][0]["url"].as_str().unwrap());
    let items = feed["items"].as_array().unwrap();
    assert!(items.len() <= ENTRIES_MAX);
    let ids: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), items.len(), "an id stands twice");
    for item in items {
        assert_absolute(item["url"].as_str().unwrap());
        assert!(!item["title"].as_str().unwrap().trim().is_empty());
        assert!(!item["summary"].as_str().unwrap().trim().is_empty());
        assert_html(item["content_html"].as_str().unwrap());
        let [published, updated] = ["date_published", "date_modified"].map(|key| at(item[key].as_str().unwrap()));
        assert!(published <= updated && updated <= given.newest(), "{item}");
    }
    assert!(items.is_sorted_by_key(|item| std::cmp::Reverse(at(item["date_modified"].as_str().unwrap()))));
}

fn assert_atom(given: &Given, granularity: Granularity, text: &str) {
    let known = [
        "feed",
        "title",
        "id",
        "updated",
        "author",
        "name",
        "uri",
        "generator",
        "link",
        "subtitle",
        "entry",
        "category",
        "published",
        "summary",
        "content",
    ];
    assert!(elements(text).is_subset(&BTreeSet::from(known.map(str::to_owned))), "{text}");
    assert!(text.contains(&format!(" xml:lang=\"{}\"", given.language.tag())));
    for name in ["updated", "published"] {
        for date in text.split(&format!("<{name}>")).skip(1) {
            at(date.split('<').next().unwrap());
        }
    }
    let feed: Feed = text.parse().unwrap();
    assert_eq!(feed.lang(), Some(given.language.tag()));
    assert!(feed.id().starts_with("tag:") && !feed.title().trim().is_empty() && !feed.authors()[0].name().is_empty());
    let link = |rel: &str| {
        let links: Vec<&str> = feed.links().iter().filter(|link| link.rel() == rel).map(Link::href).collect();
        assert_eq!(links.len(), 1, "{rel}");
        links[0].to_owned()
    };
    assert_eq!(link("self"), given.self_url(Format::Atom, granularity));
    assert_eq!(link("alternate"), given.page_url());
    let newest = feed.entries().iter().map(|entry| entry.updated().timestamp_millis()).max();
    assert_eq!(feed.updated().timestamp_millis(), newest.unwrap_or_else(|| given.began_at().as_ms()));
    let items = items(given, granularity);
    assert_eq!(feed.entries().len(), items.len());
    for (entry, item) in feed.entries().iter().zip(&items) {
        let (content, published) = (entry.content().unwrap(), entry.published().unwrap());
        assert_eq!((entry.id(), entry.title().as_str()), (item["id"].as_str().unwrap(), item["title"].as_str().unwrap()));
        assert_eq!((content.content_type(), content.value()), (Some("html"), item["content_html"].as_str()));
        assert_eq!(entry.summary().unwrap().as_str(), item["summary"].as_str().unwrap());
        assert_eq!((entry.links().len(), entry.links()[0].rel()), (1, "alternate"));
        assert_eq!(entry.links()[0].href(), item["url"].as_str().unwrap());
        assert_eq!(published.timestamp_millis(), at(item["date_published"].as_str().unwrap()).as_ms());
        assert_eq!(entry.updated().timestamp_millis(), at(item["date_modified"].as_str().unwrap()).as_ms());
        assert_eq!(entry.categories()[0].term(), item["tags"][0].as_str().unwrap());
    }
}

fn assert_rss(given: &Given, granularity: Granularity, text: &str) {
    let known = [
        "rss",
        "channel",
        "title",
        "link",
        "description",
        "language",
        "lastBuildDate",
        "generator",
        "atom:link",
        "item",
        "category",
        "guid",
        "pubDate",
        "content:encoded",
        "atom:updated",
        "dc:creator",
    ];
    assert!(elements(text).is_subset(&BTreeSet::from(known.map(str::to_owned))), "{text}");
    let second = |date: &str| jiff::fmt::rfc2822::parse(date).unwrap().timestamp().as_second();
    let channel = Channel::read_from(text.as_bytes()).unwrap();
    assert_eq!(channel.language(), Some(given.language.tag()));
    assert_eq!(channel.link(), given.page_url());
    assert!(!channel.title().is_empty() && !channel.description().is_empty());
    let self_link = channel.extensions()["atom"]["link"][0].attrs();
    assert_eq!((self_link["rel"].as_str(), self_link["href"].clone()), ("self", given.self_url(Format::Rss, granularity)));
    assert_eq!(channel.namespaces()["atom"], "http://www.w3.org/2005/Atom");
    let items = items(given, granularity);
    let updated = items.first().map_or(given.began_at(), |item| at(item["date_modified"].as_str().unwrap()));
    assert_eq!(second(channel.last_build_date().unwrap()), updated.as_seconds());
    assert_eq!(channel.items().len(), items.len());
    for (told, item) in channel.items().iter().zip(&items) {
        let guid = told.guid().unwrap();
        assert_eq!((guid.value(), guid.is_permalink()), (item["id"].as_str().unwrap(), false));
        assert_eq!(told.title(), item["title"].as_str());
        assert_eq!(told.link(), item["url"].as_str());
        assert_eq!(told.content(), item["content_html"].as_str());
        let published_s = second(told.pub_date().unwrap());
        assert_eq!(published_s, at(item["date_published"].as_str().unwrap()).as_seconds());
        assert!(published_s <= given.newest().as_seconds(), "a date to come");
        assert!(elements(told.description().unwrap()).is_empty(), "the description has markup");
        assert_eq!(told.extensions()["atom"]["updated"][0].value(), item["date_modified"].as_str());
        assert_eq!(told.dublin_core_ext().unwrap().creators().len(), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_feed_keeps_the_rules_of_its_format(given in any_given()) {
        for granularity in GRANULARITIES {
            let [atom, rss, json] = Format::ALL.map(|format| given.feed(format, granularity));
            for text in [&atom, &rss, &json] {
                prop_assert!(text.chars().all(is_allowed_by_xml));
            }
            assert_json(&given, granularity, &json);
            assert_atom(&given, granularity, &atom);
            assert_rss(&given, granularity, &rss);
        }
    }

    #[test]
    fn the_same_source_gives_the_same_bytes(given in any_given()) {
        for format in Format::ALL {
            prop_assert_eq!(given.feed(format, Granularity::Update), given.feed(format, Granularity::Update));
        }
    }

    #[test]
    fn an_entry_has_the_same_id_in_every_language_and_no_two_feeds_have_one(given in any_given()) {
        let mut feeds = BTreeSet::new();
        for granularity in GRANULARITIES {
            let told = Language::ALL.map(|language| {
                let given = Given { language, ..given.clone() };
                feeds.insert(given.feed(Format::Atom, granularity).parse::<Feed>().unwrap().id);
                strings(&items(&given, granularity), "id")
            });
            prop_assert_eq!(&told[0], &told[1]);
        }
        prop_assert_eq!(feeds.len(), 4);
    }

    #[test]
    fn ids_stay_when_more_happens(given in any_given(), more in any_outage()) {
        for granularity in GRANULARITIES {
            let before = items(&given, granularity);
            let mut given = given.clone();
            let ordinal = 1 + u32::try_from(given.outages.len()).unwrap();
            given.outages.insert(0, outage_of("web", "aaaaaaaaaaaa", ordinal, more.clone()));
            let after = items(&given, granularity);
            prop_assume!(after.len() < ENTRIES_MAX);
            prop_assert!(after.len() > before.len());
            for item in &before {
                prop_assert!(after.contains(item), "{item} was told otherwise");
            }
        }
    }

    #[test]
    fn a_change_is_never_told_otherwise_once_it_was_told(outage in any_outage()) {
        let whole = items(&Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, outage.clone())]), Granularity::Update);
        for count in 1..=outage.segments.len() {
            let segments = outage.segments[..count].to_vec();
            let worst = segments.iter().map(|segment| segment.state).filter(|state| state.is_outage());
            let worst = worst.max_by_key(|state| state.concern()).unwrap();
            let then = PublicOutage { segments, worst, ended: None, ..outage.clone() };
            let told = items(&Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, then)]), Granularity::Update);
            prop_assert_eq!(&told[..], &whole[whole.len() - count..]);
        }
    }
}

#[test]
fn an_outage_keeps_its_id_and_its_date_while_it_goes_on() {
    let told: Vec<Value> = [1, 2, 3]
        .map(|turns| items(&Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 7, known(turns))]), Granularity::Event).remove(0))
        .to_vec();
    for item in &told {
        assert_eq!(item["id"], "tag:status.example.org,2026-04-01:outage/aaaaaaaaaaaa-7");
        assert_eq!(item["date_published"], "2026-04-12T13:20:00.042Z");
    }
    let updated = ["2026-04-12T13:20:00.042Z", "2026-04-12T13:21:00.042Z", "2026-04-12T13:27:00.042Z"];
    assert_eq!(strings(&told, "date_modified"), updated);
    assert_eq!(strings(&told, "title"), ["Web: Partial outage", "Web: Major outage", "Web: Major outage"]);
}

#[test]
fn an_outage_is_told_from_its_newest_state_to_its_oldest_with_its_length() {
    let given = Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, known(3))]);
    let item = items(&given, Granularity::Event).remove(0);
    let sentence = "From 12 April 2026, 22:20:00 JST to 12 April 2026, 22:27:00 JST: 7 min. The worst of it: Major outage.";
    assert_eq!(item["summary"], sentence);
    let html = format!(
        "<p>{sentence}</p><ul><li>12 April 2026, 22:27:00 JST: Resolved</li><li>12 April 2026, 22:21:00 JST: Major outage</li>\
         <li>12 April 2026, 22:20:00 JST: Partial outage</li></ul>"
    );
    assert_eq!(item["content_html"], html);
    let open = items(&Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, known(1))]), Granularity::Event).remove(0);
    assert_eq!(open["summary"], "Since 12 April 2026, 22:20:00 JST, and not over yet. The worst so far: Partial outage.");
}

#[test]
fn changes_say_their_state_first_in_the_feeds_language() {
    let given = Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, known(3))]);
    let told = items(&given, Granularity::Update);
    assert_eq!(strings(&told, "title"), ["[Resolved] Web", "[Major outage] Web", "[Partial outage] Web"]);
    let ids = strings(&told, "id");
    let ends: Vec<&str> = ids.iter().map(|id| id.rsplit_once(':').unwrap().1).collect();
    let names = ["recovered", "major_outage", "partial_outage"];
    for (end, name) in ends.iter().zip(names) {
        assert!(
            end.starts_with("outage/aaaaaaaaaaaa-1/1") && end.ends_with(&format!("-{name}")),
            "{end} tells its moment and {name}"
        );
    }
    let given = Given { language: Language::Ja, ..given };
    assert_eq!(strings(&items(&given, Granularity::Update), "title"), ["【復旧】Web", "【停止】Web", "【一部停止】Web"]);
}

#[test]
fn an_outage_that_nobody_watched_to_its_end_is_not_called_resolved() {
    let outage = outage_from(BEGAN_AT, Status::MajorOutage, &[], Some((60_000, OutageEnd::Unwatched)));
    let given = Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, outage)]);
    let told = items(&given, Granularity::Update);
    assert_eq!(strings(&told, "title"), ["[Not watched] Web", "[Major outage] Web"]);
    for granularity in GRANULARITIES {
        assert!(items(&given, granularity)[0]["summary"].as_str().unwrap().contains("until watching ended on"));
    }
}

#[test]
fn an_outage_leads_to_its_place_in_the_month_of_the_sites_zone() {
    let began_at = at("2026-04-30T15:00:00Z");
    let given = Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 3, outage_from(began_at, Status::MajorOutage, &[], None))]);
    let item = items(&given, Granularity::Event).remove(0);
    assert_eq!(item["url"], "https://status.example.org/en/history/2026-05#web-3");
}

#[test]
fn an_incident_leads_to_its_page_and_a_correction_says_that_it_is_one() {
    let update = |number: i64, corrects: Option<i64>| PublicUpdate {
        id: format!("update{number}"),
        status: IncidentStatus::Identified,
        number,
        corrects,
        body: "It was *so*".to_owned(),
        html: "<p>It was <em>so</em></p>".to_owned(),
        created_at: BEGAN_AT,
        display_at: BEGAN_AT,
        changes: Vec::new(),
    };
    let incident = PublicIncident {
        id: "dddddddddddd".to_owned(),
        number: 7,
        name: "Trouble".to_owned(),
        status: IncidentStatus::Identified,
        impact: Impact::Major,
        started_at: BEGAN_AT,
        created_at: BEGAN_AT,
        updated_at: BEGAN_AT,
        monitoring_at: None,
        resolved_at: None,
        next_update_due_at: None,
        updates: vec![update(2, Some(1)), update(1, None)],
        component_ids: Vec::new(),
        postmortem: None,
    };
    let given = Given { incidents: vec![incident], ..Given::with(Vec::new()) };
    let told = items(&given, Granularity::Update);
    let (url, words) = ("https://status.example.org/en/incidents/7", "Corrects an earlier update");
    assert_eq!(strings(&told, "url"), [url, url]);
    let says_so: Vec<bool> = strings(&told, "content_html").iter().map(|html| html.contains(words)).collect();
    assert_eq!(says_so.iter().filter(|says_so| **says_so).count(), 1, "{told:?}");
    let html = &strings(&items(&given, Granularity::Event), "content_html")[0];
    assert!(html.matches(words).count() == 1 && html.matches("<p>It was <em>so</em></p>").count() == 2, "{html}");
}

#[test]
fn a_components_feed_tells_of_it_alone() {
    let outages = vec![outage_of("web", "aaaaaaaaaaaa", 1, known(3)), outage_of("api", "bbbbbbbbbbbb", 1, known(3))];
    let site = Given::with(outages);
    let component = Some(("Web".to_owned(), "aaaaaaaaaaaa".to_owned(), Timestamp::from_ms(1_775_000_000_000)));
    let web = Given { component, ..site.clone() };
    assert_eq!(items(&site, Granularity::Event).len(), 2);
    let told = items(&web, Granularity::Event);
    assert_eq!(strings(&told, "url"), ["https://status.example.org/en/history/2026-04#web-1"]);
    let feed: Feed = web.feed(Format::Atom, Granularity::Update).parse().unwrap();
    assert_eq!(feed.id(), "tag:status.example.org,2026-04-01:/components/aaaaaaaaaaaa/history/en/update");
    assert_eq!(web.self_url(Format::Atom, Granularity::Update), feed.links()[0].href());
    assert_eq!(feed.links()[0].href(), "https://status.example.org/en/components/web/history.atom?granularity=update");
}

#[test]
fn a_feed_has_so_many_entries_and_an_entry_so_many_lines_and_no_more() {
    let later: Vec<(u64, Status)> =
        (0..LINES_MAX + 9).map(|n| (60_000, [Status::MajorOutage, Status::PartialOutage][n % 2])).collect();
    let flapping = outage_from(BEGAN_AT, Status::PartialOutage, &later, None);
    let item = items(&Given::with(vec![outage_of("web", "aaaaaaaaaaaa", 1, flapping.clone())]), Granularity::Event).remove(0);
    let html = item["content_html"].as_str().unwrap();
    assert_eq!(html.matches("<li>").count(), LINES_MAX);
    assert!(html.ends_with("<p>And 10 earlier changes.</p>"), "{html}");
    let many = (1..=80).map(|ordinal| outage_of("web", "aaaaaaaaaaaa", ordinal, flapping.clone())).collect();
    let given = Given::with(many);
    for granularity in GRANULARITIES {
        assert_eq!(items(&given, granularity).len(), ENTRIES_MAX);
    }
}

#[test]
fn every_status_of_announcements_has_a_word_in_every_language() {
    let incident = IncidentStatus::ALL.map(Progress::key);
    let maintenance = MaintenanceStatus::ALL.map(Progress::key);
    for key in incident.iter().chain(&maintenance) {
        for language in Language::ALL {
            assert_ne!(&FluentMessages.message(language, key, &[]), key, "{language:?}");
        }
    }
}
