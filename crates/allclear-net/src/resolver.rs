//! From names to addresses. An error says whose fault it is: that there is no such name is found out
//! about the target, that no DNS server of ours answers is found out about us.

use std::fmt::{self, Debug, Display};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::select;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::{TokioResolver, system_conf};
use tokio::time::{Instant, timeout, timeout_at};
use url::Host;

use crate::limits;

/// How long one question to one server waits before it is asked again.
const QUESTION_WAITS: Duration = Duration::from_secs(2);
/// How long addresses of the other family are waited for when there are some of one.
const OTHER_FAMILY_WAITS: Duration = Duration::from_millis(250);
/// How long settings are taken as they were read, where no server answers.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// How long a server has to say anything at all when it left a question open.
const SIGN_OF_LIFE_WAITS: Duration = Duration::from_secs(1);

/// Which addresses are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Of both families.
    #[default]
    Any,
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
}

impl Family {
    /// Whether an address is of this family.
    #[must_use]
    pub fn holds(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

impl Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Any => "address",
            Self::V4 => "IPv4 address",
            Self::V6 => "IPv6 address",
        })
    }
}

/// Addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The addresses, the families in turn; at most [`limits::ADDRESSES_MAX`].
    pub addresses: Vec<IpAddr>,
    /// How long the answer holds, where a DNS server or its memory gave it.
    pub holds_for: Option<Duration>,
}

/// Why there are no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// It cannot be the name of a host.
    #[error("{name} cannot be a host name: {problem}")]
    BadName {
        /// What was given.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The name does not exist.
    #[error("the name {name} does not exist")]
    NoSuchName {
        /// The name.
        name: String,
    },
    /// The name exists and has no such address.
    #[error("{name} has no {family}")]
    NoAddress {
        /// The name.
        name: String,
        /// What was asked for.
        family: Family,
    },
    /// A DNS server that lives got no answer about this name.
    #[error("the name {name} cannot be looked up: {problem}")]
    Failed {
        /// The name.
        name: String,
        /// What the server said, or that it said nothing.
        problem: String,
    },
    /// No DNS server of this machine answers.
    #[error("no DNS server of this machine answers (it was asked for {name}): {problem}")]
    NoServer {
        /// The name.
        name: String,
        /// What happened instead.
        problem: String,
    },
}

impl ResolveError {
    /// Whether the fault is on our side: then nothing is known of the target.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::NoServer { .. })
    }
}

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
#[error("the DNS settings of this machine cannot be read: {0}")]
pub struct ResolverError(String);

/// Which servers are asked, and how.
type Settings = (ResolverConfig, ResolverOpts);

/// Asks DNS servers, and remembers what they said as long as it holds.
#[derive(Clone)]
pub struct Resolver(Arc<Inner>);

struct Inner {
    /// Reads the settings: those of a machine change while it runs.
    read: Box<dyn Fn() -> Result<Settings, ResolverError> + Send + Sync>,
    asks: RwLock<Asks>,
    read_again_at: Mutex<Option<Instant>>,
}

#[derive(Clone)]
struct Asks {
    remembering: TokioResolver,
    /// Asks the same servers and remembers nothing: what they do now is what counts.
    forgetful: TokioResolver,
    /// Where these servers are.
    servers: Vec<SocketAddr>,
}

impl Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Resolver")
    }
}

impl Asks {
    fn new((config, mut options): Settings) -> Result<Self, ResolverError> {
        options.timeout = QUESTION_WAITS;
        options.cache_size = limits::REMEMBERED_ANSWERS_MAX;
        options.max_active_requests = limits::QUESTIONS_MAX;
        options.positive_max_ttl = Some(limits::REMEMBERED_FOR_MAX);
        options.negative_max_ttl = Some(limits::ABSENCE_REMEMBERED_FOR_MAX);
        let mut forgetful = options.clone();
        forgetful.cache_size = 0;
        forgetful.timeout = SIGN_OF_LIFE_WAITS;
        let build = |config, options| {
            let provider = TokioRuntimeProvider::default();
            let builder = TokioResolver::builder_with_config(config, provider);
            let built = builder.with_options(options).build();
            built.map_err(|error: NetError| ResolverError(error.to_string()))
        };
        let servers = config.name_servers().iter().flat_map(|server| {
            // UDP and TCP have the same port.
            let connection = server.connections.first();
            connection.map(|connection| SocketAddr::new(server.ip, connection.port))
        });
        let servers = servers.collect();
        Ok(Self {
            servers,
            remembering: build(config.clone(), options)?,
            forgetful: build(config, forgetful)?,
        })
    }
}

impl Resolver {
    /// Asks as this machine is set up to: its servers, its search list, its file of hosts. When none of
    /// its servers answers any more, it looks whether it is set up otherwise by now.
    ///
    /// # Errors
    /// Where the settings cannot be read.
    pub fn of_this_machine() -> Result<Self, ResolverError> {
        Self::reading(|| {
            system_conf::read_system_conf().map_err(|error| ResolverError(error.to_string()))
        })
    }

    /// Asks these servers.
    ///
    /// # Errors
    /// Where nothing can be set up to ask them.
    pub fn asking(servers: &[SocketAddr]) -> Result<Self, ResolverError> {
        let settings = settings(servers);
        Self::reading(move || Ok(settings.clone()))
    }

    fn reading(
        read: impl Fn() -> Result<Settings, ResolverError> + Send + Sync + 'static,
    ) -> Result<Self, ResolverError> {
        let asks = RwLock::new(Asks::new(read()?)?);
        Ok(Self(Arc::new(Inner { read: Box::new(read), asks, read_again_at: Mutex::default() })))
    }

    fn asks(&self) -> Asks {
        self.0.asks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The servers that it asks.
    pub(crate) fn servers(&self) -> Vec<SocketAddr> {
        self.asks().servers
    }

    /// Whether its servers find their way to anybody.
    pub(crate) async fn lives(&self, deadline: Instant) -> bool {
        let lives = self.asks().lives(deadline).await;
        if !lives {
            self.read_again();
        }
        lives
    }

    /// Reads the settings again, but not all the time. What cannot be read leaves them as they are.
    fn read_again(&self) {
        let now = Instant::now();
        let mut read_again_at = self.0.read_again_at.lock().unwrap_or_else(PoisonError::into_inner);
        if read_again_at.is_some_and(|at| now.duration_since(at) < READ_AGAIN_AFTER) {
            return;
        }
        *read_again_at = Some(now);
        if let Ok(asks) = (self.0.read)().and_then(Asks::new) {
            *self.0.asks.write().unwrap_or_else(PoisonError::into_inner) = asks;
        }
    }

    /// The addresses of a host. `known` addresses of hosts are taken as they are, an address stands for
    /// itself, and all others are asked for.
    pub async fn resolve(
        &self,
        host: &Host<String>,
        family: Family,
        known: &[(String, IpAddr)],
        deadline: Instant,
    ) -> Result<Resolved, ResolveError> {
        let written = host.to_string();
        let of_host = known.iter().filter(|(known, _)| known.eq_ignore_ascii_case(&written));
        let known: Vec<IpAddr> = of_host.map(|(_, address)| *address).collect();
        if !known.is_empty() {
            return given(host, family, &known);
        }
        let answer = match host {
            Host::Ipv4(address) => given(host, family, &[IpAddr::V4(*address)]),
            Host::Ipv6(address) => given(host, family, &[IpAddr::V6(*address)]),
            Host::Domain(name) => self.asks().ask(name, family, deadline).await,
        };
        if answer.as_ref().is_err_and(ResolveError::is_ours) {
            self.read_again();
        }
        answer
    }
}

impl Asks {
    async fn ask(
        &self,
        name: &str,
        family: Family,
        deadline: Instant,
    ) -> Result<Resolved, ResolveError> {
        let parsed = Name::from_utf8(name).map_err(|error| ResolveError::BadName {
            name: name.to_owned(),
            problem: error.to_string(),
        })?;
        // The rest of the time is for finding out whether the server lives, if it says nothing.
        let rest = deadline.saturating_duration_since(Instant::now()) / 4;
        let asked_until = deadline - rest.min(SIGN_OF_LIFE_WAITS);
        let question = async {
            match family {
                Family::Any => self.ask_both(parsed).await,
                Family::V4 => self.ask_one(parsed, RecordType::A).await,
                Family::V6 => self.ask_one(parsed, RecordType::AAAA).await,
            }
        };
        let answer = timeout_at(asked_until, question).await.unwrap_or(Err(Silence::NoAnswer));
        match answer {
            Ok(answer) => Ok(answer),
            Err(Silence::NoSuchName) => Err(ResolveError::NoSuchName { name: name.to_owned() }),
            Err(Silence::NoAddress) => {
                Err(ResolveError::NoAddress { name: name.to_owned(), family })
            }
            // A server whose own way out is gone says so of every name.
            Err(Silence::Failed(problem)) => {
                if self.lives(deadline).await {
                    Err(ResolveError::Failed { name: name.to_owned(), problem })
                } else {
                    Err(ResolveError::NoServer { name: name.to_owned(), problem })
                }
            }
            Err(Silence::NotForUs(problem)) => {
                Err(ResolveError::NoServer { name: name.to_owned(), problem })
            }
            Err(Silence::NoAnswer) => Err(self.whose_silence(name, deadline).await),
        }
    }

    /// No answer to a question: because those who know of the name are silent, or because our server
    /// is? One that lives knows at once where the root of all names is served.
    async fn whose_silence(&self, name: &str, deadline: Instant) -> ResolveError {
        let name = name.to_owned();
        if self.lives(deadline).await {
            let problem = "the DNS server of this machine answers, but not to this".to_owned();
            return ResolveError::Failed { name, problem };
        }
        ResolveError::NoServer { name, problem: "there was no answer in time".to_owned() }
    }

    /// Whether our server finds its way to anybody: then it knows where the root of all names is served.
    async fn lives(&self, deadline: Instant) -> bool {
        let sign = self.forgetful.lookup(Name::root(), RecordType::NS);
        match timeout_at(deadline, sign).await {
            Ok(Ok(_) | Err(NetError::Dns(DnsError::NoRecordsFound(_)))) => true,
            Ok(Err(_)) | Err(_) => false,
        }
    }

    async fn ask_both(&self, name: Name) -> Result<Resolved, Silence> {
        let four = pin!(self.ask_one(name.clone(), RecordType::A));
        let six = pin!(self.ask_one(name, RecordType::AAAA));
        let (first, other) = select(six, four).await.factor_first();
        // Servers that leave questions for one family open are not rare; what is there suffices.
        let second = match &first {
            Ok(_) => timeout(OTHER_FAMILY_WAITS, other).await.unwrap_or(Err(Silence::NoAnswer)),
            Err(_) => other.await,
        };
        match (first, second) {
            (Ok(first), Ok(second)) => Ok(in_turn(first, second)),
            (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
            (Err(first), Err(second)) => Err(first.max(second)),
        }
    }

    async fn ask_one(&self, name: Name, kind: RecordType) -> Result<Resolved, Silence> {
        let lookup = self.remembering.lookup(name, kind).await.map_err(|error| silence(&error))?;
        let records = lookup.answers();
        let found = records.iter().filter_map(|record| record.data.ip_addr());
        let addresses: Vec<IpAddr> = found.take(limits::ADDRESSES_MAX).collect();
        if addresses.is_empty() {
            return Err(Silence::NoAddress);
        }
        let seconds = records.iter().map(|record| record.ttl).min();
        let holds_for = seconds.map(|seconds| Duration::from_secs(u64::from(seconds)));
        Ok(Resolved { addresses, holds_for })
    }
}

/// The settings that ask these servers.
fn settings(servers: &[SocketAddr]) -> Settings {
    let servers = servers.iter().map(|server| {
        let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
        connections.iter_mut().for_each(|connection| connection.port = server.port());
        NameServerConfig::new(server.ip(), true, connections.into())
    });
    let config = ResolverConfig::from_parts(None, Vec::new(), servers.collect());
    (config, ResolverOpts::default())
}

/// Why a question has no addresses for an answer; of two, the greater says more of the name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Silence {
    NoAddress,
    NotForUs(String),
    NoAnswer,
    Failed(String),
    NoSuchName,
}

fn silence(error: &NetError) -> Silence {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => Silence::NoSuchName,
            _ => Silence::NoAddress,
        },
        NetError::Dns(DnsError::ResponseCode(code)) => match code {
            // These are about who asks and how, not about the name.
            ResponseCode::Refused | ResponseCode::NotImp | ResponseCode::FormErr => {
                Silence::NotForUs(format!("it answered {code}"))
            }
            code => Silence::Failed(format!("the DNS server answered {code}")),
        },
        _ => Silence::NoAnswer,
    }
}

/// Addresses that need not be asked for.
fn given(
    host: &Host<String>,
    family: Family,
    addresses: &[IpAddr],
) -> Result<Resolved, ResolveError> {
    let wanted = addresses.iter().copied().filter(|address| family.holds(*address));
    let addresses: Vec<IpAddr> = wanted.take(limits::ADDRESSES_MAX).collect();
    if addresses.is_empty() {
        return Err(ResolveError::NoAddress { name: host.to_string(), family });
    }
    Ok(Resolved { addresses, holds_for: None })
}

/// Both families in turn, IPv6 first: where one of them leads nowhere, the next try is of the other.
fn in_turn(one: Resolved, other: Resolved) -> Resolved {
    let holds_for = one.holds_for.min(other.holds_for);
    let all = one.addresses.into_iter().chain(other.addresses);
    let (first, second): (Vec<IpAddr>, Vec<IpAddr>) = all.partition(IpAddr::is_ipv6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut addresses = Vec::new();
    while addresses.len() < limits::ADDRESSES_MAX {
        let before = addresses.len();
        addresses.extend(first.next());
        addresses.extend(second.next());
        if addresses.len() == before {
            break;
        }
    }
    Resolved { addresses, holds_for }
}

#[cfg(test)]
mod tests;
