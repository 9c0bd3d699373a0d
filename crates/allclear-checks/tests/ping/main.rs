//! The kind `icmp` against the kernel, on this machine and over a wire to another: right, silent, on no
//! way, and forbidden. Peers that are slow or wrong are made of bytes, in place of the other kernel.
//!
//! `cargo xtask test` installs iproute2. Root alone can make such wires.

#![cfg(test)]

mod wire;

use std::sync::Arc;
use std::time::Duration;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::Entropy;
use allclear_domain::check::{
    Check, CheckKind, IcmpCheck, IpFamily, ProbeResult, ReasonCode, TcpCheck, VantagePoint, Verdict,
};
use allclear_domain::clock::TurnedClock;
use allclear_domain::ids::CheckId;
use allclear_net::{AddressRules, Hop, Net, Resolver, TlsClient, Trust, may_ping};
use jiff::Timestamp;
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
use serde_json::json;

use self::wire::{BEYOND, FAR, NEAR, Wire};

const NOON: &str = "2026-06-15T12:00:00Z";
const AT_ONCE: Duration = Duration::ZERO;

/// Probes in the namespace of this thread.
fn probe(check: IcmpCheck, deadline_ms: u32) -> ProbeResult {
    probe_and_trace(CheckKind::Icmp(check), deadline_ms).0
}

/// The same, and who is on the way where it fails.
fn probe_and_trace(kind: CheckKind, deadline_ms: u32) -> (ProbeResult, Option<Vec<String>>) {
    let now: Timestamp = NOON.parse().unwrap();
    let trust = Trust::public_and(b"").unwrap();
    let tls = TlsClient::new(&trust, None, Arc::new(TurnedClock::at(now))).unwrap();
    let allowed = ["10.77.0.0/16", "127.0.0.0/8", "::1/128", "198.51.100.0/24"];
    let rules = AddressRules::allowing(allowed.map(|network| network.parse().unwrap()).into());
    let id: CheckId = Entropy::from_seed(1).id(now);
    let check: Check = serde_json::from_value(json!({
        "id": id,
        "key": "router",
        "name": "Router",
        "kind": kind,
        "interval_seconds": 10,
        "deadline_ms": deadline_ms,
        "slow_after_ms": deadline_ms / 10,
        "created_at": now,
    }))
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let net = Net::new(rules, Resolver::asking(&[]).unwrap());
        let prober = NetProber::new(net, tls, VantagePoint::core());
        let result = prober.probe(Arc::new(check), now).await;
        let way = match prober.trace(id, now) {
            Some(tracing) => Some(tracing.await),
            None => None,
        };
        (result, way)
    })
}

fn works(wire: &Wire, check: IcmpCheck) -> ProbeResult {
    let result = wire.on_near(|| probe(check, 10_000));
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    assert!(result.phases.first_byte_us.is_some());
    result
}

/// That pings fail, for this reason and in these words.
fn fails(wire: &Wire, check: IcmpCheck, deadline_ms: u32, code: ReasonCode, told: &str) {
    let result = wire.on_near(|| probe(check, deadline_ms));
    let reason = result.reason.clone().unwrap_or_else(|| panic!("it works: {result:?}"));
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, code), "{result:?}");
    assert_eq!(reason.told, told);
}

fn of(host: &str) -> IcmpCheck {
    IcmpCheck::of(host)
}

#[test]
fn a_machine_that_is_there_answers() {
    let wire = Wire::new();
    for host in [FAR, NEAR, "127.0.0.1", "::1"] {
        let result = works(&wire, of(host));
        let said: Vec<_> = result.exchange.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(said[0], format!("found {host}"));
        assert!(said[1].starts_with("ping ") && said[1].ends_with(" us"), "{said:?}");
        assert!(said.len() >= 3, "{said:?}");
    }
    works(&wire, IcmpCheck { count: 20, lost_max: 0, ..of(FAR) });
    works(&wire, IcmpCheck { count: 1, lost_max: 0, family: IpFamily::Ipv4, ..of(FAR) });
    let named = IcmpCheck { connect_to: Some(FAR.parse().unwrap()), ..of("router.example.com") };
    works(&wire, named.clone());
    let family = IpFamily::Ipv6;
    let result = wire.on_near(|| probe(IcmpCheck { family, ..named }, 10_000));
    let reason = result.reason.unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::NoAddress));
}

#[test]
fn a_machine_that_keeps_silent_fails() {
    let wire = Wire::new();
    wire.set_far("icmp_echo_ignore_all", "1");
    let told = "10.77.0.2 answered 0 of 3 pings in time, 2 at least are expected";
    fails(&wire, of(FAR), 300, ReasonCode::TimedOut, told);
}

/// A wire to a router that leads nowhere, and to forbidden places. Each takes one of its own: kernels say
/// such things only so often.
fn with_router() -> Wire {
    let wire = Wire::new();
    wire.set_far("ip_forward", "1");
    wire.far(&["route", "add", "unreachable", "198.51.100.0/25"]);
    wire.far(&["route", "add", "prohibit", "198.51.100.128/25"]);
    wire
}

#[test]
fn what_machines_on_the_way_say_is_told() {
    for (host, by, why) in [
        ("198.51.100.7", FAR, "it cannot be reached"),
        ("198.51.100.207", FAR, "the way to it is forbidden"),
        // Nobody on the wire says that it is this one.
        ("10.77.0.9", NEAR, "it cannot be reached"),
    ] {
        let told = format!("{by} says of {host}: {why}");
        fails(&with_router(), of(host), 20_000, ReasonCode::Unreachable, &told);
    }
}

#[test]
fn without_a_way_nothing_is_known_of_a_machine() {
    let wire = Wire::new();
    wire.near(&["route", "del", "default"]);
    let result = wire.on_near(|| probe(of("198.51.100.7"), 10_000));
    let reason = result.reason.unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Unknown, ReasonCode::Ours));
    assert!(reason.told.starts_with("this machine cannot ping 198.51.100.7: "), "{reason:?}");
}

#[test]
fn as_many_may_be_lost_as_the_check_says() {
    let wire = Wire::new();
    wire.answering(|nth, right| match nth {
        0 => Vec::new(),
        _ => vec![(AT_ONCE, right)],
    });
    works(&wire, of(FAR));
    let told = "10.77.0.2 answered 2 of 3 pings in time, 3 at least are expected";
    let all = IcmpCheck { lost_max: 0, ..of(FAR) };
    fails(&wire, all, 300, ReasonCode::TimedOut, told);
    let told = "10.77.0.2 answered 0 of 1 pings in time, 1 at least are expected";
    let one = IcmpCheck { count: 1, lost_max: 0, ..of(FAR) };
    fails(&wire, one, 300, ReasonCode::TimedOut, told);
}

#[test]
fn one_that_is_slow_is_degraded() {
    let wire = Wire::new();
    wire.answering(|_, right| vec![(Duration::from_millis(600), right)]);
    let result = wire.on_near(|| probe(of(FAR), 5_000));
    let code = result.reason.as_ref().map(|reason| reason.code);
    assert_eq!((result.verdict, code), (Verdict::Degraded, Some(ReasonCode::Slow)), "{result:?}");
}

#[test]
fn what_is_not_what_was_sent_is_no_answer() {
    let wire = Wire::new();
    wire.answering(|_, mut right| {
        *right.last_mut().unwrap() ^= 1;
        // The checksum of a message goes along with it.
        right[3] = right[3].wrapping_sub(1);
        vec![(AT_ONCE, right)]
    });
    let told = "10.77.0.2 answered 0 of 3 pings in time, 2 at least are expected; 3 answers had \
                something else in them than was sent";
    fails(&wire, of(FAR), 300, ReasonCode::Broken, told);
    let wire = Wire::new();
    // One is answered several times, the others under another id.
    wire.answering(|nth, right| match nth {
        0 => vec![(AT_ONCE, right.clone()), (AT_ONCE, right.clone()), (AT_ONCE, right)],
        _ => {
            let mut other = right;
            other[4] ^= 1;
            vec![(AT_ONCE, other)]
        }
    });
    let told = "10.77.0.2 answered 1 of 3 pings in time, 2 at least are expected";
    fails(&wire, of(FAR), 300, ReasonCode::TimedOut, told);
}

#[test]
fn who_is_on_the_way_is_told_where_it_ends() {
    let wire = Wire::with_beyond();
    let tcp = |host: &str| CheckKind::Tcp(TcpCheck::of(host, 443));
    let (refused, way) = wire.on_near(|| probe_and_trace(tcp(BEYOND), 5_000));
    assert_eq!(refused.reason.unwrap().code, ReasonCode::Refused);
    assert_eq!(way, None, "it was reached");
    // A network that nobody answers in, behind both.
    wire.lose_beyond();
    let (result, way) = wire.on_near(|| probe_and_trace(tcp(BEYOND), 300));
    assert_eq!(result.reason.unwrap().code, ReasonCode::TimedOut);
    let way = way.unwrap();
    let [head, router, end] = way.as_slice() else { panic!("{way:?}") };
    assert_eq!(head, "on the way to 10.77.1.2, as of 2026-06-15T12:00:00Z:");
    assert!(router.starts_with("1: 10.77.0.2 after ") && router.ends_with(" ms"), "{way:?}");
    assert!(end.starts_with("2: 10.77.0.2 after "), "{way:?}");
    assert!(end.ends_with(", says that it cannot be reached"), "{way:?}");
}

#[test]
fn the_way_to_a_machine_that_is_there_ends_at_it() {
    let wire = Wire::with_beyond();
    let rules = AddressRules::allowing(vec!["10.77.0.0/16".parse().unwrap()]);
    let hops = wire.on_near(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let net = Net::new(rules, Resolver::asking(&[]).unwrap());
            net.hops_to(BEYOND.parse().unwrap()).await.unwrap()
        })
    });
    let by = |hop: &Hop| hop.answers.iter().map(|one| one.by.to_string()).collect::<Vec<_>>();
    assert_eq!(hops.iter().map(by).collect::<Vec<_>>(), [vec![FAR; 3], vec![BEYOND; 3]]);
}

#[test]
fn without_the_right_to_ping_it_says_what_to_do() {
    let wire = Wire::new();
    let unprivileged = |work: &(dyn Fn() + Sync)| {
        wire.on_near(|| {
            let mut rights = capabilities(None).unwrap();
            rights.effective.remove(CapabilitySet::NET_RAW);
            set_capabilities(None, rights).unwrap();
            work();
        });
    };
    wire.set_near("ping_group_range", "1 0");
    unprivileged(&|| {
        assert!(may_ping().is_err());
        let result = probe(of(FAR), 10_000);
        let reason = result.reason.unwrap();
        assert_eq!((result.verdict, reason.code), (Verdict::Unknown, ReasonCode::Ours));
        assert!(reason.told.contains("setcap cap_net_raw+ep"), "{reason:?}");
        assert!(reason.told.contains("net.ipv4.ping_group_range=\"0 2147483647\""), "{reason:?}");
    });
    // What it says to do helps.
    wire.set_near("ping_group_range", "0 2147483647");
    unprivileged(&|| {
        assert!(may_ping().is_ok());
        for host in [FAR, "::1"] {
            let result = probe(of(host), 10_000);
            assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
        }
        let result = probe(IcmpCheck { lost_max: 0, ..of(FAR) }, 10_000);
        assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    });
}
