//! Public pages and documents as bytes in memory. A visitor costs no query and, nearly always, no rendering: a page is rendered again
//! when something confirmed changed (at most twice a second), else after a minute, and only if somebody asks. While one request
//! renders, the others get the bytes from before.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use app::data::Assets;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::text::Language;
use tokio::sync::Mutex;

use super::answer::Kept;
use super::page::Page;
use super::{Web, alert_page, assets, failure, page_data, render};

/// At most this often a page is rendered again because something changed. Half a second, so that with the pause after which an open
/// page asks again a change is on it within a second, also when somebody else had it rendered just before.
const RENDER_INTERVAL_MIN: Duration = Duration::from_millis(500);
/// After this long its figures (times, percentages) are old.
const RENDER_INTERVAL_MAX: Duration = Duration::from_secs(60);
/// When something could not be read, the page is made again after this long.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);
/// Pages in memory. Beyond it, those asked for least recently go.
const PAGES_MAX: usize = 2_500;
/// All of them together, in bytes: about 500 pages of components, or the front page of 1,000 components in ten forms. The one that is
/// asked for is kept however large it is.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// A page as it is sent.
#[derive(Debug)]
struct Rendered {
    version: u64,
    at: Duration,
    /// Unless something changes before.
    good_for: Duration,
    kept: Arc<Kept>,
}

#[derive(Debug, Default)]
struct Entry {
    rendered: RwLock<Option<Arc<Rendered>>>,
    rendering: Mutex<()>,
    asked_at_ms: AtomicU64,
}

impl Entry {
    fn rendered(&self) -> Option<Arc<Rendered>> {
        self.rendered.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// All pages that were asked for.
#[derive(Debug)]
pub(crate) struct PageCache {
    entries: RwLock<HashMap<Page, Arc<Entry>>>,
    assets: Arc<Assets>,
    renderings: AtomicU64,
}

impl Default for PageCache {
    fn default() -> Self {
        // Leptos spawns on tokio; a second server in one process (tests) finds that done.
        let _ = any_spawner::Executor::init_tokio();
        Self { entries: RwLock::default(), assets: Arc::new(assets::names()), renderings: AtomicU64::new(0) }
    }
}

impl PageCache {
    /// How often a page was rendered since the start.
    pub(super) fn renderings(&self) -> u64 {
        self.renderings.load(Ordering::Relaxed)
    }

    /// The build of the assets that pages name.
    pub(super) fn build(&self) -> &str {
        &self.assets.build
    }

    /// The files that pages name.
    pub(super) fn assets(&self) -> &Arc<Assets> {
        &self.assets
    }

    /// Answers a request for a page.
    pub(super) async fn answer(&self, web: &Web, page: Page, headers: &HeaderMap) -> Response {
        // Whatever is asked for that is not there is one page, not a page each: nobody can fill the memory with made-up names.
        let is_there = match &page {
            Page::History(_, Some(month)) => page_data::has_month(&web.monitoring, *month),
            Page::Incident(_, number) => page_data::is_told(&web.monitoring, *number),
            Page::Runbook(_, slug) => page_data::is_public_runbook(web, slug),
            Page::Postmortem(_, slug, view) => page_data::has_postmortem(web, slug, *view),
            Page::PostmortemExport(_, slug, _) => page_data::has_published(web, slug),
            page => page.component().is_none_or(|slug| page_data::is_public(&web.monitoring, slug)),
        };
        let page = if is_there { page } else { Page::Missing(page.language()) };
        match self.rendered(web, page).await {
            Some(rendered) => rendered.kept.answer(headers),
            None => failure::internal(),
        }
    }

    /// Answers a request for the page of an alert that no public runbook is bound to. The page is kept once, and names are put into it:
    /// nobody can fill the memory with names.
    pub(super) async fn alert_stub(&self, web: &Web, language: Language, component: &str, alert: &str) -> Response {
        match self.rendered(web, Page::AlertStub(language, alert_page::has_upstream(component, alert))).await {
            Some(rendered) => alert_page::filled(rendered.kept.plain(), rendered.kept.policy(), component, alert),
            None => failure::internal(),
        }
    }

    async fn rendered(&self, web: &Web, page: Page) -> Option<Arc<Rendered>> {
        let now = web.monitoring.clock.elapsed();
        let entry = self.entry(&page);
        entry.asked_at_ms.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let known = entry.rendered();
        let is_fresh = |rendered: &Rendered| {
            let age = now.saturating_sub(rendered.at);
            age < RENDER_INTERVAL_MIN || (rendered.version >= web.monitoring.version() && age < rendered.good_for)
        };
        if known.as_deref().is_some_and(is_fresh) {
            return known;
        }
        let _rendering = match entry.rendering.try_lock() {
            Ok(guard) => guard,
            Err(_) if known.is_some() => return known,
            Err(_) => entry.rendering.lock().await,
        };
        let newest = entry.rendered();
        if newest.as_deref().is_some_and(is_fresh) {
            return newest;
        }
        self.renderings.fetch_add(1, Ordering::Relaxed);
        let (at, version) = (web.monitoring.clock.elapsed(), web.monitoring.version());
        let kept = match render::render(web, &page).await {
            // What it needs cannot be read: bytes from before are better than none.
            Ok(document) if document.status == StatusCode::SERVICE_UNAVAILABLE && newest.is_some() => {
                let kept = newest.as_ref().map(|rendered| Arc::clone(&rendered.kept));
                kept.map(|kept| (kept, RETRY_INTERVAL))
            }
            Ok(document) => {
                let good_for = if document.is_whole { RENDER_INTERVAL_MAX } else { RETRY_INTERVAL };
                let compressed = tokio::task::spawn_blocking(move || Kept::new(document)).await;
                let kept = compressed.map_err(|error| error.to_string()).and_then(|kept| kept.map_err(|error| error.to_string()));
                kept.inspect_err(|problem| tracing::error!(?page, problem, "a page could not be compressed"))
                    .ok()
                    .map(|kept| (Arc::new(kept), good_for))
            }
            Err(problem) => {
                tracing::error!(?page, problem, "a page could not be rendered");
                None
            }
        };
        let Some((kept, good_for)) = kept else { return newest };
        let rendered = Arc::new(Rendered { version, at, good_for, kept });
        *entry.rendered.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rendered));
        self.make_room(&page);
        Some(rendered)
    }

    fn entry(&self, page: &Page) -> Arc<Entry> {
        if let Some(entry) = self.entries.read().unwrap_or_else(PoisonError::into_inner).get(page) {
            return Arc::clone(entry);
        }
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= PAGES_MAX {
            oldest_but(&entries, page).and_then(|oldest| entries.remove(&oldest));
        }
        Arc::clone(entries.entry(page.clone()).or_default())
    }

    /// Lets go of what was asked for least recently until all is within bounds.
    fn make_room(&self, newest: &Page) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let bytes = |entry: &Entry| entry.rendered().map_or(0, |rendered| rendered.kept.bytes());
        let mut sum: usize = entries.values().map(|entry| bytes(entry)).sum();
        while sum > BYTES_MAX {
            let Some(gone) = oldest_but(&entries, newest).and_then(|oldest| entries.remove(&oldest)) else { return };
            sum -= bytes(&gone).min(sum);
        }
    }
}

fn oldest_but(entries: &HashMap<Page, Arc<Entry>>, page: &Page) -> Option<Page> {
    let others = entries.iter().filter(|(other, _)| *other != page);
    others.min_by_key(|(_, entry)| entry.asked_at_ms.load(Ordering::Relaxed)).map(|(page, _)| page.clone())
}
