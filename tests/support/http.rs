//! The client with which tests ask a server.

use std::sync::Once;

use reqwest::ClientBuilder;

/// A client that goes straight to the server.
///
/// Nothing here speaks TLS, but what sends notifications does: the client is built with it, and wants to know by whose code even so.
pub fn client() -> ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let ring = rustls::crypto::ring::default_provider();
        ring.install_default().expect("nothing else in a program of tests installs one");
    });
    reqwest::Client::builder().no_proxy()
}
