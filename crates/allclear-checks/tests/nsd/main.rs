//! The kind `dns` against NSD: right, wrong, slow and broken.
//!
//! `cargo xtask test` installs NSD and says where it is.

#![cfg(test)]

mod authority;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::Entropy;
use allclear_domain::check::{
    Check, CheckKind, Direction, DnsCheck, DnsCode, DnsRecord, DnsTest, ProbeResult, ReasonCode,
    VantagePoint, Verdict,
};
use allclear_domain::clock::{Clock, TurnedClock};
use allclear_domain::ids::CheckId;
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use jiff::Timestamp;
use serde_json::json;

use self::server::{Nsd, zone};

const NOON: &str = "2026-06-15T12:00:00Z";

/// A prober that asks these servers for names.
fn prober(own: &[SocketAddr]) -> (NetProber, TurnedClock) {
    let clock = TurnedClock::at(NOON.parse().unwrap());
    let trust = Trust::public_and(b"").unwrap();
    let tls = TlsClient::new(&trust, None, Arc::new(clock.clone())).unwrap();
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let net = Net::new(rules, Resolver::asking(own).unwrap());
    (NetProber::new(net, tls, VantagePoint::core()), clock)
}

/// A check of this kind: everything else is as it is where nobody says anything.
fn check_of(kind: &CheckKind, deadline_ms: u32, slow_after_ms: Option<u32>) -> Check {
    let now: Timestamp = NOON.parse().unwrap();
    let id: CheckId = Entropy::from_seed(1).id(now);
    let check = json!({
        "id": id,
        "key": "shop",
        "name": "Shop",
        "kind": kind,
        "interval_seconds": 10,
        "deadline_ms": deadline_ms,
        "slow_after_ms": slow_after_ms,
        "created_at": now,
    });
    serde_json::from_value(check).unwrap()
}

async fn probe_by(own: &[SocketAddr], check: DnsCheck, deadline_ms: u32) -> ProbeResult {
    let (prober, clock) = prober(own);
    let check = check_of(&CheckKind::Dns(check), deadline_ms, None);
    prober.probe(Arc::new(check), clock.now()).await
}

fn said(result: &ProbeResult, direction: Direction) -> String {
    let lines = result.exchange.lines.iter().filter(|line| line.direction == direction);
    lines.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// A question to this server.
fn of(nsd: &Nsd, name: &str, record: DnsRecord) -> DnsCheck {
    DnsCheck { servers: vec![nsd.address.to_string()], ..DnsCheck::of(name, record) }
}

async fn works(check: DnsCheck) -> ProbeResult {
    let result = probe_by(&[], check, 10_000).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    assert!(result.phases.first_byte_us.is_some());
    result
}

/// That a check fails, for this reason and in these words.
async fn fails(check: DnsCheck, code: ReasonCode, told: &str) {
    let result = probe_by(&[], check, 10_000).await;
    let reason = result.reason.clone().unwrap_or_else(|| panic!("it works: {result:?}"));
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, code), "{result:?}");
    assert!(reason.told.ends_with(told), "{reason:?}");
}

fn are(records: &[&str]) -> Option<DnsTest> {
    Some(DnsTest::Are(records.iter().map(|text| (*text).to_owned()).collect()))
}

fn contain(records: &[&str]) -> Option<DnsTest> {
    Some(DnsTest::Contain(records.iter().map(|text| (*text).to_owned()).collect()))
}

fn all_match(pattern: &str) -> Option<DnsTest> {
    Some(DnsTest::AllMatch(pattern.to_owned()))
}

#[tokio::test]
async fn records_of_every_kind_are_as_they_are_written() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let soa = "ns1.example.com admin.example.com 7 3600 600 86400 300";
    for (name, record, records) in [
        ("www.example.com", DnsRecord::A, vec!["192.0.2.2", "192.0.2.1"]),
        ("WWW.example.com.", DnsRecord::Aaaa, vec!["2001:DB8:0::1"]),
        ("shop.example.com", DnsRecord::Cname, vec!["www.example.com."]),
        // The name leads to another, which has them.
        ("shop.example.com", DnsRecord::A, vec!["192.0.2.1", "192.0.2.2"]),
        ("example.com", DnsRecord::Mx, vec!["10 Mail.example.com", "20 mail2.example.com."]),
        ("example.com", DnsRecord::Ns, vec!["ns1.example.com", "ns2.example.com"]),
        ("example.com", DnsRecord::Txt, vec!["v=spf1 -all"]),
        ("example.com", DnsRecord::Caa, vec!["0 issue \"ca.example.net\""]),
        ("example.com", DnsRecord::Soa, vec![soa]),
        ("_sip._tcp.example.com", DnsRecord::Srv, vec!["0 5 5060 sip.example.com"]),
        ("7.example.com", DnsRecord::Ptr, vec!["host.example.com"]),
    ] {
        let check = of(&nsd, name, record);
        works(DnsCheck { expect: are(&records), ..check.clone() }).await;
        works(DnsCheck { expect: contain(&records[..1]), ..check.clone() }).await;
        works(check).await;
    }
    let result = works(of(&nsd, "www.example.com", DnsRecord::A)).await;
    let (sent, received) = (said(&result, Direction::Sent), said(&result, Direction::Received));
    assert_eq!(sent, format!("A www.example.com to {}", nsd.address));
    assert!(received.starts_with(&format!("{}: NOERROR, authoritative\n", nsd.address)));
    assert!(received.contains(": www.example.com 300 A 192.0.2.2"), "{received}");
}

#[tokio::test]
async fn all_records_are_judged_and_not_the_last_one_alone() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let www = of(&nsd, "www.example.com", DnsRecord::A);
    let has = "www.example.com has the A records \"192.0.2.1\", \"192.0.2.2\", and ";
    for (expect, told) in [
        (are(&["192.0.2.2"]), "exactly \"192.0.2.2\" is expected"),
        (
            are(&["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
            "exactly \"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\" is expected",
        ),
        (are(&[]), "no A record is expected"),
        (
            contain(&["192.0.2.2", "192.0.2.9"]),
            "\"192.0.2.2\", \"192.0.2.9\" is expected among them",
        ),
        (all_match("2$"), "each is expected to match \"2$\""),
    ] {
        let check = DnsCheck { expect, ..www.clone() };
        fails(check, ReasonCode::Assertion, &format!("{has}{told}")).await;
    }
    works(DnsCheck { expect: all_match(r"^192\.0\.2\.\d$"), ..www }).await;
    let none = of(&nsd, "www.example.com", DnsRecord::Mx);
    fails(none.clone(), ReasonCode::Assertion, "one MX record at least is expected").await;
    fails(
        DnsCheck { expect: all_match("."), ..none.clone() },
        ReasonCode::Assertion,
        "www.example.com has no MX record, and each is expected to match \".\"",
    )
    .await;
    works(DnsCheck { expect: are(&[]), ..none }).await;
    // Whom the name leads to is another server's to say.
    let away = of(&nsd, "away.example.com", DnsRecord::A);
    let told = "away.example.com leads to www.example.net, which has no A record, and one A record \
                at least is expected";
    fails(away, ReasonCode::Assertion, told).await;
}

#[tokio::test]
async fn an_answer_may_be_that_there_is_none() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let gone = of(&nsd, "gone.example.com", DnsRecord::A);
    let told = "NXDOMAIN for A gone.example.com, and NOERROR is expected";
    fails(gone.clone(), ReasonCode::Status, told).await;
    works(DnsCheck { code: DnsCode::NxDomain, ..gone }).await;
    let there = of(&nsd, "www.example.com", DnsRecord::A);
    let told = "NOERROR for A www.example.com, and NXDOMAIN is expected";
    fails(DnsCheck { code: DnsCode::NxDomain, ..there }, ReasonCode::Status, told).await;
    // A server that knows its own zones alone is closed to others, as it should be.
    let strange = of(&nsd, "www.example.net", DnsRecord::A);
    works(DnsCheck { code: DnsCode::Refused, ..strange.clone() }).await;
    fails(strange, ReasonCode::Status, "REFUSED for A www.example.net, and NOERROR is expected")
        .await;
}

#[tokio::test]
async fn records_hold_as_long_as_they_should() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let www = of(&nsd, "www.example.com", DnsRecord::Aaaa);
    works(DnsCheck { ttl_min: Some(60), ttl_max: Some(60), ..www.clone() }).await;
    let told = "\"2001:db8::1\" holds for 60 s, and at least 61 s are expected";
    fails(DnsCheck { ttl_min: Some(61), ..www.clone() }, ReasonCode::Assertion, told).await;
    let told = "\"2001:db8::1\" holds for 60 s, and at most 59 s are expected";
    fails(DnsCheck { ttl_max: Some(59), ..www }, ReasonCode::Assertion, told).await;
}

#[tokio::test]
async fn a_long_answer_comes_over_tcp() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let all: Vec<String> = (1..=99).map(|last| format!("198.18.7.{last}")).collect();
    let expect = Some(DnsTest::Contain(all));
    let result = works(DnsCheck { expect, ..of(&nsd, "many.example.com", DnsRecord::A) }).await;
    assert!(said(&result, Direction::Received).contains("NOERROR, authoritative, over TCP"));
    let told = "\"198.18.7.1\", \"198.18.7.10\", \"198.18.7.100\", \"198.18.7.101\", \
                \"198.18.7.102\", \"198.18.7.103\", \"198.18.7.104\", \"198.18.7.105\", \
                \"198.18.7.106\", \"198.18.7.107\", and 240 more, and no A record is expected";
    let check = DnsCheck { expect: are(&[]), ..of(&nsd, "many.example.com", DnsRecord::A) };
    fails(check, ReasonCode::Assertion, told).await;
}

#[tokio::test]
async fn one_that_stands_still_is_silent_and_one_that_is_slow_is_degraded() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let www = of(&nsd, "www.example.com", DnsRecord::A);
    nsd.freeze();
    let result = probe_by(&[], www.clone(), 300).await;
    let reason = result.reason.unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::TimedOut));
    assert_eq!(reason.told, format!("{} did not answer in time", nsd.address));
    nsd.thaw_in(Duration::from_millis(400));
    let (prober, clock) = prober(&[]);
    let check = check_of(&CheckKind::Dns(www), 10_000, Some(200));
    let result = prober.probe(Arc::new(check), clock.now()).await;
    let code = result.reason.as_ref().map(|reason| reason.code);
    assert_eq!((result.verdict, code), (Verdict::Degraded, Some(ReasonCode::Slow)), "{result:?}");
}

#[tokio::test]
async fn a_server_that_is_gone_refuses() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let www = of(&nsd, "www.example.com", DnsRecord::A);
    let told = format!("{} refused the connection", nsd.address);
    drop(nsd);
    fails(www, ReasonCode::Refused, &told).await;
}

#[tokio::test]
async fn the_servers_of_this_machine_are_asked_where_none_is_named() {
    let [nsd] = Nsd::start([&zone(7, "")]);
    let own = [nsd.address];
    let expect = are(&["192.0.2.1", "192.0.2.2"]);
    let www = DnsCheck { expect, ..DnsCheck::of("www.example.com", DnsRecord::A) };
    let result = probe_by(&own, www.clone(), 10_000).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let gone = DnsCheck::of("gone.example.com", DnsRecord::A);
    let result = probe_by(&own, gone, 10_000).await;
    assert_eq!(result.verdict, Verdict::Fail, "{result:?}");
    // A resolver that is down must not look as if everything else were.
    drop(nsd);
    let result = probe_by(&own, www, 2_000).await;
    assert_eq!(result.verdict, Verdict::Unknown, "{result:?}");
}
