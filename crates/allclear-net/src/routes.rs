//! The gateways of this machine, from the tables that Linux shows. Whatever cannot be read is left out:
//! another system simply has no gateway that is known.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The flag of a route that leads through a gateway.
const THROUGH_GATEWAY: u32 = 0x2;

/// Where everything goes that has no way of its own, with this port. `links` says the numbers of
/// links: addresses of one link alone mean nothing without it.
pub(crate) fn gateways(v4: &str, v6: &str, links: &str, port: u16) -> Vec<SocketAddr> {
    let of_v4 = v4.lines().filter_map(gateway_v4);
    let of_v4 = of_v4.map(|address| SocketAddr::V4(SocketAddrV4::new(address, port)));
    let of_v6 = v6.lines().filter_map(|line| {
        let (address, link) = gateway_v6(line)?;
        let scope = if address.is_unicast_link_local() { number_of(link, links)? } else { 0 };
        Some(SocketAddr::V6(SocketAddrV6::new(address, port, 0, scope)))
    });
    let all: BTreeSet<SocketAddr> = of_v4.chain(of_v6).collect();
    all.into_iter().collect()
}

/// `/proc/net/route`: link, destination, gateway, flags, …, mask, as hexadecimal numbers in the order of
/// this machine's bytes.
fn gateway_v4(line: &str) -> Option<Ipv4Addr> {
    let mut words = line.split_whitespace();
    let (_link, destination, gateway) = (words.next()?, words.next()?, words.next()?);
    let flags = u32::from_str_radix(words.next()?, 16).ok()?;
    let mask = words.nth(3)?;
    let is_default = destination == "00000000" && mask == "00000000";
    let bytes = u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes();
    (is_default && flags & THROUGH_GATEWAY != 0).then(|| Ipv4Addr::from(bytes))
}

/// `/proc/net/ipv6_route`: destination, its length, source, its length, gateway, …, flags, link.
fn gateway_v6(line: &str) -> Option<(Ipv6Addr, &str)> {
    let mut words = line.split_whitespace();
    let (destination, length, gateway) = (words.next()?, words.next()?, words.nth(2)?);
    let flags = u32::from_str_radix(words.nth(3)?, 16).ok()?;
    let link = words.next()?;
    let is_default = destination.bytes().all(|digit| digit == b'0') && length == "00";
    let address = Ipv6Addr::from(u128::from_str_radix(gateway, 16).ok()?);
    (is_default && flags & THROUGH_GATEWAY != 0).then_some((address, link))
}

/// The networks that a link of this machine is part of: what is there is a neighbor, however public its
/// address.
pub(crate) fn attached(v4: &str, v6: &str) -> Vec<IpNet> {
    let of_v4 = v4.lines().filter_map(attached_v4).map(IpNet::V4);
    let of_v6 = v6.lines().filter_map(attached_v6).map(IpNet::V6);
    of_v4.chain(of_v6).collect()
}

fn attached_v4(line: &str) -> Option<Ipv4Net> {
    let mut words = line.split_whitespace();
    let number = |word: &str| {
        u32::from_str_radix(word, 16).ok().map(|bits| Ipv4Addr::from(bits.to_ne_bytes()))
    };
    let (destination, gateway) = (number(words.nth(1)?)?, number(words.next()?)?);
    let mask = number(words.nth(4)?)?;
    let net = Ipv4Net::with_netmask(destination, mask).ok()?;
    (gateway.is_unspecified() && net.prefix_len() > 0).then_some(net)
}

fn attached_v6(line: &str) -> Option<Ipv6Net> {
    let mut words = line.split_whitespace();
    let address = |word: &str| u128::from_str_radix(word, 16).ok().map(Ipv6Addr::from);
    let (destination, length) = (address(words.next()?)?, words.next()?);
    let gateway = address(words.nth(2)?)?;
    let net = Ipv6Net::new(destination, u8::from_str_radix(length, 16).ok()?).ok()?;
    (gateway.is_unspecified() && net.prefix_len() > 0).then_some(net)
}

/// `/proc/net/if_inet6`: address, number of the link, …, its name.
fn number_of(link: &str, links: &str) -> Option<u32> {
    let line = links.lines().find(|line| line.split_whitespace().last() == Some(link))?;
    u32::from_str_radix(line.split_whitespace().nth(1)?, 16).ok()
}

/// Whether an address can be that of a gateway at all.
pub(crate) fn is_sensible(address: IpAddr) -> bool {
    !address.is_unspecified() && !address.is_loopback() && !address.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V4: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth1\t0000000A\t010200C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
";
    const V6: &str = "\
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
";
    const LINKS: &str = "\
00000000000000000000000000000001 01 80 10 80       lo
fe800000000000000000000000000002 02 40 20 80     eth0
";

    #[cfg(target_endian = "little")]
    #[test]
    fn the_way_out_is_found_in_both_families() {
        let found: Vec<String> =
            gateways(V4, V6, LINKS, 53).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.1:53", "[fe80::1%2]:53"]);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for (v4, v6, links) in [("", "", ""), ("eth0 zz", "zz zz", "x"), (V6, V4, V4), ("", V6, "")]
        {
            assert_eq!(gateways(v4, v6, links, 53), [], "{v4:?}");
        }
    }

    #[test]
    fn networks_of_links_are_known() {
        let attached = attached(V4, V6);
        let attached: Vec<String> = attached.iter().map(ToString::to_string).collect();
        assert_eq!(attached, ["192.0.2.0/24", "fe80::/64"]);
        assert_eq!(super::attached("Iface\n\nx y z", "0 1"), []);
    }
}
