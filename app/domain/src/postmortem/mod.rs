//! Postmortems: the story of one incident, written in Markdown with live blocks. How far one is and what may follow; the limits of its texts.
//!
//! Code map: [`block`] finds live blocks in a text, [`frozen`] is what they say once they are frozen, [`withheld`] takes out what is not to be
//! read, [`scan`] marks what should not be, [`blameless`] gives hints, [`compare`] and [`merge`] look at two and three texts, [`anchor`] keeps a comment
//! at its passage, [`import`] reads one that was written elsewhere, [`outline`] has its headings. Pure: nothing in here knows who asks.

pub mod anchor;
pub mod blameless;
pub mod block;
pub mod compare;
pub mod frozen;
pub mod import;
pub mod merge;
pub mod outline;
pub mod scan;
#[cfg(test)]
mod tests;
pub mod withheld;

use serde::{Deserialize, Serialize};

use crate::incident::work::REASON_CHARS_MIN;
use crate::text::Language;
use crate::words::words;

/// Longest text of one language, in bytes: a book of 100 pages.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Most lines of one: what two texts are compared by.
pub const BODY_LINES_MAX: usize = 10_000;
/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// Longest message of a revision, in characters.
pub const MESSAGE_CHARS_MAX: usize = 200;

words! {
    /// How far a postmortem is.
    State {
        /// It is written.
        Draft = "draft",
        /// Others look it over.
        InReview = "in_review",
        /// Somebody found it good.
        Approved = "approved",
        /// What is published is what is written.
        Published = "published",
        /// It was published and taken back.
        Retracted = "retracted",
        /// There will be none.
        Waived = "waived",
    }
}

words! {
    /// How sure its authors are.
    Analysis {
        /// More is to be found out.
        Preliminary = "preliminary",
        /// As far as it will be known.
        Final = "final",
    }
}

words! {
    /// What brought the incident about, in a word.
    Cause {
        /// Something was changed: a release, a setting.
        Change = "change",
        /// Planned work did more than was planned.
        Maintenance = "maintenance",
        /// There was not enough of something: space, memory, handles.
        Capacity = "capacity",
        /// A machine, a disk, power.
        Hardware = "hardware",
        /// A fault in a program.
        Software = "software",
        /// Lines, routes, names.
        Network = "network",
        /// Somebody else's service.
        Dependency = "dependency",
        /// An attack.
        Security = "security",
        /// Something else.
        Other = "other",
        /// Nobody knows yet.
        Unknown = "unknown",
    }
}

words! {
    /// What a reviewer says.
    Verdict {
        /// It is good.
        Approve = "approve",
        /// Something is to be changed.
        RequestChanges = "request_changes",
    }
}

/// What becomes of a postmortem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A revision is saved; a minor one changes nothing of what is said.
    Edit {
        /// As whoever saved it says.
        is_minor: bool,
    },
    /// Others shall look it over.
    Submit,
    /// It is good.
    Approve,
    /// Something is to be changed first.
    RequestChanges,
    /// Everybody may read it.
    Publish,
    /// What was published is taken back.
    Retract,
    /// There will be none.
    Waive,
}

/// Why something cannot become of a postmortem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a postmortem that is {} cannot do that", .0.name())]
pub struct MoveError(pub State);

impl State {
    /// What it is afterwards. `is_published`: everybody can read a revision of it now.
    pub const fn after(self, by: Move, is_published: bool) -> Result<Self, MoveError> {
        use State::{Approved, Draft, InReview, Published, Retracted, Waived};
        Ok(match (by, self) {
            (Move::Edit { .. }, Draft | Retracted | Waived)
            | (Move::Edit { is_minor: false }, Published)
            | (Move::RequestChanges, InReview | Approved) => Draft,
            // An approval is for what was read; only what is marked as minor, for everybody to see, leaves it.
            (Move::Edit { .. }, InReview) | (Move::Edit { is_minor: false }, Approved) | (Move::Submit, Draft) => InReview,
            (Move::Edit { is_minor: true }, Approved | Published) | (Move::Approve, InReview) => Approved,
            (Move::Publish, Approved) => Published,
            (Move::Retract, Draft | InReview | Approved | Published) if is_published => Retracted,
            (Move::Waive, Draft | InReview | Approved) if !is_published => Waived,
            _ => return Err(MoveError(self)),
        })
    }

    /// True while somebody has to do something about it.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Draft | Self::InReview | Self::Approved)
    }
}

/// A text in the languages in which it was written; unlike a [`crate::text::LocalizedText`] it may still be in none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// Japanese; empty: not written.
    pub ja: String,
    /// English; empty: not written.
    pub en: String,
}

impl Texts {
    /// In this language, empty if it was not written.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }

    /// The same, to be written.
    pub const fn get_mut(&mut self, language: Language) -> &mut String {
        match language {
            Language::Ja => &mut self.ja,
            Language::En => &mut self.en,
        }
    }

    /// True when it was written in this language.
    pub fn has(&self, language: Language) -> bool {
        !self.get(language).trim().is_empty()
    }

    /// The same without what is withheld, for words that are no Markdown.
    #[must_use]
    pub fn withheld(&self) -> Self {
        Self { ja: withheld::plain(&self.ja), en: withheld::plain(&self.en) }
    }

    /// The languages in which it was written.
    pub fn languages(&self) -> impl Iterator<Item = Language> + '_ {
        Language::ALL.into_iter().filter(|language| self.has(*language))
    }

    /// In this language, or in the other one, with the one it is in.
    pub fn best(&self, language: Language) -> (Language, &str) {
        let other = if language == Language::Ja { Language::En } else { Language::Ja };
        if self.has(language) || !self.has(other) { (language, self.get(language)) } else { (other, self.get(other)) }
    }
}

/// What a postmortem says, as one revision has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its title.
    pub title: Texts,
    /// Its text, Markdown with live blocks.
    pub body: Texts,
    /// The one language in which it is meant to be; none: in every one of the site.
    pub only: Option<Language>,
}

impl Content {
    /// The same without the languages in which it is not meant to be read: those that the site does not offer, and all but the one that was
    /// chosen. What would leave nothing leaves all of it: a site that offers other languages now still has something to show.
    #[must_use]
    pub fn meant(&self, languages: &[Language]) -> Self {
        let is_meant = |language: Language| self.only.map_or(languages.contains(&language), |only| only == language);
        let mut meant = self.clone();
        for language in Language::ALL.into_iter().filter(|language| !is_meant(*language)) {
            meant.title.get_mut(language).clear();
            meant.body.get_mut(language).clear();
        }
        if meant.body.languages().next().is_none() { self.clone() } else { meant }
    }

    /// What its hash is made of: a revision is known by this.
    pub fn canonical(&self) -> String {
        let only = self.only.map_or("", Language::tag);
        // Lengths keep apart what stands side by side.
        let parts = [&self.title.ja, &self.title.en, &self.body.ja, &self.body.en];
        parts.iter().fold(format!("{only}\n"), |all, part| format!("{all}{}\n{part}\n", part.len()))
    }
}

/// True for a reason that says something.
pub fn is_reason(text: &str) -> bool {
    (REASON_CHARS_MIN..=crate::action_item::REASON_CHARS_MAX).contains(&text.trim().chars().count())
}
