//! Where a probe may go. Whoever may make probes in the desk or by API must not thereby look into the machine that Yagura runs
//! on, nor into the cloud account behind it; whoever writes the configuration file is at home there and may go anywhere.
//!
//! It judges addresses and never names: a name says nothing about where it leads, and may lead elsewhere a moment later. Private
//! networks (RFC 1918, unique local) are not refused: what stands there is what people watch.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Where clouds hand out credentials to whoever asks from the machine itself.
const METADATA: [IpAddr; 9] = [
    // AWS, Google Cloud, Azure and most others.
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    // Azure, the host's own service.
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    // Alibaba Cloud.
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    // Oracle Cloud.
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    // AWS: instances, and pods in EKS.
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
    // Google Cloud.
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    // Scaleway.
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
    // Oracle Cloud.
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe)),
];

/// Where a probe may go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// To every address: probes of the configuration file.
    #[default]
    Anywhere,
    /// To every address that has no [`Refusal`]: probes made in the desk or by API.
    Guarded {
        /// Networks that are allowed in spite of every refusal.
        allowed: Vec<IpNet>,
    },
}

/// Why an address may not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This machine: 127.0.0.0/8, `::1`.
    Loopback,
    /// Whatever is on the same wire: 169.254.0.0/16, fe80::/10.
    LinkLocal,
    /// A cloud's own service for its machines.
    Metadata,
    /// No address at all, which most systems take for this machine: 0.0.0.0/8, `::`.
    Unspecified,
    /// Many machines at once: 224.0.0.0/4, 255.255.255.255, ff00::/8.
    Multicast,
}

impl Reach {
    /// Why `address` may not be reached; `None` if it may. An IPv6 address that leads to an IPv4 address is judged as that one,
    /// and is allowed by a network with either.
    pub fn refusal(&self, address: IpAddr) -> Option<Refusal> {
        let Self::Guarded { allowed } = self else { return None };
        let within = embedded(address).map_or(address, IpAddr::V4);
        if allowed.iter().any(|network| network.contains(&address) || network.contains(&within)) {
            return None;
        }
        let (is_unspecified, is_link_local) = match within {
            IpAddr::V4(within) => (within.octets()[0] == 0, within.is_link_local()),
            IpAddr::V6(within) => (within.is_unspecified(), within.is_unicast_link_local()),
        };
        let table = [
            // Before the link-local addresses, one of which is the best known of these.
            (METADATA.contains(&within), Refusal::Metadata),
            (within.is_loopback(), Refusal::Loopback),
            (is_unspecified, Refusal::Unspecified),
            (is_link_local, Refusal::LinkLocal),
            (within.is_multicast() || within == IpAddr::V4(Ipv4Addr::BROADCAST), Refusal::Multicast),
        ];
        table.into_iter().find_map(|(is_so, refusal)| is_so.then_some(refusal))
    }
}

/// The IPv4 address that packets for an IPv6 address end up at, here or behind a gateway. In the order of the patterns:
/// IPv4-compatible and IPv4-mapped (RFC 4291), NAT64 (RFC 6052), NAT64 with a network's own prefix of 96 bits (RFC 8215), 6to4
/// (RFC 3056), and Teredo (RFC 4380), where it is the client's address, stored with every bit turned over.
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    // They look like IPv4-compatible addresses and are none.
    if address.is_unspecified() || address.is_loopback() {
        return None;
    }
    let joined = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => Some(joined(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(joined(!high, !low)),
        _ => None,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "an address of a cloud's metadata service",
            Self::Unspecified => "an unspecified address",
            Self::Multicast => "a multicast or broadcast address",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guarded(networks: &[&str]) -> Reach {
        Reach::Guarded { allowed: networks.iter().map(|network| network.parse().unwrap()).collect() }
    }

    fn refusal(address: &str) -> Option<Refusal> {
        guarded(&[]).refusal(address.parse().unwrap())
    }

    #[test]
    fn this_machine_its_wire_and_its_cloud_are_refused() {
        use Refusal::{LinkLocal, Loopback, Metadata, Multicast, Unspecified};
        let table = [
            ("127.0.0.1", Loopback),
            ("127.255.255.255", Loopback),
            ("::1", Loopback),
            ("169.254.0.0", LinkLocal),
            ("169.254.255.255", LinkLocal),
            ("fe80::", LinkLocal),
            ("febf:ffff::1", LinkLocal),
            ("169.254.169.254", Metadata),
            ("168.63.129.16", Metadata),
            ("100.100.100.200", Metadata),
            ("192.0.0.192", Metadata),
            ("fd00:ec2::254", Metadata),
            ("fd00:ec2::23", Metadata),
            ("fd20:ce::254", Metadata),
            ("fd00:42::42", Metadata),
            ("fd00:c1::a9fe:a9fe", Metadata),
            ("0.0.0.0", Unspecified),
            ("0.255.255.255", Unspecified),
            ("::", Unspecified),
            ("224.0.0.0", Multicast),
            ("239.255.255.255", Multicast),
            ("255.255.255.255", Multicast),
            ("ff00::", Multicast),
            ("ff02::1", Multicast),
        ];
        for (address, why) in table {
            assert_eq!(refusal(address), Some(why), "{address}");
        }
    }

    #[test]
    fn everything_else_may_be_reached() {
        let open = [
            "1.1.1.1",
            "2606:4700:4700::1111",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "fd12:3456::1",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "223.255.255.255",
            "1.0.0.0",
            "fe7f::1",
            "fec0::1",
            "fd00:ec2::255",
            "fd00:42::43",
            "2001:db8::7f00:1",
            "2001:1::7f00:1",
            "64:ff9b:2::7f00:1",
        ];
        for address in open {
            assert_eq!(refusal(address), None, "{address}");
        }
    }

    #[test]
    fn ipv4_within_ipv6_is_found_where_each_standard_puts_it() {
        use Refusal::{Loopback, Metadata, Unspecified};
        let table = [
            ("::ffff:127.0.0.1", Loopback),
            ("::127.0.0.1", Loopback),
            ("::2", Unspecified),
            ("64:ff9b::127.0.0.1", Loopback),
            ("64:ff9b:1::169.254.169.254", Metadata),
            ("64:ff9b:1:2:3:4:169.254.169.254", Metadata),
            ("2002:7f00:1::", Loopback),
            ("2002:a9fe:a9fe:1:2:3:4:5", Metadata),
            ("2001:0:1:2:3:4:80ff:fffe", Loopback),
        ];
        for (address, why) in table {
            assert_eq!(refusal(address), Some(why), "{address}");
        }
    }

    #[test]
    fn an_allowed_network_holds_for_its_own_family_and_for_ipv4_within_ipv6() {
        let own = guarded(&["127.0.0.1/32", "fd00:ec2::/32"]);
        for allowed in ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "fd00:ec2::254"] {
            assert_eq!(own.refusal(allowed.parse().unwrap()), None, "{allowed}");
        }
        for refused in ["127.0.0.2", "::1", "169.254.169.254", "fd20:ce::254"] {
            assert!(own.refusal(refused.parse().unwrap()).is_some(), "{refused}");
        }
        let all_ipv4 = guarded(&["0.0.0.0/0"]);
        assert_eq!(all_ipv4.refusal("::1".parse().unwrap()), Some(Refusal::Loopback));
        assert_eq!(all_ipv4.refusal("::".parse().unwrap()), Some(Refusal::Unspecified));
        let all_ipv6 = guarded(&["::/0"]);
        assert_eq!(all_ipv6.refusal("127.0.0.1".parse().unwrap()), Some(Refusal::Loopback));
        assert_eq!(all_ipv6.refusal("::ffff:127.0.0.1".parse().unwrap()), None);
    }

    /// Any IPv4 address, every other one from a network that is refused in part or as a whole.
    fn ipv4() -> impl Strategy<Value = Ipv4Addr> {
        let near = prop::sample::select(vec![[0, 0], [100, 100], [127, 0], [168, 63], [169, 254], [192, 0], [255, 255]]);
        let near = (near, any::<[u8; 2]>()).prop_map(|([a, b], [c, d])| Ipv4Addr::new(a, b, c, d));
        prop_oneof![any::<u32>().prop_map(Ipv4Addr::from_bits), near]
    }

    fn address() -> impl Strategy<Value = IpAddr> {
        let wide = (any::<u128>(), prop::sample::select(vec![0_u32, 32, 96, 127]));
        let ipv6 = wide.prop_map(|(bits, shift)| IpAddr::V6(Ipv6Addr::from_bits(bits >> shift)));
        prop_oneof![ipv4().prop_map(IpAddr::V4), ipv6]
    }

    proptest! {
        #[test]
        fn an_ipv6_address_is_as_good_as_the_ipv4_address_it_leads_to(v4 in ipv4(), other in any::<[u16; 5]>()) {
            let bits = v4.to_bits();
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            let mut forms = vec![
                [0, 0, 0, 0, 0, 0xffff, high, low],
                [0x64, 0xff9b, 0, 0, 0, 0, high, low],
                [0x64, 0xff9b, 1, other[0], other[1], other[2], high, low],
                [0x2002, high, low, other[0], other[1], other[2], other[3], other[4]],
                [0x2001, 0, other[0], other[1], other[2], other[3], !high, !low],
            ];
            // `::` and `::1` are addresses of their own.
            if bits > 1 {
                forms.push([0, 0, 0, 0, 0, 0, high, low]);
            }
            let plain = guarded(&[]).refusal(IpAddr::V4(v4));
            let allowing = Reach::Guarded { allowed: vec![IpNet::from(IpAddr::V4(v4))] };
            for form in forms {
                let v6 = IpAddr::V6(Ipv6Addr::from(form));
                prop_assert_eq!(guarded(&[]).refusal(v6), plain, "{}", v6);
                prop_assert_eq!(allowing.refusal(v6), None, "{}", v6);
            }
        }

        #[test]
        fn what_is_allowed_is_reached_and_allowing_takes_nothing_away(
            address in address(), network in address(), prefix in 0_u8..=128,
        ) {
            prop_assert_eq!(Reach::Anywhere.refusal(address), None);
            prop_assert_eq!(Reach::Guarded { allowed: vec![IpNet::from(address)] }.refusal(address), None);
            let allowed = vec![IpNet::new(network, prefix.min(IpNet::from(network).max_prefix_len())).unwrap()];
            let without = guarded(&[]).refusal(address);
            let with = Reach::Guarded { allowed }.refusal(address);
            prop_assert!(with.is_none() || with == without);
        }

        #[test]
        fn private_networks_may_be_reached(bits in any::<u32>(), tail in any::<u128>()) {
            let networks = [
                (Ipv4Addr::new(10, 0, 0, 0), 8_u32),
                (Ipv4Addr::new(172, 16, 0, 0), 12),
                (Ipv4Addr::new(192, 168, 0, 0), 16),
            ];
            for (network, prefix) in networks {
                let within = Ipv4Addr::from_bits(network.to_bits() | (bits >> prefix));
                prop_assert_eq!(guarded(&[]).refusal(IpAddr::V4(within)), None, "{}", within);
            }
            let unique_local = IpAddr::V6(Ipv6Addr::from_bits((0xfc_u128 << 120) | (tail >> 7)));
            prop_assert_eq!(guarded(&[]).refusal(unique_local).is_some(), METADATA.contains(&unique_local));
        }
    }
}
