//! Targets that misbehave on purpose: real sockets on the loopback, speaking raw bytes.
//!
//! Nothing here may wait for the clock; a target that hangs does so until it is dropped.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A server that is gone when this is dropped.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    /// Handles each connection with `handle`.
    pub(crate) async fn tcp<H, F>(handle: H) -> Self
    where
        H: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(handle(stream));
            }
        });
        Self { address, heads: Arc::default(), task }
    }

    /// Answers the nth request with the nth of `answers`, the last one over and over, and closes.
    pub(crate) async fn http(answers: &[&str]) -> Self {
        let answers: Arc<Vec<String>> = Arc::new(answers.iter().map(ToString::to_string).collect());
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = heads.clone();
        let mut fake = Self::tcp(move |mut stream| {
            let (answers, noted) = (answers.clone(), noted.clone());
            async move {
                let head = request_head(&mut stream).await;
                let number = {
                    let mut heads = noted.lock().unwrap();
                    heads.push(head);
                    heads.len().min(answers.len()) - 1
                };
                let _ = stream.write_all(answers[number].as_bytes()).await;
            }
        })
        .await;
        fake.heads = heads;
        fake
    }

    /// Answers every request by TLS with `answer`.
    pub(crate) async fn https(identity: &Identity, answer: &'static str) -> Self {
        let acceptor = identity.acceptor(&[]);
        Self::tcp(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                request_head(&mut stream).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    /// A name server. `answer` makes an answer from a question, or `None` to keep silent.
    pub(crate) async fn dns(answer: fn(&[u8]) -> Option<Vec<u8>>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((count, peer)) = socket.recv_from(&mut question).await {
                if let Some(answer) = answer(&question[..count]) {
                    let _ = socket.send_to(&answer, peer).await;
                }
            }
        });
        Self { address, heads: Arc::default(), task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn https_url(&self) -> String {
        format!("https://localhost:{}/", self.address.port())
    }

    /// The heads of the requests so far, in lower case.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Reads until the empty line, or the end.
pub(crate) async fn request_head<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).to_lowercase()
}

/// A self-signed certificate for `localhost` and its key.
pub(crate) struct Identity {
    made: CertifiedKey<KeyPair>,
}

impl Identity {
    pub(crate) fn new(name: &str, last_year: i32) -> Self {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let signing_key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&signing_key).unwrap();
        Self { made: CertifiedKey { cert, signing_key } }
    }

    pub(crate) fn pem(&self) -> String {
        self.made.cert.pem()
    }

    pub(crate) fn acceptor(&self, alpn: &[&[u8]]) -> TlsAcceptor {
        let key = self.made.signing_key.serialize_der().try_into().unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.made.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A DNS answer to `question` with a response code and, if there are any, records of one address each.
pub(crate) fn dns_answer(question: &[u8], code: u8, address: &[u8]) -> Vec<u8> {
    let end = question_end(question);
    let mut answer = question[..end].to_vec();
    answer[2] = 0x81; // a response, recursion desired
    answer[3] = 0x80 | code; // recursion available
    answer[6..12].fill(0); // no records but the ones below
    if !address.is_empty() {
        answer[7] = 1;
        answer.extend([0xc0, 12]); // the name in the question
        answer.extend(&question[end - 4..end]); // type and class
        answer.extend([0, 0, 0, 60, 0, address.len() as u8]);
        answer.extend(address);
    }
    answer
}

/// Whether the question is for AAAA.
pub(crate) fn asks_for_aaaa(question: &[u8]) -> bool {
    question[question_end(question) - 3] == 28
}

fn question_end(question: &[u8]) -> usize {
    let mut at = 12;
    while question[at] != 0 {
        at += usize::from(question[at]) + 1;
    }
    at + 5
}
