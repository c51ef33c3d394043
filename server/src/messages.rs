//! The words from `app/locales`, by Fluent.

use std::borrow::Cow;
use std::collections::HashMap;

use app::i18n::{Argument, Messages};
use domain::text::Language;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "../app/locales",
        fallback_language: "en",
        // The isolation marks around values are for mixed writing directions; both languages run the same way.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const JA: LanguageIdentifier = langid!("ja");
const EN: LanguageIdentifier = langid!("en");

/// The words of the interface.
#[derive(Clone, Copy, Debug, Default)]
pub struct FluentMessages;

impl FluentMessages {
    /// The message with this key in exactly this language; `None` when it is missing there.
    pub fn find(language: Language, key: &str, arguments: &[(&'static str, Argument)]) -> Option<String> {
        let language = match language {
            Language::Ja => &JA,
            Language::En => &EN,
        };
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> = arguments
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Argument::Text(text) => FluentValue::from(text.as_str()),
                    Argument::Number(number) => FluentValue::from(*number),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        LOCALES.lookup_single_language(language, key, (!values.is_empty()).then_some(&values)).ok()
    }
}

impl Messages for FluentMessages {
    fn message(&self, language: Language, key: &str, arguments: &[(&'static str, Argument)]) -> String {
        Self::find(language, key, arguments).unwrap_or_else(|| {
            tracing::error!(key, language = language.tag(), "a message is missing");
            key.to_owned()
        })
    }
}
