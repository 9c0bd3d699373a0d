//! The kind `service`: what a server says in its own protocol, far enough to know that it serves. Each
//! protocol has a file here; how lines and packets are read is the same for all (`super::talk`).
//!
//! Where a server asks for a password and the check has none, it has answered, and that works. Not so with
//! gRPC: whoever is turned away (`UNAUTHENTICATED`, `PERMISSION_DENIED`) is not told that it serves, and that fails.

mod grpc;
mod mail;
mod mail_sign_in;
mod mysql;
mod postgres;
mod redis;
mod sign_in;
mod ssh;
mod websocket;

use allclear_domain::check::{
    Protocol, Reason, ReasonCode, Security, ServiceCheck, StartTls, TextTest,
};
use allclear_net::{DialOptions, Host};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use self::sign_in::Pair;
use super::assertion::{TextHolds, quoted};
use super::record::Record;
use super::talk::{Talk, own_literal};
use super::tls::starttls;
use super::{NotReady, Way, note_session, note_way, reason, undialed, untrusted};

/// What is told where a server wants a password.
const ASKS_FOR_PASSWORD: &str = "it answers, and asks for a password: nothing more is tried";

/// A check of the kind `service` that is read and can be tried.
#[derive(Debug)]
pub struct ServiceProbe {
    host: Host<String>,
    options: DialOptions,
    check: ServiceCheck,
    expect: Option<TextHolds>,
}

/// A server, how far it was spoken with before, and who speaks.
struct Asked<'a> {
    host: &'a Host<String>,
    check: &'a ServiceCheck,
    /// Our address, as SMTP has it.
    us: String,
    /// Whether it was greeted already, before TLS began.
    is_greeted: bool,
    /// What nobody could know beforehand.
    nonce: [u8; 16],
    /// Who signs in.
    pair: Option<Pair<'a>>,
}

impl ServiceProbe {
    /// Reads the check.
    pub(super) fn new(check: &ServiceCheck) -> Result<Self, NotReady> {
        let (host, options) = super::way_to(&check.host, check.connect_to)?;
        let read = |test: &TextTest| TextHolds::new(test);
        let expect = check.expect.as_ref().map(read).transpose();
        let expect = expect.map_err(|not_ready| not_ready.within("expect"))?;
        Ok(Self { host, options, check: check.clone(), expect })
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let pair = Pair::of(&self.check)?;
        let dialed = way.net.dial(&self.host, self.check.port, &self.options, deadline).await;
        note_way(record, &dialed.trail);
        let mut stream = dialed.stream.map_err(|error| undialed(&error))?;
        let (us, is_greeted) = (own_literal(&stream), self.check.security == Security::Starttls);
        let (host, check) = (&self.host, &self.check);
        if let Some(pair) = &pair {
            sign_in::stays_here(check.security != Security::None, record.reach)?;
            pair.hide(record);
        }
        let asked = Asked { host, check, us, is_greeted, nonce: way.net.nonce(), pair };
        let heard = match self.check.security {
            Security::None => asked.talk(stream, record, deadline).await?,
            Security::Starttls | Security::Tls => {
                if let Some(starttls) = starttls_of(self.check.protocol).filter(|_| is_greeted) {
                    starttls::ask(&mut stream, starttls, record, deadline).await?;
                }
                let offered: &[&[u8]] = match self.check.protocol {
                    Protocol::Grpc => &[grpc::ALPN],
                    _ => &[],
                };
                let shaken = way.tls.handshake(stream, &self.host, offered, deadline).await;
                note_session(record, &shaken.session);
                let stream = shaken.stream.map_err(|error| untrusted(&error))?;
                if offered.iter().any(|one| Some(*one) != shaken.session.protocol.as_deref()) {
                    let told = "the server does not offer HTTP/2, which gRPC is spoken in";
                    return Err(reason(ReasonCode::Broken, told));
                }
                asked.talk(stream, record, deadline).await?
            }
        };
        match &self.expect {
            Some(expect) if !expect.holds(&heard) => {
                let (expected, heard) = (expect.expected(), quoted(heard.trim_end()));
                let told = format!("it works, and what the server says {expected}: it is {heard}");
                Err(reason(ReasonCode::Assertion, told))
            }
            _ => Ok(()),
        }
    }
}

impl Asked<'_> {
    /// Speaks with the server in its protocol; gives what it said.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        mut stream: S,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<String, Reason> {
        let protocol = self.check.protocol;
        let wrong = match protocol {
            Protocol::Grpc => {
                return grpc::ask(stream, self.host, self.check, record, deadline).await;
            }
            Protocol::Ssh | Protocol::Postgres | Protocol::Mysql | Protocol::Websocket => {
                |_: &str| ReasonCode::Broken
            }
            Protocol::Smtp => mail::wrong_smtp,
            Protocol::Imap => mail::wrong_imap,
            Protocol::Pop3 => mail::wrong_pop3,
            Protocol::Redis => redis::wrong,
        };
        let mut talk = Talk::new(&mut stream, record, deadline, wrong);
        match protocol {
            Protocol::Ssh => ssh::ask(&mut talk).await?,
            Protocol::Smtp => mail::smtp(&mut talk, self).await?,
            Protocol::Imap => mail::imap(&mut talk, self).await?,
            Protocol::Pop3 => mail::pop3(&mut talk, self).await?,
            Protocol::Redis => redis::ask(&mut talk, self).await?,
            Protocol::Postgres => postgres::ask(&mut talk, self.check).await?,
            Protocol::Mysql => mysql::ask(&mut talk, self.check).await?,
            Protocol::Websocket => websocket::ask(&mut talk, self).await?,
            // It is no conversation of lines or packets, and has been asked above.
            Protocol::Grpc => {}
        }
        Ok(talk.heard())
    }
}

/// How a protocol is asked to go on with TLS.
const fn starttls_of(protocol: Protocol) -> Option<StartTls> {
    match protocol {
        Protocol::Smtp => Some(StartTls::Smtp),
        Protocol::Imap => Some(StartTls::Imap),
        Protocol::Pop3 => Some(StartTls::Pop3),
        Protocol::Postgres => Some(StartTls::Postgres),
        Protocol::Ssh
        | Protocol::Redis
        | Protocol::Mysql
        | Protocol::Websocket
        | Protocol::Grpc => None,
    }
}

/// What a server says that refuses, in its own words.
fn refusal(protocol: Protocol, words: &str) -> Reason {
    reason(ReasonCode::Status, format!("{} says {}", protocol.name(), quoted(words)))
}

/// What answers does not speak the protocol.
fn stranger(protocol: Protocol, what: &str, said: &[u8]) -> Reason {
    let (said, name) = (quoted(&String::from_utf8_lossy(said)), protocol.name());
    let told = format!("the server says {said} where {what} is due: it may not be {name}");
    reason(ReasonCode::Broken, told)
}

#[cfg(test)]
mod tests;
