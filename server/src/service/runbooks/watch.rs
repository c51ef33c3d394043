//! Reads runbooks again when something changed: the operator's folder, or what the configuration says of it. New texts are versions: they
//! are kept first, and the library in memory follows once they are on disk.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::mem;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use domain::text::{Language, Slug};
use domain::time::Timestamp;
use probe::clock::Waiting;
use store::StoreError;
use store::runbooks::VersionHead;
use tokio::sync::oneshot;

use super::library::{Content, Edition, Library, Runbook};
use super::reading::{self, Draft, Drafts, FILES_MAX, Listing, Source};
use super::{Runbooks, read};
use crate::config::{Bundled, RunbookSettings};
use crate::service::caller::Caller;
use crate::service::desk::{Desk, Done, Ledger};
use crate::service::problem::Problem;

/// Most versions that are kept in one transaction: others wait for the disk too.
const VERSIONS_AT_ONCE: usize = 100;
/// How long the start waits for the folder: it may be on a server that is down, and watching matters more.
const START_LIMIT: Duration = Duration::from_secs(5);
/// How long a later look waits for it before the desk is told.
const LOOK_LIMIT: Duration = Duration::from_secs(60);
/// What the desk is told then.
const SILENT: &str = "it does not answer; Yagura goes on trying";

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
    /// A reading that goes on. Another begins only after it: each may hang.
    under_way: Option<oneshot::Receiver<Found>>,
}

impl Watch {
    /// What lies there; none: the folder did not answer in time. Then the reading goes on, and the next call waits for it again.
    async fn found(&mut self, settings: &RunbookSettings, mut end: Waiting) -> Result<Option<Found>, Problem> {
        loop {
            let reading = match self.under_way.take() {
                Some(reading) => reading,
                None => self.begin(settings.clone())?,
            };
            let outcome = tokio::select! {
                biased;
                outcome = self.under_way.insert(reading) => outcome,
                () = &mut end => return Ok(None),
            };
            self.under_way = None;
            let found = outcome.map_err(|_| {
                tracing::error!("reading runbooks failed");
                Problem::Busy
            })?;
            // It may have begun with other settings, or before the desk was told that nothing comes.
            if found.look.settings == *settings && (found.taken.is_some() || self.is_settled) {
                return Ok(Some(found));
            }
        }
    }

    fn begin(&self, settings: RunbookSettings) -> Result<oneshot::Receiver<Found>, Problem> {
        let known = self.seen.clone().filter(|_| self.is_settled);
        let before = self.taken.clone();
        let (sender, receiver) = oneshot::channel();
        // A thread of its own, since the end of the program would wait for one of the runtime's, however long that hangs. Nobody may be
        // there any more to be told.
        let work = move || drop(sender.send(Found::at(settings, known, before)));
        let begun = thread::Builder::new().name("runbooks".to_owned()).spawn(work);
        begun.map(|_| receiver).map_err(|error| {
            tracing::warn!(%error, "no thread can be had for reading runbooks");
            Problem::Busy
        })
    }
}

/// What a reading found.
#[derive(Debug)]
struct Found {
    look: Look,
    /// None: it looks as it did before.
    taken: Option<Taken>,
}

impl Found {
    fn at(settings: RunbookSettings, known: Option<Look>, before: Option<Taken>) -> Self {
        let look = Look::at(settings);
        let taken = (known.as_ref() != Some(&look)).then(|| Taken::read(&look, before));
        Self { look, taken }
    }
}

/// Who can see what a look changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// The desk alone.
    Inside,
    Public,
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

    /// How it looks while the folder, if there is one, does not answer.
    fn silent(settings: RunbookSettings) -> Self {
        let listing = settings.folder.as_ref().map(|_| Err(SILENT.to_owned()));
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
    fn read(look: &Look, before: Option<Self>) -> Self {
        let (sources, folder_problem) = match &look.listing {
            None => (Arc::default(), None),
            Some(Ok(listing)) => {
                let problem = listing.is_cut.then(|| format!("it holds more than {FILES_MAX} files; the others are not read"));
                (Arc::new(listing.read()), problem)
            }
            Some(Err(error)) => {
                let before = before.filter(|taken| taken.settings.folder == look.settings.folder);
                (before.map(|taken| taken.sources).unwrap_or_default(), Some(error.clone()))
            }
        };
        Self { settings: look.settings.clone(), sources, folder_problem }
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

/// Does work that takes a while where it keeps nobody waiting.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| {
        tracing::error!(%panic, "reading runbooks failed");
        Problem::Busy
    })
}

impl Runbooks {
    /// Looks whether something changed, and takes it up. When it cannot be kept, the library stays as it was, and the next look tries
    /// again. A folder that does not answer within `limit` counts as one that cannot be read.
    async fn look(&self, ledger: &Ledger, settings: RunbookSettings, limit: Duration) -> Result<Change, Problem> {
        let mut watch = self.watch.lock().await;
        let end = ledger.clock.sleep_until(ledger.clock.elapsed() + limit);
        let outcome = self.look_in_turn(&mut watch, ledger, settings, end).await;
        let was_failing = mem::replace(&mut watch.is_failing, outcome.is_err());
        if let (Err(problem), false) = (&outcome, was_failing) {
            tracing::warn!(%problem, "runbooks could not be taken up; those of before stay in use until they can");
        }
        outcome
    }

    async fn look_in_turn(
        &self,
        watch: &mut Watch,
        ledger: &Ledger,
        settings: RunbookSettings,
        end: Waiting,
    ) -> Result<Change, Problem> {
        let found = watch.found(&settings, end).await?;
        let (seen, taken) = match found {
            Some(Found { look, taken: Some(taken) }) => (Some(look), taken),
            Some(Found { taken: None, .. }) => return Ok(Change::Nothing),
            None => (None, Taken::read(&Look::silent(settings), watch.taken.clone())),
        };
        let looks_same = seen.is_some() && watch.seen == seen;
        let is_same = watch.taken.as_ref() == Some(&taken);
        let mut change = Change::Nothing;
        if !is_same {
            change = self.take_up(ledger, &taken).await?;
            watch.taken = Some(taken);
        }
        watch.is_settled = looks_same && is_same;
        watch.seen = seen;
        Ok(change)
    }

    async fn take_up(&self, ledger: &Ledger, taken: &Taken) -> Result<Change, Problem> {
        let (of, shows_bundled) = (taken.clone(), taken.settings.bundled == Bundled::Public);
        let Drafts { runbooks: drafts, strays } = apart(move || of.drafts()).await?;
        let before = self.library();
        // Of a folder that cannot be read nobody knows what would stand in the place of what ships.
        let notes_bundled = taken.folder_problem.is_none();
        let editions = self.editions_of(ledger, &before, &drafts, notes_bundled).await?;
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
        let change = if library.shows_the_same_as(&before) { Change::Inside } else { Change::Public };
        *self.library.write().unwrap_or_else(PoisonError::into_inner) = library;
        Ok(change)
    }

    /// The version that each of these runbooks has from now on, in their order. What is new is kept first, and it is noted which one is
    /// in use, of what ships only if `notes_bundled`.
    async fn editions_of(
        &self,
        ledger: &Ledger,
        before: &Library,
        drafts: &BTreeMap<Slug, Draft>,
        notes_bundled: bool,
    ) -> Result<Vec<Option<Arc<Edition>>>, Problem> {
        let mut editions = Vec::with_capacity(drafts.len());
        let mut fresh: Vec<Fresh<'_>> = Vec::new();
        for (place, (runbook, draft)) in drafts.iter().enumerate() {
            let known = before.runbooks.get(runbook);
            // What ships may just have stood in for the operator's own while their folder could not be read.
            let stood_in = known.is_some_and(|known| known.is_bundled && !draft.is_bundled);
            let former = known.and_then(|known| known.current.clone());
            let edition = match (&draft.content, former) {
                (None, Some(former)) if !stood_in => Some(former),
                (None, former) => last_used(ledger, runbook).await?.map(Arc::new).or(former),
                (Some(content), Some(former)) if former.head.sha256 == content.sha256 => Some(former),
                (Some(content), _) => {
                    let known = ledger.store.current_version(runbook).await?.map(|version| version.head);
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
            let heads = keep(ledger, some, notes_bundled).await?;
            for (fresh, head) in some.iter().zip(heads) {
                editions[fresh.place] = Some(Arc::new(fresh.content.clone().into_edition(head)));
            }
        }
        Ok(editions)
    }
}

/// The version of a runbook that was last in use.
async fn last_used(ledger: &Ledger, runbook: &Slug) -> Result<Option<Edition>, Problem> {
    match ledger.store.current_version(runbook).await? {
        Some(version) => read(version).await,
        None => Ok(None),
    }
}

/// Keeps versions as those in use, and writes down each that was not; gives what they are known by, in order.
async fn keep(ledger: &Ledger, fresh: &[Fresh<'_>], notes_bundled: bool) -> Result<Vec<VersionHead>, Problem> {
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
                    let (head, _) = transaction.keep_version(runbook, texts, *sha256, now).await?;
                    let former = if !is_bundled || notes_bundled { transaction.use_version(&head).await? } else { None };
                    // What ships came with the program, which is nobody's doing here.
                    if !is_bundled && former != Some(head.number) {
                        let read = Done::new("runbook.read", "runbook", runbook, runbook);
                        done.push(read.changed("version", former, Some(head.number)));
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
    /// Reads every runbook at the start. A folder that is not there or does not answer, or a database that is locked just now, is no
    /// reason not to watch.
    pub(crate) async fn load_runbooks(&self) -> Result<(), StoreError> {
        match self.look_again(START_LIMIT).await {
            Err(Problem::Store(error)) if !matches!(error, StoreError::TooSlow) => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes up what changed since the last look.
    pub(crate) async fn look_at_runbooks(&self) {
        if let Err(problem) = self.look_again(LOOK_LIMIT).await {
            tracing::debug!(%problem, "runbooks could not be taken up; trying again");
        }
    }

    async fn look_again(&self, limit: Duration) -> Result<(), Problem> {
        let settings = self.monitoring.state().config.runbooks.clone();
        match self.runbooks.look(&self.ledger, settings, limit).await? {
            Change::Nothing => {}
            Change::Inside => self.monitoring.changed_inside(),
            Change::Public => self.monitoring.offered_anew(),
        }
        Ok(())
    }
}
