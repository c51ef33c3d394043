//! Accepts connections, within limits: so many that visitors never notice, and so few that the checks always have file handles left.
//! Who sends nothing is sent away.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::Layer;

use super::desk::Peer;
use super::{Web, router};

/// Open connections, at most; the others wait in the system's queue. Two thirds of a usual limit of 65,536 handles stay for checks.
const CONNECTIONS_MAX: usize = 20_000;
/// With fewer handles than that, a third of them.
const HANDLES_PER_CONNECTION: u64 = 3;
/// How long a client may take over the head of a request, the idle time before it included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause after an accept that failed: out of handles, it would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stopping`, then until the open requests are answered.
pub(crate) async fn serve(listener: TcpListener, web: Web, stopping: CancellationToken) {
    let handles = rlimit::Resource::NOFILE.get_soft().unwrap_or(1_024);
    let limit = usize::try_from(handles / HANDLES_PER_CONNECTION).unwrap_or(CONNECTIONS_MAX).clamp(64, CONNECTIONS_MAX);
    let slots = Arc::new(Semaphore::new(limit));
    let router = router(web);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD_TIMEOUT);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = async {
                // Never closed, so there is always a slot in the end.
                let slot = Arc::clone(&slots).acquire_owned().await.ok();
                (listener.accept().await, slot)
            } => accepted,
            () = stopping.cancelled() => break,
        };
        let ((stream, peer), slot) = match accepted {
            (Ok((stream, peer)), slot) => ((stream, peer), slot),
            (Err(error), _) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(Extension(Peer(peer)).layer(router.clone()));
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is no news.
            let _ = connection.await;
            drop(slot);
        });
    }
    graceful.shutdown().await;
}
