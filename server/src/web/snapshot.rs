//! What the front page shows, taken from the state once per change or minute and shared by everything that is made of it: the page, the
//! Statuspage API, feeds, badges, the widget.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use app::data::{PublicComponent, StatusPage};
use domain::text::Language;

use super::Web;
use super::page_data::Reader;

/// After this long its figures are old.
const AGE_MAX: Duration = Duration::from_secs(60);
/// Who makes small things for each request makes do with one of this age, whatever changed meanwhile: nobody can keep the state busy by
/// asking for badges while something flaps.
const AGE_SMALL: Duration = Duration::from_millis(500);

/// How new a snapshot has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything that is confirmed is in it.
    Newest,
    /// It may be half a second behind.
    Recent,
}

#[derive(Debug)]
struct Taken {
    at: Duration,
    page: Arc<StatusPage>,
}

/// The newest snapshot in each language.
#[derive(Debug, Default)]
pub(crate) struct Snapshots([RwLock<Option<Taken>>; Language::ALL.len()]);

impl Snapshots {
    /// The front page's content in a language.
    pub(super) fn get(&self, web: &Web, language: Language, wanted: Wanted) -> Arc<StatusPage> {
        let (now, version) = (web.monitoring.clock.elapsed(), web.monitoring.version());
        let place = &self.0[language as usize];
        if let Some(taken) = place.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            let age = now.saturating_sub(taken.at);
            let is_newest = taken.page.version >= version && age < AGE_MAX;
            if is_newest || (wanted == Wanted::Recent && age < AGE_SMALL) {
                return Arc::clone(&taken.page);
            }
        }
        // Two who come at the same time both take one; that costs less than making one wait for the other.
        let page = Arc::new(Reader::new(web).take(language));
        let mut place = place.write().unwrap_or_else(PoisonError::into_inner);
        if place.as_ref().is_none_or(|taken| taken.page.version <= page.version) {
            *place = Some(Taken { at: now, page: Arc::clone(&page) });
        }
        page
    }
}

/// The component with this slug.
pub(super) fn component<'p>(page: &'p StatusPage, slug: &str) -> Option<&'p PublicComponent> {
    page.groups.iter().flat_map(|group| &group.components).find(|component| component.slug == slug)
}
