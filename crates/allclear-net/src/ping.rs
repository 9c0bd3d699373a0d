//! Pings: whether a machine answers at all. Each has a random token, so that only one that got it can
//! return it.
//!
//! A socket that takes pings needs a right: `CAP_NET_RAW`, or a group that the system lets ping. The first
//! also hears what routers say of pings that they could not deliver.

mod hops;
mod packet;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto, socket_with};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};
use url::Host;

pub use self::hops::{Hop, HopAnswer, HopsError};
use self::packet::{Heard, Ping, TOKEN_BYTES};
use crate::address::Forbidden;
use crate::dial::{DialOptions, Trail};
use crate::resolver::ResolveError;
use crate::{Net, limits};

/// Time between two pings of one probe.
const SPACING: Duration = Duration::from_millis(20);

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingOptions {
    /// How to get to the host.
    pub way: DialOptions,
    /// How many pings are sent.
    pub count: u16,
    /// How many of them have to be answered; no more are waited for.
    pub enough: u16,
}

/// What came of some pings.
#[derive(Debug)]
pub struct Pinged {
    /// What was learned of the host.
    pub trail: Trail,
    /// How long each answer took, by the place of its ping.
    pub answers: Vec<(u16, Duration)>,
    /// That enough were answered, or why not.
    pub outcome: Result<(), PingError>,
}

/// Why not enough pings were answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PingError {
    /// There are no addresses.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// None of its addresses may be pinged.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// This program may not ping.
    #[error(transparent)]
    NotPermitted(#[from] MayNotPing),
    /// This machine could not even try.
    #[error("this machine cannot ping {address}: {problem}")]
    Unable {
        /// Where.
        address: IpAddr,
        /// What the system said.
        problem: String,
    },
    /// A machine on the way says that they do not arrive.
    #[error("{} says of {address}: {why}", who(*.by))]
    Undelivered {
        /// Where.
        address: IpAddr,
        /// Who says it, where the system tells.
        by: Option<IpAddr>,
        /// What it says.
        why: &'static str,
    },
    /// Too few came back.
    #[error(
        "{address} answered {answered} of {sent} pings in time, {enough} at least are expected{}",
        told(*.strays)
    )]
    Lost {
        /// Where.
        address: IpAddr,
        /// How many were sent.
        sent: u16,
        /// How many were answered.
        answered: usize,
        /// How many had to be.
        enough: u16,
        /// Answers that were not what was sent.
        strays: usize,
    },
}

fn who(by: Option<IpAddr>) -> String {
    by.map_or_else(|| "somebody on the way".to_owned(), |by| by.to_string())
}

fn told(strays: usize) -> String {
    match strays {
        0 => String::new(),
        count => format!("; {count} answers had something else in them than was sent"),
    }
}

/// Why this program may not ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this program may not send pings: run `setcap cap_net_raw+ep` on it, or let its group do so with \
     `sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"`"
)]
pub struct MayNotPing;

impl PingError {
    /// Whether the fault is on our side: then nothing is known of the target.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        match self {
            Self::Resolve(error) => error.is_ours(),
            Self::NotPermitted(_) | Self::Unable { .. } => true,
            Self::Forbidden(_) | Self::Undelivered { .. } | Self::Lost { .. } => false,
        }
    }

    /// The address that was not reached, as far as is known.
    const fn unreached(&self) -> Option<IpAddr> {
        match self {
            Self::Undelivered { address, .. } | Self::Lost { address, answered: 0, .. } => {
                Some(*address)
            }
            Self::Resolve(_)
            | Self::Forbidden(_)
            | Self::NotPermitted(_)
            | Self::Unable { .. }
            | Self::Lost { .. } => None,
        }
    }
}

/// Whether this program may ping, over IPv4 where it matters.
///
/// # Errors
/// Where it may not, with what to do.
pub fn may_ping() -> Result<(), MayNotPing> {
    match open(IpAddr::from([127, 0, 0, 1])) {
        Err(error) if is_forbidden(&error) => Err(MayNotPing),
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Net {
    /// Pings a host until enough pings are answered, or cannot be any more.
    pub async fn ping(
        &self,
        host: &Host<String>,
        options: &PingOptions,
        deadline: Instant,
    ) -> Pinged {
        let mut pinged = Pinged { trail: Trail::default(), answers: Vec::new(), outcome: Ok(()) };
        pinged.outcome = self.try_ping(host, options, deadline, &mut pinged).await;
        pinged
    }

    async fn try_ping(
        &self,
        host: &Host<String>,
        options: &PingOptions,
        deadline: Instant,
        pinged: &mut Pinged,
    ) -> Result<(), PingError> {
        let trail = &mut pinged.trail;
        let permitted = self.look_up::<PingError>(host, 0, &options.way, deadline, trail).await;
        trail.reach = trail.found.iter().map(|one| self.reach(*one)).max();
        // One address stands for the host: the next is tried only where this machine has no way to one.
        let mut found = Ok(());
        for address in permitted? {
            let token = self.entropy.bytes();
            let mut round = Round {
                address: address.ip(),
                options,
                token,
                id: self.entropy.bytes(),
                answers: Vec::new(),
                strays: 0,
                error: None,
            };
            found = round.run(deadline).await;
            pinged.answers = round.answers;
            if !matches!(found, Err(PingError::Unable { .. })) {
                break;
            }
        }
        pinged.trail.unreached = found.as_ref().err().and_then(PingError::unreached);
        found
    }
}

/// Some pings of one address.
struct Round<'a> {
    address: IpAddr,
    options: &'a PingOptions,
    token: [u8; TOKEN_BYTES],
    id: [u8; 2],
    answers: Vec<(u16, Duration)>,
    strays: usize,
    /// What somebody on the way said last, and of how many pings.
    error: Option<(PingError, u16)>,
}

/// A socket that takes pings.
struct Socket {
    /// What is true of datagrams is true of these packets, so it stands for one of UDP.
    socket: std::net::UdpSocket,
    /// It takes whole packets, of all the machine, and says which id a ping has.
    is_raw: bool,
}

/// Opens one in the way that is permitted and tells most.
fn open(address: IpAddr) -> io::Result<Socket> {
    let (family, protocol) = match address {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6),
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let open = |kind, is_raw| {
        let socket = socket_with(family, kind, flags, Some(protocol))?.into();
        Ok(Socket { socket, is_raw })
    };
    match open(SocketType::RAW, true) {
        Err(error) if is_forbidden(&error) => open(SocketType::DGRAM, false),
        opened => opened,
    }
}

fn is_forbidden(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::PERM | Errno::ACCESS))
}

impl Round<'_> {
    async fn run(&mut self, deadline: Instant) -> Result<(), PingError> {
        let opened = open(self.address);
        let Socket { socket, is_raw } = opened.map_err(|error| self.unable(&error))?;
        let there = SocketAddr::new(self.address, 0);
        if !is_raw {
            // Then it tells at least what the system holds for final.
            socket.connect(there).map_err(|error| self.unable(&error))?;
        }
        let socket = UdpSocket::from_std(socket).map_err(|error| self.broken(&error))?;
        let (mut sent_at, mut buffer) = (Vec::new(), vec![0; limits::PACKET_BYTES_MAX]);
        loop {
            let all_sent = sent_at.len() >= usize::from(self.options.count);
            let next_at =
                sent_at.last().map_or_else(Instant::now, |last: &Instant| *last + SPACING);
            if !all_sent && Instant::now() >= next_at {
                self.send(&socket, is_raw, sent_at.len(), deadline).await?;
                sent_at.push(Instant::now());
                continue;
            }
            if self.answers.len() >= usize::from(self.options.enough) {
                return Ok(());
            }
            let until = if all_sent { deadline } else { next_at.min(deadline) };
            match timeout_at(until, socket.recv_from(&mut buffer)).await {
                Err(_) if Instant::now() >= deadline => return Err(self.lost(sent_at.len())),
                Err(_) => continue,
                Ok(Err(error)) => return Err(self.refused(&error)),
                Ok(Ok((length, from))) => {
                    let packet = buffer.get(..length).unwrap_or_default();
                    self.hear(packet, from.ip(), is_raw, &sent_at);
                }
            }
            if let Some((error, of)) = &self.error
                && *of > self.options.count.saturating_sub(self.options.enough)
            {
                return Err(error.clone());
            }
        }
    }

    fn id(&self) -> u16 {
        u16::from_be_bytes(self.id)
    }

    async fn send(
        &self,
        socket: &UdpSocket,
        is_raw: bool,
        nth: usize,
        deadline: Instant,
    ) -> Result<(), PingError> {
        let ping = Ping { id: self.id(), nth: u16::try_from(nth).unwrap_or(u16::MAX) };
        let bytes = packet::request(self.address.is_ipv6(), ping, self.token);
        let sent = async {
            match is_raw {
                true => socket.send_to(&bytes, SocketAddr::new(self.address, 0)).await,
                false => socket.send(&bytes).await,
            }
        };
        match timeout_at(deadline, sent).await {
            Ok(Err(error)) => Err(self.refused(&error)),
            // One that finds no room is lost here, as others are on the way.
            Ok(Ok(_)) | Err(_) => Ok(()),
        }
    }

    /// Takes in a packet that may be about one of these pings.
    fn hear(&mut self, packet: &[u8], from: IpAddr, is_raw: bool, sent_at: &[Instant]) {
        let is_v6 = self.address.is_ipv6();
        let has_head = is_raw && !is_v6;
        let message = if has_head { packet::inside_v4(packet) } else { Some(packet) };
        let is_own = |ping: Ping| !is_raw || ping.id == self.id();
        match message.and_then(|message| packet::read(is_v6, message)) {
            Some(Heard::Reply { ping, token }) if from == self.address && is_own(ping) => {
                let Some(sent_at) = sent_at.get(usize::from(ping.nth)) else { return };
                if token != self.token {
                    self.strays += 1;
                } else if self.answers.iter().all(|(nth, _)| *nth != ping.nth) {
                    self.answers.push((ping.nth, sent_at.elapsed()));
                }
            }
            Some(Heard::Undelivered { to, ping, why }) if to == self.address && is_own(ping) => {
                let error = PingError::Undelivered { address: to, by: Some(from), why };
                let of = self.error.as_ref().map_or(0, |(_, of)| *of);
                self.error = Some((error, of + 1));
            }
            _ => {}
        }
    }

    fn lost(&mut self, sent: usize) -> PingError {
        if let (Some((error, _)), true) = (&self.error, self.answers.is_empty()) {
            return error.clone();
        }
        PingError::Lost {
            address: self.address,
            sent: u16::try_from(sent).unwrap_or(u16::MAX),
            answered: self.answers.len(),
            enough: self.options.enough,
            strays: self.strays,
        }
    }

    fn unable(&self, error: &io::Error) -> PingError {
        match is_forbidden(error) {
            true => PingError::NotPermitted(MayNotPing),
            false => self.broken(error),
        }
    }

    fn broken(&self, error: &io::Error) -> PingError {
        PingError::Unable { address: self.address, problem: error.to_string() }
    }

    /// What the system says of a ping that it took, or did not.
    fn refused(&self, error: &io::Error) -> PingError {
        match Errno::from_io_error(error) {
            Some(Errno::HOSTUNREACH) => self.undelivered("it cannot be reached"),
            Some(Errno::CONNREFUSED) => self.undelivered("a ping cannot be delivered to it"),
            _ => self.broken(error),
        }
    }

    fn undelivered(&self, why: &'static str) -> PingError {
        PingError::Undelivered { address: self.address, by: None, why }
    }
}

#[cfg(test)]
mod tests;
