//! Marks what should not stand in a text that everybody will read: secrets, addresses of machines and people, names of people who work here, labels of
//! alerts. It is a net, not a proof: whoever publishes looks, and decides.

use std::net::IpAddr;
use std::ops::Range;

use super::withheld;
use crate::incident::secret;
use crate::words::words;

words! {
    /// What something seems to be.
    FoundKind {
        /// A key, a token, a password.
        Secret = "secret",
        /// The address or the internal name of a machine.
        Address = "address",
        /// Somebody's address.
        Email = "email",
        /// The name of somebody who works here.
        Person = "person",
        /// A value from a label of one of the incident's alerts.
        Label = "label",
        /// Words that only the desk knows: of a row of the timeline, or the name of a component or a runbook.
        Inside = "inside",
    }
}

/// Endings of names that mean nothing outside.
const INTERNAL: [&str; 11] =
    [".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".corp", ".svc", ".private", ".ts.net"];
/// A label's value that is shorter than this stands in too many words.
const LABEL_CHARS_MIN: usize = 4;
/// Inside words that are shorter are said outside too.
const INSIDE_CHARS_MIN: usize = 4;
/// Most places that are marked in one text.
pub const FOUND_MAX: usize = 100;

/// Something that should perhaps not stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it seems to be.
    pub kind: FoundKind,
    /// Where, in bytes.
    pub range: Range<usize>,
}

/// What else is looked for besides what looks like something.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Names of people who work here.
    pub people: Vec<String>,
    /// Values of labels of the incident's alerts.
    pub labels: Vec<String>,
    /// What only the desk knows: texts of rows, each of whose lines is looked for, and names.
    pub inside: Vec<String>,
}

/// What should perhaps not stand in a text, in order and at most [`FOUND_MAX`]. What is withheld is not looked at.
pub fn scan(text: &str, known: &Known) -> Vec<Found> {
    let mut found: Vec<Found> =
        secret::find(text).into_iter().map(|one| Found { kind: FoundKind::Secret, range: one.range }).collect();
    addresses(text, &mut found);
    for name in known.people.iter().filter(|name| name.chars().count() > 1) {
        found.extend(whole(text, name).map(|range| Found { kind: FoundKind::Person, range }));
    }
    for words in known.inside.iter().flat_map(|text| text.lines()).map(str::trim) {
        if words.chars().count() >= INSIDE_CHARS_MIN {
            found.extend(whole(text, words).map(|range| Found { kind: FoundKind::Inside, range }));
        }
    }
    for label in known.labels.iter().filter(|label| label.chars().count() >= LABEL_CHARS_MIN) {
        found.extend(whole(text, label).map(|range| Found { kind: FoundKind::Label, range }));
    }
    let hidden = withheld::passages(text);
    found.retain(|one| !hidden.iter().any(|passage| passage.start <= one.range.start && one.range.end <= passage.end));
    found.sort_by_key(|one| (one.range.start, std::cmp::Reverse(one.range.end)));
    found.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    found.truncate(FOUND_MAX);
    found
}

/// Where a word stands by itself, in capitals or not. Between Japanese characters every place is the edge of a word.
fn whole<'t>(text: &'t str, word: &str) -> impl Iterator<Item = Range<usize>> + 't {
    let is_edge = |a: Option<char>, b: Option<char>| {
        let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        !(is_latin(a) && is_latin(b))
    };
    // Changes no place of a byte.
    let (lower, word) = (text.to_ascii_lowercase(), word.to_ascii_lowercase());
    let places: Vec<usize> = lower.match_indices(&word).map(|(at, _)| at).collect();
    places.into_iter().filter_map(move |at| {
        let range = at..at + word.len();
        let starts = is_edge(text[..range.start].chars().next_back(), word.chars().next());
        let ends = is_edge(word.chars().next_back(), text[range.end..].chars().next());
        (starts && ends).then_some(range)
    })
}

/// Addresses and internal names: runs of what such may consist of.
fn addresses(text: &str, found: &mut Vec<Found>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '@' | '+' | '%');
    let mut at = 0;
    for run in text.split(|c: char| !is_part(c)) {
        let start = at + text[at..].find(run).unwrap_or(0);
        at = start + run.len();
        // The end of a sentence is not part of an address.
        let word = run.trim_end_matches(['.', ':', '-']);
        let end = start + word.len();
        if let Some(kind) = address(word) {
            found.push(Found { kind, range: start..end });
        }
    }
}

fn address(word: &str) -> Option<FoundKind> {
    if let Some((local, host)) = word.split_once('@') {
        let is_host = host.contains('.') && !host.contains('@') && host.split('.').all(|label| !label.is_empty());
        return (is_host && !local.is_empty()).then_some(FoundKind::Email);
    }
    let host = match word.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.contains(':') => host,
        _ => word,
    };
    let is_ip = match host.parse::<IpAddr>() {
        // Four numbers may be a version, but hardly with a zero network before them.
        Ok(IpAddr::V4(ip)) => !ip.is_loopback() && !ip.is_unspecified(),
        Ok(IpAddr::V6(ip)) => !ip.is_loopback() && !ip.is_unspecified(),
        Err(_) => false,
    };
    let lower = host.to_ascii_lowercase();
    let is_internal = INTERNAL.iter().any(|ending| lower.strip_suffix(ending).is_some_and(|name| !name.is_empty()));
    (is_ip || is_internal).then_some(FoundKind::Address)
}
