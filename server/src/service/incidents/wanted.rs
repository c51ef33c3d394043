//! What people and programs want of incidents, as they typed it. [`read`](super::read) makes of it what can be kept, or says what is wrong.

use domain::incident::work::{Source, Visibility};
use domain::time::Timestamp;
use store::incidents::{EvidenceHead, IncidentStory};
use uuid::Uuid;

/// What shall be said of an incident.
#[derive(Clone, Debug, Default)]
pub(crate) struct IncidentWanted {
    /// At least one of the two; the other is then the same.
    pub(crate) title_ja: String,
    pub(crate) title_en: String,
    pub(crate) kind: String,
    pub(crate) severity: String,
    pub(crate) impact: String,
    /// IANA name; empty: the site's.
    pub(crate) zone: String,
    /// Names of people; empty: nobody.
    pub(crate) lead: String,
    pub(crate) scribe: String,
    pub(crate) comms: String,
    /// Slug and status of each component that is affected now. Those that are not in it and were affected are not any more, from now on.
    pub(crate) components: Vec<(String, String)>,
    /// Only for a new one: when it began, as people type a time; empty: now.
    pub(crate) began: String,
    /// Only for a new one: the first row of the timeline; may be empty.
    pub(crate) body: String,
    /// Minutes; empty: its authors say nothing.
    pub(crate) stated_minutes: String,
    pub(crate) shows_metrics: bool,
}

/// A row of a timeline.
#[derive(Clone, Debug)]
pub(crate) struct EntryWanted {
    /// Empty: a note.
    pub(crate) kind: String,
    pub(crate) body: String,
    /// When it happened, as people type a time; empty: now.
    pub(crate) at: String,
    /// What the writer's clock said when it was typed; `now`, `-5m` and `22:36` are understood from there. It is believed only as far as a
    /// row may be backdated.
    pub(crate) typed_at: Option<Timestamp>,
    /// Empty: as the time was typed.
    pub(crate) precision: String,
    pub(crate) rejected: Vec<String>,
    /// Empty: open, if it is a hypothesis.
    pub(crate) hypothesis: String,
    /// Empty: internal.
    pub(crate) visibility: String,
    pub(crate) is_starred: bool,
    /// What the sender calls it, so that it is kept once; 1 to 64 visible ASCII characters.
    pub(crate) op: Option<String>,
    /// True when it shall be kept although it looks like it holds a secret.
    pub(crate) keep_secrets: bool,
    pub(crate) source: Source,
}

/// Who may read a row, and whether it stands out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryChoice {
    pub(crate) id: Uuid,
    /// The revision that was looked at.
    pub(crate) revision: i64,
    /// None: it stays as it is.
    pub(crate) visibility: Option<Visibility>,
    pub(crate) is_starred: bool,
    /// What was chosen for all rows of people at once, if something was.
    pub(crate) of_people: Option<Visibility>,
}

/// A row as it shall be. Of a row that Yagura wrote only the last four fields are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntryEdit {
    /// As people type a time.
    pub(crate) at: String,
    pub(crate) kind: String,
    /// Empty: as the time was typed.
    pub(crate) precision: String,
    pub(crate) body: String,
    pub(crate) rejected: Vec<String>,
    pub(crate) hypothesis: String,
    pub(crate) keep_secrets: bool,
    pub(crate) visibility: String,
    pub(crate) is_starred: bool,
    pub(crate) annotation: String,
    /// Names of the markers that shall point at it; those that did and are not among them point nowhere.
    pub(crate) markers: Vec<String>,
}

/// What shall be told to the public.
#[derive(Clone, Debug, Default)]
pub(crate) struct UpdateWanted {
    pub(crate) status: String,
    pub(crate) body_ja: String,
    pub(crate) body_en: String,
    /// `ja` or `en`: only that language is there, and stands for both by choice. Empty: both are needed.
    pub(crate) only: String,
    /// Slug and status of each component that changes.
    pub(crate) components: Vec<(String, String)>,
    /// When it says it is of, as people type a time; empty: now.
    pub(crate) display_at: String,
    /// Minutes until the next one; empty: none is promised.
    pub(crate) next_update: String,
    /// The number of the update that it corrects.
    pub(crate) corrects: Option<i64>,
    /// True when the incident is made public by it.
    pub(crate) make_public: bool,
    pub(crate) keep_secrets: bool,
}

/// A file for a row.
#[derive(Clone, Debug)]
pub(crate) struct EvidenceWanted {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) keep_secrets: bool,
}

/// What is at the number of an incident.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// The incident.
    Story(Box<IncidentStory>),
    /// It was merged into the one with this number.
    Merged(i64),
}

/// A file with its bytes.
#[derive(Clone, Debug)]
pub(crate) struct EvidenceFile {
    pub(crate) head: EvidenceHead,
    pub(crate) content: Vec<u8>,
}
