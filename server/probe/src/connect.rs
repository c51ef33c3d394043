//! From a host to an open TCP connection, trying its addresses so that one dead address family does not make it look down.
//!
//! It must never leave an attempt running when the caller has lost interest, and never connect to an address that was not judged:
//! a name is resolved once, and what is connected to is what came of that.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::probe::observation::Cause;
use domain::probe::reach::Reach;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use crate::classify;
use crate::resolve::Resolver;
use crate::trace::{Phase, Trace};

/// How long one address has the field to itself before the next is tried beside it (RFC 8305 recommends 250 ms).
const HEAD_START: Duration = Duration::from_millis(250);

/// Whom to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A name in ASCII (IDNA), to be resolved each time.
    Name(String),
    /// An address as it stands.
    Address(IpAddr),
}

impl Host {
    /// From a name or an address, the latter also in brackets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse() {
            return Some(Self::Address(address));
        }
        url::Host::parse(text).ok().map(Self::from)
    }

    /// The host of a URL that has one.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        url.host().map(|host| Self::from(host.to_owned()))
    }
}

impl From<url::Host> for Host {
    fn from(host: url::Host) -> Self {
        match host {
            url::Host::Domain(name) => Self::Name(name),
            url::Host::Ipv4(address) => Self::Address(address.into()),
            url::Host::Ipv6(address) => Self::Address(address.into()),
        }
    }
}

/// What it takes to open connections. There is no other way to a target, so that each redirect is judged as the first request is.
#[derive(Clone, Copy)]
pub(crate) struct Dialer<'a> {
    pub(crate) resolver: &'a Resolver,
    pub(crate) reach: &'a Reach,
}

impl Dialer<'_> {
    /// Resolves and connects, noting both phases and the address.
    pub(crate) async fn connect(self, trace: &mut Trace, host: &Host, port: u16) -> Result<TcpStream, Cause> {
        let mut addresses = match host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => {
                trace.begin(Phase::Resolve);
                self.resolver.addresses(name).await?
            }
        };
        self.keep_allowed(&mut addresses)?;
        trace.begin(Phase::Connect);
        let (address, stream) = first_to_connect(&addresses, port).await?;
        trace.end();
        trace.address = Some(address.ip());
        // Without it a request in two writes would wait for an acknowledgement. That it fails on a dead socket shows soon enough.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// Leaves those of `addresses` that may be reached; an error if that is none of them.
    fn keep_allowed(self, addresses: &mut Vec<IpAddr>) -> Result<(), Cause> {
        let mut refused = Vec::new();
        addresses.retain(|address| {
            let refusal = self.reach.refusal(*address);
            refused.extend(refusal.map(|refusal| (*address, refusal)));
            refusal.is_none()
        });
        if addresses.is_empty() && !refused.is_empty() { Err(classify::not_allowed(&refused)) } else { Ok(()) }
    }
}

/// Connects to whichever address answers first, each later one starting after [`HEAD_START`] or when those before it failed.
async fn first_to_connect(addresses: &[IpAddr], port: u16) -> Result<(SocketAddr, TcpStream), Cause> {
    let mut failures: Vec<(SocketAddr, io::Error)> = Vec::new();
    if let [only] = addresses {
        // By far the most usual case, and it needs no task.
        let address = SocketAddr::new(*only, port);
        return match TcpStream::connect(address).await {
            Ok(stream) => Ok((address, stream)),
            Err(error) => Err(classify::unconnected(&[(address, error)])),
        };
    }
    // Dropping the set aborts what is still trying.
    let mut attempts = JoinSet::new();
    let mut waiting = addresses.iter();
    loop {
        if let Some(address) = waiting.next() {
            let address = SocketAddr::new(*address, port);
            attempts.spawn(async move { (address, TcpStream::connect(address).await) });
        }
        let joined = if waiting.as_slice().is_empty() {
            attempts.join_next().await
        } else if let Ok(joined) = timeout(HEAD_START, attempts.join_next()).await {
            joined
        } else {
            continue;
        };
        match joined {
            Some(Ok((address, Ok(stream)))) => return Ok((address, stream)),
            Some(Ok((address, Err(error)))) => failures.push((address, error)),
            // The runtime is shutting down; what is left of the set ends the same way.
            Some(Err(_)) => {}
            None => return Err(classify::unconnected(&failures)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "these are tests")]
mod tests {
    use super::*;
    use domain::probe::observation::CauseKind;
    use tokio::net::TcpListener;

    #[test]
    fn hosts_are_names_or_addresses() {
        let cases = [
            ("example.com", Some(Host::Name("example.com".to_owned()))),
            ("Bücher.example", Some(Host::Name("xn--bcher-kva.example".to_owned()))),
            ("my_host", Some(Host::Name("my_host".to_owned()))),
            ("192.0.2.1", Some(Host::Address([192, 0, 2, 1].into()))),
            ("::1", Some(Host::Address(std::net::Ipv6Addr::LOCALHOST.into()))),
            ("[::1]", Some(Host::Address(std::net::Ipv6Addr::LOCALHOST.into()))),
            ("a b", None),
            ("", None),
        ];
        for (text, host) in cases {
            assert_eq!(Host::parse(text), host, "{text:?}");
        }
    }

    #[tokio::test]
    async fn an_address_that_refuses_does_not_hide_one_that_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let addresses = [[127, 0, 0, 2].into(), [127, 0, 0, 1].into()];
        let (address, _stream) = first_to_connect(&addresses, port).await.unwrap();
        assert_eq!(address.ip(), addresses[1]);
        drop(listener);
        let cause = first_to_connect(&addresses, port).await.unwrap_err();
        assert_eq!(cause.kind, CauseKind::Connect);
        assert!(cause.detail.contains("127.0.0.2") && cause.detail.contains("127.0.0.1"), "{}", cause.detail);
    }
}
