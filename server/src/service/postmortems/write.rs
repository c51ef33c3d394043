//! Writing: one is begun from the record, what is typed is kept while it is typed, and what is saved becomes a revision. Nobody overwrites what
//! somebody else saved meanwhile.

use std::time::Duration;

use domain::account::Permission;
use domain::postmortem::{
    Analysis, BODY_BYTES_MAX, BODY_LINES_MAX, Cause, Content, MESSAGE_CHARS_MAX, Move, State, TITLE_CHARS_MAX, Texts,
};
use domain::text::Language;
use domain::time::Timestamp;
use store::Transaction;
use store::postmortems::{Buffer, NewRevision, Postmortem, PostmortemFacts, Revision};
use uuid::Uuid;

use super::templates::Template;
use super::{done, found, moved, tell, tidied, to_state};
use crate::service::caller::{Caller, Who};
use crate::service::desk::{Desk, Outcome};
use crate::service::problem::{Invalid, Problem};
use crate::service::sign_in::Nothing;

/// What was typed into the editor.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextWanted {
    /// The number of the revision that it was made from; none: there was none.
    pub(crate) base: Option<i64>,
    pub(crate) title: Texts,
    pub(crate) body: Texts,
    /// `ja`, `en`, or empty: every language of the site.
    pub(crate) only: String,
    /// What changed; may be empty.
    pub(crate) message: String,
    pub(crate) is_minor: bool,
    /// True for an older revision that is made the newest once more: what whoever does so is typing stays as it is.
    pub(crate) is_restored: bool,
}

impl TextWanted {
    /// What is kept of it, or all that is wrong with it.
    pub(super) fn read(&self) -> Result<Content, Problem> {
        let mut wrong = Vec::new();
        let only = match self.only.trim() {
            "" => None,
            tag => Language::from_tag(tag).or_else(|| {
                wrong.push(Invalid::new("only", "invalid-language"));
                None
            }),
        };
        let content = tidied(Content { title: self.title.clone(), body: self.body.clone(), only });
        for language in Language::ALL {
            let (title, body) = (content.title.get(language), content.body.get(language));
            if title.chars().count() > TITLE_CHARS_MAX || title.chars().any(char::is_control) {
                wrong.push(Invalid::new(format!("title_{}", language.tag()), "invalid-postmortem-title"));
            }
            if body.len() > BODY_BYTES_MAX || body.lines().count() > BODY_LINES_MAX {
                wrong.push(Invalid::new(format!("body_{}", language.tag()), "invalid-postmortem-body"));
            }
        }
        if self.message.chars().count() > MESSAGE_CHARS_MAX {
            wrong.push(Invalid::new("message", "invalid-postmortem-message"));
        }
        if wrong.is_empty() { Ok(content) } else { Err(Problem::Invalid(wrong)) }
    }
}

/// What became of saving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// It is a revision with this number.
    Kept(i64),
    /// It says what the newest revision, with this number, says already.
    Same(i64),
    /// Somebody saved something meanwhile, under this number: both have to be put together.
    Outdated(i64),
}

/// As it is remembered for a request that is sent twice: the number, and 0 kept, 1 the same, 2 outdated.
type Kept = (i64, u8);

impl Desk {
    /// Begins the postmortem of an incident with a text made of a template; gives its number. One that is there already is given again.
    pub(crate) async fn begin_postmortem(&self, caller: &Caller, incident: i64, template: &str) -> Result<i64, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let templates = self.templates().await;
        let template = templates.into_iter().find(|known| known.slug.as_str() == template);
        let template = template.ok_or_else(|| Problem::invalid("template", "invalid-template"))?;
        let languages = self.monitoring.offer().languages.clone();
        let by = caller.clone();
        let begun = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move { begin(transaction, &by, incident, (template, languages), now).await })
        });
        let number = begun.await?;
        self.postmortem_changed(Ok(number), number).await
    }

    /// Says that an incident needs none, and why.
    pub(crate) async fn waive_postmortem(&self, caller: &Caller, incident: i64, typed: &str) -> Result<i64, Problem> {
        caller.must(Permission::Publish, self.now())?;
        let why = super::reason(typed)?;
        let by = caller.clone();
        let waived = self.change(caller, Some(Permission::Publish), move |transaction, now| {
            Box::pin(async move { waive(transaction, &by, incident, why, now).await })
        });
        let number = waived.await?;
        self.postmortem_changed(Ok(number), number).await
    }

    /// Keeps what somebody is typing; gives when. What is late or was typed before something that is kept is [`Problem::Conflict`]: it is not kept,
    /// and whoever sent it has to know.
    pub(crate) async fn keep_buffer(
        &self,
        caller: &Caller,
        number: i64,
        wanted: TextWanted,
        typed_ago: Duration,
    ) -> Result<Timestamp, Problem> {
        caller.must(Permission::Respond, self.now())?;
        // Clocks of browsers are wrong as often as not; how long ago it was they know.
        let typed_at = self.now().minus(typed_ago);
        let user = caller.person()?.key;
        let content = wanted.read()?;
        let (_, actor_id) = caller.actor();
        let kept = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let postmortem = found(transaction, number).await?;
                // What was on its way when it was saved is not something new.
                let newest = transaction.newest_revision(postmortem.key).await?;
                let own = newest.filter(|newest| newest.head.author_id == actor_id);
                if own.as_ref().is_some_and(|newest| newest.content == content) {
                    // What is saved already need not be kept; what was kept of it before may be what was taken out again.
                    transaction.drop_buffer(postmortem.key, user).await?;
                    return Ok((now, Vec::new()));
                }
                if own.is_some_and(|newest| wanted.base != Some(newest.head.number) && newest.head.created_at >= typed_at) {
                    return Err(Problem::Conflict);
                }
                let buffer = Buffer { base: wanted.base, content, message: wanted.message, typed_at, saved_at: now };
                if transaction.put_buffer(postmortem.key, user, &buffer).await? {
                    Ok((now, Vec::new()))
                } else {
                    Err(Problem::Conflict)
                }
            })
        });
        kept.await
    }

    /// Throws away what they typed and did not save.
    pub(crate) async fn discard_buffer(&self, caller: &Caller, number: i64) -> Result<(), Problem> {
        caller.must(Permission::Respond, self.now())?;
        let user = caller.person()?.key;
        let dropped = self.change(caller, Some(Permission::Respond), move |transaction, _| {
            Box::pin(async move {
                let postmortem = found(transaction, number).await?;
                transaction.drop_buffer(postmortem.key, user).await?;
                Ok((Nothing {}, vec![done("postmortem.buffer_discarded", &postmortem)]))
            })
        });
        dropped.await?;
        Ok(())
    }

    /// Saves a revision, unless somebody else saved one since the one that it was made from.
    pub(crate) async fn save_revision(&self, caller: &Caller, number: i64, wanted: TextWanted) -> Result<Saved, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let content = wanted.read()?;
        let by = caller.clone();
        let saved = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move { save(transaction, &by, number, (wanted, content), now).await })
        });
        let (revision, how) = self.postmortem_changed(saved.await, number).await?;
        Ok(match how {
            0 => Saved::Kept(revision),
            1 => Saved::Same(revision),
            _ => Saved::Outdated(revision),
        })
    }

    /// Makes an older revision the newest once more; gives its number.
    pub(crate) async fn restore_revision(
        &self,
        caller: &Caller,
        number: i64,
        revision: i64,
        message: &str,
    ) -> Result<Saved, Problem> {
        let old = self.revision(caller, number, revision).await?;
        let newest = self.postmortem(caller, number).await?.newest;
        let Revision { content: Content { title, body, only }, .. } = old;
        let only = only.map(Language::tag).unwrap_or_default().to_owned();
        let (base, message) = (newest.map(|newest| newest.head.number), message.to_owned());
        self.save_revision(caller, number, TextWanted { base, title, body, only, message, is_minor: false, is_restored: true })
            .await
    }
}

async fn begin(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    incident: i64,
    (template, languages): (Template, Vec<Language>),
    now: Timestamp,
) -> Outcome<i64> {
    let incident = transaction.incident(incident).await?.ok_or(Problem::NotFound("incident"))?;
    if incident.merged_into.is_some() {
        return Err(Problem::Refused("refused-merged"));
    }
    let content = template.content(&incident, &languages);
    let owner = match &by.who {
        Who::User(user) => Some(user.key),
        _ => None,
    };
    let (postmortem, action) = match transaction.postmortem_of(incident.key).await? {
        // Somebody writes one after all.
        Some(waived) if waived.facts.state == State::Waived => {
            let edit = Move::Edit { is_minor: false };
            let change = |facts: &mut PostmortemFacts| (facts.reason, facts.owner) = (None, owner);
            (to_state(transaction, by, (&waived, edit), change, now).await?, "postmortem.begun")
        }
        Some(there) => return Ok((there.number, Vec::new())),
        None => {
            let facts = PostmortemFacts { owner, ..fresh(State::Draft) };
            let begun = transaction.insert_postmortem(incident.key, Uuid::now_v7(), &facts, now).await?;
            tell(transaction, by, None, &begun, now).await?;
            (begun, "postmortem.begun")
        }
    };
    let (_, author_id) = by.actor();
    let message = template.name.get(languages.first().copied().unwrap_or(Language::En)).to_owned();
    let newest = transaction.newest_revision(postmortem.key).await?;
    if newest.is_none() {
        let new = NewRevision {
            base: None,
            content,
            message,
            is_minor: false,
            author_id,
            author_name: by.name().to_owned(),
            created_at: now,
        };
        transaction.append_revision(postmortem.key, &new).await?;
    }
    Ok((postmortem.number, vec![done(action, &postmortem).changed("incident", None, Some(incident.number))]))
}

/// What is said of a new one.
pub(super) const fn fresh(state: State) -> PostmortemFacts {
    PostmortemFacts {
        slug: None,
        state,
        analysis: Analysis::Preliminary,
        cause: Cause::Unknown,
        owner: None,
        no_actions: None,
        retracted: 0,
        reason: None,
    }
}

async fn waive(transaction: &mut Transaction<'_>, by: &Caller, incident: i64, why: String, now: Timestamp) -> Outcome<i64> {
    let incident = transaction.incident(incident).await?.ok_or(Problem::NotFound("incident"))?;
    let reason = Some((why.clone(), by.name().to_owned()));
    let postmortem = if let Some(there) = transaction.postmortem_of(incident.key).await? {
        to_state(transaction, by, (&there, Move::Waive), |facts| facts.reason = reason, now).await?
    } else {
        let facts = PostmortemFacts { reason, ..fresh(State::Waived) };
        let waived = transaction.insert_postmortem(incident.key, Uuid::now_v7(), &facts, now).await?;
        tell(transaction, by, None, &waived, now).await?;
        waived
    };
    Ok((postmortem.number, vec![done("postmortem.waived", &postmortem).changed("reason", None, Some(why))]))
}

async fn save(
    transaction: &mut Transaction<'_>,
    by: &Caller,
    number: i64,
    (wanted, content): (TextWanted, Content),
    now: Timestamp,
) -> Outcome<Kept> {
    let postmortem = found(transaction, number).await?;
    let newest = transaction.newest_revision(postmortem.key).await?;
    let (newest_number, newest_content) = newest.map_or((None, None), |newest| (Some(newest.head.number), Some(newest.content)));
    let is_restored = wanted.is_restored;
    if newest_content.as_ref() == Some(&content) {
        if !is_restored {
            forget_typed(transaction, by, &postmortem).await?;
        }
        return Ok(((newest_number.unwrap_or(0), 1), Vec::new()));
    }
    if newest_number != wanted.base {
        return Ok(((newest_number.unwrap_or(0), 2), Vec::new()));
    }
    let (_, author_id) = by.actor();
    let new = NewRevision {
        base: wanted.base,
        content,
        message: wanted.message.trim().to_owned(),
        is_minor: wanted.is_minor && newest_number.is_some(),
        author_id,
        author_name: by.name().to_owned(),
        created_at: now,
    };
    let is_minor = new.is_minor;
    let head = transaction.append_revision(postmortem.key, &new).await?;
    let after = to_state(transaction, by, (&postmortem, Move::Edit { is_minor }), |_| {}, now).await?;
    if !is_restored {
        forget_typed(transaction, by, &postmortem).await?;
    }
    let done = moved("postmortem.saved", &postmortem, &after).changed("revision", newest_number, Some(head.number));
    Ok(((head.number, 0), vec![done]))
}

/// What they typed is saved.
async fn forget_typed(transaction: &mut Transaction<'_>, by: &Caller, postmortem: &Postmortem) -> Result<(), Problem> {
    if let Who::User(user) = &by.who {
        transaction.drop_buffer(postmortem.key, user.key).await?;
    }
    Ok(())
}
