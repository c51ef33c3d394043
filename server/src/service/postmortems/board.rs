//! Postmortems in memory: what everybody can read, with the newest publication of each. A visitor costs no query; older publications are read when
//! their page is made.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::postmortem::Content;
use domain::text::Language;
use store::StoreError;
use store::postmortems::{Postmortem, Publication, PublicationHead, Published};
use uuid::Uuid;

use crate::service::desk::Desk;

/// What stands before the id of a picture in a text.
pub(crate) const PICTURE: &str = "files/";

/// A postmortem that everybody can read, or could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) postmortem: Postmortem,
    /// Publications, the newest first, without those that were taken back; none at all when the newest was.
    pub(crate) history: Vec<PublicationHead>,
    pub(crate) newest: Publication,
}

impl Told {
    /// True when it was taken back: then everybody is told that, and nothing of what it said, until something else is published.
    pub(crate) fn is_retracted(&self) -> bool {
        self.newest.head.number <= self.postmortem.facts.retracted
    }
}

/// Postmortems, as far as they are in memory.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// The newest number first.
    all: Vec<Arc<Told>>,
    by_slug: HashMap<String, usize>,
    is_in_doubt: bool,
    /// When it was last made sure that this is what is on disk, on the clock that is never set.
    sure_at: Option<Duration>,
    /// The languages of the site in which they were read.
    languages: Vec<Language>,
}

/// It is made sure so often that memory has what is on disk, whatever was or was not heard of: what was taken back must not stay.
const SURE_EVERY: Duration = Duration::from_secs(60);

/// Pictures that a text names.
pub(crate) fn pictures(content: &Content) -> impl Iterator<Item = Uuid> + '_ {
    Language::ALL.into_iter().flat_map(|language| {
        let text = content.body.get(language);
        text.match_indices(PICTURE).filter_map(|(at, _)| text.get(at + PICTURE.len()..at + PICTURE.len() + 36)?.parse().ok())
    })
}

/// A publication as everybody reads it: in the languages that were meant, and with a title that holds nothing back.
pub(crate) fn public(publication: Publication, languages: &[Language]) -> Publication {
    let mut content = publication.content.meant(languages);
    content.title = content.title.withheld();
    Publication { content, ..publication }
}

fn told(published: Published, languages: &[Language]) -> Told {
    let Published { postmortem, mut history, newest } = published;
    history.retain(|head| head.number > postmortem.facts.retracted);
    Told { postmortem, history, newest: public(newest, languages) }
}

impl Board {
    fn index(&mut self) {
        let slug = |(place, one): (usize, &Arc<Told>)| Some((one.postmortem.facts.slug.as_ref()?.to_string(), place));
        self.by_slug = self.all.iter().enumerate().filter_map(slug).collect();
    }

    /// Takes all that is on disk. True when everybody can see something else now.
    fn load(&mut self, all: Vec<Published>, languages: &[Language]) -> bool {
        let newer = |published: Published| {
            let known = self.all.iter().find(|one| one.postmortem.number == published.postmortem.number);
            match known {
                // Changed since these were read.
                Some(known) if known.postmortem.version > published.postmortem.version => Arc::clone(known),
                _ => Arc::new(told(published, languages)),
            }
        };
        let all: Vec<Arc<Told>> = all.into_iter().map(newer).collect();
        let is_news = !self.all.iter().map(|one| seen(one)).eq(all.iter().map(|one| seen(one)));
        self.all = all;
        languages.clone_into(&mut self.languages);
        self.is_in_doubt = false;
        self.index();
        is_news
    }

    /// Takes one as it is on disk now. True when everybody can see something else now.
    fn put(&mut self, number: i64, published: Option<Published>, languages: &[Language]) -> bool {
        let place = self.all.iter().position(|one| one.postmortem.number == number);
        // Whoever read before somebody else wrote comes too late.
        let known = place.map_or(0, |place| self.all[place].postmortem.version);
        if published.as_ref().is_some_and(|published| published.postmortem.version < known) {
            return false;
        }
        let before = place.map(|place| self.all.remove(place));
        let after = published.map(|published| Arc::new(told(published, languages)));
        let is_news = before.as_deref().map(seen) != after.as_deref().map(seen);
        if let Some(after) = after {
            let place = self.all.partition_point(|one| one.postmortem.number > number);
            self.all.insert(place, after);
        }
        self.index();
        is_news
    }

    /// True when these are what is on disk, read in the languages that the site has.
    fn is_at(&self, versions: &[(i64, i64)], languages: &[Language]) -> bool {
        let own = self.all.iter().map(|one| (one.postmortem.number, one.postmortem.version));
        self.languages == languages && own.eq(versions.iter().copied())
    }

    /// All of them, the newest number first.
    pub(crate) fn all(&self) -> &[Arc<Told>] {
        &self.all
    }

    /// The one at this public address.
    pub(crate) fn told(&self, slug: &str) -> Option<&Arc<Told>> {
        self.all.get(*self.by_slug.get(slug)?)
    }

    /// The same, unless it was taken back.
    pub(crate) fn published(&self, slug: &str) -> Option<&Arc<Told>> {
        self.told(slug).filter(|one| !one.is_retracted())
    }

    /// The one of the incident with this key, unless it was taken back.
    pub(crate) fn of_incident(&self, key: i64) -> Option<&Arc<Told>> {
        self.all.iter().find(|one| one.postmortem.incident_key == key && !one.is_retracted())
    }
}

/// What everybody can see of one: that somebody writes at the next revision is told to nobody.
fn seen(told: &Told) -> (Option<&str>, bool, Option<&str>, &[PublicationHead]) {
    let facts = &told.postmortem.facts;
    let reason = facts.reason.as_ref().map(|(reason, _)| reason.as_str()).filter(|_| told.is_retracted());
    (facts.slug.as_ref().map(domain::text::Slug::as_str), told.is_retracted(), reason, &told.history)
}

impl Desk {
    /// Reads postmortems, after the start and before the first page.
    pub(crate) async fn load_postmortems(&self) -> Result<(), StoreError> {
        let elapsed = self.ledger.clock.elapsed();
        let all = self.store.published_postmortems().await?;
        let languages = self.monitoring.offer().languages.clone();
        let is_news = {
            let board = &mut self.monitoring.state().postmortems;
            board.sure_at = Some(elapsed);
            board.load(all, &languages)
        };
        if is_news {
            self.monitoring.offered_anew();
        }
        Ok(())
    }

    /// Reads one again that was changed, and tells pages.
    pub(super) async fn reread_postmortem(&self, number: i64) {
        match self.store.published_postmortem(number).await {
            Ok(published) => {
                let languages = self.monitoring.offer().languages.clone();
                let is_news = self.monitoring.state().postmortems.put(number, published, &languages);
                if is_news {
                    self.monitoring.offered_anew();
                } else {
                    self.monitoring.changed_inside();
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a postmortem changed and cannot be read; pages show it as it was, trying again");
                self.monitoring.state().postmortems.is_in_doubt = true;
            }
        }
    }

    /// Makes sure now and then that memory has what is on disk, and reads all again if not or if somebody could not; called every second.
    pub(crate) async fn turn_postmortems(&self) {
        let elapsed = self.ledger.clock.elapsed();
        let is_due = {
            let board = &self.monitoring.state().postmortems;
            board.is_in_doubt || board.sure_at.is_none_or(|at| elapsed.saturating_sub(at) >= SURE_EVERY)
        };
        if is_due && let Err(error) = self.make_sure(elapsed).await {
            tracing::debug!(%error, "postmortems cannot be read yet");
        }
    }

    /// Compares numbers first: texts are long, and one that nobody touched need not be read.
    async fn make_sure(&self, elapsed: Duration) -> Result<(), StoreError> {
        let versions = self.store.published_versions().await?;
        let languages = self.monitoring.offer().languages.clone();
        {
            let board = &mut self.monitoring.state().postmortems;
            if !board.is_in_doubt && board.is_at(&versions, &languages) {
                board.sure_at = Some(elapsed);
                return Ok(());
            }
        }
        self.load_postmortems().await
    }
}
