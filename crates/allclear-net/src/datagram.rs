//! Datagrams to a host and back. Nothing is known to have come there before an answer does.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use allclear_domain::check::Reach;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};
use url::Host;

use crate::dial::{DialError, DialOptions, Trail};
use crate::{Net, limits};

/// A way to a host for datagrams, found or not.
#[derive(Debug)]
pub struct DatagramsTo {
    /// What was learned.
    pub trail: Trail,
    /// The way.
    pub datagrams: Result<Datagrams, DialError>,
}

/// A way to one address. What comes from anybody else is not heard.
#[derive(Debug)]
pub struct Datagrams {
    socket: UdpSocket,
    address: SocketAddr,
    buffer: Vec<u8>,
}

impl Net {
    /// Finds a way to a port of a host, from a port that the system picks at random.
    ///
    /// One address stands for the host: the next is tried only where this machine has no way to one. Every
    /// address is asked of the rules after it was looked up.
    pub async fn datagrams_to(
        &self,
        host: &Host<String>,
        port: u16,
        options: &DialOptions,
        deadline: Instant,
    ) -> DatagramsTo {
        let mut trail = Trail::default();
        let datagrams = self.find(host, port, options, deadline, &mut trail).await;
        trail.reach = match &datagrams {
            // Who speaks to an address of its own speaks from there, however public it is.
            Ok(way) if way.socket.local_addr().is_ok_and(|own| own.ip() == way.address.ip()) => {
                Some(Reach::Itself)
            }
            Ok(way) => Some(self.reach(way.address.ip())),
            Err(_) => trail.found.iter().map(|address| self.reach(*address)).max(),
        };
        DatagramsTo { trail, datagrams }
    }

    async fn find(
        &self,
        host: &Host<String>,
        port: u16,
        options: &DialOptions,
        deadline: Instant,
        trail: &mut Trail,
    ) -> Result<Datagrams, DialError> {
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        // A list without addresses does not come to here: looking up fails first.
        let mut last = DialError::TimedOut { address: nowhere };
        for address in self.look_up::<DialError>(host, port, options, deadline, trail).await? {
            match open(address).await {
                Ok(socket) => {
                    let buffer = vec![0; limits::DATAGRAM_BYTES_MAX];
                    return Ok(Datagrams { socket, address, buffer });
                }
                Err(error) => last = DialError::of(address, &error),
            }
        }
        Err(last)
    }
}

async fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let here: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(here, 0)).await?;
    // Connected, the socket takes from nobody else, and hears that nobody is there.
    socket.connect(address).await?;
    Ok(socket)
}

impl Datagrams {
    /// Where they go.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends one.
    ///
    /// # Errors
    /// Where this machine cannot, or knows by now that nobody is there.
    pub async fn send(&self, bytes: &[u8], deadline: Instant) -> Result<(), DialError> {
        match timeout_at(deadline, self.socket.send(bytes)).await {
            // One that finds no room is lost here, as others are on the way.
            Err(_) | Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(DialError::of(self.address, &error)),
        }
    }

    /// Waits for the next one; nothing where none comes in time. Of a long one the end is lost.
    ///
    /// # Errors
    /// Where this machine cannot, or somebody says that nobody is there.
    pub async fn receive(&mut self, until: Instant) -> Result<Option<&[u8]>, DialError> {
        match timeout_at(until, self.socket.recv(&mut self.buffer)).await {
            Err(_) => Ok(None),
            Ok(Ok(length)) => Ok(self.buffer.get(..length)),
            Ok(Err(error)) => Err(DialError::of(self.address, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dns_for_tests::later;
    use crate::{AddressRules, Resolver};

    fn net(allowed: &str) -> Net {
        let rules = AddressRules::allowing(vec![allowed.parse().unwrap()]);
        Net::new(rules, Resolver::asking(&[]).unwrap())
    }

    async fn to(net: &Net, address: SocketAddr) -> DatagramsTo {
        let host = Host::parse(&address.ip().to_string()).unwrap();
        net.datagrams_to(&host, address.port(), &DialOptions::default(), later()).await
    }

    #[tokio::test]
    async fn one_goes_there_and_one_comes_back() {
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let found = to(&net("127.0.0.0/8"), peer.local_addr().unwrap()).await;
        assert_eq!(found.trail.reach, Some(Reach::Itself));
        let mut way = found.datagrams.unwrap();
        way.send(b"question", later()).await.unwrap();
        let mut asked = [0; 16];
        let (length, from) = peer.recv_from(&mut asked).await.unwrap();
        assert_eq!(&asked[..length], b"question");
        // Somebody else is not heard, and who is has no more room than there is.
        other.send_to(b"forged", from).await.unwrap();
        peer.send_to(&[7; limits::DATAGRAM_BYTES_MAX + 1], from).await.unwrap();
        let came = way.receive(later()).await.unwrap().unwrap();
        assert_eq!(came, [7; limits::DATAGRAM_BYTES_MAX]);
        let soon = Instant::now() + Duration::from_millis(10);
        assert_eq!(way.receive(soon).await, Ok(None));
    }

    #[tokio::test]
    async fn it_is_heard_that_nobody_is_there() {
        // Held, so that nobody else can take it, by a socket that hears another peer alone.
        let held = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        held.connect("127.0.0.1:9").await.unwrap();
        let closed = held.local_addr().unwrap();
        let mut way = to(&net("127.0.0.0/8"), closed).await.datagrams.unwrap();
        way.send(b"question", later()).await.unwrap();
        let error = way.receive(later()).await.unwrap_err();
        assert_eq!(error, DialError::Refused { address: closed });
    }

    #[tokio::test]
    async fn nothing_goes_where_nothing_may() {
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let found = to(&net("192.0.2.0/24"), peer.local_addr().unwrap()).await;
        assert!(matches!(found.datagrams, Err(DialError::Forbidden(_))), "{found:?}");
    }
}
