//! Asking sentinels: the gateway and the DNS servers of this machine, and anchors.
//!
//! Where they are follows from the settings of this machine and of its operator, never from what
//! somebody wrote into a check: no rules about addresses are asked, and none has to be opened for them.
//! What they say is not looked at; that they say anything is all there is to know.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use allclear_domain::check::{Reach, Round, Sentinel, SentinelRole, Sign};
use allclear_domain::limits::SENTINELS_MAX;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hickory_resolver::system_conf;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::address::reach;
use crate::routes;

/// How long a round takes at most.
const ROUND_TAKES: Duration = Duration::from_secs(3);
/// How long an anchor is asked alone before the next is asked beside it.
const NEXT_ANCHOR_AFTER: Duration = Duration::from_millis(300);
/// How long those that are near may still answer when one that is far has.
const OTHERS_WAIT: Duration = Duration::from_millis(500);
/// Where DNS servers listen, and many gateways.
const DNS_PORT: u16 = 53;

/// Who is asked.
#[derive(Debug)]
pub struct Sentinels {
    anchors: Vec<SocketAddr>,
    /// The DNS servers and gateways, where they are not those of this machine.
    given: Option<(Vec<SocketAddr>, Vec<SocketAddr>)>,
    /// Which anchor is asked first, so that none has to answer all the time.
    turn: AtomicUsize,
}

/// Somebody to ask, and how.
#[derive(Clone, Debug)]
struct Asked {
    sentinel: Sentinel,
    address: SocketAddr,
}

impl Sentinels {
    /// The gateways and DNS servers of this machine, as they are at the time of a round, and these
    /// anchors. One at port 53 is asked a question as a DNS server, any other is connected to.
    #[must_use]
    pub const fn of_this_machine(anchors: Vec<SocketAddr>) -> Self {
        Self { anchors, given: None, turn: AtomicUsize::new(0) }
    }

    /// These, wherever this machine is.
    #[must_use]
    pub const fn of(
        gateways: Vec<SocketAddr>,
        resolvers: Vec<SocketAddr>,
        anchors: Vec<SocketAddr>,
    ) -> Self {
        Self { anchors, given: Some((gateways, resolvers)), turn: AtomicUsize::new(0) }
    }

    /// Asks them. Anchors are asked one after the other, until one answers.
    pub async fn look(&self) -> Round {
        let deadline = Instant::now() + ROUND_TAKES;
        let near = self.near();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.anchors.len();
        let first = turn.checked_rem(count).unwrap_or_default();
        let anchors = self.anchors.iter().cycle().skip(first).take(count);
        let anchors: Vec<Asked> = anchors.map(|at| asked(SentinelRole::Anchor, *at)).collect();
        let mut signs = vec![Sign::Unheard; near.len() + anchors.len()];
        ask_all(&near, &anchors, &mut signs, deadline).await;
        let all = near.into_iter().chain(anchors).map(|asked| asked.sentinel);
        let mut round: Vec<_> = all.zip(signs).collect();
        // In a fixed order, whoever was asked first.
        round.sort_by(|(one, _), (other, _)| {
            (one.role, &one.address).cmp(&(other.role, &other.address))
        });
        Round(round)
    }

    fn near(&self) -> Vec<Asked> {
        let (gateways, resolvers) = self.given.clone().unwrap_or_else(of_this_machine);
        let gateways = gateways.into_iter().map(|at| asked(SentinelRole::Gateway, at));
        let resolvers = resolvers.into_iter().map(|at| asked(SentinelRole::Resolver, at));
        gateways.chain(resolvers).take(SENTINELS_MAX.saturating_sub(self.anchors.len())).collect()
    }
}

/// The gateways and DNS servers of this machine.
fn of_this_machine() -> (Vec<SocketAddr>, Vec<SocketAddr>) {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (v4, v6) = (read("/proc/net/route"), read("/proc/net/ipv6_route"));
    let mut gateways = routes::gateways(&v4, &v6, &read("/proc/net/if_inet6"), DNS_PORT);
    gateways.retain(|at| routes::is_sensible(at.ip()));
    let mut resolvers: Vec<SocketAddr> = Vec::new();
    if let Ok((config, _)) = system_conf::read_system_conf() {
        for server in config.name_servers() {
            let address = SocketAddr::new(server.ip, DNS_PORT);
            if !resolvers.contains(&address) {
                resolvers.push(address);
            }
        }
    }
    (gateways, resolvers)
}

fn asked(role: SentinelRole, address: SocketAddr) -> Asked {
    let told = match role {
        // The port is only a door to knock on.
        SentinelRole::Gateway => told_without_port(address),
        SentinelRole::Resolver if address.port() == DNS_PORT => address.ip().to_string(),
        SentinelRole::Resolver | SentinelRole::Anchor => address.to_string(),
    };
    let reach = match role {
        // Where the way out leads to a public address, it is the next machine all the same.
        SentinelRole::Gateway => Reach::Near,
        SentinelRole::Resolver => reach(address.ip()),
        // Silence of one that is near says as much as the operator means it to.
        SentinelRole::Anchor => reach(address.ip()),
    };
    Asked { sentinel: Sentinel { role, address: told, reach }, address }
}

fn told_without_port(address: SocketAddr) -> String {
    let told = SocketAddr::to_string(&address);
    told.rsplit_once(':').map_or(told.clone(), |(host, _)| {
        host.trim_start_matches('[').trim_end_matches(']').to_owned()
    })
}

/// Asks all of them, and notes what they do. It is over when somebody far away answers, but for a
/// moment in which the others may: an anchor that did not is not heard then, while one that is near had
/// its time.
async fn ask_all(near: &[Asked], anchors: &[Asked], signs: &mut [Sign], deadline: Instant) {
    let mut answers = FuturesUnordered::new();
    signs.iter_mut().take(near.len()).for_each(|sign| *sign = Sign::Silent);
    for (place, asked) in near.iter().enumerate() {
        answers.push(answer(place, asked.clone(), deadline));
    }
    let mut waiting = anchors.iter().enumerate();
    let (mut next_at, mut until) = (Instant::now(), deadline);
    loop {
        if until == deadline
            && Instant::now() >= next_at
            && let Some((place, asked)) = waiting.next()
        {
            answers.push(answer(near.len() + place, asked.clone(), deadline));
            next_at = Instant::now() + NEXT_ANCHOR_AFTER;
        }
        let has_waiting = until == deadline && waiting.len() > 0;
        if answers.is_empty() && !has_waiting {
            return;
        }
        let over = pin!(sleep_until(until));
        tokio::select! {
            Some((place, reach, has_answered)) = answers.next() => {
                let sign = if has_answered { Sign::Answered } else { Sign::Silent };
                if let Some(noted) = signs.get_mut(place) {
                    *noted = sign;
                }
                match (reach, has_answered) {
                    (Reach::Far, true) => until = until.min(Instant::now() + OTHERS_WAIT),
                    // An anchor that turned us down at once has not to be waited for.
                    (Reach::Far, false) => next_at = Instant::now(),
                    _ => {}
                }
            }
            () = sleep_until(next_at), if has_waiting => {}
            () = over, if until < deadline => return,
        }
    }
}

async fn answer(place: usize, asked: Asked, deadline: Instant) -> (usize, Reach, bool) {
    let Asked { sentinel, address } = asked;
    let answers = async {
        match sentinel.role {
            SentinelRole::Gateway => answers_anything(address).await,
            SentinelRole::Resolver => answers_question(address).await,
            SentinelRole::Anchor if address.port() == DNS_PORT => answers_question(address).await,
            SentinelRole::Anchor => TcpStream::connect(address).await.is_ok(),
        }
    };
    let has_answered = timeout_at(deadline, answers).await.unwrap_or(false);
    (place, sentinel.reach, has_answered)
}

/// Whether a machine takes a connection, or turns it down.
async fn answers_anything(address: SocketAddr) -> bool {
    match TcpStream::connect(address).await {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
    }
}

/// Whether a DNS server says anything to a question for the root of all names, be it that it will not
/// answer.
async fn answers_question(address: SocketAddr) -> bool {
    let here: IpAddr = match address {
        SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let Ok(socket) = UdpSocket::bind((here, 0)).await else { return false };
    // From a connected socket nobody else's answers are taken, and its port is random.
    if socket.connect(address).await.is_err() || socket.send(&QUESTION).await.is_err() {
        return false;
    }
    let mut answer = [0; QUESTION.len()];
    match socket.recv(&mut answer).await {
        // The id of the question, and the mark of an answer.
        Ok(length) => length >= 12 && answer.get(..2) == QUESTION.get(..2) && answer[2] & 0x80 != 0,
        Err(_) => false,
    }
}

/// What is the SOA record of the root? Not to be looked up for us: what the server knows will do.
const QUESTION: [u8; 17] = [
    0x41, 0x43, // id
    0x00, 0x00, // a plain question
    0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // one question, and nothing else
    0x00, // the root
    0x00, 0x06, 0x00, 0x01, // SOA, Internet
];

#[cfg(test)]
mod tests;
