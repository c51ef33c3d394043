//! Postmortems at the desk: the list, where one begins, one with everything about it, the editor, merging, comparing, publishing, importing.

use domain::incident::work::Severity;
use domain::postmortem::merge::Region;
use domain::postmortem::{Analysis, State, Verdict};
use domain::text::Language;
use domain::time::Timestamp;
use jiff::tz::TimeZone;

use super::FormState;
use crate::data::{BodyPiece, BodyRow, TextChanges};

/// An incident that waits for a postmortem.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingLine {
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// How grave it is.
    pub severity: Severity,
    /// When it began.
    pub opened_at: Timestamp,
    /// True when it has waited for longer than it should.
    pub is_late: bool,
}

/// All postmortems.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemsPage {
    /// Grave incidents that are over and have none.
    pub waiting: Vec<WaitingLine>,
    /// Those that somebody has to do something about.
    pub under_way: Vec<PostmortemLine>,
    /// The others, the newest first.
    pub rest: Vec<PostmortemLine>,
    /// Address of the next page of `rest`.
    pub older: Option<String>,
}

/// One in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemLine {
    /// Its number; its page is `/desk/postmortems/{number}`.
    pub number: i64,
    /// Its title, or that of its incident.
    pub title: String,
    /// How far it is.
    pub state: State,
    /// How sure its authors are.
    pub analysis: Analysis,
    /// Number of its incident.
    pub incident: i64,
    /// When that began.
    pub opened_at: Timestamp,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// Who looks after it.
    pub owner: Option<String>,
}

/// Where one begins, or where somebody says why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemNewPage {
    /// The incident's number.
    pub incident: i64,
    /// Its title.
    pub title: String,
    /// Templates: name and what they are called.
    pub templates: Vec<(String, String)>,
    /// True when whoever looks may say that there is none.
    pub may_waive: bool,
    /// Fields: `template`; and of the other form `reason`.
    pub form: FormState,
}

/// One postmortem with everything about it.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemShowPage {
    /// In short.
    pub line: PostmortemLine,
    /// Changes with it; sent as `version`.
    pub version: i64,
    /// Why there is none or why it was taken back, and who said so.
    pub reason: Option<(String, String)>,
    /// Its public address, if it has one.
    pub slug: Option<String>,
    /// The newest revision.
    pub newest: Option<i64>,
    /// What that says, in each language that it is in.
    pub texts: Vec<ShownText>,
    /// Revisions, the newest first.
    pub revisions: Vec<RevisionLine>,
    /// Publications, the newest first: number, revision, when, by whom, what changed.
    pub publications: Vec<(i64, i64, Timestamp, String, String)>,
    /// Reviews, the newest first.
    pub reviews: Vec<ReviewLine>,
    /// Comments with their answers.
    pub comments: Vec<CommentLine>,
    /// Who types at the moment, or did and has not saved.
    pub typing: Vec<(String, Timestamp)>,
    /// When whoever looks typed something that they have not saved.
    pub unsaved_at: Option<Timestamp>,
    /// True when whoever looks would approve what they wrote themselves.
    pub is_own: bool,
    /// True when nobody else could look it over.
    pub is_alone: bool,
    /// Names of people to choose from.
    pub people: Vec<String>,
    /// Fields: `slug`, `analysis`, `cause`, `owner`, `no_actions`, `version`.
    pub facts: FormState,
    /// Fields: `verdict`, `note`, `version`, `revision`.
    pub review: FormState,
    /// Fields: `body`, `quote`, `language`, `revision`, `parent`.
    pub comment: FormState,
    /// Fields: `reason`, `version`.
    pub retract: FormState,
}

/// A text as it would be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownText {
    /// Its language.
    pub language: Language,
    /// Its title.
    pub title: String,
    /// The zone of its times.
    pub zone: TimeZone,
    /// The text.
    pub pieces: Vec<DeskPiece>,
}

/// A part of a text, with what only the desk sees of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskPiece {
    /// What everybody would read.
    pub piece: BodyPiece,
    /// Rows of a timeline that nobody outside will see.
    pub internal: Vec<BodyRow>,
}

/// A revision in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionLine {
    /// Its number.
    pub number: i64,
    /// What changed.
    pub message: String,
    /// True when nothing changed of what is said.
    pub is_minor: bool,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// The first digits of its hash.
    pub hash: String,
    /// True when everybody can read it.
    pub is_published: bool,
    /// True when somebody found it good.
    pub is_approved: bool,
}

/// What a reviewer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewLine {
    /// Of which revision.
    pub revision: i64,
    /// What.
    pub verdict: Verdict,
    /// In words.
    pub note: String,
    /// Who.
    pub name: String,
    /// True when they wrote it themselves.
    pub is_own: bool,
    /// When.
    pub at: Timestamp,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentLine {
    /// Its id.
    pub id: String,
    /// The passage that it speaks of, as it was.
    pub quote: Option<String>,
    /// That as it is now, if it is another; none with a quote: it is gone.
    pub now: Option<String>,
    /// True when the passage is marked in the text.
    pub is_marked: bool,
    /// What it says, HTML.
    pub html: String,
    /// Who wrote it.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Who saw to it.
    pub resolved_by: Option<String>,
    /// Answers: who, when, HTML.
    pub answers: Vec<(String, Timestamp, String)>,
}

/// The editor.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemEditPage {
    /// The postmortem's number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// The languages that are written in, the site's first.
    pub languages: Vec<Language>,
    /// What was typed before and not saved: when it was kept.
    pub buffer_at: Option<Timestamp>,
    /// Others who type: who, and when they last did.
    pub typing: Vec<(String, Timestamp)>,
    /// Words of the editor, as JSON.
    pub words: String,
    /// The id of whoever types.
    pub user: String,
    /// Fields: `base`, `title_ja`, `title_en`, `body_ja`, `body_en`, `only`, `message`, `minor`.
    pub form: FormState,
}

/// Two texts are put together.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemMergePage {
    /// The postmortem's number.
    pub number: i64,
    /// The other's revision: number, who, when, message.
    pub theirs: (i64, String, Timestamp, String),
    /// Texts: field, language, regions.
    pub parts: Vec<(&'static str, Language, Vec<Region>)>,
    /// How many choices it takes.
    pub conflicts: usize,
    /// Fields: everything that was typed, `theirs`, and `choice_0` and so on: `ours`, `theirs`, `both`.
    pub form: FormState,
}

/// Two revisions side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemComparePage {
    /// The postmortem's number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// The older.
    pub from: RevisionLine,
    /// The newer.
    pub to: RevisionLine,
    /// All, to choose from.
    pub revisions: Vec<RevisionLine>,
    /// What differs.
    pub changes: Vec<TextChanges>,
    /// True when whoever looks may restore the older.
    pub may_write: bool,
}

/// A point of the check list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckLine {
    /// Its name: `check-…` in messages.
    pub key: &'static str,
    /// `fine`, `hint`, `decide` or `blocks`.
    pub weight: &'static str,
    /// How many there are.
    pub count: usize,
    /// What was found: what it seems to be (key of a message), words before, the words, words behind.
    pub found: Vec<(&'static str, String, String, String)>,
}

/// Before it is published.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemPublishPage {
    /// In short.
    pub line: PostmortemLine,
    /// The revision that is published.
    pub revision: i64,
    /// The one that was approved; none: nobody said so.
    pub approved: Option<(i64, String, bool)>,
    /// True when it was published before.
    pub is_again: bool,
    /// True when the public can be told of it in the incident.
    pub can_announce: bool,
    /// The check list.
    pub points: Vec<CheckLine>,
    /// What everybody will read.
    pub texts: Vec<ShownText>,
    /// Fields: `revision`, `version`, `message`, `decided` (several), `announce`.
    pub form: FormState,
}

/// What was read of a text from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadText {
    /// Its title.
    pub title: String,
    /// Rows of its timeline: when, and what.
    pub rows: Vec<(Timestamp, String)>,
    /// What is left of it.
    pub rest: String,
}

/// A postmortem that was written elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct PostmortemImportPage {
    /// Names of time zones, the site's first.
    pub zones: Vec<String>,
    /// Incidents that have none: number and title.
    pub incidents: Vec<(i64, String)>,
    /// What was read of it.
    pub read: Option<ReadText>,
    /// The zone in which rows are shown.
    pub zone: TimeZone,
    /// Fields: `text`, `language`, `day`, `zone`, `incident`, `title`.
    pub form: FormState,
}
