//! What is said of an alert on a channel, in the channel's language, or in the operator's own words. A template that fails must not keep anybody
//! from being told: then it is said as if there were none.

use std::sync::Arc;

use app::format;
use app::i18n::Text;
use domain::alert::bell::Say;
use domain::incident::work::Severity;
use domain::text::Language;
use domain::time::Timestamp;
use notify::Message;
use notify::template::{Known, Template};
use store::alerts::Alert;
use store::notifications::Notification;

use super::bell::Due;
use crate::config::{ChannelSpec, Config};
use crate::messages::FluentMessages;
use crate::service::alerts::{Kinds, Remedy, summary};

/// What words are made of.
pub(super) struct Words<'w> {
    pub(super) kinds: &'w Kinds,
    pub(super) spec: &'w ChannelSpec,
    /// Where the site is found, without a slash at the end.
    pub(super) base: &'w str,
    /// How many alerts stand under this one.
    pub(super) under: usize,
    pub(super) now: Timestamp,
}

impl Words<'_> {
    fn config(&self) -> &Config {
        &self.kinds.config
    }

    fn text(&self) -> Text {
        let own = self.config().site.languages.first().copied().unwrap_or(Language::En);
        Text::new(Arc::new(FluentMessages), self.spec.language.unwrap_or(own))
    }

    /// All that is known of an alert.
    fn known(&self, due: &Due, text: &Text) -> Known {
        let alert: &Alert = &due.alert;
        let language = text.language();
        let config = self.config();
        let component = alert.component.as_ref().and_then(|slug| config.components.iter().find(|spec| spec.slug == *slug));
        let runbook = match self.kinds.remedy(alert) {
            Remedy::Runbook(slug) => {
                let edition = self.kinds.library.runbooks.get(&slug).and_then(|runbook| runbook.current.as_ref());
                edition.map_or_else(|| slug.to_string(), |edition| edition.title(language))
            }
            Remedy::Elsewhere(_) | Remedy::Nothing => String::new(),
        };
        let until = alert.course.ended_at.unwrap_or(self.now);
        let origin = text.get(&format!("alert-origin-{}", alert.origin.name()));
        let source = if alert.source.is_empty() {
            origin
        } else {
            text.with("alert-source", &[("name", alert.source.clone().into()), ("origin", origin.into())])
        };
        let length = u64::try_from(until.since(alert.course.began_at).as_millis()).unwrap_or(u64::MAX);
        Known {
            say: due.say.name(),
            times: due.times,
            number: alert.number,
            title: self.kinds.title(alert, language),
            name: alert.name.clone(),
            kind: alert.kind.as_ref().map(ToString::to_string).unwrap_or_default(),
            severity: alert.severity.name(),
            severity_label: config.incidents.label(alert.severity).get(language).to_owned(),
            component: component.map(|spec| spec.name.get(language).to_owned()).unwrap_or_default(),
            component_slug: alert.component.as_ref().map(ToString::to_string).unwrap_or_default(),
            summary: summary(&alert.annotations).unwrap_or_default(),
            labels: alert.labels.as_map().clone(),
            annotations: alert.annotations.as_map().clone(),
            source,
            began_at: format::moment(text, alert.course.began_at, &config.site.time_zone),
            length: format::length(text, length),
            under: self.under,
            runbook,
            acknowledged_by: alert.acknowledged.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            incident: alert.incident.map(|(_, number)| format!("INC-{number}")).unwrap_or_default(),
            url: format!("{}/desk/alerts/{}", self.base, alert.number),
            default_title: String::new(),
            default_text: String::new(),
        }
    }

    /// What is said if nobody says otherwise: who, what.
    fn title(known: &Known, say: Say, text: &Text) -> String {
        let what = if known.component.is_empty() {
            known.title.clone()
        } else {
            text.with("tell-what", &[("component", known.component.clone().into()), ("title", known.title.clone().into())])
        };
        match say {
            Say::Fires => what,
            Say::Again(_) => text.with("tell-again", &[("n", u64::from(known.times).into()), ("what", what.into())]),
            Say::Acknowledged => {
                text.with("tell-acknowledged", &[("name", known.acknowledged_by.clone().into()), ("what", what.into())])
            }
            Say::Over => text.with("tell-over", &[("what", what.into())]),
        }
    }

    fn facts(known: &Known, say: Say, text: &Text) -> Vec<(String, String)> {
        let since = if say == Say::Over { "tell-length" } else { "tell-since" };
        let when = if say == Say::Over { known.length.clone() } else { format!("{} ({})", known.began_at, known.length) };
        let under = if known.under == 0 { String::new() } else { text.with("tell-under-n", &[("n", known.under.into())]) };
        let all = [
            ("tell-severity", known.severity_label.clone()),
            ("tell-component", known.component.clone()),
            (since, when),
            ("tell-under", under),
            ("tell-incident", known.incident.clone()),
            ("tell-runbook", known.runbook.clone()),
            ("tell-source", known.source.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (text.get(key), value)).collect()
    }

    fn own(&self, template: Option<&Template>, known: &Known) -> Option<String> {
        template.and_then(|template| match template.say(known) {
            Ok(said) => Some(said),
            Err(error) => {
                tracing::error!(channel = %self.spec.slug, %error, "a template cannot be used; it is said without it");
                None
            }
        })
    }

    /// What is to be said, in words.
    pub(super) fn notification(&self, due: &Due) -> Notification {
        let text = self.text();
        let mut known = self.known(due, &text);
        known.default_title = Self::title(&known, due.say, &text);
        known.default_text = known.summary.clone();
        let link = if known.runbook.is_empty() || due.say == Say::Over { "tell-link" } else { "tell-link-follow" };
        Notification {
            key: format!("alert-{}-{}-{}", known.number, self.spec.slug, due.ordinal),
            alert: known.number,
            channel: self.spec.slug.clone(),
            ordinal: due.ordinal,
            say: due.say,
            times: due.times,
            severity: due.alert.severity,
            title: self.own(self.spec.title.as_ref(), &known).unwrap_or_else(|| known.default_title.clone()),
            text: self.own(self.spec.text.as_ref(), &known).unwrap_or_else(|| known.default_text.clone()),
            facts: Self::facts(&known, due.say, &text),
            url: known.url,
            link: text.get(link),
            decided_at: self.now,
        }
    }

    /// A message that says only that messages arrive.
    pub(super) fn trial(&self, asker: &str) -> Message {
        let text = self.text();
        let site = self.config().site.name.get(text.language()).to_owned();
        Message {
            key: format!("trial-{}", uuid::Uuid::now_v7()),
            alert: None,
            say: Say::Fires,
            severity: Severity::Sev3,
            title: text.with("tell-trial", &[("site", site.into())]),
            text: text.get("tell-trial-text"),
            facts: vec![(text.get("tell-trial-by"), asker.to_owned())],
            url: format!("{}/desk/alerts", self.base),
            link: text.get("tell-trial-link"),
            at: self.now,
        }
    }
}
