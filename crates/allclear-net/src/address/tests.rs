//! Every special block at both of its ends, what lies right beside it, and every disguise.

use proptest::prelude::*;

use super::*;

fn refused(address: &str) -> Option<Special> {
    AddressRules::default().check(address.parse().unwrap()).err().map(|refused| refused.special)
}

/// First and last address of each block, and the neighbors that are public.
const BLOCKS: [(&str, &str, &[&str], Special); 25] = [
    ("0.0.0.0", "0.255.255.255", &["1.0.0.0"], Special::Unspecified),
    ("10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"], Special::Private),
    ("100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"], Special::Shared),
    ("127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"], Special::Loopback),
    ("169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"], Special::LinkLocal),
    ("172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"], Special::Private),
    ("192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"], Special::Reserved),
    ("192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"], Special::Documentation),
    ("192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"], Special::Reserved),
    ("192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"], Special::Private),
    ("198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"], Special::Benchmarking),
    ("198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"], Special::Documentation),
    ("203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"], Special::Documentation),
    ("224.0.0.0", "239.255.255.255", &["223.255.255.255"], Special::Multicast),
    ("240.0.0.0", "255.255.255.255", &[], Special::Reserved),
    ("::", "::", &[], Special::Unspecified),
    ("::1", "::1", &[], Special::Loopback),
    ("::2", "::fffe:ffff:ffff", &[], Special::Reserved),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", &[], Special::Private),
    ("100::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2000::"], Special::Reserved),
    (
        "2001::",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        &["2000:ffff:ffff:ffff::", "2001:200::"],
        Special::Reserved,
    ),
    (
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        &["2001:db7:ffff::", "2001:db9::"],
        Special::Documentation,
    ),
    (
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        &["3ffe:ffff::", "3fff:1000::"],
        Special::Documentation,
    ),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[], Special::Private),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[], Special::Multicast),
];

#[test]
fn every_special_block_is_refused_and_its_neighbors_are_not() {
    for (first, last, neighbors, special) in BLOCKS {
        assert_eq!(refused(first), Some(special), "{first}");
        assert_eq!(refused(last), Some(special), "{last}");
        for neighbor in neighbors {
            assert_eq!(refused(neighbor), None, "{neighbor}");
        }
    }
    for (address, special) in [
        ("169.254.169.254", Special::LinkLocal),
        ("fe80::1", Special::LinkLocal),
        ("febf::1", Special::LinkLocal),
        ("fec0::1", Special::Private),
        ("fd00:ec2::254", Special::Private),
        ("2001:0:1::1", Special::Reserved),
        ("5f00::1", Special::Reserved),
        ("4000::1", Special::Reserved),
        ("::7f00:1", Special::Reserved),
    ] {
        assert_eq!(refused(address), Some(special), "{address}");
    }
    for public in ["1.1.1.1", "192.31.196.1", "2606:4700::1111", "2620:4f:8000::1"] {
        assert_eq!(refused(public), None, "{public}");
    }
}

#[test]
fn what_is_refused_says_what_it_is_and_what_to_do() {
    let refused = AddressRules::default().check("10.1.2.3".parse().unwrap()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "10.1.2.3 is a private address, and no network that the settings allow holds it: list its \
         network there, or name another address"
    );
}

/// The same IPv4 address in every form that leads to it.
fn disguises(address: Ipv4Addr) -> [Ipv6Addr; 3] {
    let [a, b, c, d] = address.octets().map(u16::from);
    let (high, low) = (a << 8 | b, c << 8 | d);
    [
        Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
    ]
}

proptest! {
    #[test]
    fn a_disguise_changes_nothing(bits: u32) {
        let plain = Ipv4Addr::from_bits(bits);
        for rules in [
            AddressRules::default(),
            AddressRules::allowing(vec!["10.0.0.0/8".parse().unwrap()]),
        ] {
            let judged = rules.check(IpAddr::V4(plain)).map_err(|refused| refused.special);
            for disguise in disguises(plain) {
                let other = rules.check(IpAddr::V6(disguise)).map_err(|refused| refused.special);
                prop_assert_eq!(judged, other, "{}", disguise);
            }
        }
    }

    #[test]
    fn nothing_outside_of_what_is_handed_out_is_reached(bits: u128) {
        let address = Ipv6Addr::from_bits(bits);
        let is_public = AddressRules::default().check(IpAddr::V6(address)).is_ok();
        prop_assert!(!is_public || PUBLIC_V6.contains(&address) || carried(IpAddr::V6(address)).is_some());
    }

    #[test]
    fn a_network_that_is_allowed_opens_itself_and_nothing_else(bits: u32, network: u32, length in 1..=32_u8) {
        let network = Ipv4Net::new(Ipv4Addr::from_bits(network), length).unwrap();
        let rules = AddressRules::allowing(vec![IpNet::V4(network)]);
        let address = Ipv4Addr::from_bits(bits);
        let is_open = rules.check(IpAddr::V4(address)).is_ok();
        prop_assert_eq!(is_open, network.contains(&address) || special_v4(address).is_none());
        prop_assert!(rules.check(IpAddr::V4(network.network())).is_ok());
    }
}
