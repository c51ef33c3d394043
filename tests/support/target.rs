//! A service that misbehaves on command.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a target does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Behaviour {
    /// 200.
    Ok = 0,
    /// 503.
    Error = 1,
    /// 200 with the body `slow`.
    Slow = 2,
    /// Closes without an answer.
    Close = 3,
}

/// A running target.
#[derive(Debug)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    behaviour: Arc<AtomicU8>,
    requests: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Target {
    /// Starts one that behaves well.
    ///
    /// # Panics
    /// When this machine has no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let behaviour = Arc::new(AtomicU8::new(0));
        let requests = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn(serve(listener, Arc::clone(&behaviour), Arc::clone(&requests)));
        Self { address, behaviour, requests, task }
    }

    /// What it does from now on.
    pub fn set(&self, behaviour: Behaviour) {
        self.behaviour.store(behaviour as u8, Ordering::SeqCst);
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, behaviour: Arc<AtomicU8>, requests: Arc<AtomicUsize>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (behaviour, requests) = (Arc::clone(&behaviour), Arc::clone(&requests));
        tokio::spawn(async move {
            let _ = answer(stream, &behaviour).await;
            requests.fetch_add(1, Ordering::SeqCst);
        });
    }
}

async fn answer(mut stream: TcpStream, behaviour: &AtomicU8) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(&chunk[..read]);
    }
    let (status, body) = match behaviour.load(Ordering::SeqCst) {
        0 => ("200 OK", "fine"),
        1 => ("503 Service Unavailable", "broken"),
        2 => ("200 OK", "slow"),
        _ => return Ok(()),
    };
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
