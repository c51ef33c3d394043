//! Single values as they are typed: each is read, or what is wrong with it is noted at its field.

use std::time::Duration;

use domain::account::name::UserName;
use domain::component::Status;
use domain::incident::work::{EntryKind, HypothesisState, Precision};
use domain::incident::{secret, when};
use domain::text::{LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::incidents::EntryContent;

use super::Known;
use crate::service::problem::{Invalid, Problem};

/// Longest title, in characters: it stands in lists, on small screens and in the subjects of feeds.
const TITLE_CHARS_MAX: usize = 200;
/// Longest row, in characters: more is a file.
pub(super) const BODY_CHARS_MAX: usize = 10_000;
/// Longest annotation, in characters.
const ANNOTATION_CHARS_MAX: usize = 2_000;
/// Most options that one decision was made against,
const REJECTED_MAX: usize = 10;
/// and the longest of them, in characters.
const REJECTED_CHARS_MAX: usize = 500;

/// What people may say of a component. Not knowing is not for them to say.
const DECLARED: [Status; 5] =
    [Status::Operational, Status::UnderMaintenance, Status::DegradedPerformance, Status::PartialOutage, Status::MajorOutage];

/// What is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    all: Vec<Invalid>,
    /// Stands behind the name of each field.
    behind: String,
}

/// What a person's row says, as it was typed.
pub(super) struct Typed<'a> {
    pub(super) kind: &'a str,
    pub(super) body: &'a str,
    pub(super) rejected: &'a [String],
    pub(super) hypothesis: &'a str,
    pub(super) keep_secrets: bool,
}

impl Mistakes {
    /// From here on the fields of the row at this place are read, one of several.
    pub(super) fn at_row(&mut self, place: usize) {
        self.behind = format!("_{place}");
    }

    pub(super) fn add(&mut self, field: &str, key: &'static str) {
        self.all.push(Invalid::new(format!("{field}{}", self.behind), key));
    }

    /// `value`, if nothing is wrong.
    pub(super) fn end<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.all.is_empty() => Ok(value),
            _ => Err(Problem::Invalid(self.all)),
        }
    }

    /// The thing with this name.
    pub(super) fn named<T>(
        &mut self,
        (field, key): (&str, &'static str),
        name: &str,
        from_name: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = from_name(name.trim());
        if found.is_none() {
            self.add(field, key);
        }
        found
    }

    /// The thing with this name, or `other` when none is given.
    pub(super) fn named_or<T>(
        &mut self,
        at: (&str, &'static str),
        name: &str,
        other: T,
        from_name: fn(&str) -> Option<T>,
    ) -> Option<T> {
        if name.trim().is_empty() { Some(other) } else { self.named(at, name, from_name) }
    }

    /// The moment that was typed; nothing typed is `base` itself, from which times are understood.
    pub(super) fn moment(
        &mut self,
        field: &str,
        typed: &str,
        base: Timestamp,
        zone: &TimeZone,
    ) -> Option<(Timestamp, Precision)> {
        if typed.trim().is_empty() {
            return Some((base, Precision::Exact));
        }
        match when::understand(typed.trim(), base, zone) {
            Ok(understood) => Some((understood.at, understood.precision)),
            Err(error) => {
                self.add(field, error.key());
                None
            }
        }
    }

    /// A number of minutes; nothing typed is none.
    pub(super) fn minutes(&mut self, (field, key): (&str, &'static str), typed: &str, max: u64) -> Option<Duration> {
        let typed: String = typed.trim().chars().map(narrow).collect();
        if typed.is_empty() {
            return None;
        }
        let minutes = typed.parse::<u64>().ok().filter(|minutes| (1..=max).contains(minutes));
        if minutes.is_none() {
            self.add(field, key);
        }
        minutes.map(|minutes| Duration::from_secs(minutes * 60))
    }

    /// A text that has to be there.
    pub(super) fn body(&mut self, field: &str, typed: &str, chars_max: usize, keep_secrets: bool) -> Option<String> {
        let body = text(typed);
        if body.is_empty() {
            self.add(field, "invalid-body");
            return None;
        }
        if body.chars().count() > chars_max {
            self.add(field, "invalid-body-long");
            return None;
        }
        self.secrets(field, &body, keep_secrets);
        Some(body)
    }

    /// A text that may be there.
    pub(super) fn body_if_any(&mut self, field: &str, typed: &str, chars_max: usize, keep_secrets: bool) -> Option<String> {
        if text(typed).is_empty() { None } else { self.body(field, typed, chars_max, keep_secrets) }
    }

    fn secrets(&mut self, field: &str, text: &str, keep_secrets: bool) {
        if !keep_secrets && !secret::find(text).is_empty() {
            self.add(field, "invalid-secret");
        }
    }

    /// What is noted beside a row; `before` is what was.
    pub(super) fn annotation(&mut self, typed: &str, before: Option<&str>, keep_secrets: bool) -> Option<String> {
        let annotation = text(typed);
        if annotation.chars().count() > ANNOTATION_CHARS_MAX {
            self.add("annotation", "invalid-annotation");
        } else {
            let is_kept = before == Some(annotation.as_str());
            self.secrets("annotation", &annotation, keep_secrets || is_kept);
        }
        Some(annotation).filter(|text| !text.is_empty())
    }

    /// Components with a status each, each once. One without a status was not chosen.
    pub(super) fn components(&mut self, typed: &[(String, String)], known: &Known) -> Vec<(Slug, Status)> {
        let mut components: Vec<(Slug, Status)> = Vec::new();
        let (mut is_gone, mut is_no_status) = (false, false);
        for (slug, status) in typed.iter().filter(|(_, status)| !status.trim().is_empty()) {
            let slug = slug.parse::<Slug>().ok().filter(|slug| known.components.contains(slug));
            let status = Status::from_name(status.trim()).filter(|status| DECLARED.contains(status));
            is_gone |= slug.as_ref().is_none_or(|slug| components.iter().any(|(other, _)| other == slug));
            is_no_status |= status.is_none();
            components.extend(slug.zip(status));
        }
        if is_gone {
            self.add("components", "invalid-component");
        }
        if is_no_status {
            self.add("components", "invalid-status");
        }
        components
    }

    /// A title in one language stands for both.
    pub(super) fn title(&mut self, ja: &str, en: &str) -> Option<LocalizedText> {
        let is_title = |title: &str| title.chars().count() <= TITLE_CHARS_MAX && !title.chars().any(char::is_control);
        let (ja, en) = (ja.trim(), en.trim());
        for (field, title) in [("title_ja", ja), ("title_en", en)] {
            if !is_title(title) {
                self.add(field, "invalid-title");
            }
        }
        match (ja, en) {
            ("", "") => {
                self.add("title_ja", "invalid-title");
                None
            }
            ("", one) | (one, "") => Some(LocalizedText::Same(one.to_owned())),
            (ja, en) if ja == en => Some(LocalizedText::Same(ja.to_owned())),
            (ja, en) => Some(LocalizedText::Each { ja: ja.to_owned(), en: en.to_owned() }),
        }
    }

    /// A zone with a name; nothing typed is the site's.
    pub(super) fn zone(&mut self, typed: &str, known: &Known) -> Option<TimeZone> {
        let name = if typed.trim().is_empty() { known.zone.as_str() } else { typed.trim() };
        let zone = TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some());
        if zone.is_none() {
            self.add("zone", "invalid-zone");
        }
        zone
    }

    /// The key of a person; nothing typed is nobody.
    pub(super) fn person(&mut self, field: &str, typed: &str, known: &Known) -> Option<i64> {
        if typed.trim().is_empty() {
            return None;
        }
        let person = typed.parse::<UserName>().ok().and_then(|name| known.people.get(&name.key()).copied());
        if person.is_none() {
            self.add(field, "invalid-person");
        }
        person
    }

    /// What a person writes. `before` is what is meant where nothing is typed.
    pub(super) fn words(&mut self, typed: &Typed<'_>, before: (EntryKind, HypothesisState)) -> Option<(EntryKind, EntryContent)> {
        let human = |name: &str| EntryKind::from_name(name).filter(|kind| kind.is_human());
        let kind = self.named_or(("kind", "invalid-kind"), typed.kind, before.0, human);
        let body = self.body("body", typed.body, BODY_CHARS_MAX, typed.keep_secrets);
        // What belongs to another kind of row stays in its form while one chooses, and is not meant.
        let rejected = match kind {
            Some(EntryKind::Decision) => self.rejected(typed.rejected, typed.keep_secrets),
            _ => Vec::new(),
        };
        let hypothesis = match kind {
            Some(EntryKind::Hypothesis) => {
                let at = ("hypothesis", "invalid-hypothesis");
                self.named_or(at, typed.hypothesis, before.1, HypothesisState::from_name)
            }
            _ => None,
        };
        Some((kind?, EntryContent::Words { body: body?, rejected, hypothesis }))
    }

    fn rejected(&mut self, typed: &[String], keep_secrets: bool) -> Vec<String> {
        let options = options(typed);
        let is_option = |option: &String| option.chars().count() <= REJECTED_CHARS_MAX && !option.chars().any(char::is_control);
        if options.len() > REJECTED_MAX || !options.iter().all(is_option) {
            self.add("rejected", "invalid-rejected");
        } else {
            self.secrets("rejected", &options.join("\n"), keep_secrets);
        }
        options
    }
}

/// Options without those that were left empty.
pub(super) fn options(typed: &[String]) -> Vec<String> {
    typed.iter().map(|option| option.trim()).filter(|option| !option.is_empty()).map(ToOwned::to_owned).collect()
}

/// A text as it is kept: lines end alike, without characters that nobody can see and that steer terminals.
pub(in crate::service) fn text(typed: &str) -> String {
    let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
    let seen: String = lines.chars().filter(|c| !c.is_control() || matches!(*c, '\n' | '\t')).collect();
    seen.trim().to_owned()
}

/// A digit of full width, as Japanese keyboards give it, as any other.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        other => other,
    }
}
