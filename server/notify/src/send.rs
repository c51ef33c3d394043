//! Sends a message, over HTTP or by mail. Nothing is followed elsewhere, and no address stands in an error: it is a secret.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use reqwest::{Client, redirect};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use thiserror::Error;

use crate::Message;
use crate::answer::{self, Answer, Received};
use crate::channel::Channel;
use crate::{formats, mail};

/// Longest that one attempt may take. A service that hangs delays nobody but itself.
pub const TIMEOUT: Duration = Duration::from_secs(20);
/// Most of an answer that is read, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// Why nothing can be sent at all.
#[derive(Debug, Error)]
pub enum SenderError {
    /// TLS cannot be prepared.
    #[error("TLS cannot be prepared for notifications: {0}")]
    Tls(#[from] rustls::Error),
    /// The client cannot be built.
    #[error("notifications cannot be sent over HTTP: {0}")]
    Client(#[from] reqwest::Error),
}

/// Sends. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender(Client);

impl Sender {
    /// One that trusts the public authorities.
    pub fn new() -> Result<Self, SenderError> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls.with_root_certificates(roots).with_no_client_auth())
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("Yagura/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// Sends a message once. `now`: the present, which is part of signatures.
    pub async fn send(&self, channel: &Channel, message: &Message, now: Timestamp) -> Answer {
        self.attempt(channel, message, now).await.shown(&channel.secrets())
    }

    async fn attempt(&self, channel: &Channel, message: &Message, now: Timestamp) -> Answer {
        let request = match channel {
            Channel::Mail { server, addresses } => return mail::send(server, addresses, message, TIMEOUT).await,
            channel => formats::request(channel, message, now),
        };
        let Some(request) = request else { return Answer::Refused("nothing can be sent there".to_owned()) };
        let mut sending =
            self.0.post(request.url.expose()).header("content-type", "application/json").header("accept", "application/json");
        for (name, value) in &request.headers {
            sending = sending.header(*name, value.expose());
        }
        let mut response = match sending.body(request.body).send().await {
            Ok(response) => response,
            Err(error) => return failed(&error.without_url()),
        };
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = response.status().as_u16();
        let mut body = Vec::new();
        // What it says beyond that, or not to the end, changes nothing.
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk[..chunk.len().min(BODY_BYTES_MAX - body.len())]);
            if body.len() == BODY_BYTES_MAX {
                break;
            }
        }
        let body = String::from_utf8_lossy(&body);
        answer::read(channel, &Received { status, retry_after: retry_after.as_deref(), body: &body }, now)
    }
}

/// Why there was no answer: the innermost cause says most.
fn failed(error: &reqwest::Error) -> Answer {
    if error.is_builder() {
        return Answer::Refused("this is no address that anything can be sent to".to_owned());
    }
    if error.is_timeout() {
        return Answer::Later(None, format!("no answer within {} s", TIMEOUT.as_secs()));
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let tls = cause.downcast_ref::<io::Error>().and_then(|error| error.get_ref()).and_then(|error| error.downcast_ref());
    let why = match tls {
        // It would name the host, and all the names that the certificate is for.
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "the certificate there is for another name".to_owned(),
        _ => cause.to_string(),
    };
    Answer::Later(None, why)
}
