//! What is made of packets, over IPv4 with the head of each and over IPv6 without. The kernel and routers
//! are for the kind that pings.

use proptest::prelude::*;
use rustix::io::Errno;

use super::*;
use crate::{AddressRules, Resolver};

/// One family of addresses: the one that is looked for, and that of a router.
#[derive(Clone, Copy, Debug)]
struct Family {
    here: IpAddr,
    router: IpAddr,
}

fn families() -> [Family; 2] {
    let of = |here: &str, router: &str| Family {
        here: here.parse().unwrap(),
        router: router.parse().unwrap(),
    };
    [of("192.0.2.7", "198.51.100.1"), of("2001:db8::7", "2001:db8:ffff::1")]
}

impl Family {
    fn is_v6(self) -> bool {
        self.here.is_ipv6()
    }

    /// All pings are sent, and nothing was heard.
    fn walk(self) -> Walk {
        let sent = (Some(Instant::now()), None);
        let all = usize::from(ROUNDS * u16::from(HOPS_MAX));
        Walk { pings: vec![sent; all], ..self.unsent() }
    }

    fn unsent(self) -> Walk {
        Walk { address: self.here, id: 0x0102, token: [7; TOKEN_BYTES], pings: Vec::new() }
    }

    /// What a router repeats of a packet to the address, and what is in it.
    fn packet(self, message: &[u8]) -> Vec<u8> {
        let mut packet = match self.here {
            IpAddr::V4(here) => {
                let mut head = vec![0; 20];
                (head[0], head[9]) = (0x45, 1);
                head[16..20].copy_from_slice(&here.octets());
                head
            }
            IpAddr::V6(here) => {
                let mut head = vec![0; 40];
                (head[0], head[6]) = (0x60, 58);
                head[24..40].copy_from_slice(&here.octets());
                head
            }
        };
        packet.extend(message);
        packet
    }

    /// A message as the socket gives it: that of IPv4 alone has the head of its packet.
    fn heard(self, message: &[u8]) -> Vec<u8> {
        if self.is_v6() { message.to_vec() } else { self.packet(message) }
    }

    fn ping(self, nth: u16, token: u8) -> Vec<u8> {
        packet::request(self.is_v6(), Ping { id: 0x0102, nth }, [token; TOKEN_BYTES])
    }

    fn reply(self, nth: u16, token: u8) -> Vec<u8> {
        let mut reply = self.ping(nth, token);
        reply[0] = if self.is_v6() { 129 } else { 0 };
        self.heard(&reply)
    }

    /// What somebody says of a ping; it repeats the beginning alone.
    fn said(self, kind: u8, code: u8, nth: u16) -> Vec<u8> {
        let inner = self.packet(&self.ping(nth, 7)[..8]);
        self.heard(&[&[kind, code, 0, 0, 0, 0, 0, 0][..], &inner].concat())
    }

    /// That it went as far as it may.
    fn turned_down(self, nth: u16) -> Vec<u8> {
        self.said(if self.is_v6() { 3 } else { 11 }, 0, nth)
    }

    /// That nobody is there.
    fn unreachable(self, nth: u16) -> Vec<u8> {
        let (kind, code) = if self.is_v6() { (1, 3) } else { (3, 1) };
        self.said(kind, code, nth)
    }
}

/// Who answered at each place.
fn by(walk: &Walk) -> Vec<Vec<IpAddr>> {
    let by = |hop: &Hop| hop.answers.iter().map(|answer| answer.by).collect();
    walk.hops().iter().map(by).collect()
}

#[test]
fn the_way_goes_through_routers_to_whoever_ends_it() {
    for family in families() {
        let (mut walk, now, Family { here, router }) = (family.walk(), Instant::now(), family);
        let second = u16::from(HOPS_MAX);
        walk.hear(&family.turned_down(0), router, now);
        walk.hear(&family.turned_down(second), router, now);
        walk.hear(&family.reply(2, 7), here, now);
        walk.hear(&family.reply(3, 7), here, now);
        assert!(!walk.is_complete(), "the second one may still answer");
        assert_eq!(by(&walk), [vec![router; 2], vec![], vec![here]]);
        let hops = walk.hops();
        assert!(hops.iter().all(|hop| hop.answers.iter().all(|answer| answer.why.is_none())));

        walk.hear(&family.unreachable(1), router, now);
        let hops = walk.hops();
        assert_eq!((hops.len(), hops[1].answers[0].why), (2, Some("it cannot be reached")));
    }
}

#[test]
fn nobody_is_heard_twice_nor_of_what_was_not_sent() {
    for family in families() {
        let (mut walk, now, Family { here, router }) = (family.walk(), Instant::now(), family);
        walk.hear(&family.reply(0, 8), here, now);
        walk.hear(&family.reply(0, 7), router, now);
        walk.hear(&family.reply(u16::MAX, 7), here, now);
        walk.hear(&family.turned_down(999), router, now);
        walk.pings[4].0 = None;
        walk.hear(&family.reply(4, 7), here, now);
        assert_eq!(walk.answers().count(), 0);
        walk.hear(&family.turned_down(0), router, now);
        walk.hear(&family.unreachable(0), here, now);
        assert_eq!(walk.answers().map(|(_, answer)| answer.by).collect::<Vec<_>>(), [router]);
        walk.id = 9;
        walk.hear(&family.turned_down(1), router, now);
        assert_eq!(walk.answers().count(), 1);
    }
}

#[test]
fn who_has_the_address_and_forwards_does_not_end_the_way() {
    for family in families() {
        let (mut walk, now, Family { here, router }) = (family.walk(), Instant::now(), family);
        walk.hear(&family.turned_down(0), router, now);
        walk.hear(&family.turned_down(1), here, now);
        assert_eq!(walk.length(), usize::from(HOPS_MAX), "no ping was answered");
        walk.hear(&family.reply(2, 7), here, now);
        assert_eq!(by(&walk), [vec![router], vec![here], vec![here]]);
        let replies: Vec<_> = walk.answers().map(|(_, answer)| answer.is_reply).collect();
        assert_eq!(replies, [false, false, true]);
    }
}

#[test]
fn what_this_machine_does_not_take_loses_nothing_that_was_heard() {
    for family in families() {
        let (mut walk, now) = (family.unsent(), Instant::now());
        walk.note_sent(Ok(now)).unwrap();
        walk.hear(&family.turned_down(0), family.router, now);
        for errno in [Errno::NOBUFS, Errno::HOSTUNREACH, Errno::NETUNREACH, Errno::PERM] {
            walk.note_sent(Err(errno.into())).unwrap();
        }
        walk.note_sent(Ok(now)).unwrap();
        walk.hear(&family.reply(1, 7), family.here, now);
        walk.hear(&family.reply(5, 7), family.here, now);
        let hops = walk.hops();
        let asked: Vec<_> = hops.iter().map(|hop| hop.is_asked).collect();
        assert_eq!(asked, [true, false, false, false, false, true]);
        assert_eq!((hops[0].answers.len(), hops[5].answers.len()), (1, 1));
        assert!(walk.is_complete(), "nothing is waited for of what was not sent");
    }
}

#[test]
fn only_who_opens_no_socket_lacks_a_right() {
    for family in families() {
        for errno in [Errno::PERM, Errno::ACCESS] {
            assert_eq!(unopened(family.here, &errno.into()), HopsError::NotPermitted);
            // A firewall of this machine drops what goes to this target.
            let mut walk = family.unsent();
            let dropped = walk.note_sent(Err(errno.into())).unwrap_err();
            let HopsError::Unable { address, .. } = dropped else { panic!("{dropped:?}") };
            assert_eq!(address, family.here);
        }
        let full = unopened(family.here, &Errno::MFILE.into());
        assert!(matches!(full, HopsError::Unable { .. }), "{full:?}");
    }
}

#[tokio::test]
async fn what_may_not_be_reached_is_not_pinged() {
    let net = Net::new(AddressRules::default(), Resolver::asking(&[]).unwrap());
    let refused = net.hops_to([127, 0, 0, 1].into()).await;
    assert!(matches!(refused, Err(HopsError::Forbidden(_))), "{refused:?}");
}

proptest! {
    #[test]
    fn whatever_comes_is_heard_or_left(bytes in prop::collection::vec(any::<u8>(), 0..200), kind: u8) {
        for family in families() {
            let mut walk = family.walk();
            let inner = [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &bytes].concat();
            let repeated = [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &family.packet(&bytes)].concat();
            for heard in [bytes.clone(), family.heard(&inner), family.heard(&repeated)] {
                walk.hear(&heard, family.router, Instant::now());
                walk.hear(&heard, family.here, Instant::now());
            }
            prop_assert!(walk.hops().len() <= usize::from(HOPS_MAX));
        }
    }
}
