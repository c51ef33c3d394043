//! Whether our own uplink works, so that its loss is not mistaken for everything else being down.
//!
//! It must never say anything about the targets themselves: one that answers is enough, which one does not matter.

use std::sync::Arc;
use std::time::Duration;

use domain::probe::reach::Reach;
use tokio::task::JoinSet;

use crate::connect::{Dialer, Host};
use crate::resolve::Resolver;
use crate::trace::Trace;

/// Somebody outside who is nearly always there, by TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Tries all targets at once; true as soon as one accepts a connection, false when all failed or `limit` has passed.
/// True without targets: then there is nothing that speaks against the uplink.
pub async fn uplink_is_up(targets: &[Target], resolver: &Arc<Resolver>, limit: Duration) -> bool {
    // Dropping the set aborts what is still trying.
    let mut attempts = JoinSet::new();
    for target in targets {
        let (target, resolver) = (target.clone(), resolver.clone());
        attempts.spawn(async move {
            let Some(host) = Host::parse(&target.host) else { return false };
            let dialer = Dialer { resolver: &resolver, reach: &Reach::Anywhere };
            dialer.connect(&mut Trace::default(), &host, target.port).await.is_ok()
        });
    }
    let one_of_them = async {
        while let Some(joined) = attempts.join_next().await {
            if matches!(joined, Ok(true)) {
                return true;
            }
        }
        targets.is_empty()
    };
    tokio::time::timeout(limit, one_of_them).await.unwrap_or(false)
}
