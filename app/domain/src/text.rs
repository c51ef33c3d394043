//! Text that is known to be fit for its use: slugs, languages, names in both languages, and secrets that cannot be printed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest slug, in characters. It stands in URLs, metric labels and table columns.
pub const SLUG_CHARS_MAX: usize = 64;

/// The name of a thing in URLs, in the configuration and on the command line: `a-z`, `0-9` and single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SlugError {
    /// Nothing there.
    #[error("a slug must not be empty")]
    Empty,
    /// Longer than [`SLUG_CHARS_MAX`].
    #[error("a slug has at most {SLUG_CHARS_MAX} characters, this one has {0}")]
    TooLong(usize),
    /// A character outside `a-z`, `0-9`, `-`, or a hyphen at an end or beside another.
    #[error("a slug consists of a-z, 0-9 and single hyphens between them, like `web-front-2`")]
    Shape,
}

impl Slug {
    /// The slug as it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        let count = text.chars().count();
        if count > SLUG_CHARS_MAX {
            return Err(SlugError::TooLong(count));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.chars().all(allowed) || text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(SlugError::Shape);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A language the interface speaks. Both are equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese, `ja`.
    Ja,
    /// English, `en`.
    En,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// BCP 47 tag, as in `<html lang>` and the first segment of a path.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The language with this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}

/// A text in one language or in each. At least one is there, by construction.
///
/// As JSON it is a text, or `{"ja": …, "en": …}`, as in configurations and front matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LocalizedText {
    /// One text for every language.
    Same(String),
    /// One text per language.
    Each {
        /// Japanese.
        ja: String,
        /// English.
        en: String,
    },
}

impl LocalizedText {
    /// The text for `language`.
    pub fn get(&self, language: Language) -> &str {
        match (self, language) {
            (Self::Same(text), _) => text,
            (Self::Each { ja, .. }, Language::Ja) => ja,
            (Self::Each { en, .. }, Language::En) => en,
        }
    }
}

/// A value that must not be seen: `Debug` and `Display` hide it, and nothing serializes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `value`.
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that must send or compare it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_accepted_and_refused_by_shape() {
        for good in ["a", "web", "web-2", "2-web"] {
            assert_eq!(good.parse::<Slug>().map(String::from), Ok(good.to_owned()));
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "あ", "a/b"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad:?} was accepted");
        }
        assert_eq!("a".repeat(65).parse::<Slug>(), Err(SlugError::TooLong(65)));
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
    }
}
