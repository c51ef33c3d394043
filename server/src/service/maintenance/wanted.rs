//! What somebody wants to plan, as it was typed or sent: read into values that are known to be fit, or refused field by field.

use std::fmt::Display;
use std::time::Duration;

use domain::maintenance::{DURATION_MAX, DURATION_MIN, Plan, PlanError, Recurrence};
use domain::text::{LocalizedText, Slug};
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use store::maintenances::MaintenanceChange;

use super::plans::FAR;
use crate::service::problem::{Invalid, Problem};
use crate::service::recurrence;

/// Longest title, in characters: it stands in lists, calendars and the subjects of feeds.
const TITLE_CHARS_MAX: usize = 120;
/// Longest description, in characters: it stands on the front page.
const DESCRIPTION_CHARS_MAX: usize = 2_000;

/// Planned work as somebody wants it. Fields are called as in the form.
#[derive(Clone, Debug, Default)]
pub(crate) struct MaintenanceWanted {
    /// Of the two titles one is enough.
    pub(crate) title_ja: String,
    pub(crate) title_en: String,
    pub(crate) description_ja: String,
    pub(crate) description_en: String,
    /// Slugs.
    pub(crate) components: Vec<String>,
    /// Local date and time, `2026-11-29T02:00`.
    pub(crate) starts: String,
    /// On whose wall: name of a time zone.
    pub(crate) zone: String,
    /// In elapsed time. What is wrong with it belongs to the field `hours`.
    pub(crate) duration: Duration,
    /// RFC 5545, section 3.3.10; `None`: it is done once.
    pub(crate) rule: Option<String>,
    pub(crate) excludes_uptime: bool,
    pub(crate) holds_alerts: bool,
}

impl MaintenanceWanted {
    /// When the work is, if that can be understood and something of it is still to come.
    pub(super) fn plan(&self, now: Timestamp) -> Result<Plan, Vec<Invalid>> {
        let starts = local_time(self.starts.trim()).ok_or_else(|| Invalid::new("starts", "invalid-starts"));
        let zone = TimeZone::get(self.zone.trim()).map_err(|_| Invalid::new("zone", "invalid-zone"));
        let is_length = (DURATION_MIN..=DURATION_MAX).contains(&self.duration);
        let length = is_length.then_some(self.duration).ok_or_else(|| Invalid::new("hours", "invalid-duration"));
        let rule = self.rule.as_deref().map(str::parse::<Recurrence>).transpose();
        let rule = rule.map_err(|error| explained("rule", &error));
        let (starts, zone, length, rule) = match (starts, zone, length, rule) {
            (Ok(starts), Ok(zone), Ok(length), Ok(rule)) => (starts, zone, length, rule),
            (starts, zone, length, rule) => {
                let invalid = [starts.err(), zone.err(), length.err(), rule.err()];
                return Err(invalid.into_iter().flatten().collect());
            }
        };
        let plan = Plan::new(starts, zone, length, rule).map_err(|error| {
            vec![match error {
                PlanError::TooShort(_) | PlanError::TooLong(_) => Invalid::new("hours", "invalid-duration"),
                PlanError::Seconds | PlanError::Year(_) => Invalid::new("starts", "invalid-starts"),
                PlanError::NamelessZone => Invalid::new("zone", "invalid-zone"),
            }]
        })?;
        recurrence::check(&plan).map_err(|error| vec![explained("rule", &error)])?;
        if plan.recurrence().is_some() {
            let next = recurrence::windows(&plan, now, now.plus(FAR), 1);
            return if next.is_empty() { Err(vec![Invalid::new("rule", "invalid-rule-over")]) } else { Ok(plan) };
        }
        if plan.first_window().until() <= now { Err(vec![Invalid::new("starts", "invalid-starts-past")]) } else { Ok(plan) }
    }

    /// All of it, as it is kept.
    pub(super) fn read(&self, is_known: impl Fn(&Slug) -> bool, now: Timestamp) -> Result<MaintenanceChange, Problem> {
        let mut invalid = Vec::new();
        let title = self.title(&mut invalid);
        let description = self.description(&mut invalid);
        let components = self.components(is_known, &mut invalid);
        let plan = self.plan(now).map_err(|more| invalid.extend(more));
        match (title, plan) {
            (Some(title), Ok(plan)) if invalid.is_empty() => Ok(MaintenanceChange {
                title,
                description,
                starts: plan.starts(),
                zone: plan.zone_name().to_owned(),
                duration: plan.duration(),
                rule: plan.recurrence().map(|rule| rule.as_str().to_owned()),
                components,
                excludes_uptime: self.excludes_uptime,
                holds_alerts: self.holds_alerts,
            }),
            _ => Err(Problem::Invalid(invalid)),
        }
    }

    fn title(&self, invalid: &mut Vec<Invalid>) -> Option<LocalizedText> {
        let is_title = |title: &str| title.chars().count() <= TITLE_CHARS_MAX && !title.chars().any(char::is_control);
        let [ja, en] = [&self.title_ja, &self.title_en].map(|title| title.trim());
        let wrong = [("title_ja", ja), ("title_en", en)].into_iter().filter(|(_, title)| !is_title(title));
        let before = invalid.len();
        invalid.extend(wrong.map(|(field, _)| Invalid::new(field, "invalid-title")));
        let title = localized(ja, en);
        if title.is_none() {
            invalid.push(Invalid::new("title_ja", "invalid-title"));
        }
        title.filter(|_| invalid.len() == before)
    }

    fn description(&self, invalid: &mut Vec<Invalid>) -> Option<LocalizedText> {
        let is_hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        let is_text = |text: &str| text.chars().count() <= DESCRIPTION_CHARS_MAX && !text.chars().any(is_hidden);
        let [ja, en] = [&self.description_ja, &self.description_en].map(|text| text.trim().replace("\r\n", "\n"));
        let wrong = [("description_ja", &ja), ("description_en", &en)].into_iter().filter(|(_, text)| !is_text(text));
        invalid.extend(wrong.map(|(field, _)| Invalid::new(field, "invalid-description")));
        localized(&ja, &en)
    }

    fn components(&self, is_known: impl Fn(&Slug) -> bool, invalid: &mut Vec<Invalid>) -> Vec<Slug> {
        let mut components: Vec<Slug> = Vec::new();
        let mut is_gone = false;
        for text in &self.components {
            match text.parse::<Slug>() {
                Ok(slug) if components.contains(&slug) => {}
                Ok(slug) if is_known(&slug) => components.push(slug),
                _ => is_gone = true,
            }
        }
        if is_gone {
            invalid.push(Invalid::new("components", "invalid-components-gone"));
        } else if components.is_empty() {
            invalid.push(Invalid::new("components", "invalid-components"));
        }
        components
    }
}

/// A local date and time as browsers send it, with or without seconds.
fn local_time(text: &str) -> Option<DateTime> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    formats.into_iter().find_map(|format| DateTime::strptime(format, text).ok())
}

/// A text in one language stands for both.
fn localized(ja: &str, en: &str) -> Option<LocalizedText> {
    match (ja, en) {
        ("", "") => None,
        ("", one) | (one, "") => Some(LocalizedText::Same(one.to_owned())),
        (ja, en) if ja == en => Some(LocalizedText::Same(ja.to_owned())),
        (ja, en) => Some(LocalizedText::Each { ja: ja.to_owned(), en: en.to_owned() }),
    }
}

/// What only who read it can tell.
fn explained(field: &str, error: &impl Display) -> Invalid {
    Invalid { field: field.to_owned(), key: "invalid-value", detail: Some(error.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_jiff("2026-04-12T03:00:00Z".parse().unwrap())
    }

    fn wanted() -> MaintenanceWanted {
        MaintenanceWanted {
            title_en: " A new disk ".to_owned(),
            components: vec!["web".to_owned(), "web".to_owned()],
            starts: "2026-11-29T02:00".to_owned(),
            zone: "Asia/Tokyo".to_owned(),
            duration: Duration::from_secs(7_200),
            excludes_uptime: true,
            ..MaintenanceWanted::default()
        }
    }

    fn read(wanted: &MaintenanceWanted) -> Result<MaintenanceChange, Problem> {
        wanted.read(|slug| slug.as_str() == "web", now())
    }

    fn refused(wanted: &MaintenanceWanted) -> Vec<(String, &'static str)> {
        match read(wanted) {
            Err(Problem::Invalid(all)) => all.into_iter().map(|one| (one.field, one.key)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn at_field(field: &str, key: &'static str) -> Vec<(String, &'static str)> {
        vec![(field.to_owned(), key)]
    }

    #[test]
    fn what_is_wanted_becomes_a_plan() {
        let read = read(&wanted()).unwrap();
        assert_eq!(read.title, LocalizedText::Same("A new disk".to_owned()), "a title in one language stands in both");
        assert_eq!((read.description, read.rule), (None, None));
        assert_eq!(read.components, ["web".parse::<Slug>().unwrap()], "each once");
        assert_eq!((read.starts.to_string().as_str(), read.zone.as_str()), ("2026-11-29T02:00:00", "Asia/Tokyo"));
        assert!(read.excludes_uptime && !read.holds_alerts);
    }

    #[test]
    fn a_rule_is_kept_as_the_rules_write_it() {
        let read = read(&MaintenanceWanted { rule: Some("rrule:freq=weekly".to_owned()), ..wanted() }).unwrap();
        assert_eq!(read.rule.as_deref(), Some("FREQ=WEEKLY"));
    }

    #[test]
    fn every_mistake_is_told_at_once_at_its_field() {
        let wrong = MaintenanceWanted {
            title_ja: "x".repeat(121),
            description_en: "a\u{7}".to_owned(),
            starts: "soon".to_owned(),
            zone: "Nowhere/Town".to_owned(),
            rule: Some("every Sunday".to_owned()),
            components: Vec::new(),
            duration: Duration::ZERO,
            ..wanted()
        };
        let fields: Vec<String> = refused(&wrong).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["title_ja", "description_en", "components", "starts", "zone", "hours", "rule"]);
    }

    #[test]
    fn a_title_is_needed_on_one_line() {
        let title = |title: &str| MaintenanceWanted { title_en: title.to_owned(), ..wanted() };
        assert_eq!(refused(&title("  ")), at_field("title_ja", "invalid-title"));
        assert_eq!(refused(&title("a\nb")), at_field("title_en", "invalid-title"));
    }

    #[test]
    fn only_components_that_are_there_can_be_worked_on() {
        let gone = MaintenanceWanted { components: vec!["web".to_owned(), "gone".to_owned()], ..wanted() };
        assert_eq!(refused(&gone), at_field("components", "invalid-components-gone"));
    }

    #[test]
    fn what_is_wholly_past_cannot_be_planned_any_more() {
        // Noon in Tokyo is now.
        let once = |starts: &str| MaintenanceWanted { starts: starts.to_owned(), ..wanted() };
        assert_eq!(refused(&once("2026-04-12T10:00")), at_field("starts", "invalid-starts-past"));
        assert!(read(&once("2026-04-12T10:01")).is_ok(), "the last minute of it is still to come");
        let rule = |rule: &str| MaintenanceWanted { rule: Some(rule.to_owned()), ..once("2020-01-05T02:00") };
        assert_eq!(refused(&rule("FREQ=DAILY;COUNT=10")), at_field("rule", "invalid-rule-over"));
        assert!(read(&rule("FREQ=DAILY")).is_ok(), "it still comes again");
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_told_in_words() {
        let rule = MaintenanceWanted { rule: Some("FREQ=SECONDLY".to_owned()), ..wanted() };
        let Err(Problem::Invalid(all)) = read(&rule) else { panic!("it was taken") };
        assert_eq!((all[0].field.as_str(), all[0].key), ("rule", "invalid-value"));
        assert!(all[0].detail.as_ref().unwrap().contains("FREQ=SECONDLY"));
    }
}
