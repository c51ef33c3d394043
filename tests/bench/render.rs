//! What a change costs: rendering the front page again, by the number of components.

use std::time::Duration;

use reqwest::header::ACCEPT_ENCODING;
use tests::sample::Story;

use crate::Row;
use crate::site::{Page, Site, median, ms};

/// Components on the page.
const SIZES: [usize; 3] = [20, 200, 1_000];
const CHANGES: usize = 10;
/// Longer than a page is served unchanged after it was rendered, whatever happens (half a second).
const PAUSE: Duration = Duration::from_millis(800);
/// Longest that a change may take before this gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first answer that is of a later version than `before`.
async fn changed(site: &Site, before: u64) -> Page {
    loop {
        let page = site.page().await;
        if page.version > before {
            return page;
        }
    }
}

async fn row(components: usize) -> Row {
    let site = Site::start(components, Story::Mixed).await;
    // Its first call is a change of another kind: not known before.
    site.push("up").await;
    tokio::time::sleep(PAUSE).await;
    let mut shown = site.page().await;
    let mut costs = Vec::new();
    for n in 0..CHANGES {
        let warm = site.warm().await;
        tokio::time::sleep(PAUSE).await;
        site.push(if n % 2 == 0 { "down" } else { "up" }).await;
        let fresh = tokio::time::timeout(PATIENCE, changed(&site, shown.version)).await.unwrap();
        costs.push(fresh.took.saturating_sub(warm));
        shown = fresh;
    }
    let warm = site.warm().await;
    let compressed = site.http.get(site.url("/en/")).header(ACCEPT_ENCODING, "br").send().await.unwrap().bytes().await.unwrap();
    site.stop();
    let cost = ms(median(costs));
    Row::new(
        format!("rendering the front page after a change, {components} components (median of {CHANGES})"),
        format!("{cost:.1} ms"),
        format!(
            "{:.0} × the same from memory ({:.2} ms); {:.1} kB, {:.1} kB brotli",
            cost / ms(warm),
            ms(warm),
            shown.bytes as f64 / 1000.0,
            compressed.len() as f64 / 1000.0
        ),
    )
}

pub(crate) async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for components in SIZES {
        rows.push(row(components).await);
    }
    rows
}
