//! The released program serving a sample site, and what several measurements ask of it.

use std::time::{Duration, Instant};

use tempfile::TempDir;
use tests::sample::{self, CONFIG_NAME, DATA_NAME, Story};
use tests::target::Target;

use crate::program::Serving;

/// Token of the heartbeat that makes changes.
const TOKEN: &str = "5f6b2c1e-8a54-4d3e-9b1a-0c2d4e6f8a10";
/// Every probe runs once in the first two seconds (500 of them in a second); after this nothing happens by itself.
const WARM_UP: Duration = Duration::from_secs(5);

/// A sample site that is being served.
pub(crate) struct Site {
    pub(crate) serving: Serving,
    pub(crate) http: reqwest::Client,
    _folder: TempDir,
    _target: Target,
}

/// The front page, as it came.
pub(crate) struct Page {
    pub(crate) version: u64,
    pub(crate) bytes: usize,
    /// From the request to the last byte.
    pub(crate) took: Duration,
}

impl Site {
    /// Makes one with this many components, the first of which [`Site::push`] changes, and waits until it is quiet. Making it also
    /// raises this process's limit of open files.
    pub(crate) async fn start(components: usize, story: Story) -> Self {
        let target = Target::start().await;
        let folder = TempDir::new().unwrap();
        let config = sample::with_heartbeat(&sample::config(components - 1, story, &target.url()), TOKEN);
        sample::prepare(folder.path(), &config, story).await;
        let serving = Serving::start(&folder.path().join(CONFIG_NAME), &folder.path().join(DATA_NAME)).await;
        let http = tests::http::client().build().unwrap();
        tokio::time::sleep(WARM_UP).await;
        Self { serving, http, _folder: folder, _target: target }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.serving.url)
    }

    /// Gets the front page, not compressed.
    pub(crate) async fn page(&self) -> Page {
        let began = Instant::now();
        let answer = self.http.get(self.url("/en/")).send().await.unwrap();
        let html = answer.text().await.unwrap();
        let took = began.elapsed();
        Page { version: version_of(&html).unwrap(), bytes: html.len(), took }
    }

    /// How long the front page takes when nothing changed: the median of a few.
    pub(crate) async fn warm(&self) -> Duration {
        let mut took = Vec::new();
        for _ in 0..9 {
            took.push(self.page().await.took);
        }
        median(took)
    }

    /// Calls the heartbeat: `up` or `down`, each a change at once if it was the other before. Returns when it is on disk.
    pub(crate) async fn push(&self, status: &str) {
        let answer = self.http.get(self.url(&format!("/api/push/{TOKEN}?status={status}"))).send().await.unwrap();
        assert!(answer.status().is_success(), "a push was answered with {}", answer.status());
    }

    /// Ends it.
    pub(crate) fn stop(self) {
        self.serving.stop();
    }
}

/// The version that a page says it is of.
pub(crate) fn version_of(html: &str) -> Option<u64> {
    html.split_once("data-version=\"")?.1.split('"').next()?.parse().ok()
}

/// The middle of the values; of an even number, the upper one.
pub(crate) fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
