//! From a change to the screen of a connected visitor, while many others are connected: a heartbeat's call is sent, the server tells all
//! event streams, and one visitor does what `app/src/islands/browser.rs` does, until the new page is in hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use tests::sample::Story;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::site::{Site, median, ms, version_of};
use crate::{Row, setting};

/// The visitor's pause before it asks again for a page that is not there yet; each is twice the one before. As in the island.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// Between two changes at least.
const GAP: Duration = Duration::from_millis(1_100);
/// Longest that a change may take before this gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens an event stream.
async fn connect(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// A visitor who only listens; counts what it is told.
async fn listen(mut stream: TcpStream, heard: Arc<AtomicU64>) {
    let mut buffer = [0; 1024];
    while let Ok(read) = stream.read(&mut buffer).await {
        if read == 0 {
            return;
        }
        let messages = buffer[..read].windows(6).filter(|window| *window == b"data: ").count();
        heard.fetch_add(messages as u64, Ordering::Relaxed);
    }
}

/// A version that stands on the visitor's screen, and since when.
type Shown = (u64, Instant);

/// The visitor with a page: told of a version, gets the page until it is there.
async fn follow(stream: TcpStream, http: reqwest::Client, page: String, shown: UnboundedSender<Shown>) {
    let mut lines = BufReader::new(stream).lines();
    let mut version = 0;
    let mut known: Option<HeaderValue> = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let announced = line.strip_prefix("data: ").and_then(|message| message.split(' ').next()?.parse::<u64>().ok());
        let Some(announced) = announced else { continue };
        let mut pause = PAUSE_MIN;
        while version < announced {
            let mut request = http.get(&page).header(CACHE_CONTROL, "no-cache");
            if let Some(etag) = &known {
                request = request.header(IF_NONE_MATCH, etag.clone());
            }
            let answer = request.send().await.unwrap();
            known = answer.headers().get(ETAG).cloned().or(known);
            // An answer that nothing changed has no body.
            let html = answer.text().await.unwrap();
            version = version_of(&html).unwrap_or(version);
            if version >= announced {
                let _ = shown.send((version, Instant::now()));
            } else {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
    }
}

/// Waits until a later version than `before` is shown.
async fn later(shown: &mut UnboundedReceiver<Shown>, before: u64) -> Shown {
    let waiting = async {
        loop {
            let next = shown.recv().await.unwrap();
            if next.0 > before {
                return next;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap()
}

pub(crate) async fn rows() -> Vec<Row> {
    let (visitors, changes) = (setting("YAGURA_BENCH_VISITORS", 1_000).max(2), setting("YAGURA_BENCH_CHANGES", 100).max(1));
    let site = Site::start(20, Story::AllUp).await;
    let address = site.serving.url.trim_start_matches("http://").to_owned();
    let heard = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 1..visitors {
        tasks.push(tokio::spawn(listen(connect(&address).await, Arc::clone(&heard))));
    }
    let (sender, mut shown) = unbounded_channel();
    tasks.push(tokio::spawn(follow(connect(&address).await, site.http.clone(), site.url("/en/"), sender)));
    let (mut version, _) = later(&mut shown, 0).await;
    // Its first call is a change of another kind: not known before.
    site.push("up").await;
    (version, _) = later(&mut shown, version).await;
    tokio::time::sleep(GAP).await;
    let heard_before = heard.load(Ordering::Relaxed);

    let mut delays = Vec::new();
    for n in 0..changes {
        while let Ok((newer, _)) = shown.try_recv() {
            version = newer;
        }
        let sent_at = Instant::now();
        let (arrived, ()) = tokio::join!(later(&mut shown, version), site.push(if n % 2 == 0 { "down" } else { "up" }));
        delays.push(arrived.1.saturating_duration_since(sent_at));
        version = arrived.0;
        // Not always the same place in the server's own seconds.
        tokio::time::sleep(GAP + Duration::from_millis(37) * (n % 11)).await;
    }
    let told = (heard.load(Ordering::Relaxed) - heard_before) as f64 / (f64::from(visitors - 1) * f64::from(changes)) * 100.0;
    let warm = site.warm().await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    site.stop();
    delays.sort_unstable();
    let p99 = delays[(delays.len() * 99).div_ceil(100) - 1];
    vec![Row::new(
        format!("a change reaches a connected visitor, {visitors} event streams open, p50 / p99 of {changes}"),
        format!("{:.0} ms / {:.0} ms", ms(median(delays)), ms(p99)),
        format!("aim 1 s; a page from memory takes {:.2} ms; of the other visitors {told:.1} % were told", ms(warm)),
    )]
}
