//! Small values as the API writes them. The words of the rules stand in the document as the rules have them, so neither can change alone.

use std::borrow::Cow;

use domain::account::{Role, Scope};
use domain::alert::bell::Say;
use domain::alert::record::{Event as AlertEvent, Origin};
use domain::alert::storm::Because;
use domain::component::Status;
use domain::incident::work::{EntryKind, HypothesisState, IncidentKind, Marker, Precision, Severity, Source, State, Visibility};
use domain::incident::{Impact, MaintenanceStatus};
use domain::probe::observation::{CauseKind, Verdict};
use domain::runbook::run::{Deed, Mode, Outcome, RunState, Stand};
use domain::text::{Language, LocalizedText};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::audit::ActorKind;
use store::notifications::DeliveryState;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::problem::Failed;

/// A word out of a few, for the document.
macro_rules! word {
    ($name:ident, $about:literal, $words:expr) => {
        #[doc = $about]
        #[derive(Debug)]
        pub(super) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let word = ObjectBuilder::new().schema_type(Type::String).description(Some($about));
                word.enum_values(Some($words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    };
}

word!(RoleName, "What a person is here; each may do what the ones before it may.", Role::ALL.map(Role::name));
word!(ScopeName, "What a key is good for. Every scope includes `read`, and `admin` includes all.", Scope::ALL.map(Scope::name));
word!(LanguageTag, "A language of the interface.", Language::ALL.map(Language::tag));
word!(ComponentStatus, "The status of a component.", Status::ALL.map(Status::name));
word!(ProbeStateName, "What is believed of a probe's target.", ["up", "degraded", "down", "unknown"]);
word!(VerdictName, "What one execution says. `unknown`: the probe itself failed.", Verdict::ALL.map(Verdict::name));
word!(CauseName, "What kind of thing went wrong.", CauseKind::ALL.map(CauseKind::name));
word!(CombineName, "How the states of several probes make one status.", ["standard", "worst", "best"]);
word!(KindName, "The kind of a probe.", ["http", "tcp", "heartbeat"]);
word!(
    OriginName,
    "Where it is defined: in the configuration file, which only its owner changes, or at the desk.",
    ["file", "desk"]
);
word!(ActorName, "What kind of actor did something.", ActorKind::ALL.map(ActorKind::name));
word!(IncidentStateName, "How far the work on an incident is.", State::ALL.iter().map(|word| word.name()));
word!(IncidentKindName, "What an incident is. A drill is never public.", IncidentKind::ALL.iter().map(|word| word.name()));
word!(SeverityName, "How grave an incident is, the gravest first.", Severity::ALL.iter().map(|word| word.name()));
word!(AlertOriginName, "How an alert came to be.", Origin::ALL.map(Origin::name));
word!(BecauseName, "Why an alert is under another one.", Because::ALL.map(Because::name));
word!(AlertEventName, "What happened to an alert.", AlertEvent::ALL.map(AlertEvent::name));
word!(SayName, "What a notification says.", [Say::Fires, Say::Again(0), Say::Acknowledged, Say::Over].map(Say::name));
word!(DeliveryStateName, "What became of a notification.", DeliveryState::ALL.map(DeliveryState::name));
word!(ImpactName, "How bad something is for users.", Impact::ALL.map(Impact::name));
word!(EntryKindName, "What a row of a timeline is. People write the first nine.", EntryKind::ALL.iter().map(|word| word.name()));
word!(EntrySourceName, "Where a row came from.", Source::ALL.iter().map(|word| word.name()));
word!(PrecisionName, "How exactly somebody knows when it was.", Precision::ALL.iter().map(|word| word.name()));
word!(
    VisibilityName,
    "Who may see a row. Of a redacted one the public sees only that it is there.",
    Visibility::ALL.iter().map(|word| word.name())
);
word!(HypothesisName, "What became of a hypothesis.", HypothesisState::ALL.iter().map(|word| word.name()));
word!(MarkerName, "A moment that figures are computed from.", Marker::ALL.iter().map(|word| word.name()));
word!(RunModeName, "Why a runbook is followed.", Mode::ALL.iter().map(|word| word.name()));
word!(RunStateName, "Whether a run goes on.", RunState::ALL.iter().map(|word| word.name()));
word!(OutcomeName, "What came of a run.", Outcome::ALL.iter().map(|word| word.name()));
word!(DeedName, "What an event of a run is.", Deed::ALL.iter().map(|word| word.name()));
word!(StandName, "Where a step stands.", Stand::ALL.iter().map(|word| word.name()));
word!(PublicStatusName, "How the public is told.", ["investigating", "identified", "monitoring", "resolved"]);
word!(PlanStatus, "How far planned work is.", MaintenanceStatus::ALL.map(MaintenanceStatus::name));

/// A text in one language or in each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text, or an object with one for each of `ja` and `en`")]
pub(super) enum Localized {
    Same(String),
    Each(Texts),
}

/// A text in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    ja: String,
    en: String,
}

impl Localized {
    /// The text in a language.
    pub(super) fn of(&self, language: Language) -> &str {
        match (self, language) {
            (Self::Same(text), _) => text,
            (Self::Each(texts), Language::Ja) => &texts.ja,
            (Self::Each(texts), Language::En) => &texts.en,
        }
    }
}

impl From<&LocalizedText> for Localized {
    fn from(text: &LocalizedText) -> Self {
        match text {
            LocalizedText::Same(text) => Self::Same(text.clone()),
            LocalizedText::Each { ja, en } => Self::Each(Texts { ja: ja.clone(), en: en.clone() }),
        }
    }
}

impl PartialSchema for Localized {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let each = ObjectBuilder::new().property("ja", text()).property("en", text()).required("ja").required("en");
        let about = "One text for every language, or an object with one for each.";
        OneOfBuilder::new().item(text()).item(each).description(Some(about)).into()
    }
}

impl ToSchema for Localized {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("LocalizedText")
    }
}

/// A moment that somebody sent: RFC 3339, in any zone. `key` is the message when it is none.
pub(super) fn moment(text: &str, field: &str, key: &'static str) -> Result<Timestamp, Failed> {
    text.parse::<jiff::Timestamp>().map(Timestamp::from_jiff).map_err(|_| Failed::invalid(field, key))
}

/// A moment as it is written, if there is one.
pub(super) fn written(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use domain::component::Combine;
    use domain::probe::confirm::ProbeState;
    use serde_json::{Value, json};

    use super::*;

    fn words<T: PartialSchema>() -> Vec<Value> {
        serde_json::to_value(T::schema()).unwrap()["enum"].as_array().unwrap().clone()
    }

    #[test]
    fn the_document_has_the_words_that_are_written() {
        let written = [ProbeState::Up, ProbeState::Degraded, ProbeState::Down, ProbeState::Unknown].map(|state| json!(state));
        assert_eq!(words::<ProbeStateName>(), written);
        assert_eq!(words::<CombineName>(), [Combine::Standard, Combine::Worst, Combine::Best].map(|combine| json!(combine)));
        assert_eq!(words::<VerdictName>(), Verdict::ALL.map(|verdict| json!(verdict)));
        assert_eq!(words::<RoleName>(), Role::ALL.map(|role| json!(role)));
        assert_eq!(words::<ScopeName>(), Scope::ALL.map(|scope| json!(scope)));
        assert_eq!(words::<LanguageTag>(), Language::ALL.map(|language| json!(language)));
        assert_eq!(words::<ComponentStatus>(), Status::ALL.map(|status| json!(status)));
    }

    #[test]
    fn a_text_is_for_all_languages_or_for_each() {
        for (json, expected) in [
            (json!("Web"), LocalizedText::Same("Web".to_owned())),
            (json!({"ja": "ウェブ", "en": "Web"}), LocalizedText::Each { ja: "ウェブ".to_owned(), en: "Web".to_owned() }),
        ] {
            assert_eq!(serde_json::from_value::<Localized>(json.clone()).unwrap(), Localized::from(&expected));
            assert_eq!(serde_json::to_value(Localized::from(&expected)).unwrap(), json);
        }
        for bad in [json!({"ja": "ウェブ"}), json!({"ja": "a", "en": "b", "fr": "c"}), json!(3)] {
            assert!(serde_json::from_value::<Localized>(bad).unwrap_err().to_string().contains("expected a text"));
        }
    }

    #[test]
    fn moments_come_in_any_zone_and_leave_in_utc() {
        let at = moment("2026-04-12T18:30:00+09:00", "until", "invalid-until").unwrap();
        assert_eq!(at, Timestamp::from_ms(1_775_986_200_000));
        assert!(written(Some(at)).unwrap().starts_with("2026-04-12T09:30:00") && written(None).is_none());
        assert!(moment("tomorrow", "until", "invalid-until").is_err());
        assert!(moment("2026-04-12", "until", "invalid-until").is_err());
    }
}
