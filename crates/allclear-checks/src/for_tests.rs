//! Checks for tests.

use allclear_domain::check::{CheckKind, OnOutage, Patience, Round, Sentinel, SentinelRole, Sign};
use allclear_domain::check::{
    Exchange, Phases, ProbeResult, Reach, Reason, ReasonCode, TcpCheck, VantagePoint, Verdict,
};
use allclear_domain::text::Key;
use allclear_domain::{Check, Entropy};
use jiff::{SignedDuration, Timestamp};

/// So many seconds after the tests begin.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_secs(second)
}

pub(crate) fn kind() -> CheckKind {
    CheckKind::Tcp(TcpCheck {
        host: "shop.example.com".to_owned(),
        port: 443,
        connect_to: None,
        tls: false,
        send: None,
        expect: None,
    })
}

/// Every ten seconds, down after three and up after two samples.
pub(crate) fn check(entropy: &Entropy, key: &str) -> Check {
    Check {
        id: entropy.id(at(0)),
        key: Key::new(key).unwrap(),
        name: key.to_owned(),
        kind: kind(),
        interval_seconds: 10,
        deadline_ms: 1_000,
        slow_after_ms: None,
        patience: Patience { fail_after: 3, recover_after: 2, stable_for_seconds: 0 },
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: at(0),
    }
}

pub(crate) fn result(verdict: Verdict, probed_at: Timestamp) -> ProbeResult {
    let reason = Reason::new(ReasonCode::Refused, "nobody listens".to_owned());
    ProbeResult {
        vantage: VantagePoint::core(),
        probed_at,
        took_us: 1_000,
        verdict,
        reason: (verdict != Verdict::Ok).then_some(reason),
        phases: Phases::default(),
        exchange: Exchange::default(),
        certificate_ends_at: None,
        leaf: None,
        // What is on this machine is heard at once.
        reach: Some(Reach::Itself),
    }
}

/// The same, of a target far away.
pub(crate) fn far(verdict: Verdict, probed_at: Timestamp) -> ProbeResult {
    ProbeResult { reach: Some(Reach::Far), ..result(verdict, probed_at) }
}

/// A round of a gateway and an anchor.
pub(crate) fn round(gateway: Sign, anchor: Sign) -> Round {
    let sentinel =
        |role, address: &str, reach| Sentinel { role, address: address.to_owned(), reach };
    Round(vec![
        (sentinel(SentinelRole::Gateway, "192.0.2.1", Reach::Near), gateway),
        (sentinel(SentinelRole::Anchor, "192.5.5.241:53", Reach::Far), anchor),
    ])
}
