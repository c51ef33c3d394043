//! The words. Where they come from is the server's business; in the browser there are none: islands get finished strings.

use std::fmt;
use std::sync::Arc;

use domain::text::Language;

/// Stands for a value while the words around it are found; no message contains it.
pub const PLACE: &str = "\u{fffc}";

/// A value within a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Text.
    Text(String),
    /// A whole number, which may choose a plural form.
    Number(i64),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A source of messages.
pub trait Messages: Send + Sync {
    /// The message with this key. An unknown key gives the key itself; a test keeps that from happening.
    fn message(&self, language: Language, key: &str, arguments: &[(&'static str, Argument)]) -> String;
}

/// The words in one language. Cheap to clone.
#[derive(Clone)]
pub struct Text {
    messages: Arc<dyn Messages>,
    language: Language,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Text {
    /// The words of `messages` in `language`.
    pub fn new(messages: Arc<dyn Messages>, language: Language) -> Self {
        Self { messages, language }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A message without values.
    pub fn get(&self, key: &str) -> String {
        self.messages.message(self.language, key, &[])
    }

    /// A message that stands between others. An underscore in it is a space: Fluent trims spaces at the ends.
    pub fn separator(&self, key: &str) -> String {
        self.get(key).replace('_', " ")
    }

    /// The words before and after the one value of a message.
    pub fn around(&self, key: &str, name: &'static str) -> (String, String) {
        let words = self.with(key, &[(name, PLACE.into())]);
        words.split_once(PLACE).map_or((words.clone(), String::new()), |(before, after)| (before.to_owned(), after.to_owned()))
    }

    /// A message with values.
    pub fn with(&self, key: &str, arguments: &[(&'static str, Argument)]) -> String {
        self.messages.message(self.language, key, arguments)
    }
}
