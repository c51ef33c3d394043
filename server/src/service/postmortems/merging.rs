//! Two people saved: what only one of them changed is taken, and where both changed the same sentence somebody chooses. What comes of it goes
//! into the editor of whoever merged, to be looked over, and not past their eyes into a revision.

use domain::account::Permission;
use domain::postmortem::Content;
use domain::postmortem::merge::{Region, merge};
use domain::text::Language;
use store::postmortems::{Buffer, RevisionHead};

use super::write::TextWanted;
use super::{found, tidied};
use crate::service::caller::Caller;
use crate::service::desk::Desk;
use crate::service::problem::Problem;
use crate::service::sign_in::Nothing;

/// What is taken of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Ours,
    Theirs,
    /// One after the other.
    Both,
}

impl Choice {
    /// The one that forms call so.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "ours" => Some(Self::Ours),
            "theirs" => Some(Self::Theirs),
            "both" => Some(Self::Both),
            _ => None,
        }
    }
}

/// A text in one language, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// `title` or `body`.
    pub(crate) field: &'static str,
    pub(crate) language: Language,
    pub(crate) regions: Vec<Region>,
}

/// What is put together, of what somebody typed and what another saved.
#[derive(Clone, Debug)]
pub(crate) struct Merging {
    /// The newest revision, by the other.
    pub(crate) theirs: RevisionHead,
    pub(crate) parts: Vec<Part>,
    pub(crate) only: Option<Language>,
}

impl Merging {
    fn new(base: &Content, ours: &Content, theirs: (RevisionHead, &Content)) -> Self {
        let (head, newest) = theirs;
        let part = |field: &'static str, language: Language, pick: fn(&Content) -> &domain::postmortem::Texts| {
            let [base, ours, theirs] = [base, ours, newest].map(|content| pick(content).get(language));
            Part { field, language, regions: merge(base, ours, theirs) }
        };
        let parts = Language::ALL.into_iter().flat_map(|language| {
            [part("title", language, |content| &content.title), part("body", language, |content| &content.body)]
        });
        let only = if ours.only == base.only { newest.only } else { ours.only };
        Self { theirs: head, parts: parts.collect(), only }
    }

    /// What comes of it with a choice for each conflict, in order; none while one is missing.
    pub(crate) fn content(&self, choices: &[Option<Choice>]) -> Option<Content> {
        let mut choices = choices.iter();
        let mut content = Content { only: self.only, ..Content::default() };
        for part in &self.parts {
            let mut text = String::new();
            for region in &part.regions {
                match region {
                    Region::Merged(merged) => text.push_str(merged),
                    Region::Conflict { ours, theirs, .. } => match choices.next().copied().flatten()? {
                        Choice::Ours => text.push_str(ours),
                        Choice::Theirs => text.push_str(theirs),
                        Choice::Both => {
                            text.push_str(theirs);
                            text.push_str(ours);
                        }
                    },
                }
            }
            let texts = if part.field == "title" { &mut content.title } else { &mut content.body };
            *texts.get_mut(part.language) = text;
        }
        Some(tidied(content))
    }

    /// How many choices it takes.
    pub(crate) fn conflicts(&self) -> usize {
        let of_part = |part: &Part| part.regions.iter().filter(|region| matches!(region, Region::Conflict { .. })).count();
        self.parts.iter().map(of_part).sum()
    }
}

impl Desk {
    /// Puts what was typed together with what was saved meanwhile.
    pub(crate) async fn merging(&self, caller: &Caller, number: i64, wanted: &TextWanted) -> Result<Merging, Problem> {
        caller.must(Permission::Respond, self.now())?;
        let ours = wanted.read()?;
        let story = self.postmortem(caller, number).await?;
        let newest = story.newest.ok_or(Problem::NotFound("revision"))?;
        let base = match wanted.base {
            Some(base) => self.store.revision(story.postmortem.key, base).await?.map(|base| base.content).unwrap_or_default(),
            None => Content::default(),
        };
        // Comparing long texts takes a while, and must not keep others waiting.
        let merged = tokio::task::spawn_blocking(move || Merging::new(&base, &ours, (newest.head, &newest.content)));
        merged.await.map_err(|_| Problem::Busy)
    }

    /// Puts what came of a merge into the editor of whoever made it, as something that was made from the newest revision.
    pub(crate) async fn take_merged(
        &self,
        caller: &Caller,
        number: i64,
        merging: &Merging,
        content: Content,
        message: &str,
    ) -> Result<(), Problem> {
        let user = caller.person()?.key;
        let (base, message) = (Some(merging.theirs.number), message.to_owned());
        let taken = self.change(caller, Some(Permission::Respond), move |transaction, now| {
            Box::pin(async move {
                let postmortem = found(transaction, number).await?;
                let buffer = Buffer { base, content, message, typed_at: now, saved_at: now };
                transaction.put_buffer(postmortem.key, user, &buffer).await?;
                Ok((Nothing {}, Vec::new()))
            })
        });
        taken.await?;
        Ok(())
    }
}
