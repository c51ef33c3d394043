//! Looking over: one is handed to others, they say what they think of a revision, and comment on its passages.

use domain::account::Permission;
use domain::postmortem::anchor::{Anchor, find_rendered};
use domain::postmortem::{Move, Verdict};
use domain::text::Language;
use domain::time::Timestamp;
use store::Transaction;
use store::postmortems::{NewComment, Review, RevisionHead};
use uuid::Uuid;

use super::{done, found, moved, to_state, unchanged};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// Longest comment, in characters.
const COMMENT_CHARS_MAX: usize = 4_000;
/// Longest note of a review, in characters.
const NOTE_CHARS_MAX: usize = 2_000;

/// A comment that somebody typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommentWanted {
    /// The revision that they looked at.
    pub(crate) revision: i64,
    /// `ja` or `en`.
    pub(crate) language: String,
    /// The passage, as it was marked where it is read; empty: it speaks of all of it.
    pub(crate) quote: String,
    /// The comment that it answers.
    pub(crate) parent: Option<Uuid>,
    pub(crate) body: String,
}

impl Desk {
    /// Hands a postmortem to others; gives its version.
    pub(crate) async fn submit_postmortem(&self, caller: &Caller, number: i64, version: i64) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let by = caller.clone();
        let submitted = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let before = unchanged(transaction, number, version).await?;
                if transaction.newest_revision(before.key).await?.is_none() {
                    return Err(Problem::Refused("refused-postmortem-empty"));
                }
                let after = to_state(transaction, &by, (&before, Move::Submit), |_| {}, now).await?;
                Ok((after.version, vec![moved("postmortem.submitted", &before, &after)]))
            })
        });
        self.postmortem_changed(submitted.await, number).await
    }

    /// Says of a revision whether it is good; gives the version.
    pub(crate) async fn review_postmortem(
        &self,
        caller: &Caller,
        number: i64,
        (version, revision): (i64, i64),
        (verdict, note): (Verdict, &str),
    ) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let note = note.trim().to_owned();
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err(Problem::invalid("note", "invalid-postmortem-note"));
        }
        if verdict == Verdict::RequestChanges && note.is_empty() {
            return Err(Problem::invalid("note", "invalid-postmortem-note-missing"));
        }
        let is_alone = self.is_alone(caller).await?;
        let by = caller.clone();
        let reviewed = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            let said = (revision, verdict, note);
            Box::pin(async move { review(transaction, &by, (number, version), said, is_alone, now).await })
        });
        self.postmortem_changed(reviewed.await, number).await
    }

    /// Keeps a comment.
    pub(crate) async fn comment(&self, caller: &Caller, number: i64, wanted: CommentWanted) -> Result<(), Problem> {
        caller.must(Permission::Respond, self.now())?;
        let by = caller.clone();
        let kept = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move { comment(transaction, &by, number, wanted, now).await })
        });
        kept.await?;
        self.monitoring.changed_inside();
        Ok(())
    }

    /// Notes that a comment was seen to, or was not after all.
    pub(crate) async fn resolve_comment(&self, caller: &Caller, number: i64, id: Uuid, is_resolved: bool) -> Result<(), Problem> {
        caller.must(Permission::Respond, self.now())?;
        let name = caller.name().to_owned();
        let resolved = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let postmortem = found(transaction, number).await?;
                let comment = transaction.postmortem_comment(postmortem.key, id).await?.ok_or(Problem::NotFound("comment"))?;
                transaction.resolve_comment(comment.key, is_resolved.then_some((now, name.as_str()))).await?;
                let action = if is_resolved { "postmortem.comment_resolved" } else { "postmortem.comment_reopened" };
                Ok((Nothing {}, vec![done(action, &postmortem)]))
            })
        });
        resolved.await?;
        self.monitoring.changed_inside();
        Ok(())
    }
}

async fn review(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    (number, version): (i64, i64),
    (revision, verdict, note): (i64, Verdict, String),
    is_alone: bool,
    now: Timestamp,
) -> Outcome<i64> {
    let before = unchanged(transaction, number, version).await?;
    let newest = transaction.newest_revision(before.key).await?.ok_or(Problem::NotFound("revision"))?;
    // What was not looked at is not approved.
    if newest.head.number != revision {
        return Err(Problem::Conflict);
    }
    let (_, actor_id) = by.actor();
    let published = transaction.publications(before.key).await?.first().map_or(0, |last| last.revision);
    let is_own = is_own(&transaction.revisions_since(before.key, published).await?, &actor_id);
    if is_own && verdict == Verdict::Approve && !is_alone {
        return Err(Problem::Refused("refused-own-approval"));
    }
    let step = if verdict == Verdict::Approve { Move::Approve } else { Move::RequestChanges };
    let after = to_state(transaction, by, (&before, step), |_| {}, now).await?;
    let review = Review { revision, verdict, note, actor_id, actor_name: by.name().to_owned(), is_own, at: now };
    transaction.append_postmortem_review(before.key, &review).await?;
    let action = if verdict == Verdict::Approve { "postmortem.approved" } else { "postmortem.changes_requested" };
    let done = moved(action, &before, &after).changed("revision", None, Some(revision)).changed("own", false, is_own);
    Ok((after.version, vec![done]))
}

/// True when somebody who approves what was written since the last publication approves what they wrote themselves: the newest revision that is more
/// than a minor correction, or all of these. A comma by somebody else makes nobody a reviewer.
pub(crate) fn is_own(since: &[RevisionHead], actor_id: &str) -> bool {
    let mut said = since.iter().filter(|head| !head.is_minor).peekable();
    match said.peek().or(since.first().as_ref()) {
        Some(newest) if newest.author_id == actor_id => true,
        Some(_) => said.peek().is_some() && said.all(|head| head.author_id == actor_id),
        None => false,
    }
}

async fn comment(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    wanted: CommentWanted,
    now: Timestamp,
) -> Outcome<Nothing> {
    let postmortem = found(transaction, number).await?;
    let body = wanted.body.trim().to_owned();
    if body.is_empty() || body.chars().count() > COMMENT_CHARS_MAX {
        return Err(Problem::invalid("body", "invalid-comment"));
    }
    let (parent, revision, language, anchor) = if let Some(id) = wanted.parent {
        let parent = transaction.postmortem_comment(postmortem.key, id).await?.ok_or(Problem::NotFound("comment"))?;
        // An answer to an answer is an answer to the comment.
        (Some(parent.parent.unwrap_or(parent.key)), parent.revision, parent.language, None)
    } else {
        let language =
            Language::from_tag(wanted.language.trim()).ok_or_else(|| Problem::invalid("language", "invalid-language"))?;
        let revision = transaction.revision(postmortem.key, wanted.revision).await?;
        let revision = revision.ok_or(Problem::NotFound("revision"))?;
        let anchor = anchor(revision.content.body.get(language), &wanted)?;
        (None, revision.head.number, language, anchor)
    };
    let (_, actor_id) = by.actor();
    let actor_name = by.name().to_owned();
    let new = NewComment { id: Uuid::now_v7(), parent, revision, language, anchor, body, actor_id, actor_name, at: now };
    transaction.append_comment(postmortem.key, &new).await?;
    Ok((Nothing {}, vec![done("postmortem.commented", &postmortem).changed("revision", None, Some(revision))]))
}

/// The passage that was marked, in the text in which it was.
fn anchor(text: &str, wanted: &CommentWanted) -> Result<Option<Anchor>, Problem> {
    let quote = wanted.quote.replace("\r\n", "\n");
    let quote = quote.trim();
    if quote.is_empty() {
        return Ok(None);
    }
    let anchor = find_rendered(text, quote).and_then(|range| Anchor::new(text, range));
    anchor.map(Some).ok_or_else(|| Problem::invalid("quote", "invalid-quote"))
}
