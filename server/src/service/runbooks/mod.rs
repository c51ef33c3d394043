//! Runbooks: those that ship and the operator's own, read again whenever their files change, every version kept, and what is known of how
//! they are used.
//!
//! Code map: this file is what pages, programs and runs ask for. `library` has the shapes; `reading` makes them of files; `watch` notices
//! changes and keeps new versions; `editions` holds a few older versions.

mod editions;
mod library;
pub(crate) mod reading;
mod watch;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::account::Permission;
use domain::runbook::history::Use;
use domain::runbook::lint::{Finding, lint, lint_languages};
use domain::runbook::parse::parse;
use domain::runbook::run::fold::fold;
use domain::runbook::run::{Deed, Event, Stand, TEXT_CHARS_MAX};
use domain::text::{Language, Slug};
use domain::time::Timestamp;
use store::runbooks::uses::RunbookUse;
use store::runbooks::{Review, RunEvent, RunStory, Version, VersionHead};

use self::editions::Editions;
pub(crate) use self::library::{Edition, EditionText, FileProblem, FileRead, Library, Runbook};
use self::watch::Watch;
use super::caller::Caller;
use super::desk::{Desk, Done};
use super::problem::Problem;
use super::sign_in::Nothing;

/// Live runs that tell how well a runbook works.
const RECENT_RUNS: u32 = 5;
/// Runbooks whose recent runs are looked at, those that were used last: what nobody has used for long tells nothing new.
const RECENT_RUNBOOKS_MAX: usize = 100;

/// Everything about runbooks that is in memory.
#[derive(Debug, Default)]
pub(crate) struct Runbooks {
    library: RwLock<Arc<Library>>,
    editions: Mutex<Editions>,
    watch: tokio::sync::Mutex<Watch>,
}

impl Runbooks {
    fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn editions(&self) -> MutexGuard<'_, Editions> {
        // A panic cannot leave it half changed: it is a few lines in one map.
        self.editions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Key of what is said of a version that can no longer be followed.
const UNFOLLOWABLE: &str = "refused-run-no-version";

/// A version that was kept, read where that keeps nobody waiting; none: it can no longer be followed.
async fn read(version: Version) -> Result<Option<Edition>, Problem> {
    tokio::task::spawn_blocking(move || Edition::of(version)).await.map_err(|panic| {
        tracing::error!(%panic, "reading a version of a runbook failed");
        Problem::Refused(UNFOLLOWABLE)
    })
}

impl Desk {
    /// Every runbook as it is now. Costs next to nothing.
    pub(crate) fn library(&self) -> Arc<Library> {
        self.runbooks.library()
    }

    /// The version with this key, whether or not it is in use.
    pub(crate) async fn edition(&self, version_key: i64) -> Result<Arc<Edition>, Problem> {
        let found = self.library().edition(version_key);
        if let Some(edition) = found.or_else(|| self.runbooks.editions().get(version_key)) {
            return Ok(edition);
        }
        if self.runbooks.editions().is_unfollowable(version_key) {
            return Err(Problem::Refused(UNFOLLOWABLE));
        }
        let version = self.store.runbook_version_by_key(version_key).await?.ok_or(Problem::NotFound("version"))?;
        let Some(edition) = read(version).await? else {
            self.runbooks.editions().put_unfollowable(version_key);
            return Err(Problem::Refused(UNFOLLOWABLE));
        };
        let edition = Arc::new(edition);
        self.runbooks.editions().put(&edition);
        Ok(edition)
    }

    /// The versions of a runbook, the newest first.
    pub(crate) async fn runbook_versions(&self, runbook: &Slug) -> Result<Vec<VersionHead>, Problem> {
        Ok(self.store.runbook_versions(runbook).await?)
    }

    /// The newest runs of a runbook, live ones or others.
    pub(crate) async fn newest_runs(&self, runbook: &Slug, is_live: bool, limit: u32) -> Result<Vec<RunStory>, Problem> {
        Ok(self.store.newest_runs(runbook, is_live, limit).await?)
    }

    /// Who reviewed a runbook last.
    pub(crate) async fn newest_review(&self, runbook: &Slug) -> Result<Option<Review>, Problem> {
        Ok(self.store.newest_reviews().await?.remove(runbook))
    }

    /// What is wrong with a text that somebody writes, also where it differs from the runbook in the other language.
    pub(crate) fn check_source(&self, source: &str, language: Option<Language>) -> Vec<Finding> {
        let document = parse(source);
        let (id, language) = (document.front.id.as_ref(), language.or(document.front.language));
        let file_name = id.zip(language).map(|(id, language)| format!("{id}.{}.md", language.tag()));
        let mut findings = lint(source, &document, file_name.as_deref());
        let library = self.library();
        let current = id.and_then(|id| library.runbooks.get(id)).and_then(|runbook| runbook.current.as_ref());
        let mut texts = current.iter().flat_map(|edition| &edition.texts);
        if let Some((_, other)) = texts.find(|(known, _)| language.is_some_and(|language| language != **known)) {
            findings.extend(lint_languages((other.source.as_str(), &other.document), (source, &document)));
            findings.sort_by_key(|finding| finding.span.start);
        }
        findings
    }

    /// Notes that somebody found a version of a runbook good.
    pub(crate) async fn review_runbook(&self, caller: &Caller, slug: &str, version: i64, note: &str) -> Result<(), Problem> {
        caller.must(Permission::Configure, self.now())?;
        let runbook: Slug = slug.parse().map_err(|_| Problem::NotFound("runbook"))?;
        let note: String = note.trim().chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        if note.chars().count() > TEXT_CHARS_MAX {
            return Err(Problem::invalid("note", "invalid-text-long"));
        }
        let name = caller.name().to_owned();
        self.change(caller, Some(Permission::Configure), move |transaction, now| {
            Box::pin(async move {
                if !transaction.review_runbook(&runbook, version, now, &name, &note).await? {
                    return Err(Problem::NotFound("version"));
                }
                let done = Done::new("runbook.reviewed", "runbook", &runbook, &runbook).changed("version", None, Some(version));
                Ok((Nothing {}, vec![done]))
            })
        })
        .await?;
        self.monitoring.changed_inside();
        Ok(())
    }

    /// What is known of the use of every runbook that was ever used or reviewed.
    pub(crate) async fn runbook_uses(&self, caller: &Caller) -> Result<HashMap<Slug, Use>, Problem> {
        caller.must(Permission::Read, self.now())?;
        let (kept, reviews) = tokio::try_join!(self.store.runbook_uses(), self.store.newest_reviews())?;
        let mut uses: HashMap<Slug, Use> = HashMap::new();
        for RunbookUse { runbook, used_at, drilled_at } in kept {
            uses.insert(runbook, Use { used_at, drilled_at, ..Use::default() });
        }
        for (runbook, review) in reviews {
            uses.entry(runbook).or_default().reviewed_at = Some(review.at);
        }
        let mut recently: Vec<(Reverse<Timestamp>, Slug)> =
            uses.iter().filter_map(|(slug, known)| Some((Reverse(known.used_at?), slug.clone()))).collect();
        recently.sort_unstable();
        for (_, slug) in recently.into_iter().take(RECENT_RUNBOOKS_MAX) {
            let recent = self.recent(&slug).await?;
            uses.entry(slug).or_default().recent = recent;
        }
        Ok(uses)
    }

    /// What is known of the use of one runbook.
    pub(crate) async fn runbook_use(&self, caller: &Caller, runbook: &Slug) -> Result<Use, Problem> {
        caller.must(Permission::Read, self.now())?;
        let (kept, reviewed) = tokio::try_join!(self.store.runbook_use(runbook), self.store.newest_reviews())?;
        let reviewed_at = reviewed.get(runbook).map(|review| review.at);
        let (used_at, drilled_at) = kept.map_or((None, None), |kept| (kept.used_at, kept.drilled_at));
        let recent = if used_at.is_some() { self.recent(runbook).await? } else { Vec::new() };
        Ok(Use { reviewed_at, drilled_at, used_at, recent })
    }

    /// Of the newest live runs of a runbook: how many steps were skipped or failed, and how many notes say that it is wrong.
    async fn recent(&self, runbook: &Slug) -> Result<Vec<(usize, usize)>, Problem> {
        let mut recent = Vec::new();
        for story in self.store.newest_runs(runbook, true, RECENT_RUNS).await? {
            // One that cannot be followed any more tells nothing about the runbook of today.
            let Ok(edition) = self.edition(story.run.version.key).await else { continue };
            let events: Vec<Event> = story.events.iter().map(RunEvent::for_rules).collect();
            let progress = fold(&edition.plan, &events);
            let missed = progress.steps.iter().filter(|step| matches!(step.stand, Stand::Skipped | Stand::Failed)).count();
            let wrong = events.iter().filter(|event| event.deed == Deed::Wrong).count();
            recent.push((missed, wrong));
        }
        Ok(recent)
    }
}
