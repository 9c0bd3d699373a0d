//! From a host to an open connection: look up, ask the rules about every address, connect. What was
//! learned on the way is told also where it led nowhere.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use allclear_domain::check::Reach;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustix::io::Errno;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Host;

use crate::address::Forbidden;
use crate::resolver::{Family, ResolveError};
use crate::{AddressRules, Net};

/// How long one address is tried alone before the next is tried beside it (RFC 8305, section 5).
const NEXT_TRY_AFTER: Duration = Duration::from_millis(250);

/// How to get to a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialOptions {
    /// Which addresses are wanted.
    pub family: Family,
    /// Addresses of hosts that are taken in place of what they resolve to.
    pub known: Vec<(String, IpAddr)>,
}

/// What was learned on the way to a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Its addresses.
    pub found: Vec<IpAddr>,
    /// How long the addresses hold, where a DNS server gave them.
    pub holds_for: Option<Duration>,
    /// The time that it took to look them up, or to give up on it.
    pub resolved_in: Duration,
    /// The address that was connected to.
    pub reached: Option<SocketAddr>,
    /// The time that it took to connect, or to give up on it; nothing where it did not come to that.
    pub connected_in: Option<Duration>,
    /// The address that kept silent or that there is no way to, where that is why nobody was reached.
    pub unreached: Option<IpAddr>,
    /// How far away that is, or the farthest of its addresses where none was connected to.
    pub reach: Option<Reach>,
}

/// A way to a host, walked to its end or not.
#[derive(Debug)]
pub struct Dialed {
    /// What was learned.
    pub trail: Trail,
    /// The connection.
    pub stream: Result<TcpStream, DialError>,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// There are no addresses.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// None of its addresses may be connected to.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Nobody listens there.
    #[error("{address} refused the connection")]
    Refused {
        /// Where.
        address: SocketAddr,
    },
    /// Nobody answered in time.
    #[error("{address} did not answer in time")]
    TimedOut {
        /// Where.
        address: SocketAddr,
    },
    /// A machine on the way, or the target, turned the connection down.
    #[error("{address} cannot be reached: {problem}")]
    Unreachable {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        problem: String,
    },
    /// This machine could not even try.
    #[error("this machine cannot connect to {address}: {problem}")]
    Unable {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        problem: String,
    },
}

impl DialError {
    /// Whether the fault is on our side: then nothing is known of the target.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        match self {
            Self::Resolve(error) => error.is_ours(),
            Self::Unable { .. } => true,
            Self::Forbidden(_)
            | Self::Refused { .. }
            | Self::TimedOut { .. }
            | Self::Unreachable { .. } => false,
        }
    }

    /// The address that kept silent, or that there is no way to.
    #[must_use]
    pub const fn unreached(&self) -> Option<IpAddr> {
        match self {
            Self::TimedOut { address } | Self::Unreachable { address, .. } => Some(address.ip()),
            Self::Resolve(_) | Self::Forbidden(_) | Self::Refused { .. } | Self::Unable { .. } => {
                None
            }
        }
    }

    pub(crate) fn of(address: SocketAddr, error: &io::Error) -> Self {
        let problem = error.to_string();
        match Errno::from_io_error(error) {
            Some(Errno::CONNREFUSED) => Self::Refused { address },
            Some(Errno::TIMEDOUT) => Self::TimedOut { address },
            // No route, no port left, no file left, no memory left, or our own firewall.
            Some(
                Errno::NETUNREACH
                | Errno::NETDOWN
                | Errno::ADDRNOTAVAIL
                | Errno::AFNOSUPPORT
                | Errno::MFILE
                | Errno::NFILE
                | Errno::NOMEM
                | Errno::NOBUFS
                | Errno::PERM
                | Errno::ACCESS,
            ) => Self::Unable { address, problem },
            _ => Self::Unreachable { address, problem },
        }
    }
}

impl Net {
    /// Connects to a port of a host before the deadline.
    ///
    /// Every address is asked of the rules after it was looked up and right before it is connected to,
    /// so a name that changes its meaning in between leads nowhere else.
    pub async fn dial(
        &self,
        host: &Host<String>,
        port: u16,
        options: &DialOptions,
        deadline: Instant,
    ) -> Dialed {
        let mut trail = Trail::default();
        let stream = self.walk(host, port, options, deadline, &mut trail).await;
        trail.reach = match (&stream, trail.reached) {
            // Who speaks to an address of its own speaks from there, however public it is.
            (Ok(stream), Some(reached))
                if stream.local_addr().is_ok_and(|own| own.ip() == reached.ip()) =>
            {
                Some(Reach::Itself)
            }
            (_, Some(reached)) => Some(self.reach(reached.ip())),
            (_, None) => trail.found.iter().map(|address| self.reach(*address)).max(),
        };
        Dialed { trail, stream }
    }

    /// The addresses of a host that may be spoken to, and at least one; what was found goes into the trail.
    pub(crate) async fn look_up<E: From<ResolveError> + From<Forbidden>>(
        &self,
        host: &Host<String>,
        port: u16,
        options: &DialOptions,
        deadline: Instant,
        trail: &mut Trail,
    ) -> Result<Vec<SocketAddr>, E> {
        let started = Instant::now();
        let resolved = self.resolver.resolve(host, options.family, &options.known, deadline).await;
        trail.resolved_in = started.elapsed();
        let resolved = resolved?;
        trail.found.clone_from(&resolved.addresses);
        trail.holds_for = resolved.holds_for;
        Ok(permitted(&self.rules, &resolved.addresses, port)?)
    }

    async fn walk(
        &self,
        host: &Host<String>,
        port: u16,
        options: &DialOptions,
        deadline: Instant,
        trail: &mut Trail,
    ) -> Result<TcpStream, DialError> {
        let permitted = self.look_up::<DialError>(host, port, options, deadline, trail).await?;
        let started = Instant::now();
        let connected = connect(&permitted, deadline).await;
        trail.connected_in = Some(started.elapsed());
        trail.unreached = connected.as_ref().err().and_then(DialError::unreached);
        let (reached, stream) = connected?;
        trail.reached = Some(reached);
        Ok(stream)
    }
}

/// Those of the addresses that may be connected to; an error if there are none.
fn permitted(
    rules: &AddressRules,
    addresses: &[IpAddr],
    port: u16,
) -> Result<Vec<SocketAddr>, Forbidden> {
    let mut permitted = Vec::new();
    let mut forbidden = None;
    for address in addresses {
        match rules.check(*address) {
            Ok(()) => permitted.push(SocketAddr::new(*address, port)),
            Err(refused) => forbidden = forbidden.or(Some(refused)),
        }
    }
    match forbidden {
        Some(refused) if permitted.is_empty() => Err(refused),
        _ => Ok(permitted),
    }
}

/// Connects to the first address that takes the connection. The next one is tried when one failed, and
/// beside one that is silent.
async fn connect(
    addresses: &[SocketAddr],
    deadline: Instant,
) -> Result<(SocketAddr, TcpStream), DialError> {
    let mut waiting = addresses.iter().copied();
    let mut tries = FuturesUnordered::new();
    let mut worst: Option<DialError> = None;
    let mut next_at = Instant::now();
    loop {
        if tries.is_empty() || Instant::now() >= next_at {
            if let Some(address) = waiting.next() {
                tries.push(connect_one(address, deadline));
                next_at = Instant::now() + NEXT_TRY_AFTER;
            } else if tries.is_empty() {
                break;
            }
        }
        let ended = tokio::select! {
            ended = tries.next() => ended,
            () = sleep_until(next_at), if waiting.len() > 0 => continue,
        };
        match ended {
            Some(Ok(connected)) => return Ok(connected),
            Some(Err(error)) => worst = Some(telling(worst, error)),
            None => {}
        }
        next_at = Instant::now();
    }
    // A list without addresses is never dialed: looking up fails first.
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    Err(worst.unwrap_or(DialError::TimedOut { address: nowhere }))
}

async fn connect_one(
    address: SocketAddr,
    deadline: Instant,
) -> Result<(SocketAddr, TcpStream), DialError> {
    match timeout_at(deadline, TcpStream::connect(address)).await {
        Err(_) => Err(DialError::TimedOut { address }),
        Ok(Err(error)) => Err(DialError::of(address, &error)),
        Ok(Ok(stream)) => {
            // Small questions must not wait for more of them.
            stream.set_nodelay(true).map_err(|error| DialError::of(address, &error))?;
            Ok((address, stream))
        }
    }
}

/// Of two errors the one that says something about the target: that this machine has no IPv6 is
/// nothing to tell where IPv4 was refused.
fn telling(known: Option<DialError>, new: DialError) -> DialError {
    match known {
        Some(known) if !known.is_ours() || new.is_ours() => known,
        Some(_) | None => new,
    }
}

#[cfg(test)]
mod tests;
