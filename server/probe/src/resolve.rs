//! From a name to addresses, told apart by who is to blame when there are none: the name, or our own name servers.
//!
//! It must never answer from a cache: a check is a fresh look, as a user's first visit is.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use domain::probe::observation::{Cause, CauseKind};
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use hickory_resolver::{Hosts, TokioResolver};
use thiserror::Error;
use tokio::time::timeout;

use crate::classify;

/// Most addresses of one name that are tried; whoever runs the name could list hundreds.
const ADDRESSES_MAX: usize = 8;
/// How long AAAA is waited for once A is known (RFC 8305, section 3).
const AAAA_WAIT: Duration = Duration::from_millis(50);
/// How long A is waited for once AAAA is known. Longer, since on a machine without IPv6 only A helps.
const A_WAIT: Duration = Duration::from_secs(2);

/// Why there is no resolver.
#[derive(Debug, Error)]
pub enum ResolverError {
    /// The system's configuration cannot be read or names no server.
    #[error("the system's resolver configuration cannot be used: {0}")]
    System(#[source] NetError),
    /// The configuration was read, but no resolver can be built from it.
    #[error("no resolver can be built: {0}")]
    Build(#[source] NetError),
}

/// How often the system's settings are looked at again.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Where the settings are; a change of either makes the resolver anew.
const SETTINGS: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];
/// How long the question waits that tells a dead name from dead name servers.
const DOUBT_WAIT: Duration = Duration::from_millis(1_500);

/// Looks names up, in the hosts file and then by asking our name servers. With the system's settings it follows their changes: a
/// watchtower outlives many a network.
pub struct Resolver {
    current: RwLock<Arc<Names>>,
    /// When the settings were last looked at, and how they looked. `None` with settings of its own.
    settings: Option<Mutex<(Instant, Look)>>,
}

/// When each file of the settings was last changed.
type Look = [Option<SystemTime>; 2];

fn look() -> Look {
    SETTINGS.map(|file| std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok())
}

/// One set of settings, in force.
struct Names {
    all: TokioResolver,
    /// Each server alone, when there are several: for asking round when the fastest gave an error.
    each: Vec<TokioResolver>,
    hosts: Hosts,
    search: Vec<Name>,
    ndots: usize,
}

/// Why a question got no addresses.
enum Unanswered {
    /// NXDOMAIN.
    NoName,
    /// The name is there, but has no such record.
    NoRecords,
    /// A name server answered that it cannot say.
    Failing(ResponseCode),
    /// No name server answered at all, or ours did not want to.
    Silent(CauseKind, String),
}

type Answer = Result<Vec<IpAddr>, Unanswered>;

impl Resolver {
    /// With the system's name servers, search list and hosts file.
    ///
    /// # Errors
    /// When the system's configuration cannot be used; [`Resolver::from_system_or_local`] goes on without it.
    pub fn from_system() -> Result<Self, ResolverError> {
        Names::from_system().map(Self::following)
    }

    /// Like [`Resolver::from_system`]; if that fails, with a name server on this machine, as libc does, until the settings change.
    /// The error is handed back beside it, so that it can be told.
    ///
    /// # Errors
    /// When not even that can be built.
    pub fn from_system_or_local() -> Result<(Self, Option<ResolverError>), ResolverError> {
        match Names::from_system() {
            Ok(names) => Ok((Self::following(names), None)),
            Err(error) => {
                let local = NameServerConfig::udp_and_tcp(Ipv4Addr::LOCALHOST.into());
                let names = Names::build(vec![local], Vec::new(), ResolverOpts::default())?;
                Ok((Self::following(names), Some(error)))
            }
        }
    }

    fn following(names: Names) -> Self {
        Self { current: RwLock::new(Arc::new(names)), settings: Some(Mutex::new((Instant::now(), look()))) }
    }

    /// With these name servers and no search list; `wait` is how long one question waits for its answer, asked at most twice.
    ///
    /// # Errors
    /// When no resolver can be built from them.
    pub fn with_name_servers(servers: &[SocketAddr], wait: Duration) -> Result<Self, ResolverError> {
        let servers = servers
            .iter()
            .map(|server| {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                NameServerConfig::new(server.ip(), true, connections.into())
            })
            .collect();
        let mut options = ResolverOpts::default();
        options.timeout = wait;
        options.attempts = 1;
        let names = Names::build(servers, Vec::new(), options)?;
        Ok(Self { current: RwLock::new(Arc::new(names)), settings: None })
    }

    /// The settings in force; made anew when the system's have changed since.
    fn names(&self) -> Arc<Names> {
        if let Some(settings) = &self.settings {
            let mut settings = settings.lock().unwrap_or_else(PoisonError::into_inner);
            if settings.0.elapsed() >= LOOK_EVERY {
                let now = look();
                // Half-written settings do not parse; the ones before stay until they do.
                if now != settings.1
                    && let Ok(names) = Names::from_system()
                {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(names);
                    settings.1 = now;
                }
                settings.0 = Instant::now();
            }
        }
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The addresses of `host` in the order in which to try them, at most [`ADDRESSES_MAX`], at least one.
    ///
    /// # Errors
    /// [`CauseKind::Dns`] when the name has no address; [`CauseKind::Resolver`] or one of the local kinds when nobody could say.
    pub(crate) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Cause> {
        self.names().addresses(host).await
    }

    /// True when our name servers answer anything at all: asked after silence, to tell a name whose own servers are dead from ours
    /// being dead. The question is for the root, which every name server can answer.
    pub(crate) async fn is_answering(&self) -> bool {
        let names = self.names();
        let root = Name::root();
        match timeout(DOUBT_WAIT, one_question(&names.all, &root, RecordType::NS)).await {
            Ok(Ok(_) | Err(Unanswered::NoName | Unanswered::NoRecords)) => true,
            // One that fails or refuses even that is of no use to us either.
            Ok(Err(Unanswered::Failing(_) | Unanswered::Silent(..))) | Err(_) => false,
        }
    }
}

impl Names {
    fn from_system() -> Result<Self, ResolverError> {
        let (config, options) = read_system_conf().map_err(ResolverError::System)?;
        let servers = config.name_servers().to_vec();
        Self::build(servers, config.search().to_vec(), options)
    }

    fn build(servers: Vec<NameServerConfig>, search: Vec<Name>, mut options: ResolverOpts) -> Result<Self, ResolverError> {
        options.cache_size = 0;
        // We look there ourselves: a name in the hosts file must not wait for name servers to deny its other address family.
        options.use_hosts_file = ResolveHosts::Never;
        let ndots = options.ndots;
        let asking = |servers: Vec<NameServerConfig>| {
            let config = ResolverConfig::from_parts(None, Vec::new(), servers);
            let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
            *builder.options_mut() = options.clone();
            builder.build().map_err(ResolverError::Build)
        };
        let each = if servers.len() > 1 {
            servers.iter().map(|server| asking(vec![server.clone()])).collect::<Result<_, _>>()?
        } else {
            Vec::new()
        };
        Ok(Self { all: asking(servers)?, each, hosts: Hosts::from_system().unwrap_or_default(), search, ndots })
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Cause> {
        let Ok(name) = Name::from_str_relaxed(host) else {
            return Err(Cause::new(CauseKind::Dns, format!("`{host}` is not a name that can be looked up")));
        };
        if let Some(addresses) = self.in_hosts_file(&name) {
            return Ok(addresses);
        }
        let bare = host.strip_suffix('.').unwrap_or(host);
        if bare == "localhost" || bare.ends_with(".localhost") {
            // RFC 6761: never a question for name servers.
            return Ok(vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]);
        }
        let mut why = Unanswered::NoName;
        for candidate in self.candidates(name) {
            match self.both_families(&candidate).await {
                Ok(addresses) => return Ok(addresses),
                // Going on after an error would find another host of the search list instead.
                Err(error @ (Unanswered::Failing(_) | Unanswered::Silent(..))) => return Err(error.into_cause(host)),
                Err(Unanswered::NoRecords) => why = Unanswered::NoRecords,
                Err(Unanswered::NoName) => {}
            }
        }
        Err(why.into_cause(host))
    }

    fn in_hosts_file(&self, name: &Name) -> Option<Vec<IpAddr>> {
        let of = |kind| {
            let found = self.hosts.lookup_static_host(&Query::query(name.clone(), kind));
            found.map_or_else(Vec::new, |lookup| lookup.answers().iter().filter_map(|record| record.data.ip_addr()).collect())
        };
        let addresses = in_turn(&of(RecordType::AAAA), &of(RecordType::A));
        (!addresses.is_empty()).then_some(addresses)
    }

    /// The full names that a name may mean, in the order of resolv.conf(5).
    fn candidates(&self, name: Name) -> Vec<Name> {
        if name.is_fqdn() {
            return vec![name];
        }
        let as_it_stands = {
            let mut full = name.clone();
            full.set_fqdn(true);
            full
        };
        // As many dots as `ndots` is one label more.
        let is_first = usize::from(name.num_labels()) > self.ndots;
        let mut candidates: Vec<Name> = self.search.iter().filter_map(|domain| name.clone().append_domain(domain).ok()).collect();
        candidates.insert(if is_first { 0 } else { candidates.len() }, as_it_stands);
        candidates
    }

    /// Asks for A and AAAA at once; once one has come, the other is not waited for long.
    async fn both_families(&self, name: &Name) -> Answer {
        let mut asks_a = Box::pin(self.ask(name, RecordType::A));
        let mut asks_aaaa = Box::pin(self.ask(name, RecordType::AAAA));
        let (a, aaaa) = tokio::select! {
            a = &mut asks_a => {
                let aaaa = if a.is_ok() { timeout(AAAA_WAIT, asks_aaaa).await.ok() } else { Some(asks_aaaa.await) };
                (Some(a), aaaa)
            }
            aaaa = &mut asks_aaaa => {
                let a = if aaaa.is_ok() { timeout(A_WAIT, asks_a).await.ok() } else { Some(asks_a.await) };
                (a, Some(aaaa))
            }
        };
        match (a, aaaa) {
            (Some(Ok(a)), Some(Ok(aaaa))) => Ok(in_turn(&aaaa, &a)),
            (Some(Ok(only)), _) | (_, Some(Ok(only))) => Ok(in_turn(&only, &[])),
            (Some(Err(a)), Some(Err(aaaa))) => Err(a.or(aaaa)),
            // Only an answer with addresses cuts the waiting short, so this pair cannot come.
            (Some(Err(one)), None) | (None, Some(Err(one))) => Err(one),
            (None, None) => Err(Unanswered::NoRecords),
        }
    }

    /// One question. When the server that answered first cannot say, the others are asked one by one, as libc does.
    async fn ask(&self, name: &Name, kind: RecordType) -> Answer {
        let mut answer = one_question(&self.all, name, kind).await;
        for server in &self.each {
            if !matches!(answer, Err(Unanswered::Failing(_))) {
                break;
            }
            match one_question(server, name, kind).await {
                Err(Unanswered::Silent(..)) => {}
                other => answer = other,
            }
        }
        answer
    }
}

async fn one_question(resolver: &TokioResolver, name: &Name, kind: RecordType) -> Answer {
    match resolver.lookup(name.clone(), kind).await {
        Ok(lookup) => {
            let addresses: Vec<IpAddr> = lookup.answers().iter().filter_map(|record| record.data.ip_addr()).collect();
            if addresses.is_empty() { Err(Unanswered::NoRecords) } else { Ok(addresses) }
        }
        Err(error) => Err(Unanswered::from(error)),
    }
}

/// IPv6 first and the families in turn (RFC 8305, section 4), so that the second attempt is already of the other family.
fn in_turn(first: &[IpAddr], second: &[IpAddr]) -> Vec<IpAddr> {
    let mut addresses = Vec::with_capacity((first.len() + second.len()).min(ADDRESSES_MAX));
    for index in 0..first.len().max(second.len()) {
        addresses.extend(first.get(index));
        addresses.extend(second.get(index));
    }
    addresses.truncate(ADDRESSES_MAX);
    addresses
}

impl From<NetError> for Unanswered {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
                ResponseCode::NXDomain => Self::NoName,
                _ => Self::NoRecords,
            },
            NetError::Dns(DnsError::ResponseCode(code)) => Self::Failing(code),
            NetError::Io(error) => Self::Silent(local_or_resolver(&error), classify::reason(&error)),
            other => Self::Silent(CauseKind::Resolver, other.to_string()),
        }
    }
}

/// Being out of file handles is not the name server's fault; everything else is between us and it.
fn local_or_resolver(error: &io::Error) -> CauseKind {
    match classify::local_kind(error) {
        Some(CauseKind::LocalResources) => CauseKind::LocalResources,
        _ => CauseKind::Resolver,
    }
}

impl Unanswered {
    /// What both questions together say: that the name is not there settles it, a failure tells more than silence, and silence
    /// about one family keeps us from saying that there are no records.
    fn or(self, other: Self) -> Self {
        let rank = |this: &Self| match this {
            Self::NoName => 0,
            Self::Failing(_) => 1,
            Self::Silent(..) => 2,
            Self::NoRecords => 3,
        };
        if rank(&other) < rank(&self) { other } else { self }
    }

    fn into_cause(self, host: &str) -> Cause {
        match self {
            Self::NoName => Cause::new(CauseKind::Dns, format!("the name `{host}` does not exist (NXDOMAIN)")),
            Self::NoRecords => Cause::new(CauseKind::Dns, format!("the name `{host}` has no address")),
            Self::Failing(ResponseCode::ServFail) => Cause::new(CauseKind::Dns, format!("looking up `{host}` failed (SERVFAIL)")),
            // REFUSED and the like are between us and our name server; they say nothing about the name.
            Self::Failing(code) => Cause::new(CauseKind::Resolver, format!("our name server answered `{code}` for `{host}`")),
            Self::Silent(kind, why) => Cause::new(kind, format!("no name server answered for `{host}`: {why}")),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "these are tests")]
mod tests {
    use super::*;

    fn resolver(search: &[&str], ndots: usize) -> Names {
        let server = NameServerConfig::udp(Ipv4Addr::LOCALHOST.into());
        let mut options = ResolverOpts::default();
        options.ndots = ndots;
        let search = search.iter().map(|domain| Name::from_ascii(domain).unwrap()).collect();
        Names::build(vec![server], search, options).unwrap()
    }

    #[tokio::test]
    async fn the_search_list_is_applied_as_resolv_conf_says() {
        let resolver = resolver(&["a.test.", "b.test."], 2);
        let candidates = |name: &str| -> Vec<String> {
            resolver.candidates(Name::from_ascii(name).unwrap()).iter().map(ToString::to_string).collect()
        };
        assert_eq!(candidates("web"), ["web.a.test.", "web.b.test.", "web."]);
        assert_eq!(candidates("web.x.y"), ["web.x.y.", "web.x.y.a.test.", "web.x.y.b.test."]);
        assert_eq!(candidates("web."), ["web."]);
    }

    #[tokio::test]
    async fn localhost_needs_no_name_server() {
        let addresses = resolver(&[], 1).addresses("db.localhost.").await.unwrap();
        assert_eq!(addresses, [IpAddr::from(Ipv6Addr::LOCALHOST), IpAddr::from(Ipv4Addr::LOCALHOST)]);
    }

    #[test]
    fn addresses_take_turns_and_are_bounded() {
        let six: Vec<IpAddr> = (0..3).map(|n| Ipv6Addr::from(n).into()).collect();
        let four: Vec<IpAddr> = (0..300u32).map(|n| Ipv4Addr::from(n).into()).collect();
        let tried = in_turn(&six, &four);
        assert_eq!(tried.len(), ADDRESSES_MAX);
        assert_eq!(tried[..4], [six[0], four[0], six[1], four[1]]);
    }
}
