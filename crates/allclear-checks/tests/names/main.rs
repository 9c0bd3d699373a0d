//! The kind `names` against nginx at many names that NSD knows: right, wrong, slow and broken, each told for itself.
//!
//! `cargo xtask test` installs both and says where they are.

#![cfg(test)]

#[path = "../nginx/server.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod nginx;
#[path = "../nsd/server.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod nsd;

use std::net::TcpListener;
use std::sync::Arc;

use allclear_checks::kinds::NetProber;
use allclear_checks::names::{Asker, SetNames, look, set_names};
use allclear_checks::writing::{NewCheck, add_check};
use allclear_domain::audit::Actor;
use allclear_domain::check::{
    Check, CheckKind, NameScheme, NameState, NamesCheck, OnOutage, ProbeResult, VantagePoint,
    Verdict, WatchedName,
};
use allclear_domain::clock::{Clock, TurnedClock};
use allclear_domain::{Change, Entropy};
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use allclear_store::{Location, Store};
use jiff::SignedDuration;
use tempfile::TempDir;

use self::nginx::{Nginx, Served};
use self::nsd::{Nsd, zone};

const NOON: &str = "2026-06-15T12:00:00Z";

/// Servers, a check of their names, and what looks at them.
struct Rig {
    nginx: Nginx,
    nsd: Nsd,
    clock: TurnedClock,
    store: Store,
    check: Arc<Check>,
    /// It takes connections at an address of its own, and says nothing.
    _silent: TcpListener,
    _folder: TempDir,
}

impl Rig {
    async fn new(names: &[&str]) -> Self {
        let answers = "if ($host = down.example.com) { return 503; }
            if ($host = moved.example.com) { return 301 https://elsewhere.example.net/; }
            location / { return 200 \"ok\"; }";
        let nginx = Nginx::start("*.example.com", Served::Chain, answers);
        let (here, port) = (nginx.address.ip(), nginx.address.port());
        let silent = TcpListener::bind(("127.0.0.77", port)).unwrap();
        let there = |name: &&str| match *name {
            "closed" => "closed A 127.0.0.66\n".to_owned(),
            "slow" => "slow A 127.0.0.77\n".to_owned(),
            name => format!("{name} A {here}\n"),
        };
        let [nsd] = Nsd::start([&zone(1, &names.iter().map(there).collect::<String>())]);
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(4));
        let change = Change { actor: &actor, entropy: &entropy, now: clock.now() };
        let check = add_check(&store, new_check(port), change).await.unwrap().value;
        let names = names.iter().map(|name| format!("{name}.example.com")).collect();
        let set = SetNames { names, may_shrink: false, expected: None };
        set_names(&store, check.id, set, change).await.unwrap();
        let check = Arc::new(check);
        Self { nginx, nsd, clock, store, check, _silent: silent, _folder: folder }
    }

    /// One that has asked nobody for a name yet.
    fn prober(&self) -> Arc<NetProber> {
        let trust = Trust::only(self.nginx.root_pem().as_bytes()).unwrap();
        let tls = TlsClient::new(&trust, None, Arc::new(self.clock.clone())).unwrap();
        let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
        let net = Net::new(rules, Resolver::asking(&[self.nsd.address]).unwrap());
        Arc::new(NetProber::new(net, tls, VantagePoint::core()))
    }

    /// One round, a minute after the one before.
    async fn round(&self, prober: &Arc<NetProber>) -> ProbeResult {
        self.clock.turn(SignedDuration::from_secs(60));
        let by = Asker {
            holder: None,
            actor: Actor::Command("test".to_owned()),
            entropy: Arc::new(Entropy::from_seed(5)),
        };
        look(self.store.clone(), prober.clone(), by, self.check.clone(), self.clock.now()).await
    }

    async fn names(&self) -> Vec<WatchedName> {
        self.store.slice_names(self.check.id, None, "", 99).await.unwrap()
    }
}

fn new_check(port: u16) -> NewCheck {
    let kind = CheckKind::from(NamesCheck {
        port: Some(port),
        period_seconds: 60,
        certificate_days: Some(30),
        ..NamesCheck::of(NameScheme::Https)
    });
    NewCheck {
        key: None,
        name: "Customers".to_owned(),
        patience: kind.usual_patience(),
        kind,
        interval_seconds: 60,
        deadline_ms: 2_500,
        slow_after_ms: None,
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
    }
}

#[tokio::test]
async fn each_name_is_told_for_itself() {
    let rig = Rig::new(&["a", "b", "c", "down", "moved", "deep.shop", "closed", "slow"]).await;
    let prober = rig.prober();
    rig.round(&prober).await;
    let last = rig.round(&prober).await;
    assert_eq!(last.verdict, Verdict::Fail, "{last:?}");
    let told = last.reason.unwrap().told;
    assert!(told.starts_with("4 of 8 names fail: closed.example.com ("), "{told}");
    let found = rig.names().await;
    for (name, state, told) in [
        ("a", NameState::Ok, ""),
        ("moved", NameState::Ok, ""),
        ("down", NameState::Failing, "the status is 503"),
        ("deep.shop", NameState::Failing, "certificate"),
        ("closed", NameState::Failing, "refused"),
        ("slow", NameState::Failing, "in time"),
    ] {
        let row = found.iter().find(|one| one.name == format!("{name}.example.com")).unwrap();
        assert_eq!(row.state, state, "{row:?}");
        assert!(row.reason.as_deref().unwrap_or_default().contains(told), "{row:?}");
        let is_trusted = state == NameState::Ok || name == "down";
        assert_eq!(row.certificate_ends_at.is_some(), is_trusted, "{row:?}");
    }

    // Its name server is silent: nothing is known of any name, and nothing changes.
    rig.nsd.freeze();
    let result = rig.round(&rig.prober()).await;
    assert_eq!(result.verdict, Verdict::Unknown, "{result:?}");
    let states =
        |rows: &[WatchedName]| rows.iter().map(|one| (one.state, one.since)).collect::<Vec<_>>();
    assert_eq!(states(&rig.names().await), states(&found));
}
