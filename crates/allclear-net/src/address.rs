//! What addresses may be connected to: those of the public Internet, and others only where the
//! operator listed the network that holds them.

use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use allclear_domain::check::Reach;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Why an address is none of the public Internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// It says that there is no address, or "this network".
    Unspecified,
    /// This machine.
    Loopback,
    /// A private network.
    Private,
    /// Shared between a provider and its customers.
    Shared,
    /// The link itself; clouds answer with the machine's secrets there.
    LinkLocal,
    /// Many machines at once.
    Multicast,
    /// For texts, never for machines.
    Documentation,
    /// For measuring equipment.
    Benchmarking,
    /// For a protocol, or for nothing yet.
    Reserved,
}

impl Display for Special {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unspecified => "an unspecified address",
            Self::Loopback => "an address of this machine",
            Self::Private => "a private address",
            Self::Shared => "a shared address of a provider's network",
            Self::LinkLocal => "a link-local address",
            Self::Multicast => "a multicast address",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarks",
            Self::Reserved => "a reserved address",
        })
    }
}

/// An address that must not be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{address} is {special}, and no network that the settings allow holds it: list its network \
     there, or name another address"
)]
pub struct Forbidden {
    /// The address.
    pub address: IpAddr,
    /// What it is.
    pub special: Special,
}

/// Which addresses may be connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressRules {
    allowed: Vec<IpNet>,
}

impl AddressRules {
    /// The public Internet, and what these networks hold.
    #[must_use]
    pub fn allowing(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Whether an address may be connected to. Ask right before connecting, for each address anew:
    /// what a name meant a moment ago says nothing.
    pub fn check(&self, address: IpAddr) -> Result<(), Forbidden> {
        let Some(special) = special(address) else { return Ok(()) };
        let carried = carried(address).map(IpAddr::V4);
        let is_allowed = |network: &IpNet| {
            network.contains(&address) || carried.is_some_and(|carried| network.contains(&carried))
        };
        if self.allowed.iter().any(is_allowed) {
            return Ok(());
        }
        Err(Forbidden { address, special })
    }
}

const fn v4(octets: [u8; 4], bits: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(segments: [u16; 4], bits: u8) -> Ipv6Net {
    let [a, b, c, d] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), bits)
}

/// The special-purpose blocks of IPv4 (IANA's registry, and multicast). Blocks that are special and
/// yet reached from everywhere, such as AS112, are left out: they are as public as any.
const SPECIAL_V4: [(Ipv4Net, Special); 15] = [
    (v4([0, 0, 0, 0], 8), Special::Unspecified),
    (v4([10, 0, 0, 0], 8), Special::Private),
    (v4([100, 64, 0, 0], 10), Special::Shared),
    (v4([127, 0, 0, 0], 8), Special::Loopback),
    (v4([169, 254, 0, 0], 16), Special::LinkLocal),
    (v4([172, 16, 0, 0], 12), Special::Private),
    (v4([192, 0, 0, 0], 24), Special::Reserved),
    (v4([192, 0, 2, 0], 24), Special::Documentation),
    (v4([192, 88, 99, 0], 24), Special::Reserved),
    (v4([192, 168, 0, 0], 16), Special::Private),
    (v4([198, 18, 0, 0], 15), Special::Benchmarking),
    (v4([198, 51, 100, 0], 24), Special::Documentation),
    (v4([203, 0, 113, 0], 24), Special::Documentation),
    (v4([224, 0, 0, 0], 4), Special::Multicast),
    (v4([240, 0, 0, 0], 4), Special::Reserved),
];

/// All that is handed out to the public Internet; what lies outside is special.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// The special-purpose blocks of IPv6, inside and outside of what is handed out.
const SPECIAL_V6: [(Ipv6Net, Special); 10] = [
    // Protocols, among them Teredo, benchmarks and ORCHID.
    (v6([0x2001, 0, 0, 0], 23), Special::Reserved),
    (v6([0x2001, 0xdb8, 0, 0], 32), Special::Documentation),
    (v6([0x3fff, 0, 0, 0], 20), Special::Documentation),
    (v6([0x64, 0xff9b, 1, 0], 48), Special::Private),
    (v6([0x100, 0, 0, 0], 64), Special::Reserved),
    (v6([0x5f00, 0, 0, 0], 16), Special::Reserved),
    (v6([0xfc00, 0, 0, 0], 7), Special::Private),
    (v6([0xfe80, 0, 0, 0], 10), Special::LinkLocal),
    (v6([0xfec0, 0, 0, 0], 10), Special::Private),
    (v6([0xff00, 0, 0, 0], 8), Special::Multicast),
];

/// Forms of IPv6 addresses that lead to an IPv4 address: mapped and translated (NAT64) ones, with the
/// address at their end.
const CARRIERS: [Ipv6Net; 2] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
];

/// 6to4, with the IPv4 address after the first two bytes.
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0], 16);

/// Why an address is none of the public Internet; nothing for one that is.
fn special(address: IpAddr) -> Option<Special> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

/// How far away an address is.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match special(address) {
        None => Reach::Far,
        Some(Special::Loopback | Special::Unspecified) => Reach::Itself,
        Some(_) => Reach::Near,
    }
}

fn special_v4(address: Ipv4Addr) -> Option<Special> {
    SPECIAL_V4.iter().find(|(block, _)| block.contains(&address)).map(|(_, special)| *special)
}

fn special_v6(address: Ipv6Addr) -> Option<Special> {
    if let Some(carried) = carried(IpAddr::V6(address)) {
        return special_v4(carried);
    }
    if address.is_unspecified() {
        return Some(Special::Unspecified);
    }
    if address.is_loopback() {
        return Some(Special::Loopback);
    }
    let known = SPECIAL_V6.iter().find(|(block, _)| block.contains(&address));
    match known {
        Some((_, special)) => Some(*special),
        None => (!PUBLIC_V6.contains(&address)).then_some(Special::Reserved),
    }
}

/// The IPv4 address that an IPv6 address leads to.
fn carried(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    let [_, _, a, b, c, d, _, _, _, _, _, _, w, x, y, z] = address.octets();
    if CARRIERS.iter().any(|block| block.contains(&address)) {
        return Some(Ipv4Addr::new(w, x, y, z));
    }
    SIX_TO_FOUR.contains(&address).then(|| Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests;
