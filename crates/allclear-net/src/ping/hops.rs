//! Who is on the way to an address: pings that may go only so far are turned down by whoever they end at,
//! which says so.
//!
//! It takes a socket that hears what others say of our pings, which the right to send raw packets gives.
//! What comes is evidence and no proof: whoever guesses the id of a round may say anything in it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustix::net::sockopt::{set_ip_ttl, set_ipv6_unicast_hops};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::packet::{self, Heard, Ping, TOKEN_BYTES, TOO_FAR};
use super::{Socket, is_forbidden, open};
use crate::Net;
use crate::address::Forbidden;
use crate::limits::{HOPS_MAX, HOPS_TAKE_MAX, PACKET_BYTES_MAX};

/// How often each distance is asked.
const ROUNDS: u16 = 3;
/// Time from one round to the next: routers say such things only so often.
const ROUND_EVERY: Duration = Duration::from_millis(700);
/// Time between two pings of a round.
const SPACING: Duration = Duration::from_millis(5);
/// How long an answer to the last ping is waited for. A router takes three seconds to find that nobody is
/// there, which it was first asked two rounds before.
const LAST_WAIT: Duration = Duration::from_millis(2_500);

/// A machine on the way to an address, or whoever stands at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// What came of the pings that went so far, in the order of the pings; nothing where nobody answered.
    pub answers: Vec<HopAnswer>,
}

/// What came of one ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopAnswer {
    /// Who answered.
    pub by: IpAddr,
    /// The time from the ping to its answer.
    pub took: Duration,
    /// Why the way ends there before the address, where it does.
    pub why: Option<&'static str>,
}

/// Why it is not known who is on the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HopsError {
    /// The address may not be pinged.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// This program does not hear what routers say.
    #[error(
        "this program does not hear what machines on the way say: run `setcap cap_net_raw+ep` on it"
    )]
    NotPermitted,
    /// This machine could not even try.
    #[error("this machine cannot ping {address}: {problem}")]
    Unable {
        /// Where.
        address: IpAddr,
        /// What the system said.
        problem: String,
    },
}

impl Net {
    /// Who is on the way to an address: the nearest first, up to whoever ends it, or as far as is looked.
    /// It takes a few seconds, and no longer than [`HOPS_TAKE_MAX`].
    ///
    /// # Errors
    /// Where the rules forbid the address, or this machine cannot tell.
    pub async fn hops_to(&self, address: IpAddr) -> Result<Vec<Hop>, HopsError> {
        self.rules.check(address)?;
        let mut walk = Walk {
            address,
            id: u16::from_be_bytes(self.entropy.bytes()),
            token: self.entropy.bytes(),
            pings: Vec::new(),
        };
        walk.run(Instant::now() + HOPS_TAKE_MAX).await?;
        Ok(walk.hops())
    }
}

/// The pings of one way.
struct Walk {
    address: IpAddr,
    id: u16,
    token: [u8; TOKEN_BYTES],
    /// When each was sent, where it was, and what came of it: by round, and by distance within.
    pings: Vec<(Option<Instant>, Option<HopAnswer>)>,
}

impl Walk {
    async fn run(&mut self, deadline: Instant) -> Result<(), HopsError> {
        let Socket { socket, is_raw } = open(self.address).map_err(|error| self.unable(&error))?;
        if !is_raw {
            return Err(HopsError::NotPermitted);
        }
        let socket = UdpSocket::from_std(socket).map_err(|error| self.unable(&error))?;
        let began = Instant::now();
        let mut next_at = began;
        let mut buffer = vec![0; PACKET_BYTES_MAX];
        loop {
            let now = Instant::now();
            let (nth, all) = (self.pings.len(), usize::from(ROUNDS * u16::from(HOPS_MAX)));
            if nth < all && now >= next_at {
                next_at = self.send(&socket, nth, began, deadline).await?;
                continue;
            }
            let end = deadline.min(next_at + LAST_WAIT);
            if now >= end || (nth >= all && self.is_complete()) {
                return Ok(());
            }
            let until = if nth < all { next_at.min(end) } else { end };
            match timeout_at(until, socket.recv_from(&mut buffer)).await {
                Err(_) => {}
                Ok(Err(error)) => return Err(self.unable(&error)),
                Ok(Ok((length, from))) => {
                    self.hear(buffer.get(..length).unwrap_or_default(), from.ip(), Instant::now());
                }
            }
        }
    }

    /// Sends the next ping, unless the way is known to end before it, and says when the one after it is due.
    async fn send(
        &mut self,
        socket: &UdpSocket,
        nth: usize,
        began: Instant,
        deadline: Instant,
    ) -> Result<Instant, HopsError> {
        let (round, place) = (nth / usize::from(HOPS_MAX), nth % usize::from(HOPS_MAX));
        let is_beyond = place >= self.length();
        let mut sent_at = None;
        if !is_beyond {
            let distance = u8::try_from(place + 1).unwrap_or(HOPS_MAX);
            let of_v6 = self.address.is_ipv6();
            let set = match of_v6 {
                true => set_ipv6_unicast_hops(socket, Some(distance)),
                false => set_ip_ttl(socket, u32::from(distance)),
            };
            set.map_err(|errno| self.unable(&errno.into()))?;
            let ping = Ping { id: self.id, nth: u16::try_from(nth).unwrap_or(u16::MAX) };
            let bytes = packet::request(of_v6, ping, self.token);
            let sent = socket.send_to(&bytes, SocketAddr::new(self.address, 0));
            if let Ok(Err(error)) = timeout_at(deadline, sent).await {
                return Err(self.unable(&error));
            }
            sent_at = Some(Instant::now());
        }
        self.pings.push((sent_at, None));
        let is_last = place + 1 == usize::from(HOPS_MAX);
        let next_round = began + ROUND_EVERY * u32::try_from(round + 1).unwrap_or(1);
        Ok(match (is_last, is_beyond) {
            (true, _) if round + 1 < usize::from(ROUNDS) => next_round.max(Instant::now()),
            (true, _) | (false, true) => Instant::now(),
            (false, false) => Instant::now() + SPACING,
        })
    }

    /// Takes in a packet that may be about one of these pings.
    fn hear(&mut self, bytes: &[u8], from: IpAddr, at: Instant) {
        let is_v6 = self.address.is_ipv6();
        let message = if is_v6 { Some(bytes) } else { packet::inside_v4(bytes) };
        let (ping, why) = match message.and_then(|message| packet::read(is_v6, message)) {
            Some(Heard::Reply { ping, token }) if from == self.address && token == self.token => {
                (ping, None)
            }
            Some(Heard::Undelivered { to, ping, why }) if to == self.address => {
                (ping, (why != TOO_FAR).then_some(why))
            }
            _ => return,
        };
        if ping.id == self.id
            && let Some((Some(sent_at), answer @ None)) = self.pings.get_mut(usize::from(ping.nth))
        {
            let took = at.saturating_duration_since(*sent_at);
            *answer = Some(HopAnswer { by: from, took, why });
        }
    }

    /// What came of pings, with the place of each within its round.
    fn answers(&self) -> impl Iterator<Item = (usize, HopAnswer)> {
        let pings = self.pings.iter().enumerate();
        pings.filter_map(|(nth, (_, answer))| Some((nth % usize::from(HOPS_MAX), (*answer)?)))
    }

    /// How many machines the way has, as far as is known: it ends at the address, or where somebody says
    /// that it does.
    fn length(&self) -> usize {
        let is_end = |answer: &HopAnswer| answer.by == self.address || answer.why.is_some();
        let ends = self.answers().filter(|(_, answer)| is_end(answer));
        ends.map(|(place, _)| place + 1).min().unwrap_or(usize::from(HOPS_MAX))
    }

    /// Whether nothing is waited for: nobody answers a ping that went beyond the end otherwise.
    fn is_complete(&self) -> bool {
        let length = self.length();
        let pings = self.pings.iter().enumerate();
        let mut within = pings.filter(|(nth, _)| nth % usize::from(HOPS_MAX) < length);
        within.all(|(_, (sent_at, answer))| sent_at.is_none() || answer.is_some())
    }

    fn hops(&self) -> Vec<Hop> {
        let mut hops = vec![Hop::default(); self.length()];
        for (place, answer) in self.answers() {
            if let Some(hop) = hops.get_mut(place) {
                hop.answers.push(answer);
            }
        }
        hops
    }

    fn unable(&self, error: &io::Error) -> HopsError {
        match is_forbidden(error) {
            true => HopsError::NotPermitted,
            false => HopsError::Unable { address: self.address, problem: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{AddressRules, Resolver};

    const HERE: &str = "192.0.2.7";
    const ROUTER: &str = "198.51.100.1";

    fn walk() -> Walk {
        let sent = (Some(Instant::now()), None);
        let all = usize::from(ROUNDS * u16::from(HOPS_MAX));
        let address = HERE.parse().unwrap();
        Walk { address, id: 0x0102, token: [7; TOKEN_BYTES], pings: vec![sent; all] }
    }

    /// The head of an IPv4 packet to the address, and what is in it.
    fn packet(message: &[u8]) -> Vec<u8> {
        let mut packet = vec![0; 20];
        (packet[0], packet[9]) = (0x45, 1);
        packet[16..20].copy_from_slice(&[192, 0, 2, 7]);
        packet.extend(message);
        packet
    }

    fn ping(nth: u16, token: u8) -> Vec<u8> {
        packet::request(false, Ping { id: 0x0102, nth }, [token; TOKEN_BYTES])
    }

    fn reply(nth: u16, token: u8) -> Vec<u8> {
        let mut reply = ping(nth, token);
        reply[0] = 0;
        packet(&reply)
    }

    /// What a router says of a ping; it repeats the beginning alone.
    fn turned_down(kind: u8, code: u8, nth: u16) -> Vec<u8> {
        packet(&[&[kind, code, 0, 0, 0, 0, 0, 0][..], &packet(&ping(nth, 7)[..8])].concat())
    }

    #[test]
    fn the_way_goes_through_routers_to_whoever_ends_it() {
        let (mut walk, now) = (walk(), Instant::now());
        let (router, here) = (ROUTER.parse().unwrap(), HERE.parse().unwrap());
        let second = u16::from(HOPS_MAX);
        walk.hear(&turned_down(11, 0, 0), router, now);
        walk.hear(&turned_down(11, 0, second), router, now);
        walk.hear(&reply(2, 7), here, now);
        walk.hear(&reply(3, 7), here, now);
        assert!(!walk.is_complete(), "the second one may still answer");
        let hops = walk.hops();
        let by = |hop: &Hop| hop.answers.iter().map(|answer| answer.by).collect::<Vec<_>>();
        assert_eq!(hops.iter().map(by).collect::<Vec<_>>(), [vec![router; 2], vec![], vec![here]]);
        assert!(hops.iter().all(|hop| hop.answers.iter().all(|answer| answer.why.is_none())));

        walk.hear(&turned_down(3, 1, 1), router, now);
        let hops = walk.hops();
        assert_eq!((hops.len(), hops[1].answers[0].why), (2, Some("it cannot be reached")));
    }

    #[test]
    fn nobody_is_heard_twice_nor_of_what_was_not_sent() {
        let (mut walk, now) = (walk(), Instant::now());
        let (router, here) = (ROUTER.parse().unwrap(), HERE.parse().unwrap());
        walk.hear(&reply(0, 8), here, now);
        walk.hear(&reply(0, 7), router, now);
        walk.hear(&reply(u16::MAX, 7), here, now);
        walk.hear(&turned_down(11, 0, 999), router, now);
        walk.pings[4].0 = None;
        walk.hear(&reply(4, 7), here, now);
        assert_eq!(walk.answers().count(), 0);
        walk.hear(&turned_down(11, 0, 0), router, now);
        walk.hear(&turned_down(3, 1, 0), here, now);
        assert_eq!(walk.answers().map(|(_, answer)| answer.by).collect::<Vec<_>>(), [router]);
        walk.id = 9;
        walk.hear(&turned_down(11, 0, 1), router, now);
        assert_eq!(walk.answers().count(), 1);
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
            let mut walk = walk();
            let router = ROUTER.parse().unwrap();
            walk.hear(&bytes, router, Instant::now());
            let inner = [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &bytes].concat();
            walk.hear(&packet(&inner), router, Instant::now());
            prop_assert!(walk.hops().len() <= usize::from(HOPS_MAX));
        }
    }
}
