//! What a check of the kind `service` asks for: that a server speaks its protocol, and answers in it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::http::{SignIn, TextTest};
use super::target::{host_and_port, refused};
use crate::error::InvalidValue;

/// A conversation with a server, far enough to know that it serves. Who signs in with a password does so within
/// TLS, or on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceCheck {
    /// What is spoken there.
    pub protocol: Protocol,
    /// A name or an address; with TLS the certificate has to be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<IpAddr>,
    /// Whether it is spoken within TLS.
    #[serde(default)]
    pub security: Security,
    /// What has to hold of what the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<TextTest>,
    /// Who signs in without a password, at a database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The database that they use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Who signs in with a password, at Redis and servers of mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// What is asked for at a WebSocket, with a slash before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The service that is asked after at a server of gRPC; the server as a whole where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc_service: Option<String>,
}

/// A protocol of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Secure Shell: who the server says it is, and the first of its offers (RFC 4253).
    Ssh,
    /// Mail that is sent: greeting and `EHLO` (RFC 5321).
    Smtp,
    /// Mail that is read: greeting and `CAPABILITY` (RFC 9051).
    Imap,
    /// Mail that is fetched: greeting and `CAPA` (RFC 1939, RFC 2449).
    Pop3,
    /// Redis and those that speak as it does: `PING`.
    Redis,
    /// PostgreSQL: the start of a session, and where it lets somebody in `SELECT 1`.
    Postgres,
    /// MySQL and MariaDB: the start of a session, and where they let somebody in a ping.
    Mysql,
    /// WebSocket: a connection over HTTP/1.1 becomes one (RFC 6455), and a ping comes back.
    Websocket,
    /// gRPC: `grpc.health.v1.Health/Check` is answered with `SERVING`.
    Grpc,
}

/// How a protocol is spoken within TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// In the open.
    #[default]
    None,
    /// It begins in the open, and goes on within TLS.
    Starttls,
    /// Within TLS from the beginning.
    Tls,
}

impl Security {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Starttls, Self::Tls];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
        }
    }

    /// What stands behind a protocol in an address.
    const fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Starttls => "+starttls",
            Self::Tls => "s",
        }
    }
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ssh,
        Self::Smtp,
        Self::Imap,
        Self::Pop3,
        Self::Redis,
        Self::Postgres,
        Self::Mysql,
        Self::Websocket,
        Self::Grpc,
    ];

    /// The word in files, addresses and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Websocket => "websocket",
            Self::Grpc => "grpc",
        }
    }

    /// The word before `://`.
    const fn scheme(self) -> &'static str {
        match self {
            Self::Websocket => "ws",
            other => other.as_str(),
        }
    }

    /// What it is called among people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssh => "SSH",
            Self::Smtp => "SMTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Redis => "Redis",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Websocket => "WebSocket",
            Self::Grpc => "gRPC",
        }
    }

    /// The ways to speak it.
    #[must_use]
    pub const fn securities(self) -> &'static [Security] {
        match self {
            Self::Ssh | Self::Mysql => &[Security::None],
            Self::Smtp | Self::Imap | Self::Pop3 => &Security::ALL,
            Self::Redis | Self::Websocket | Self::Grpc => &[Security::None, Security::Tls],
            Self::Postgres => &[Security::None, Security::Starttls],
        }
    }

    /// Whether somebody may sign in without a password, and use a database.
    #[must_use]
    pub const fn has_databases(self) -> bool {
        matches!(self, Self::Postgres | Self::Mysql)
    }

    /// Whether somebody may sign in with a password.
    #[must_use]
    pub const fn has_sign_in(self) -> bool {
        matches!(self, Self::Redis | Self::Smtp | Self::Imap | Self::Pop3)
    }

    /// The port where nobody says otherwise (IANA).
    #[must_use]
    pub const fn usual_port(self, security: Security) -> u16 {
        match (self, security) {
            (Self::Ssh, _) => 22,
            (Self::Smtp, Security::None) => 25,
            (Self::Smtp, Security::Starttls) => 587,
            (Self::Smtp, Security::Tls) => 465,
            (Self::Imap, Security::Tls) => 993,
            (Self::Imap, _) => 143,
            (Self::Pop3, Security::Tls) => 995,
            (Self::Pop3, _) => 110,
            (Self::Redis, _) => 6379,
            (Self::Postgres, _) => 5432,
            (Self::Mysql, _) => 3306,
            (Self::Websocket, Security::Tls) => 443,
            (Self::Websocket, _) => 80,
            (Self::Grpc, Security::Tls) => 443,
            // What the examples of gRPC listen at: IANA knows none.
            (Self::Grpc, _) => 50_051,
        }
    }
}

/// Whether a name of a user or a database can stand in an address as it is.
pub(crate) fn is_plain(name: &str) -> bool {
    let is_sign = |c: char| c.is_whitespace() || c.is_control() || "/@:?#%".contains(c);
    !name.is_empty() && !name.contains(is_sign)
}

/// Whether it can stand in the first line of a request as it is.
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Whether it can name a service of gRPC.
pub(crate) fn is_grpc_service(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control())
}

impl ServiceCheck {
    /// That a server speaks this protocol at this port, in the open.
    #[must_use]
    pub fn of(protocol: Protocol, host: impl Into<String>, port: u16) -> Self {
        Self {
            protocol,
            host: host.into(),
            port,
            connect_to: None,
            security: Security::None,
            expect: None,
            user: None,
            database: None,
            sign_in: None,
            path: None,
            grpc_service: None,
        }
    }

    /// As one writes it: `smtp://mail.example.com:25`, `imaps://mail.example.com:993`,
    /// `postgres+starttls://monitor@db.example.com:5432/shop`.
    #[must_use]
    pub fn target(&self) -> String {
        let place = super::tcp::host_and_port(&self.host, self.port);
        let user = self.user.iter().map(|user| format!("{user}@")).collect::<String>();
        let database = self.database.iter().map(|name| format!("/{name}")).collect::<String>();
        let path = self.path.as_deref().unwrap_or_default();
        let asked = self.grpc_service.iter().map(|name| format!("/{name}")).collect::<String>();
        let (scheme, suffix) = (self.protocol.scheme(), self.security.suffix());
        format!("{scheme}{suffix}://{user}{place}{database}{path}{asked}")
    }

    /// Whether nobody between here and there hears what is said: it is within TLS, or on this machine.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let is_here = || match self.connect_to.or_else(|| self.host.parse().ok()) {
            Some(address) => address.is_loopback(),
            None => self.host.eq_ignore_ascii_case("localhost"),
        };
        self.security != Security::None || is_here()
    }

    /// What it is called where nobody says, with the port where that is not the usual one.
    pub(super) fn usual_name(&self) -> String {
        let place = match self.port == self.protocol.usual_port(self.security) {
            true => self.host.clone(),
            false => super::tcp::host_and_port(&self.host, self.port),
        };
        match &self.grpc_service {
            Some(service) => format!("{} {service} of {place}", self.protocol.name()),
            None => format!("{} of {place}", self.protocol.name()),
        }
    }

    /// Reads an address of a service: what stands before `://`, in lower case, and what stands behind it.
    /// Nothing where no service is spoken so.
    pub(super) fn read(scheme: &str, rest: &str) -> Option<Result<Self, InvalidValue>> {
        let (word, security) = match scheme.split_once('+') {
            Some((word, "starttls")) => (word, Some(Security::Starttls)),
            Some(_) => return None,
            None => (scheme, None),
        };
        let word = if word == "postgresql" { Protocol::Postgres.as_str() } else { word };
        let known = Protocol::ALL.into_iter().find_map(|one| match security {
            Some(security) => (one.scheme() == word).then_some((one, security)),
            None => match word.strip_prefix(one.scheme())? {
                "" => Some((one, Security::None)),
                "s" => Some((one, Security::Tls)),
                _ => None,
            },
        });
        let (protocol, security) = known?;
        // `mysqls` and the like are no schemes that anybody knows.
        if !protocol.securities().contains(&security) {
            return None;
        }
        Some(match protocol {
            Protocol::Websocket => Self::read_websocket(security, rest),
            Protocol::Grpc => Self::read_grpc(security, rest),
            _ => Self::read_rest(protocol, security, rest),
        })
    }

    fn read_websocket(security: Security, rest: &str) -> Result<Self, InvalidValue> {
        let protocol = Protocol::Websocket;
        let (place, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if place.contains('@') {
            return refused(
                "has a user name in it, and a check of a WebSocket does not sign in: leave it out",
            );
        }
        let (host, port) = host_and_port(place, Some(protocol.usual_port(security)))?;
        let path = Some(path).filter(|path| !path.is_empty() && *path != "/");
        let slash = |path: &str| if path.starts_with('/') { "" } else { "/" };
        let path = path.map(|path| format!("{}{path}", slash(path)));
        if path.as_deref().is_some_and(|path| !is_path(path)) {
            return refused("has something else in it than a path: write ws://host/path");
        }
        Ok(Self { security, path, ..Self::of(protocol, host, port) })
    }

    fn read_grpc(security: Security, rest: &str) -> Result<Self, InvalidValue> {
        let protocol = Protocol::Grpc;
        let (place, name) = rest.split_once('/').unwrap_or((rest, ""));
        if place.contains('@') {
            return refused(
                "has a user name in it, and a check of gRPC does not sign in: leave it out",
            );
        }
        let (host, port) = host_and_port(place, Some(protocol.usual_port(security)))?;
        let grpc_service = Some(name).filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Self { security, grpc_service, ..Self::of(protocol, host, port) })
    }

    fn read_rest(protocol: Protocol, security: Security, rest: &str) -> Result<Self, InvalidValue> {
        let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, place) = match place.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, place),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return refused(
                "has a password in it, which everybody would read who sees the check: enter it beside the \
                 address",
            );
        }
        let database = Some(path).filter(|path| !path.is_empty());
        if !protocol.has_databases() && (user.is_some() || database.is_some()) {
            return refused(&format!(
                "has more in it than a host and a port: write {}://host:port",
                protocol.as_str()
            ));
        }
        if [user, database].into_iter().flatten().any(|name| !is_plain(name)) {
            return refused("names nobody who could sign in: write postgres://user@host/database");
        }
        let (host, port) = host_and_port(place, Some(protocol.usual_port(security)))?;
        let (user, database) = (user.map(str::to_owned), database.map(str::to_owned));
        Ok(Self { security, user, database, ..Self::of(protocol, host, port) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::full;
    use crate::{Check, CheckKind, Secret, Validate};

    #[test]
    fn a_service_has_what_its_protocol_knows() {
        let text = |text: &str| Some(text.to_owned());
        let of = |protocol| ServiceCheck::of(protocol, "host.example.com", 1);
        let (starttls, tls, here) = (Security::Starttls, Security::Tls, "127.0.0.1".parse().ok());
        let secret = || Secret::typed("hunter2-hunter2");
        let basic = || Some(SignIn::Basic { user: "monitor".to_owned(), password: secret() });
        let token = || Some(SignIn::Bearer { token: secret() });
        for (service, field) in [
            (of(Protocol::Ssh), None),
            (ServiceCheck { user: text("a"), database: text("b"), ..of(Protocol::Mysql) }, None),
            (ServiceCheck { path: text("/a?b"), ..of(Protocol::Websocket) }, None),
            (ServiceCheck { security: starttls, ..of(Protocol::Redis) }, Some("security")),
            (ServiceCheck { user: text("a"), ..of(Protocol::Redis) }, Some("user")),
            (ServiceCheck { user: text("a@b"), ..of(Protocol::Postgres) }, Some("user")),
            (ServiceCheck { database: text("a b"), ..of(Protocol::Postgres) }, Some("database")),
            (ServiceCheck { path: text("/a"), ..of(Protocol::Imap) }, Some("path")),
            (ServiceCheck { path: text("/a b"), ..of(Protocol::Websocket) }, Some("path")),
            (ServiceCheck { sign_in: basic(), ..of(Protocol::Ssh) }, Some("sign_in")),
            (ServiceCheck { sign_in: basic(), ..of(Protocol::Redis) }, Some("sign_in")),
            (ServiceCheck { sign_in: basic(), security: tls, ..of(Protocol::Redis) }, None),
            (ServiceCheck { sign_in: basic(), security: starttls, ..of(Protocol::Imap) }, None),
            (ServiceCheck { sign_in: basic(), connect_to: here, ..of(Protocol::Pop3) }, None),
            (
                ServiceCheck { sign_in: token(), security: tls, ..of(Protocol::Redis) },
                Some("sign_in"),
            ),
            (ServiceCheck { port: 0, ..of(Protocol::Ssh) }, Some("port")),
            (ServiceCheck { grpc_service: text("shop.v1.Orders"), ..of(Protocol::Grpc) }, None),
            (
                ServiceCheck { grpc_service: text("a b"), ..of(Protocol::Grpc) },
                Some("grpc_service"),
            ),
            (ServiceCheck { grpc_service: text("a"), ..of(Protocol::Ssh) }, Some("grpc_service")),
            (ServiceCheck { path: text("/a"), ..of(Protocol::Grpc) }, Some("path")),
        ] {
            let check = Check { kind: service.clone().into(), ..full() };
            let problems = check.problems(check.created_at);
            let found: Vec<String> = problems.into_iter().map(|problem| problem.field).collect();
            let wanted = field.iter().map(|field| format!("kind.service.{field}"));
            assert_eq!(found, wanted.collect::<Vec<_>>(), "{service:?}");
        }
    }

    #[test]
    fn an_address_says_all_of_a_service() {
        for (typed, target, name) in [
            ("ssh://Host.example.com/", "ssh://Host.example.com:22", "SSH of Host.example.com"),
            ("SMTP://mail.example.com", "smtp://mail.example.com:25", "SMTP of mail.example.com"),
            ("smtps://[2001:db8::1]", "smtps://[2001:db8::1]:465", "SMTP of 2001:db8::1"),
            (
                "smtp+starttls://mail.example.com:25",
                "smtp+starttls://mail.example.com:25",
                "SMTP of mail.example.com:25",
            ),
            (
                "imaps://mail.example.com",
                "imaps://mail.example.com:993",
                "IMAP of mail.example.com",
            ),
            (
                "pop3+starttls://mail.example.com",
                "pop3+starttls://mail.example.com:110",
                "POP3 of mail.example.com",
            ),
            (
                "rediss://cache.example.com:6380",
                "rediss://cache.example.com:6380",
                "Redis of cache.example.com:6380",
            ),
            (
                "postgresql://monitor@db.example.com/shop",
                "postgres://monitor@db.example.com:5432/shop",
                "PostgreSQL of db.example.com",
            ),
            (
                "postgres+starttls://db.example.com",
                "postgres+starttls://db.example.com:5432",
                "PostgreSQL of db.example.com",
            ),
            ("ws://shop.example.com/", "ws://shop.example.com:80", "WebSocket of shop.example.com"),
            (
                "WSS://shop.example.com/live?since=1",
                "wss://shop.example.com:443/live?since=1",
                "WebSocket of shop.example.com",
            ),
            (
                "ws://[2001:db8::1]:8080?a",
                "ws://[2001:db8::1]:8080/?a",
                "WebSocket of [2001:db8::1]:8080",
            ),
            ("mysql://db.example.com", "mysql://db.example.com:3306", "MySQL of db.example.com"),
            ("grpc://api.example.com/", "grpc://api.example.com:50051", "gRPC of api.example.com"),
            (
                "GRPCS://api.example.com/shop.v1.Orders",
                "grpcs://api.example.com:443/shop.v1.Orders",
                "gRPC shop.v1.Orders of api.example.com",
            ),
            (
                "grpc://[2001:db8::1]:1/a/b?c#d",
                "grpc://[2001:db8::1]:1/a/b?c#d",
                "gRPC a/b?c#d of [2001:db8::1]:1",
            ),
        ] {
            let kind: CheckKind = typed.parse().unwrap();
            assert_eq!((kind.target().as_str(), kind.usual_name().as_str()), (target, name));
            assert_eq!(kind.target().parse::<CheckKind>().unwrap(), kind, "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_service_is_refused() {
        for wrong in [
            "ssh://",
            "ssh://host.example.com/a",
            "ssh://me@host.example.com",
            "sshs://host.example.com",
            "smtp+tls://mail.example.com",
            "mysql+starttls://db.example.com",
            "redis://:hunter2@cache.example.com",
            "postgres://monitor:hunter2@db.example.com",
            "postgres://@db.example.com",
            "postgres://db.example.com/a/b",
            "postgres://db.example.com/shop?sslmode=require",
            "imap://2001:db8::1:143",
            "ws://me:hunter2@shop.example.com",
            "ws://shop.example.com/a#b",
            "ws+starttls://shop.example.com",
            "grpc+starttls://api.example.com",
            "grpc://me@api.example.com",
            "grpc://",
        ] {
            assert_eq!(wrong.parse::<CheckKind>().unwrap_err().field, "target", "{wrong}");
        }
    }
}
