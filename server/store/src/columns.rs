//! Reads the columns of a row from left to right as the domain's types. Whoever reads names them in the order of the query. And how values
//! of more than one table stand in a column.

use std::str::FromStr;
use std::time::Duration;

use domain::text::LocalizedText;
use domain::time::Timestamp;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use crate::StoreError;

/// A row, and how far it has been read.
pub(crate) struct Columns<'r> {
    row: &'r SqliteRow,
    next: usize,
    doing: &'static str,
}

impl<'r> Columns<'r> {
    /// A row of which nothing has been read; `doing` stands in errors.
    pub(crate) const fn new(row: &'r SqliteRow, doing: &'static str) -> Self {
        Self { row, next: 0, doing }
    }

    /// The next column.
    pub(crate) fn value<T: Decode<'r, Sqlite> + Type<Sqlite>>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        self.row.try_get(index).map_err(StoreError::doing(self.doing))
    }

    /// A moment.
    pub(crate) fn moment(&mut self) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_ms(self.value()?))
    }

    /// A moment, if one is there.
    pub(crate) fn moment_if_any(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.value::<Option<i64>>()?.map(Timestamp::from_ms))
    }

    /// How many.
    pub(crate) fn count(&mut self) -> Result<u32, StoreError> {
        Ok(u32::try_from(self.value::<i64>()?).unwrap_or(u32::MAX))
    }

    /// A text that means something.
    pub(crate) fn named<T>(&mut self, what: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text: &str = self.value()?;
        read(text).ok_or_else(|| unknown(what, text))
    }

    /// A text that means something, if one is there.
    pub(crate) fn named_if_any<T>(
        &mut self,
        what: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.value()?;
        text.map(|text| read(text).ok_or_else(|| unknown(what, text))).transpose()
    }

    /// A text with a form.
    pub(crate) fn parsed<T: FromStr>(&mut self, what: &'static str) -> Result<T, StoreError> {
        self.named(what, |text| text.parse().ok())
    }

    /// Words that mean something, with spaces between them.
    pub(crate) fn words<T>(&mut self, what: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, StoreError> {
        let text: &str = self.value()?;
        text.split_ascii_whitespace().map(|word| read(word).ok_or_else(|| unknown(what, word))).collect()
    }
}

fn unknown(what: &'static str, value: &str) -> StoreError {
    StoreError::UnknownValue { what, value: value.to_owned() }
}

/// Words as [`Columns::words`] reads them.
pub(crate) fn join<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// A text as the configuration file has it: a text, or one in each language, as JSON.
pub(crate) fn text_to_json(text: &LocalizedText) -> String {
    match text {
        LocalizedText::Same(text) => json!(text).to_string(),
        LocalizedText::Each { ja, en } => json!({ "ja": ja, "en": en }).to_string(),
    }
}

/// A text as [`text_to_json`] writes it.
pub(crate) fn text_from_json(text: &str) -> Option<LocalizedText> {
    match serde_json::from_str::<Value>(text).ok()? {
        Value::String(text) => Some(LocalizedText::Same(text)),
        each => {
            let text = |language: &str| Some(each.get(language)?.as_str()?.to_owned());
            Some(LocalizedText::Each { ja: text("ja")?, en: text("en")? })
        }
    }
}

/// How long something is, in milliseconds.
pub(crate) fn duration_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
