//! Postmortems as they are kept: the record, every revision, what was published, reviews, comments, pictures, and what people are typing. What may
//! follow what is for others to decide.
//!
//! Code map: this file has the shapes; [`records`] postmortems themselves, [`revisions`] their texts, buffers and publications, [`talk`] reviews and
//! comments, [`files`] pictures.

pub mod files;
pub mod records;
pub mod revisions;
pub mod talk;
#[cfg(test)]
mod tests;

use domain::incident::work::{Severity, State as WorkState};
use domain::postmortem::anchor::Anchor;
use domain::postmortem::frozen::Record;
use domain::postmortem::{Analysis, Cause, Content, State, Verdict};
use domain::text::{Language, LocalizedText, Slug};
use domain::time::Timestamp;
use uuid::Uuid;

/// Most revisions of one postmortem: one a minute for a working week.
pub const REVISIONS_MAX: u32 = 2_000;
/// Most comments on one.
pub const COMMENTS_MAX: u32 = 1_000;
/// Most reviews that are read, the newest.
pub const REVIEWS_READ_MAX: u32 = 200;
/// Most pictures of one.
pub const FILES_MAX: u32 = 100;
/// Largest picture, in bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most postmortems that are read at once.
pub const LISTED_MAX: u32 = 1_000;

/// What can be changed of a postmortem at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemFacts {
    /// Its public address.
    pub slug: Option<Slug>,
    /// How far it is.
    pub state: State,
    /// How sure its authors are.
    pub analysis: Analysis,
    /// What brought it about.
    pub cause: Cause,
    /// The key of who looks after it.
    pub owner: Option<i64>,
    /// Why there are no action items.
    pub no_actions: Option<String>,
    /// Publications up to this number were taken back, and stay so whatever is written later; 0: none.
    pub retracted: i64,
    /// Why there is none or why it was taken back, and who said so.
    pub reason: Option<(String, String)>,
}

/// A postmortem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postmortem {
    /// Its key.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The number people speak of, `PM-7`.
    pub number: i64,
    /// The key of its incident.
    pub incident_key: i64,
    /// What can be changed.
    pub facts: PostmortemFacts,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// Counts changes of `facts` and revisions.
    pub version: i64,
}

/// What is known of a revision without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionHead {
    /// Its number, from 1.
    pub number: i64,
    /// The number of the one that it was made from.
    pub base: Option<i64>,
    /// What changed, as its author says.
    pub message: String,
    /// True when nothing changed of what is said.
    pub is_minor: bool,
    /// The id of its author.
    pub author_id: String,
    /// Their name, as it was then.
    pub author_name: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// SHA-256 of its content in canonical form.
    pub sha256: [u8; 32],
}

/// A revision; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// What is known of it.
    pub head: RevisionHead,
    /// What it says.
    pub content: Content,
}

/// A revision to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRevision {
    /// The number of the one that it was made from.
    pub base: Option<i64>,
    /// What it says.
    pub content: Content,
    /// What changed.
    pub message: String,
    /// True when nothing changed of what is said.
    pub is_minor: bool,
    /// The id of its author.
    pub author_id: String,
    /// Their name.
    pub author_name: String,
    /// The present.
    pub created_at: Timestamp,
}

/// What somebody typed and did not save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// The revision that they began from; none: there was none.
    pub base: Option<i64>,
    /// What stands in their browser.
    pub content: Content,
    /// What changed, as they say so far.
    pub message: String,
    /// When they typed it, by the clock of their browser.
    pub typed_at: Timestamp,
    /// When it was kept.
    pub saved_at: Timestamp,
}

/// What is known of a publication without what its blocks say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationHead {
    /// Its number, from 1.
    pub number: i64,
    /// The revision that everybody can read.
    pub revision: i64,
    /// How sure its authors were.
    pub analysis: Analysis,
    /// What changed, for everybody to read.
    pub message: String,
    /// True when nothing changed of what is said.
    pub is_minor: bool,
    /// When.
    pub published_at: Timestamp,
    /// By whom; only for the desk.
    pub published_by: String,
}

/// A publication; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// What is known of it.
    pub head: PublicationHead,
    /// What its revision says.
    pub content: Content,
    /// What its blocks say.
    pub record: Record,
}

/// A publication to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPublication {
    /// The revision.
    pub revision: i64,
    /// What its blocks say.
    pub record: Record,
    /// How sure its authors are.
    pub analysis: Analysis,
    /// What changed, for everybody to read.
    pub message: String,
    /// True when nothing changed of what is said.
    pub is_minor: bool,
    /// What the check list said and was decided all the same: keys of its points.
    pub decided: Vec<String>,
    /// The present.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// What a reviewer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Of which revision.
    pub revision: i64,
    /// What.
    pub verdict: Verdict,
    /// In words.
    pub note: String,
    /// The id of who said it.
    pub actor_id: String,
    /// Their name.
    pub actor_name: String,
    /// True when they wrote it themselves.
    pub is_own: bool,
    /// When.
    pub at: Timestamp,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its key.
    pub key: i64,
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// The key of the one that it answers.
    pub parent: Option<i64>,
    /// The revision that its passage was marked in.
    pub revision: i64,
    /// The language of that text.
    pub language: Language,
    /// The passage; none: it speaks of all of it.
    pub anchor: Option<Anchor>,
    /// What it says.
    pub body: String,
    /// Who wrote it.
    pub actor_name: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was seen to, and by whom.
    pub resolved: Option<(Timestamp, String)>,
}

/// A comment to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    /// What the world shall know it by.
    pub id: Uuid,
    /// The key of the one that it answers.
    pub parent: Option<i64>,
    /// The revision that its passage was marked in.
    pub revision: i64,
    /// The language of that text.
    pub language: Language,
    /// The passage.
    pub anchor: Option<Anchor>,
    /// What it says.
    pub body: String,
    /// The id of who writes it.
    pub actor_id: String,
    /// Their name.
    pub actor_name: String,
    /// The present.
    pub at: Timestamp,
}

/// What is known of a picture without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHead {
    /// What the world knows it by; a UUIDv7.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is, as found out from its bytes.
    pub media_type: String,
    /// How large it is.
    pub bytes: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it.
    pub actor_name: String,
}

/// A postmortem in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The postmortem.
    pub postmortem: Postmortem,
    /// The title of its newest revision, if there is one.
    pub content_title: Option<domain::postmortem::Texts>,
    /// The number of its newest revision.
    pub newest: Option<i64>,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// Number, title, severity and beginning of its incident.
    pub incident: IncidentHead,
}

/// An incident as lists of postmortems name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentHead {
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: LocalizedText,
    /// How grave it is.
    pub severity: Severity,
    /// How far the work is.
    pub state: WorkState,
    /// When somebody began to work on it.
    pub opened_at: Timestamp,
    /// When it was over, if it is.
    pub resolved_at: Option<Timestamp>,
}

/// Everything about one postmortem, as its pages at the desk show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemStory {
    /// The postmortem.
    pub postmortem: Postmortem,
    /// Its incident's number.
    pub incident_number: i64,
    /// Revisions, the newest first.
    pub revisions: Vec<RevisionHead>,
    /// The newest revision.
    pub newest: Option<Revision>,
    /// Publications, the newest first.
    pub publications: Vec<PublicationHead>,
    /// Reviews, the newest first.
    pub reviews: Vec<Review>,
    /// Comments, in order of time.
    pub comments: Vec<Comment>,
    /// Pictures.
    pub files: Vec<FileHead>,
    /// Who is typing, and when they last did.
    pub typing: Vec<(i64, Timestamp)>,
}

/// A postmortem that everybody can read, or could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The postmortem.
    pub postmortem: Postmortem,
    /// Publications, the newest first.
    pub history: Vec<PublicationHead>,
    /// The newest publication.
    pub newest: Publication,
}
