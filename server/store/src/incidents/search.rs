//! The index that is searched: titles, rows and public updates, each once. What is searched for and what is searched are folded alike, so
//! that full width finds half width and capitals find small letters.
//!
//! Words of three characters and more are found by trigrams; shorter ones, like 障害, by looking through texts one by one, and through no
//! more than [`SCANNED_MAX`] of them.

use domain::text::LocalizedText;
use domain::time::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::records::{IncidentFilter, filtered, meets_filter};
use crate::columns::{self, Columns};
use crate::{Store, StoreError};

/// Most hits, whatever is asked for: nobody reads more, and the texts of all of them are in memory at once.
pub const HITS_MAX: u32 = 200;
/// Most words that are searched for; those behind are left out.
pub const WORDS_MAX: usize = 16;
/// Most characters of a text that are indexed: far more than people write at once.
pub const INDEXED_CHARS_MAX: usize = 10_000;
/// Most texts that are looked through for one search: enough for years of incidents, and read within a moment.
pub const SCANNED_MAX: u32 = 50_000;

/// Shorter words have no trigram.
const TRIGRAM_CHARS: usize = 3;
/// Where updates begin in the index; below are rows of timelines.
pub(super) const UPDATES_FROM: i64 = 1 << 60;
/// Where titles begin in the index.
pub(super) const TITLES_FROM: i64 = 1 << 61;

const READ: &str = "search incidents";
const CHANGE: &str = "change the index of incidents";

/// What is searched for, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words with white space between them; each must be found.
    pub words: String,
    /// In which incidents. Its limit is that of hits, never more than [`HITS_MAX`]; what it says of numbers does not count.
    pub filter: IncidentFilter,
}

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In what the incident is called.
    Title,
    /// In the row with this id.
    Entry(Uuid),
    /// In the public update with this number.
    Update(i64),
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The number of the incident it is in.
    pub number: i64,
    /// What that is called.
    pub title: LocalizedText,
    /// Where.
    pub place: Place,
    /// The text as it was written, its first [`INDEXED_CHARS_MAX`] characters.
    pub text: String,
    /// When it happened; of a title, when somebody began to work on the incident.
    pub at: Timestamp,
}

/// What stands in the index, by its key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Indexed {
    /// What an incident is called.
    Title(i64),
    /// A row of a timeline.
    Entry(i64),
    /// A public update.
    Update(i64),
}

impl Indexed {
    const fn rowid(self) -> i64 {
        match self {
            Self::Title(key) => key + TITLES_FROM,
            Self::Entry(key) => key,
            Self::Update(key) => key + UPDATES_FROM,
        }
    }

    const fn place(self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Entry(_) => "entry",
            Self::Update(_) => "update",
        }
    }
}

/// A text as it is compared: compatibility forms made one (NFKC), in small letters.
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// A text in both languages, each once.
pub(super) fn both(text: &LocalizedText) -> String {
    match text {
        LocalizedText::Same(text) => text.clone(),
        LocalizedText::Each { ja, en } => format!("{ja}\n{en}"),
    }
}

/// Takes something out of the index.
pub(super) async fn remove(connection: &mut SqliteConnection, what: Indexed) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM incident_search WHERE rowid = ?")
        .bind(what.rowid())
        .execute(connection)
        .await
        .map_err(StoreError::doing(CHANGE))?;
    Ok(())
}

/// Puts a text into the index in place of what was there before. An empty one is not found, and takes no room.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    what: Indexed,
    incident_key: i64,
    place_id: &str,
    at: Timestamp,
    text: &str,
) -> Result<(), StoreError> {
    remove(connection, what).await?;
    let shown: String = text.chars().take(INDEXED_CHARS_MAX).collect();
    if shown.trim().is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO incident_search (rowid, text, incident_key, place, place_id, at, shown) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(what.rowid())
    .bind(folded(&shown))
    .bind(incident_key)
    .bind(what.place())
    .bind(place_id)
    .bind(at.as_ms())
    .bind(shown)
    .execute(connection)
    .await
    .map_err(StoreError::doing(CHANGE))?;
    Ok(())
}

/// Words as the index is asked for them.
#[derive(Debug, PartialEq, Eq)]
struct Sought {
    /// The words that have trigrams, as FTS5 understands them; empty: there are none.
    phrases: String,
    /// Patterns for `LIKE` of those that have none.
    patterns: Vec<String>,
}

impl Sought {
    fn new(words: &str) -> Self {
        let folded = folded(words);
        let words = folded.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let (long, short): (Vec<&str>, Vec<&str>) = words.take(WORDS_MAX).partition(|word| word.chars().count() >= TRIGRAM_CHARS);
        // Quoted, nothing in a word has a meaning of its own.
        let quoted: Vec<String> = long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        Self { phrases: quoted.join(" AND "), patterns: short.into_iter().map(pattern).collect() }
    }

    fn is_empty(&self) -> bool {
        self.phrases.is_empty() && self.patterns.is_empty()
    }
}

/// What finds a word within a text by `LIKE … ESCAPE '\'`.
fn pattern(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 4);
    pattern.push('%');
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

// `filtered` binds the first five; `?6` are phrases, `?7` patterns, `?8` how many texts are looked through and `?9` how many are given. The
// index is walked from its end: titles, then updates, then rows, of each the newest first.
macro_rules! hits {
    ($matches:literal) => {
        concat!(
            "SELECT number, title, place, place_id, shown, at FROM (
                 SELECT i.number, i.title, s.place, s.place_id, s.shown, s.at, s.text, s.rowid AS id
                 FROM incident_search AS s CROSS JOIN incident AS i ON i.key = s.incident_key
                 WHERE ",
            $matches,
            meets_filter!(),
            " ORDER BY s.rowid DESC LIMIT ?8)
             WHERE NOT EXISTS (SELECT 1 FROM json_each(?7) AS word WHERE text NOT LIKE word.value ESCAPE '\\')
             ORDER BY at DESC, id DESC LIMIT ?9"
        )
    };
}

fn hit(row: &SqliteRow) -> Result<Hit, StoreError> {
    let mut columns = Columns::new(row, READ);
    let number = columns.value()?;
    let title = columns.named("a text", columns::text_from_json)?;
    let (place, id): (&str, &str) = (columns.value()?, columns.value()?);
    let found = match place {
        "title" => Some(Place::Title),
        "entry" => id.parse().ok().map(Place::Entry),
        "update" => id.parse().ok().map(Place::Update),
        _ => None,
    };
    let unknown = || StoreError::UnknownValue { what: "a place in an incident", value: format!("{place} {id}") };
    Ok(Hit { number, title, place: found.ok_or_else(unknown)?, text: columns.value()?, at: columns.moment()? })
}

impl Store {
    /// Where all of these words are found, the newest first. Without words nothing is found.
    pub async fn search_incidents(&self, search: &Search) -> Result<Vec<Hit>, StoreError> {
        let sought = Sought::new(&search.words);
        if sought.is_empty() {
            return Ok(Vec::new());
        }
        let query = if sought.phrases.is_empty() {
            sqlx::query(hits!(""))
        } else {
            sqlx::query(hits!("s.incident_search MATCH ?6 AND "))
        };
        let rows = filtered(query, &search.filter)
            .bind(sought.phrases)
            .bind(json!(sought.patterns).to_string())
            .bind(i64::from(SCANNED_MAX))
            .bind(i64::from(search.filter.limit.min(HITS_MAX)))
            .fetch_all(self.readers())
            .await
            .map_err(StoreError::doing(READ))?;
        rows.iter().map(hit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_short_ones_are_patterns() {
        let sought = Sought::new("ＤＢ 障害\u{3000}say\"hi OR\0NEAR(");
        assert_eq!(sought.phrases, "\"say\"\"hi\" AND \"near(\"");
        assert_eq!(sought.patterns, ["%db%", "%障害%", "%or%"]);
        assert_eq!(Sought::new("% a_ \\").patterns, ["%\\%%", "%a\\_%", "%\\\\%"]);
        assert!(Sought::new(" \u{3000}\0 ").is_empty());
        assert_eq!(Sought::new(&"ab ".repeat(100)).patterns.len(), WORDS_MAX);
    }

    #[test]
    fn folding_makes_width_and_case_one() {
        assert_eq!(folded("ＮＧＩＮＸ ﾃﾞｨｽｸ Ⅳ"), "nginx ディスク iv");
        assert_eq!(folded(&folded("ＡΟΔΟΣ")), folded("ＡΟΔΟΣ"));
    }
}
