//! Whose fault an I/O error is: ours (then nothing is known about the target) or the target's.
//!
//! It only looks at errors; it must never do I/O.

use std::io;
use std::net::{IpAddr, SocketAddr};

use domain::probe::observation::{Cause, CauseKind};
use domain::probe::reach::Refusal;

// `std::io::ErrorKind` has no stable kind for these, so their numbers stand here.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;
#[cfg(any(target_os = "linux", target_os = "android"))]
const ENOBUFS: i32 = 105;
#[cfg(any(target_os = "linux", target_os = "android"))]
const EAFNOSUPPORT: i32 = 97;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ENOBUFS: i32 = 55;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const EAFNOSUPPORT: i32 = 47;

/// The kind of cause if the error arose on our own machine; `None` if it tells something about the target.
pub(crate) fn local_kind(error: &io::Error) -> Option<CauseKind> {
    match error.raw_os_error() {
        Some(EMFILE | ENFILE | ENOBUFS) => return Some(CauseKind::LocalResources),
        // This kernel has no IPv6.
        Some(EAFNOSUPPORT) => return Some(CauseKind::LocalNetwork),
        _ => {}
    }
    match error.kind() {
        io::ErrorKind::OutOfMemory | io::ErrorKind::AddrNotAvailable => Some(CauseKind::LocalResources),
        // Denied is what our own packet filter says.
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown | io::ErrorKind::PermissionDenied => {
            Some(CauseKind::LocalNetwork)
        }
        _ => None,
    }
}

/// What went wrong, in words that do not depend on the operating system.
pub(crate) fn reason(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::ConnectionReset => "connection reset",
        io::ErrorKind::ConnectionAborted => "connection aborted",
        io::ErrorKind::BrokenPipe => "connection closed while sending",
        io::ErrorKind::UnexpectedEof => "connection closed",
        io::ErrorKind::HostUnreachable => "no route to host",
        io::ErrorKind::NetworkUnreachable => "network unreachable",
        io::ErrorKind::TimedOut => "connection timed out",
        _ => return error.to_string(),
    };
    known.to_owned()
}

/// The cause of an error on a connection that was already made.
pub(crate) fn broken(error: &io::Error, doing: &str) -> Cause {
    let kind = local_kind(error).unwrap_or(CauseKind::Protocol);
    Cause::new(kind, format!("{} {doing}", reason(error)))
}

/// The cause when no address could be connected to. It is ours only if every attempt failed on our side: a machine without IPv6
/// fails on each AAAA, and that must not hide that the target refused on IPv4.
pub(crate) fn unconnected(failures: &[(SocketAddr, io::Error)]) -> Cause {
    let mut kind = None;
    for (_, error) in failures {
        kind = match (kind, local_kind(error)) {
            (_, None) | (Some(CauseKind::Connect), _) => Some(CauseKind::Connect),
            (Some(CauseKind::LocalResources), Some(_)) => Some(CauseKind::LocalResources),
            (_, Some(local)) => Some(local),
        };
    }
    let told: Vec<String> = failures.iter().map(|(address, error)| format!("{address}: {}", reason(error))).collect();
    Cause::new(kind.unwrap_or(CauseKind::Internal), told.join("; "))
}

/// The cause when no address of the target may be reached.
pub(crate) fn not_allowed(refused: &[(IpAddr, Refusal)]) -> Cause {
    let told: Vec<String> = refused.iter().map(|(address, refusal)| format!("{address} ({refusal})")).collect();
    let (noun, told) = (if refused.len() == 1 { "address" } else { "addresses" }, told.join(" and "));
    let detail = format!("the {noun} {told} may not be reached by a probe made in the desk");
    Cause::new(CauseKind::NotAllowed, format!("{detail}; `desk.networks` in the configuration allows networks"))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
#[allow(clippy::unwrap_used, reason = "these are tests")]
mod tests {
    use domain::probe::observation::Verdict;

    use super::*;

    const EPERM: i32 = 1;
    const ENOMEM: i32 = 12;
    const EACCES: i32 = 13;
    const EADDRNOTAVAIL: i32 = 99;
    const ENETDOWN: i32 = 100;
    const ENETUNREACH: i32 = 101;
    const ECONNABORTED: i32 = 103;
    const ECONNRESET: i32 = 104;
    const ETIMEDOUT: i32 = 110;
    const ECONNREFUSED: i32 = 111;
    const EHOSTUNREACH: i32 = 113;

    fn cause_of(numbers: &[i32]) -> CauseKind {
        let address = "192.0.2.1:80".parse().unwrap();
        let failures: Vec<_> = numbers.iter().map(|n| (address, io::Error::from_raw_os_error(*n))).collect();
        unconnected(&failures).kind
    }

    #[test]
    fn errors_are_told_apart_by_their_number() {
        use CauseKind::{Connect, LocalNetwork, LocalResources};
        let table = [
            (EMFILE, LocalResources),
            (ENFILE, LocalResources),
            (ENOBUFS, LocalResources),
            (ENOMEM, LocalResources),
            (EADDRNOTAVAIL, LocalResources),
            (ENETUNREACH, LocalNetwork),
            (ENETDOWN, LocalNetwork),
            (EAFNOSUPPORT, LocalNetwork),
            (EPERM, LocalNetwork),
            (EACCES, LocalNetwork),
            (ECONNREFUSED, Connect),
            (ECONNRESET, Connect),
            (ECONNABORTED, Connect),
            (EHOSTUNREACH, Connect),
            (ETIMEDOUT, Connect),
        ];
        for (number, kind) in table {
            assert_eq!(cause_of(&[number]), kind, "errno {number}");
        }
    }

    #[test]
    fn only_failures_that_are_all_our_own_are_our_own() {
        assert_eq!(cause_of(&[ENETUNREACH, ECONNREFUSED]), CauseKind::Connect);
        assert_eq!(cause_of(&[ECONNREFUSED, ENETUNREACH]), CauseKind::Connect);
        assert_eq!(cause_of(&[ENETUNREACH, ENETUNREACH]), CauseKind::LocalNetwork);
        assert_eq!(cause_of(&[EMFILE, ENETUNREACH]), CauseKind::LocalResources);
    }

    #[test]
    fn every_refused_address_is_told_with_its_reason_and_the_way_out() {
        let one = (IpAddr::from([127, 0, 0, 1]), Refusal::Loopback);
        let told = |refused: &[_]| {
            let cause = not_allowed(refused);
            assert_eq!((cause.kind, cause.kind.verdict()), (CauseKind::NotAllowed, Verdict::Unknown));
            cause.detail
        };
        assert_eq!(
            told(&[one]),
            "the address 127.0.0.1 (a loopback address) may not be reached by a probe made in the desk; \
             `desk.networks` in the configuration allows networks"
        );
        let two = [one, (IpAddr::from([224, 0, 0, 1]), Refusal::Multicast)];
        let both = "the addresses 127.0.0.1 (a loopback address) and 224.0.0.1 (a multicast or broadcast address) may";
        assert!(told(&two).starts_with(both), "{}", told(&two));
    }

    #[test]
    fn a_broken_connection_is_the_targets_unless_the_network_went() {
        assert_eq!(broken(&io::Error::from_raw_os_error(ECONNRESET), "").kind, CauseKind::Protocol);
        assert_eq!(broken(&io::Error::from_raw_os_error(ENETDOWN), "").kind, CauseKind::LocalNetwork);
    }
}
