//! Postmortems: written from what really happened, looked over, published and corrected.
//!
//! Code map: `write` begins one and keeps what is typed and saved; `merging` puts together what two people wrote; `review` has what is said about
//! one; [`check`] is the list that is gone through before `publish` lets everybody read it; [`record`] is what live blocks say; [`templates`] texts to
//! begin with; `import` takes one that was written elsewhere; `files` pictures; [`board`] what memory holds for public pages. This file reads, and
//! decides who may do what.
//!
//! Whoever responds may write and review; whoever maintains publishes.

pub(crate) mod board;
pub(crate) mod check;
mod files;
mod import;
mod merging;
mod publish;
pub(crate) mod record;
mod review;
pub(crate) mod templates;
mod write;

use std::sync::Arc;
use std::time::Duration;

use domain::account::{Permission, Role};
use domain::incident::machine::MachineEvent;
use domain::incident::work::Severity;
use domain::postmortem::{Content, Move, State, is_reason};
use domain::time::Timestamp;
use store::postmortems::{
    Buffer, FileHead, IncidentHead, LISTED_MAX, Listed, Postmortem, PostmortemFacts, PostmortemStory, Publication, Revision,
};
use store::{StoreError, Transaction};
use uuid::Uuid;

pub(crate) use self::import::ImportWanted;
pub(crate) use self::merging::{Choice, Merging};
pub(crate) use self::publish::{FactsWanted, PublishWanted};
pub(crate) use self::review::{CommentWanted, is_own};
pub(crate) use self::write::{Saved, TextWanted};
use super::caller::Caller;
use super::desk::{Desk, Done};
use super::incidents::{machine_entry, tell_beside};
use super::problem::Problem;

/// An incident that is this grave is expected to have one, or a reason why not.
pub(super) const EXPECTED: [Severity; 2] = [Severity::Sev1, Severity::Sev2];

/// A postmortem should be begun so soon after the incident is over, while people remember (domain-model.md, "notification").
const BEGUN_WITHIN: Duration = Duration::from_secs(2 * 24 * 3600);

/// True when an incident has waited too long for its postmortem.
pub(crate) fn is_late(waiting: &IncidentHead, now: Timestamp) -> bool {
    waiting.resolved_at.is_some_and(|over| now.since(over) >= BEGUN_WITHIN)
}

/// A row of the audit log about a postmortem.
fn done(action: &'static str, postmortem: &Postmortem) -> Done {
    Done::new(action, "postmortem", postmortem.number, format!("PM-{}", postmortem.number))
}

/// The same with what became of it.
fn moved(action: &'static str, before: &Postmortem, after: &Postmortem) -> Done {
    done(action, after).changed("state", before.facts.state.name(), after.facts.state.name())
}

/// Why something cannot be done with one that is so far.
const fn not_from_there(by: Move) -> Problem {
    Problem::Refused(match by {
        Move::Submit => "refused-postmortem-submit",
        Move::Approve | Move::RequestChanges => "refused-postmortem-review",
        Move::Publish => "refused-postmortem-publish",
        Move::Retract => "refused-postmortem-retract",
        Move::Waive => "refused-postmortem-waive",
        Move::Edit { .. } => "refused-postmortem-edit",
    })
}

/// A reason that somebody typed.
fn reason(typed: &str) -> Result<String, Problem> {
    let typed = typed.trim();
    if is_reason(typed) { Ok(typed.to_owned()) } else { Err(Problem::invalid("reason", "invalid-postmortem-reason")) }
}

async fn found(transaction: &mut Transaction<'_>, number: i64) -> Result<Postmortem, Problem> {
    transaction.postmortem(number).await?.ok_or(Problem::NotFound("postmortem"))
}

/// The same, as it was when whoever asks looked at it.
async fn unchanged(transaction: &mut Transaction<'_>, number: i64, version: i64) -> Result<Postmortem, Problem> {
    let postmortem = found(transaction, number).await?;
    if postmortem.version == version { Ok(postmortem) } else { Err(Problem::Conflict) }
}

/// Writes into the timeline of its incident what became of one.
async fn tell(
    transaction: &mut Transaction<'_>,
    caller: &Caller,
    before: Option<State>,
    after: &Postmortem,
    now: Timestamp,
) -> Result<(), Problem> {
    let to = after.facts.state;
    if before == Some(to) {
        return Ok(());
    }
    let event = MachineEvent::PostmortemMoved { postmortem: after.number, from: before, to };
    tell_beside(transaction, after.incident_key, &machine_entry(caller, event, now, now)).await
}

/// Moves one to what follows, with what else is said of it.
async fn to_state(
    transaction: &mut Transaction<'_>,
    caller: &Caller,
    (postmortem, by): (&Postmortem, Move),
    change: impl FnOnce(&mut PostmortemFacts),
    now: Timestamp,
) -> Result<Postmortem, Problem> {
    let publications = transaction.publications(postmortem.key).await?;
    let is_published = publications.first().is_some_and(|newest| newest.number > postmortem.facts.retracted);
    let state = postmortem.facts.state.after(by, is_published).map_err(|_| not_from_there(by))?;
    let mut facts = PostmortemFacts { state, ..postmortem.facts.clone() };
    change(&mut facts);
    let changed = transaction.update_postmortem(postmortem.key, postmortem.version, &facts, now).await?;
    let changed = changed.ok_or(Problem::Conflict)?;
    tell(transaction, caller, Some(postmortem.facts.state), &changed, now).await?;
    Ok(changed)
}

impl Desk {
    /// True when they may write and review postmortems.
    pub(crate) fn may_write_postmortems(&self, caller: &Caller) -> bool {
        caller.must(Permission::Respond, self.now()).is_ok()
    }

    /// True when they may publish.
    pub(crate) fn may_publish(&self, caller: &Caller) -> bool {
        caller.must(Permission::Publish, self.now()).is_ok()
    }

    /// A postmortem with everything about it.
    pub(crate) async fn postmortem(&self, caller: &Caller, number: i64) -> Result<PostmortemStory, Problem> {
        caller.must(Permission::Read, self.now())?;
        self.store.postmortem_story(number).await?.ok_or(Problem::NotFound("postmortem"))
    }

    /// The postmortem of an incident, if there is one.
    pub(crate) async fn postmortem_of(&self, caller: &Caller, incident_key: i64) -> Result<Option<Postmortem>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.postmortem_of(incident_key).await?)
    }

    /// Postmortems in these states (none: in any), the newest first.
    pub(crate) async fn postmortem_list(
        &self,
        caller: &Caller,
        states: &[State],
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Listed>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.postmortems(states, before, limit).await?)
    }

    /// Grave incidents that are over and have no postmortem, the newest first.
    pub(crate) async fn without_postmortem(&self, caller: &Caller) -> Result<Vec<IncidentHead>, Problem> {
        caller.must(Permission::Read, self.now())?;
        Ok(self.store.incidents_without_postmortem(&EXPECTED, None, LISTED_MAX).await?)
    }

    /// Those of them that have waited too long.
    pub(crate) async fn late_without_postmortem(&self, now: Timestamp) -> Result<Vec<IncidentHead>, Problem> {
        Ok(self.store.incidents_without_postmortem(&EXPECTED, Some(now.minus(BEGUN_WITHIN)), LISTED_MAX).await?)
    }

    /// One revision.
    pub(crate) async fn revision(&self, caller: &Caller, number: i64, revision: i64) -> Result<Revision, Problem> {
        caller.must(Permission::Read, self.now())?;
        let postmortem = self.store.postmortem(number).await?.ok_or(Problem::NotFound("postmortem"))?;
        self.store.revision(postmortem.key, revision).await?.ok_or(Problem::NotFound("revision"))
    }

    /// What they typed and did not save.
    pub(crate) async fn buffer(&self, caller: &Caller, postmortem_key: i64) -> Result<Option<Buffer>, Problem> {
        let person = caller.person()?;
        Ok(self.store.buffer(postmortem_key, person.key).await?)
    }

    /// A picture.
    pub(crate) async fn postmortem_file(&self, caller: &Caller, number: i64, id: Uuid) -> Result<(FileHead, Vec<u8>), Problem> {
        caller.must(Permission::Read, self.now())?;
        let postmortem = self.store.postmortem(number).await?.ok_or(Problem::NotFound("postmortem"))?;
        self.store.postmortem_file(postmortem.key, id).await?.ok_or(Problem::NotFound("file"))
    }

    /// A picture of a postmortem that everybody can read, if it stands in what they can read.
    pub(crate) async fn public_file(&self, slug: &str, id: Uuid) -> Result<Option<(FileHead, Vec<u8>)>, StoreError> {
        let found = self.monitoring.state().postmortems.published(slug).map(Arc::clone);
        match found {
            Some(told) => self.store.published_file(told.postmortem.key, told.postmortem.facts.retracted, id).await,
            None => Ok(None),
        }
    }

    /// A publication that is not the newest, for everybody to compare.
    pub(crate) async fn public_publication(&self, slug: &str, number: i64) -> Result<Option<Publication>, StoreError> {
        let found = self.monitoring.state().postmortems.published(slug).map(Arc::clone);
        let Some(told) = found.filter(|told| told.history.iter().any(|head| head.number == number)) else { return Ok(None) };
        let languages = self.monitoring.offer().languages.clone();
        let publication = self.store.publication(told.postmortem.key, number).await?;
        Ok(publication.map(|publication| board::public(publication, &languages)))
    }

    /// True when nobody else could look a postmortem over: then its author may.
    pub(crate) async fn is_alone(&self, caller: &Caller) -> Result<bool, Problem> {
        let person = caller.person()?;
        let people = self.store.users(None, PEOPLE_MAX).await?;
        Ok(!people.iter().any(|user| user.key != person.key && user.disabled_at.is_none() && user.role >= Role::Responder))
    }

    /// Lets pages know of a change, whose number they have.
    async fn postmortem_changed<T: Send>(&self, outcome: Result<T, Problem>, number: i64) -> Result<T, Problem> {
        // What the database could not answer may have been kept all the same.
        if matches!(outcome, Ok(_) | Err(Problem::Store(_))) {
            self.reread_postmortem(number).await;
            // Its timeline tells of it.
            match self.store.incident_of_postmortem(number).await {
                Ok(incident) => self.incident_changed(incident.as_slice()).await,
                Err(_) => self.monitoring.state().incidents.doubt(),
            }
        }
        outcome
    }
}

/// Accounts that are looked through; there are at most so many.
const PEOPLE_MAX: u32 = 1_000;

/// A text whose line ends are one character each, without blanks that nobody sees at the ends.
fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_matches('\n');
    if text.trim().is_empty() { String::new() } else { format!("{}\n", text.trim_end()) }
}

/// What was typed, as it is kept.
fn tidied(content: Content) -> Content {
    let Content { title, body, only } = content;
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Content {
        title: domain::postmortem::Texts { ja: line(&title.ja), en: line(&title.en) },
        body: domain::postmortem::Texts { ja: tidy(&body.ja), en: tidy(&body.en) },
        only,
    }
}
