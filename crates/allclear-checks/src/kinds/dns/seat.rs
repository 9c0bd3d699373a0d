//! Name servers by their names, and where they sit.

use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};

use allclear_domain::check::{DnsCheck, Reason, ReasonCode};
use allclear_net::{Host, ResolveError};
use tokio::time::Instant;

use super::super::{Way, reason};
use crate::limits;

/// A name server as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: Host<String>,
    pub(super) port: u16,
}

/// One address of a name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    /// Its name, where it goes by one.
    pub(super) server: Option<String>,
    pub(super) address: SocketAddr,
}

impl Display for Seat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) => write!(formatter, "{server} ({})", self.address),
            None => write!(formatter, "{}", self.address),
        }
    }
}

impl Server {
    /// Reads `ns1.example.com`, `192.0.2.53:5353` or `[2001:db8::53]:5353`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { host: host_of(address.ip()), port: address.port() });
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self { host: host_of(address), port: DnsCheck::PORT });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)),
            None => (text, Some(DnsCheck::PORT)),
        };
        match (Host::parse(host), port) {
            (Ok(host), Some(port)) => Ok(Self { host, port }),
            _ => Err("is no name server: write it as in ns1.example.com, 192.0.2.53 or \
                      [2001:db8::53]:5353"
                .to_owned()),
        }
    }
}

fn host_of(address: IpAddr) -> Host<String> {
    match address {
        IpAddr::V4(address) => Host::Ipv4(address),
        IpAddr::V6(address) => Host::Ipv6(address),
    }
}

/// Where these servers sit.
pub(super) async fn find(
    way: &Way,
    servers: &[Server],
    deadline: Instant,
) -> Result<Vec<Seat>, Reason> {
    let mut seats: Vec<Seat> = Vec::new();
    for server in servers {
        let found =
            way.net.resolve(&server.host, deadline).await.map_err(|error| unfound(&error))?;
        let name = matches!(server.host, Host::Domain(_)).then(|| server.host.to_string());
        let found = found.addresses.into_iter().map(|address| Seat {
            server: name.clone(),
            address: SocketAddr::new(address, server.port),
        });
        seats.extend(found);
    }
    seats.truncate(limits::DNS_SEATS_MAX);
    Ok(seats)
}

/// Why the address of a server is not known.
pub(super) fn unfound(error: &ResolveError) -> Reason {
    let code = if error.is_ours() { ReasonCode::Ours } else { ReasonCode::NoAddress };
    reason(code, format!("the name server is not found: {error}"))
}
