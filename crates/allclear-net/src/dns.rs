//! A question to one DNS server, and its answer as it came: nothing is remembered, and nobody else is
//! asked. Questions have a random id and a port of their own; what answers another question is none.

mod message;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

use crate::address::Forbidden;
use crate::dial::DialError;
use crate::limited::{More, ReadError, read_more};
use crate::{Net, limits};

pub use message::{DnsAnswer, DnsName, DnsQuestion, DnsRow};

use message::{Read, Wire};

/// How long the first datagram waits for its answer; each further one waits twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// A DNS server to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameServer {
    address: SocketAddr,
    /// This machine is set up to ask it, so the rules for targets are not about it.
    is_ours: bool,
}

impl NameServer {
    /// One that somebody else named.
    #[must_use]
    pub const fn at(address: SocketAddr) -> Self {
        Self { address, is_ours: false }
    }

    /// Where it is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Why a DNS server gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// It may not be asked.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It cannot be reached, or is silent.
    #[error(transparent)]
    Way(#[from] DialError),
    /// What came is no DNS message.
    #[error("{address} answered with what is no DNS message: {problem}")]
    Garbled {
        /// Where.
        address: SocketAddr,
        /// What is wrong with it.
        problem: String,
    },
    /// It said things, and none of them was the answer.
    #[error("{address} said {count} things, none of which answers this question")]
    Strays {
        /// Where.
        address: SocketAddr,
        /// How many.
        count: usize,
    },
    /// It began to answer over TCP, and did not end.
    #[error("{address} broke off its answer over TCP: {problem}")]
    Cut {
        /// Where.
        address: SocketAddr,
        /// What happened.
        problem: String,
    },
    /// The answer has more records than are read.
    #[error(
        "{address} answered with {count} records, more than {} are not read",
        limits::RECORDS_MAX
    )]
    TooLong {
        /// Where.
        address: SocketAddr,
        /// How many.
        count: usize,
    },
}

impl DnsError {
    /// Whether the fault is on our side: then nothing is known of the server.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Way(error) if error.is_ours())
    }
}

impl Net {
    /// The DNS servers that this machine is set up to ask.
    #[must_use]
    pub fn own_name_servers(&self) -> Vec<NameServer> {
        let own = self.resolver.servers().into_iter();
        own.map(|address| NameServer { address, is_ours: true }).collect()
    }

    /// Whether the DNS servers of this machine find their way to anybody. Where they do not, it looks
    /// whether it is set up otherwise by now.
    pub async fn has_names(&self, deadline: Instant) -> bool {
        self.resolver.lives(deadline).await
    }

    /// Asks a server, over UDP and, where that cannot carry the answer, over TCP.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn ask_dns(
        &self,
        server: NameServer,
        question: &DnsQuestion,
        deadline: Instant,
    ) -> Result<DnsAnswer, DnsError> {
        let address = server.address;
        if !server.is_ours {
            self.rules.check(address.ip())?;
        }
        let asked_at = Instant::now();
        let wire = question.to_wire().map_err(|problem| DnsError::Garbled { address, problem })?;
        let over_udp = over_udp(address, &wire, deadline).await?;
        let (read, is_over_tcp) = match over_udp {
            Read::Answer(answer) if !answer.is_cut => (Ok(answer), false),
            _ => (over_tcp(address, &wire, deadline).await, true),
        };
        let answer = read?;
        if answer.records.len() > limits::RECORDS_MAX {
            return Err(DnsError::TooLong { address, count: answer.records.len() });
        }
        Ok(DnsAnswer { is_over_tcp, took: asked_at.elapsed(), ..answer })
    }
}

fn way(address: SocketAddr, error: &io::Error) -> DnsError {
    DnsError::Way(DialError::of(address, error))
}

/// Asks in a datagram, and again when it seems to be lost. The answer may be cut.
async fn over_udp(address: SocketAddr, wire: &Wire, deadline: Instant) -> Result<Read, DnsError> {
    let here: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let broke = |error: io::Error| way(address, &error);
    // The system picks a port at random. Connected, the socket takes from nobody else.
    let socket = UdpSocket::bind(SocketAddr::new(here, 0)).await.map_err(broke)?;
    socket.connect(address).await.map_err(broke)?;
    let mut bytes = vec![0; limits::DATAGRAM_BYTES_MAX];
    let (mut strays, mut wait) = (0, FIRST_WAIT);
    loop {
        socket.send(&wire.bytes).await.map_err(broke)?;
        let until = deadline.min(Instant::now() + wait);
        while let Ok(came) = timeout_at(until, socket.recv(&mut bytes)).await {
            let length = came.map_err(broke)?;
            let datagram = bytes.get(..length).unwrap_or_default();
            match wire.read(datagram) {
                Ok(Read::Stray) => strays += 1,
                Ok(read) => return Ok(read),
                Err(problem) => return Err(DnsError::Garbled { address, problem }),
            }
            if strays >= limits::STRAYS_MAX {
                return Err(DnsError::Strays { address, count: strays });
            }
        }
        if Instant::now() >= deadline {
            return Err(match strays {
                0 => DialError::TimedOut { address }.into(),
                count => DnsError::Strays { address, count },
            });
        }
        wait *= 2;
    }
}

/// Asks over TCP, where an answer may be as long as one can be.
async fn over_tcp(
    address: SocketAddr,
    wire: &Wire,
    deadline: Instant,
) -> Result<DnsAnswer, DnsError> {
    let late = || DnsError::Way(DialError::TimedOut { address });
    let broke = |error: io::Error| way(address, &error);
    let connected = timeout_at(deadline, TcpStream::connect(address)).await;
    let mut stream = connected.map_err(|_| late())?.map_err(broke)?;
    let length = u16::try_from(wire.bytes.len()).unwrap_or(u16::MAX);
    let asked = [&length.to_be_bytes(), wire.bytes.as_slice()].concat();
    timeout_at(deadline, stream.write_all(&asked)).await.map_err(|_| late())?.map_err(broke)?;
    let mut read = Vec::new();
    let mut whole = 2;
    while read.len() < whole {
        let cut = |problem: String| DnsError::Cut { address, problem };
        match read_more(&mut stream, &mut read, whole, deadline).await {
            Ok(More::Came) => {}
            Ok(More::Ended | More::Full) => {
                return Err(cut(format!("it ended after {} bytes", read.len())));
            }
            Err(ReadError::TimedOut) if read.is_empty() => return Err(late()),
            Err(ReadError::TimedOut) => {
                return Err(cut(format!("{} bytes had come in time", read.len())));
            }
            Err(ReadError::Broken(error)) => return Err(cut(error.to_string())),
        }
        if let (2, Some(length)) = (whole, read.first_chunk::<2>()) {
            whole += usize::from(u16::from_be_bytes(*length));
        }
    }
    match wire.read(read.get(2..).unwrap_or_default()) {
        Ok(Read::Answer(answer)) => Ok(answer),
        Ok(Read::Cut) => {
            Err(DnsError::Garbled { address, problem: "it is cut off over TCP, too".to_owned() })
        }
        Ok(Read::Stray) => Err(DnsError::Strays { address, count: 1 }),
        Err(problem) => Err(DnsError::Garbled { address, problem }),
    }
}

#[cfg(test)]
mod tests;
