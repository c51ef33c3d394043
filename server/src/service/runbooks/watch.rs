//! Reads runbooks again when something changed: the operator's folder, or what the configuration says of it. New texts are versions: they
//! are kept first, and the library in memory follows once they are on disk.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use domain::text::{Language, Slug};
use domain::time::Timestamp;
use store::StoreError;
use store::runbooks::VersionHead;

use super::library::{Content, Edition, Library, Runbook};
use super::reading::{self, Draft, Drafts, FILES_MAX, Listing, Source};
use super::{Runbooks, read};
use crate::config::{Bundled, RunbookSettings};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Done, Ledger};
use crate::service::problem::Problem;

/// Most versions that are kept in one transaction: others wait for the disk too.
const VERSIONS_AT_ONCE: usize = 100;

/// What whoever looks remembers.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// How it looked the last time.
    seen: Option<Look>,
    /// True once it was read twice while it looked the same: until then something may have been changed between two ticks of the file
    /// system's clock.
    is_settled: bool,
    /// What the library was made of.
    taken: Option<Taken>,
    /// True while new texts cannot be taken up.
    is_failing: bool,
}

/// How it looks from outside.
#[derive(Clone, Debug, PartialEq)]
struct Look {
    settings: RunbookSettings,
    /// Or why the folder cannot be read.
    listing: Option<Result<Listing, String>>,
}

impl Look {
    fn at(settings: RunbookSettings) -> Self {
        let listing = settings.folder.as_ref().map(|folder| reading::list(folder).map_err(|error| error.to_string()));
        Self { settings, listing }
    }
}

/// What a library is made of.
#[derive(Clone, Debug, PartialEq)]
struct Taken {
    settings: RunbookSettings,
    sources: Arc<Vec<Source>>,
    folder_problem: Option<String>,
}

impl Taken {
    /// Reads what lies there. Of a folder that cannot be read, what was read of it before stays.
    fn read(look: Look, before: Option<(PathBuf, Arc<Vec<Source>>)>) -> Self {
        let Look { settings, listing } = look;
        let (sources, folder_problem) = match listing {
            None => (Arc::default(), None),
            Some(Ok(listing)) => {
                let sources = listing.files.iter().map(|file| Source::read(&file.path)).collect();
                let problem = listing.is_cut.then(|| format!("it holds more than {FILES_MAX} files; the others are not read"));
                (Arc::new(sources), problem)
            }
            Some(Err(error)) => {
                let before = before.filter(|(folder, _)| settings.folder.as_ref() == Some(folder));
                (before.map(|(_, sources)| sources).unwrap_or_default(), Some(error))
            }
        };
        Self { settings, sources, folder_problem }
    }

    /// Each runbook once: the operator's own before the one that ships.
    fn drafts(&self) -> Drafts {
        let mut drafts = Drafts::of(&self.sources, false);
        if self.settings.bundled != Bundled::None {
            for (slug, draft) in &reading::bundled().runbooks {
                drafts.runbooks.entry(slug.clone()).or_insert_with(|| draft.clone());
            }
        }
        drafts
    }
}

/// Something that may be a new version.
struct Fresh<'d> {
    /// The place of its runbook among all.
    place: usize,
    runbook: &'d Slug,
    content: &'d Content,
    is_bundled: bool,
}

/// Does work that takes a while, and the disk, where it keeps nobody waiting.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| {
        tracing::error!(%panic, "reading runbooks failed");
        Problem::Busy
    })
}

impl Runbooks {
    /// Looks whether something changed, and takes it up; true when the library is another one. When it cannot be kept, the library stays
    /// as it was, and the next look tries again.
    async fn look(&self, ledger: &Ledger, settings: RunbookSettings) -> Result<bool, Problem> {
        let mut watch = self.watch.lock().await;
        let outcome = self.look_in_turn(&mut watch, ledger, settings).await;
        let was_failing = mem::replace(&mut watch.is_failing, outcome.is_err());
        if let (Err(problem), false) = (&outcome, was_failing) {
            tracing::warn!(%problem, "runbooks could not be taken up; those of before stay in use until they can");
        }
        outcome
    }

    async fn look_in_turn(&self, watch: &mut Watch, ledger: &Ledger, settings: RunbookSettings) -> Result<bool, Problem> {
        let look = apart(move || Look::at(settings)).await?;
        let looks_same = watch.seen.as_ref() == Some(&look);
        if looks_same && watch.is_settled {
            return Ok(false);
        }
        let before = watch.taken.as_ref().and_then(|taken| Some((taken.settings.folder.clone()?, Arc::clone(&taken.sources))));
        let seen = look.clone();
        let taken = apart(move || Taken::read(look, before)).await?;
        let is_same = watch.taken.as_ref() == Some(&taken);
        if !is_same {
            self.take_up(ledger, &taken).await?;
            watch.taken = Some(taken);
        }
        watch.is_settled = looks_same && is_same;
        watch.seen = Some(seen);
        Ok(!is_same)
    }

    async fn take_up(&self, ledger: &Ledger, taken: &Taken) -> Result<(), Problem> {
        let (of, shows_bundled) = (taken.clone(), taken.settings.bundled == Bundled::Public);
        let Drafts { runbooks: drafts, strays } = apart(move || of.drafts()).await?;
        let before = self.library();
        let editions = self.editions_of(ledger, &before, &drafts).await?;
        let shelve = |(draft, current): (Draft, Option<Arc<Edition>>)| {
            let Draft { slug, is_bundled, files, may_be_public, .. } = draft;
            let is_public =
                may_be_public && (!is_bundled || shows_bundled) && current.as_ref().is_some_and(|edition| edition.is_public());
            Runbook { slug, is_bundled, is_public, files, current }
        };
        let all: Vec<Runbook> = drafts.into_values().zip(editions).map(shelve).collect();
        let library = Arc::new(Library::new(all, strays, taken.folder_problem.clone()));
        say(&before, &library, taken.settings.folder.as_deref());
        // A run may go on with what is no longer in use.
        let replaced = before.runbooks.values().filter_map(|runbook| runbook.current.as_ref());
        let gone = replaced.filter(|edition| library.edition(edition.head.key).is_none());
        gone.for_each(|edition| self.editions().put(edition));
        *self.library.write().unwrap_or_else(PoisonError::into_inner) = library;
        Ok(())
    }

    /// The version that each of these runbooks has from now on, in their order. What is new is kept first.
    async fn editions_of(
        &self,
        ledger: &Ledger,
        before: &Library,
        drafts: &BTreeMap<Slug, Draft>,
    ) -> Result<Vec<Option<Arc<Edition>>>, Problem> {
        let mut editions = Vec::with_capacity(drafts.len());
        let mut fresh: Vec<Fresh<'_>> = Vec::new();
        for (place, (runbook, draft)) in drafts.iter().enumerate() {
            let former = before.runbooks.get(runbook).and_then(|runbook| runbook.current.clone());
            let edition = match (&draft.content, former) {
                (None, Some(former)) => Some(former),
                (None, None) => newest(ledger, runbook).await?.map(Arc::new),
                (Some(content), Some(former)) if former.head.sha256 == content.sha256 => Some(former),
                (Some(content), _) => {
                    let known = ledger.store.newest_version(runbook).await?.map(|version| version.head);
                    let head = known.filter(|head| head.sha256 == content.sha256);
                    if head.is_none() {
                        fresh.push(Fresh { place, runbook, content, is_bundled: draft.is_bundled });
                    }
                    head.map(|head| Arc::new(content.clone().into_edition(head)))
                }
            };
            editions.push(edition);
        }
        for some in fresh.chunks(VERSIONS_AT_ONCE) {
            let heads = keep(ledger, some).await?;
            for (fresh, head) in some.iter().zip(heads) {
                editions[fresh.place] = Some(Arc::new(fresh.content.clone().into_edition(head)));
            }
        }
        Ok(editions)
    }
}

/// The newest version that was ever kept of a runbook.
async fn newest(ledger: &Ledger, runbook: &Slug) -> Result<Option<Edition>, Problem> {
    match ledger.store.newest_version(runbook).await? {
        Some(version) => Ok(read(version).await),
        None => Ok(None),
    }
}

/// Keeps versions, and writes down each that is new; gives what they are known by, in order.
async fn keep(ledger: &Ledger, fresh: &[Fresh<'_>]) -> Result<Vec<VersionHead>, Problem> {
    let wanted = |one: &Fresh<'_>| {
        let texts = one.content.texts.iter().map(|(language, text)| (*language, text.source.clone()));
        (one.runbook.clone(), texts.collect::<BTreeMap<Language, String>>(), one.content.sha256, one.is_bundled)
    };
    let wanted: Vec<_> = fresh.iter().map(wanted).collect();
    let known: Vec<(i64, i64, Timestamp)> = ledger
        .change(&Caller::system(), None, move |transaction, now| {
            Box::pin(async move {
                let (mut known, mut done) = (Vec::new(), Vec::new());
                for (runbook, texts, sha256, is_bundled) in &wanted {
                    let (head, is_new) = transaction.keep_version(runbook, texts, *sha256, now).await?;
                    // What ships came with the program, which is nobody's doing here.
                    if is_new && !is_bundled {
                        let read = Done::new("runbook.read", "runbook", runbook, runbook);
                        done.push(read.changed("version", None, Some(head.number)));
                    }
                    known.push((head.key, head.number, head.created_at));
                }
                Ok((known, done))
            })
        })
        .await?;
    let heads = known.into_iter().zip(fresh).map(|((key, number, created_at), one)| VersionHead {
        key,
        runbook: one.runbook.clone(),
        number,
        sha256: one.content.sha256,
        created_at,
    });
    Ok(heads.collect())
}

/// Tells the log what there is, and what is not taken up.
fn say(before: &Library, after: &Library, folder: Option<&Path>) {
    for runbook in after.runbooks.values() {
        let version = runbook.current.as_ref().map(|edition| edition.head.number);
        for (file, (errors, _)) in runbook.files.iter().map(|file| (file, file.counts())).filter(|(_, (errors, _))| *errors > 0) {
            tracing::warn!(file = file.path, errors, version, "a runbook has mistakes; the version before them stays in use");
        }
    }
    if let (Some(problem), Some(folder)) = (&after.folder_problem, folder)
        && before.folder_problem != after.folder_problem
    {
        tracing::warn!(folder = %folder.display(), problem, "the folder of runbooks cannot be read as it should");
    }
    tracing::info!(runbooks = after.runbooks.len(), other_files = after.strays.len(), "read the runbooks");
}

impl Desk {
    /// Reads every runbook at the start. A folder that is not there, or a database that is locked just now, is no reason not to watch.
    pub(crate) async fn load_runbooks(&self) -> Result<(), StoreError> {
        match self.look_again().await {
            Err(Problem::Store(error)) if !matches!(error, StoreError::TooSlow) => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes up what changed since the last look.
    pub(crate) async fn look_at_runbooks(&self) {
        if let Err(problem) = self.look_again().await {
            tracing::debug!(%problem, "runbooks could not be taken up; trying again");
        }
    }

    async fn look_again(&self) -> Result<(), Problem> {
        let settings = self.monitoring.state().config.runbooks.clone();
        if self.runbooks.look(&self.ledger, settings).await? {
            self.monitoring.offered_anew();
        }
        Ok(())
    }
}
