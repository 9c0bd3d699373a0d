//! The kinds `prometheus` and `upstream` against Prometheus and against pages that nginx serves: right, wrong,
//! silent, slow and gone.
//!
//! `cargo xtask test` installs the servers and says where they are.

#![cfg(test)]

mod prometheus;
mod server;
mod upstream;

use std::sync::Arc;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::check::{Check, CheckKind, ProbeResult, ReasonCode, VantagePoint, Verdict};
use allclear_domain::clock::{Clock, TurnedClock};
use allclear_domain::ids::CheckId;
use allclear_domain::{Entropy, Secret};
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use serde_json::json;

use self::server::Server;

const NOON: &str = "2026-06-15T12:00:00Z";

/// Probes once.
async fn probe(kind: impl Into<CheckKind>, deadline_ms: u32) -> ProbeResult {
    let mut kind = kind.into();
    let clock = TurnedClock::at(NOON.parse().unwrap());
    let tls = TlsClient::new(&Trust::public_and(b"").unwrap(), None, Arc::new(clock.clone()));
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let net = Net::new(rules, Resolver::asking(&[]).unwrap());
    let prober = NetProber::new(net, tls.unwrap(), VantagePoint::core());
    let now = clock.now();
    let id: CheckId = Entropy::from_seed(1).id(now);
    // What is open has no form to be written in.
    let secrets: Vec<Secret> =
        kind.secrets_mut().into_iter().map(|place| std::mem::take(place.secret)).collect();
    let mut check: Check = serde_json::from_value(json!({
        "id": id,
        "key": "told",
        "name": "Told",
        "kind": kind,
        "interval_seconds": 60,
        "deadline_ms": deadline_ms,
        "created_at": now,
    }))
    .unwrap();
    for (place, secret) in check.kind.secrets_mut().into_iter().zip(secrets) {
        *place.secret = secret;
    }
    prober.probe(Arc::new(check), now).await
}

fn code(result: &ProbeResult) -> Option<ReasonCode> {
    result.reason.as_ref().map(|reason| reason.code)
}

fn told(result: &ProbeResult) -> &str {
    result.reason.as_ref().map_or("", |reason| reason.told.as_str())
}

/// That nothing is known, for this reason.
fn is_unread(result: &ProbeResult, words: &str) {
    let found = (result.verdict, code(result));
    assert_eq!(found, (Verdict::Unknown, Some(ReasonCode::Unread)), "{result:?}");
    assert!(told(result).contains(words), "{result:?}");
}
