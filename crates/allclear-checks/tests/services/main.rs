//! The kind `service` against OpenSSH, Redis, PostgreSQL, MariaDB, etcd, python3-websockets and
//! python3-grpcio: right, wrong, slow and broken. Mail is tried on nginx, with the other kinds that speak to it.
//!
//! `cargo xtask test` installs the servers and says where they are.

#![cfg(test)]

mod grpc;
mod mysql;
mod postgres;
mod redis;
mod server;
mod ssh;
mod websocket;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::Entropy;
use allclear_domain::check::{
    Check, CheckKind, ProbeResult, Protocol, ReasonCode, Security, ServiceCheck, TextTest,
    VantagePoint, Verdict,
};
use allclear_domain::clock::{Clock, TurnedClock};
use allclear_domain::ids::CheckId;
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use jiff::Timestamp;
use serde_json::json;

use self::server::{Authority, NAME, Server};

const NOON: &str = "2026-06-15T12:00:00Z";

/// That a server speaks this protocol.
fn of(server: &Server, protocol: Protocol) -> ServiceCheck {
    let connect_to: Option<IpAddr> = Some(server.address.ip());
    ServiceCheck { connect_to, ..ServiceCheck::of(protocol, NAME, server.address.port()) }
}

fn contains(text: &str) -> Option<TextTest> {
    Some(TextTest::Contains(text.to_owned()))
}

/// Probes with trust in this authority.
async fn probe_by(
    authority: &Authority,
    check: ServiceCheck,
    deadline_ms: u32,
    slow_after_ms: Option<u32>,
) -> ProbeResult {
    let clock = TurnedClock::at(NOON.parse().unwrap());
    let trust = Trust::only(authority.pem().as_bytes()).unwrap();
    let tls = TlsClient::new(&trust, None, Arc::new(clock.clone())).unwrap();
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let net = Net::new(rules, Resolver::asking(&[]).unwrap());
    let prober = NetProber::new(net, tls, VantagePoint::core());
    let now: Timestamp = clock.now();
    let id: CheckId = Entropy::from_seed(1).id(now);
    let kind = CheckKind::Service(check);
    let mut check: Check = serde_json::from_value(json!({
        "id": id,
        "key": "service",
        "name": "Service",
        "kind": kind.without_secrets(),
        "interval_seconds": 10,
        "deadline_ms": deadline_ms,
        "slow_after_ms": slow_after_ms,
        "created_at": now,
    }))
    .unwrap();
    check.kind = kind;
    prober.probe(Arc::new(check), now).await
}

async fn probe(check: ServiceCheck) -> ProbeResult {
    probe_by(&Authority::new("Strange Root"), check, 20_000, None).await
}

/// All that was said.
fn said(result: &ProbeResult) -> String {
    let lines: Vec<&str> = result.exchange.lines.iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

async fn works(check: ServiceCheck) -> String {
    let result = probe(check).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    assert!(result.phases.connect_us.is_some() && result.phases.first_byte_us.is_some());
    said(&result)
}

/// That a check fails, for this reason and in these words.
async fn fails(check: ServiceCheck, code: ReasonCode, told: &str) {
    let result = probe(check).await;
    let reason = result.reason.clone().unwrap_or_else(|| panic!("it works: {result:?}"));
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, code), "{result:?}");
    assert!(reason.told.contains(told), "{reason:?}");
}

/// That one that stands still is silent, slow once it goes on, and gone when it ended.
async fn is_missed(mut server: Server, protocol: Protocol) {
    let check = of(&server, protocol);
    server.freeze();
    let authority = Authority::new("Example Root");
    let result = probe_by(&authority, check.clone(), 300, None).await;
    let found = result.reason.as_ref().map(|reason| reason.code);
    assert_eq!((result.verdict, found), (Verdict::Fail, Some(ReasonCode::TimedOut)), "{result:?}");
    server.thaw_in(Duration::from_millis(400));
    let result = probe_by(&authority, check.clone(), 20_000, Some(300)).await;
    let found = result.reason.as_ref().map(|reason| reason.code);
    assert_eq!((result.verdict, found), (Verdict::Degraded, Some(ReasonCode::Slow)), "{result:?}");
    server.end();
    fails(check, ReasonCode::Refused, "refused the connection").await;
}
