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
    /// Whether any ping was sent that goes so far.
    pub is_asked: bool,
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
    /// Whether it is the answer to the ping, and not what somebody says of one. Who has the address may say
    /// of a ping that it goes no farther, as one that forwards what comes for it.
    pub is_reply: bool,
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
        let Socket { socket, is_raw } = open(address).map_err(|error| unopened(address, &error))?;
        if !is_raw {
            return Err(HopsError::NotPermitted);
        }
        walk.run(socket, Instant::now() + HOPS_TAKE_MAX).await?;
        Ok(walk.hops())
    }
}

/// The pings of one way.
struct Walk {
    address: IpAddr,
    id: u16,
    token: [u8; TOKEN_BYTES],
    /// When each was sent, where it was, and what came of it: by round, and by distance within. One that
    /// this machine did not take is not sent.
    pings: Vec<(Option<Instant>, Option<HopAnswer>)>,
}

impl Walk {
    async fn run(
        &mut self,
        socket: std::net::UdpSocket,
        deadline: Instant,
    ) -> Result<(), HopsError> {
        let socket = UdpSocket::from_std(socket).map_err(|error| unable(self.address, &error))?;
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
                // What was heard until then is told.
                Ok(Err(_)) if self.answers().next().is_some() => return Ok(()),
                Ok(Err(error)) => return Err(unable(self.address, &error)),
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
        match is_beyond {
            true => self.pings.push((None, None)),
            false => {
                let sent = self.send_to(socket, nth, place, deadline).await;
                self.note_sent(sent.map(|()| Instant::now()))?;
            }
        }
        let is_last = place + 1 == usize::from(HOPS_MAX);
        let next_round = began + ROUND_EVERY * u32::try_from(round + 1).unwrap_or(1);
        Ok(match (is_last, is_beyond) {
            (true, _) if round + 1 < usize::from(ROUNDS) => next_round.max(Instant::now()),
            (true, _) | (false, true) => Instant::now(),
            (false, false) => Instant::now() + SPACING,
        })
    }

    /// Sends a ping that may go so far.
    async fn send_to(
        &self,
        socket: &UdpSocket,
        nth: usize,
        place: usize,
        deadline: Instant,
    ) -> io::Result<()> {
        let distance = u8::try_from(place + 1).unwrap_or(HOPS_MAX);
        let of_v6 = self.address.is_ipv6();
        match of_v6 {
            true => set_ipv6_unicast_hops(socket, Some(distance))?,
            false => set_ip_ttl(socket, u32::from(distance))?,
        }
        let ping = Ping { id: self.id, nth: u16::try_from(nth).unwrap_or(u16::MAX) };
        let bytes = packet::request(of_v6, ping, self.token);
        let sent = socket.send_to(&bytes, SocketAddr::new(self.address, 0));
        timeout_at(deadline, sent).await??;
        Ok(())
    }

    /// Takes in when the next ping was sent, or why it was not. That takes nothing from what others told.
    fn note_sent(&mut self, sent: io::Result<Instant>) -> Result<(), HopsError> {
        match sent {
            Err(error) if self.pings.iter().all(|(sent_at, _)| sent_at.is_none()) => {
                Err(unable(self.address, &error))
            }
            sent => {
                self.pings.push((sent.ok(), None));
                Ok(())
            }
        }
    }

    /// Takes in a packet that may be about one of these pings.
    fn hear(&mut self, bytes: &[u8], from: IpAddr, at: Instant) {
        let is_v6 = self.address.is_ipv6();
        let message = if is_v6 { Some(bytes) } else { packet::inside_v4(bytes) };
        let (ping, is_reply, why) = match message.and_then(|message| packet::read(is_v6, message)) {
            Some(Heard::Reply { ping, token }) if from == self.address && token == self.token => {
                (ping, true, None)
            }
            Some(Heard::Undelivered { to, ping, why }) if to == self.address => {
                (ping, false, (why != TOO_FAR).then_some(why))
            }
            _ => return,
        };
        if ping.id == self.id
            && let Some((Some(sent_at), answer @ None)) = self.pings.get_mut(usize::from(ping.nth))
        {
            let took = at.saturating_duration_since(*sent_at);
            *answer = Some(HopAnswer { by: from, took, is_reply, why });
        }
    }

    /// What came of pings, with the place of each within its round.
    fn answers(&self) -> impl Iterator<Item = (usize, HopAnswer)> {
        let pings = self.pings.iter().enumerate();
        pings.filter_map(|(nth, (_, answer))| Some((nth % usize::from(HOPS_MAX), (*answer)?)))
    }

    /// How many machines the way has, as far as is known: it ends where a ping is answered, or where
    /// somebody says that it does.
    fn length(&self) -> usize {
        let is_end = |answer: &HopAnswer| answer.is_reply || answer.why.is_some();
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
        for (nth, (sent_at, _)) in self.pings.iter().enumerate() {
            if let Some(hop) = hops.get_mut(nth % usize::from(HOPS_MAX)) {
                hop.is_asked |= sent_at.is_some();
            }
        }
        for (place, answer) in self.answers() {
            if let Some(hop) = hops.get_mut(place) {
                hop.answers.push(answer);
            }
        }
        hops
    }
}

/// Why no socket was opened. That alone says that this program lacks a right: a ping may be turned down by a
/// firewall of this machine as well, and concerns its target alone.
fn unopened(address: IpAddr, error: &io::Error) -> HopsError {
    if is_forbidden(error) { HopsError::NotPermitted } else { unable(address, error) }
}

fn unable(address: IpAddr, error: &io::Error) -> HopsError {
    HopsError::Unable { address, problem: error.to_string() }
}

#[cfg(test)]
mod tests;
