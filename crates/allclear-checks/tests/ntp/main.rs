//! The kind `ntp` against chrony: right, off, not synchronized, silent, slow and gone. It tells the time of
//! this machine, so that it is our clock that is set wrong where one is to be.
//!
//! `cargo xtask test` installs it and says where it is.

#![cfg(test)]

mod server;

use std::sync::Arc;
use std::time::Duration;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::Entropy;
use allclear_domain::check::{
    Check, CheckKind, NtpCheck, ProbeResult, ReasonCode, VantagePoint, Verdict,
};
use allclear_domain::clock::{Clock, SystemClock};
use allclear_domain::ids::CheckId;
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use self::server::Server;

/// A clock that is wrong by so much.
struct Wrong(SignedDuration);

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

/// Probes on a machine whose clock is ahead by so many milliseconds.
async fn probe_ahead(
    check: NtpCheck,
    ahead_ms: i64,
    deadline_ms: u32,
    slow_after_ms: Option<u32>,
) -> ProbeResult {
    let clock = Arc::new(Wrong(SignedDuration::from_millis(ahead_ms)));
    let tls = TlsClient::new(&Trust::public_and(b"").unwrap(), None, clock.clone()).unwrap();
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let net = Net::new(rules, Resolver::asking(&[]).unwrap());
    let prober = NetProber::new(net, tls, VantagePoint::core());
    let now = clock.now();
    let id: CheckId = Entropy::from_seed(1).id(now);
    let check: Check = serde_json::from_value(json!({
        "id": id,
        "key": "time",
        "name": "Time",
        "kind": CheckKind::Ntp(check),
        "interval_seconds": 10,
        "deadline_ms": deadline_ms,
        "slow_after_ms": slow_after_ms,
        "created_at": now,
    }))
    .unwrap();
    prober.probe(Arc::new(check), now).await
}

async fn probe(check: NtpCheck, ahead_ms: i64) -> ProbeResult {
    probe_ahead(check, ahead_ms, 20_000, None).await
}

fn of(server: &Server) -> NtpCheck {
    NtpCheck::of("127.0.0.1", server.address.port())
}

/// All that was said.
fn said(result: &ProbeResult) -> String {
    let lines: Vec<&str> = result.exchange.lines.iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

/// That it ends so, for this reason and in these words.
fn ends(result: &ProbeResult, verdict: Verdict, code: ReasonCode, told: &str) {
    let reason = result.reason.clone().unwrap_or_else(|| panic!("it works: {result:?}"));
    assert_eq!((result.verdict, reason.code), (verdict, code), "{result:?}");
    assert!(reason.told.contains(told), "{reason:?}");
}

#[tokio::test]
async fn a_server_that_tells_our_time_works() {
    let server = Server::start("local stratum 10");
    let result = probe(of(&server), 0).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    let said = said(&result);
    assert!(said.contains("stratum 10, leap 0, reference 127.127.1.1, root delay 0.0"), "{said}");
    assert!(said.contains("that of this machine, give or take"), "{said}");
    let check = NtpCheck { stratum_max: 9, ..of(&server) };
    let told = "its stratum is 10, and 9 at most is expected";
    ends(&probe(check, 0).await, Verdict::Fail, ReasonCode::Assertion, told);
}

#[tokio::test]
async fn clocks_that_are_apart_are_told_by_how_much() {
    let server = Server::start("local stratum 3");
    let check = NtpCheck { offset_warn_ms: 5_000, offset_max_ms: 100_000, ..of(&server) };
    let result = probe(check.clone(), -60_000).await;
    ends(&result, Verdict::Degraded, ReasonCode::ClockOff, "ahead of that of this machine");
    let result = probe(check.clone(), 60_000).await;
    ends(&result, Verdict::Degraded, ReasonCode::ClockOff, "behind that of this machine");
    // A day's difference is no mistake of the reader, and neither are years.
    let result = probe(check.clone(), 86_400_000).await;
    ends(&result, Verdict::Fail, ReasonCode::Assertion, "its clock is 24 h behind");
    let result = probe(check, -20 * 365 * 86_400_000).await;
    ends(&result, Verdict::Fail, ReasonCode::Assertion, "its clock is 7300 days ahead");
}

#[tokio::test]
async fn one_that_nobody_set_fails() {
    let server = Server::start("");
    let told = "its own clock is not synchronized";
    ends(&probe(of(&server), 0).await, Verdict::Fail, ReasonCode::Status, told);
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    let mut server = Server::start("local stratum 10");
    let check = of(&server);
    server.freeze();
    let result = probe_ahead(check.clone(), 0, 300, None).await;
    ends(&result, Verdict::Fail, ReasonCode::TimedOut, "did not answer in time");
    server.thaw_in(Duration::from_millis(400));
    // It took its time, and that is no error of its clock.
    let result = probe_ahead(check.clone(), 0, 20_000, Some(300)).await;
    ends(&result, Verdict::Degraded, ReasonCode::Slow, "it works, and took");
    server.end();
    let result = probe(check, 0).await;
    ends(&result, Verdict::Fail, ReasonCode::Refused, "the port is closed");
}
