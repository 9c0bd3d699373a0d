//! What a check of the kind `service` asks for, on the wire.

use std::net::IpAddr;

use allclear_domain::check::{Protocol, Security, ServiceCheck};
use allclear_domain::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TextTestJson;
use crate::api::wire::{ProtocolWord, SecurityWord};

/// A conversation with a server in its own protocol, far enough to know that it serves. Nobody signs in
/// with a password: a server that asks for one has answered, and that works, but with `grpc`, where nothing
/// was said of the service then.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ServiceCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ServiceJson {
    #[schemars(with = "ProtocolWord")]
    protocol: Protocol,
    /// A name or an address; with TLS the certificate has to be for it.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    host: String,
    #[schemars(range(min = 1))]
    port: u16,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default)]
    connect_to: Option<IpAddr>,
    /// Whether it is spoken within TLS. `ssh` and `mysql` know `none` alone, `redis`, `websocket` and `grpc` know `none`
    /// and `tls`, `postgres` knows `none` and `starttls`.
    #[serde(default)]
    #[schemars(with = "SecurityWord")]
    security: Security,
    /// What has to hold of what the server says: its greeting and what it offers, its version, its answer
    /// to a ping, or `SERVING`.
    #[serde(default)]
    expect: Option<TextTestJson>,
    /// Who signs in without a password, with `postgres` and `mysql`. Where nobody is named, the refusal of a
    /// name that the server does not know is an answer.
    #[serde(default)]
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    user: Option<String>,
    /// The database that they use, with `postgres` and `mysql`.
    #[serde(default)]
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    database: Option<String>,
    /// What is asked for with `websocket`, as in `/live?since=1`; `/` where this is left out. Secrets in it are
    /// refused.
    #[serde(default)]
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    path: Option<String>,
    /// The service that is asked after with `grpc`, as in `shop.v1.Orders`; the server as a whole where this is
    /// left out.
    #[serde(default)]
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    grpc_service: Option<String>,
}

same! {
    struct ServiceJson = ServiceCheck {
        protocol, host, port, connect_to, security, user, database, path, grpc_service
    } into { expect };
}
