//! The duty with real probes and sentinels on a network of its own, whose line dies.

#![cfg(test)]

mod rig;

use std::sync::Arc;

use allclear_checks::kinds::NetProber;
use allclear_checks::prober::{Looking, Probing, Tracing};
use allclear_checks::writing::{NewCheck, add_check};
use allclear_checks::{Prober, Watch};
use allclear_domain::audit::Actor;
use allclear_domain::check::{
    BlindCause, BlindSpell, Check, CheckKind, OnOutage, Outage, Patience, ProbeResult, TcpCheck,
    Threshold, VantagePoint, Verdict,
};
use allclear_domain::clock::{Clock, TurnedClock};
use allclear_domain::ids::CheckId;
use allclear_domain::{Change, Entropy};
use allclear_net::{AddressRules, Net, Resolver, Sentinels, TlsClient, Trust};
use allclear_store::{Location, Store};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use self::rig::{ANCHORS, GATEWAY, RESOLVER, Rig, SHOP};

const PORT: u16 = 443;

/// Probes from here, and asks the sentinels of the network.
struct Here {
    net: NetProber,
    sentinels: Arc<Sentinels>,
}

impl Prober for Here {
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing {
        self.net.probe(check, probed_at)
    }

    fn trace(&self, id: CheckId, now: Timestamp) -> Option<Tracing> {
        self.net.trace(id, now)
    }

    fn look(&self) -> Looking {
        let sentinels = self.sentinels.clone();
        Box::pin(async move { sentinels.look().await })
    }
}

/// The duty, at a turned clock.
struct Duty {
    _folder: TempDir,
    clock: TurnedClock,
    store: Store,
    watch: Watch,
}

impl Duty {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let clock = TurnedClock::at("2026-06-15T12:00:00Z".parse().unwrap());
        let at = |address: &str| vec![format!("{address}:53").parse().unwrap()];
        let resolver = Resolver::asking(&at(RESOLVER)).unwrap();
        let rules = AddressRules::allowing(vec!["10.77.0.0/24".parse().unwrap()]);
        let tls = Trust::public_and(b"").unwrap();
        let tls = TlsClient::new(&tls, None, Arc::new(clock.clone())).unwrap();
        let anchors = ANCHORS.into_iter().flat_map(at).collect();
        let here = Here {
            net: NetProber::new(Net::new(rules, resolver), tls, VantagePoint::core()),
            sentinels: Arc::new(Sentinels::of(at(GATEWAY), at(RESOLVER), anchors)),
        };
        let watch = Watch::new(
            store.clone(),
            Arc::new(clock.clone()),
            Arc::new(Entropy::from_seed(2)),
            Arc::new(here),
            Vec::new(),
        );
        Self { _folder: folder, clock, store, watch }
    }

    async fn add(&self, host: &str) -> Check {
        let tcp = TcpCheck {
            host: host.to_owned(),
            port: PORT,
            connect_to: None,
            tls: false,
            send: None,
            expect: None,
        };
        let new = NewCheck {
            key: None,
            name: host.to_owned(),
            kind: CheckKind::Tcp(tcp),
            interval_seconds: 10,
            deadline_ms: 800,
            slow_after_ms: None,
            patience: Patience { fail_after: 2, recover_after: 1, stable_for_seconds: 0 },
            affects: Vec::new(),
            on_outage: OnOutage::default(),
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
        };
        let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_system());
        let change = Change { actor: &actor, entropy: &entropy, now: self.clock.now() };
        add_check(&self.store, new, change).await.unwrap().value
    }

    /// Lets two intervals pass, and gives the last results.
    async fn on(&self, checks: &[&Check]) -> Vec<ProbeResult> {
        for _ in 0..20 {
            self.clock.turn(SignedDuration::from_secs(1));
            self.watch.run_once(self.clock.now()).await.unwrap();
        }
        let mut results = Vec::new();
        for check in checks {
            results.push(self.store.list_judgments_of(check.id).await.unwrap().remove(0).last);
        }
        results
    }

    async fn outages(&self, check: &Check) -> Vec<Outage> {
        let mut outages = self.store.list_latest_outages(check.id, 9).await.unwrap();
        outages.retain(|outage| outage.threshold == Threshold::Fail);
        outages
    }

    async fn spells(&self) -> Vec<BlindSpell> {
        self.store.list_latest_blind_spells(&VantagePoint::core(), 9).await.unwrap()
    }
}

fn verdicts(results: &[ProbeResult]) -> Vec<Verdict> {
    results.iter().map(|result| result.verdict).collect()
}

#[test]
fn a_line_that_dies_is_no_outage_and_a_server_that_dies_is_one() {
    use Verdict::{Fail, Ok, Unknown};
    let rig = Rig::new();
    let _names = [RESOLVER, ANCHORS[0], ANCHORS[1]].map(|address| rig.serve_names(address));
    let near = rig.serve(GATEWAY, PORT);
    let far = rig.serve(SHOP, PORT);
    rig.run(async || {
        let duty = Duty::start().await;
        let checks = [duty.add(SHOP).await, duty.add(GATEWAY).await];
        let both = [&checks[0], &checks[1]];
        assert_eq!(verdicts(&duty.on(&both).await), [Ok, Ok]);

        // Nobody is at the other end of the line.
        rig.line("down");
        let results = duty.on(&both).await;
        assert_eq!(verdicts(&results), [Unknown, Unknown], "{results:?}");
        let spells = duty.spells().await;
        assert_eq!((spells.len(), spells[0].cause), (1, BlindCause::NoNetwork));
        rig.line("up");
        assert_eq!(verdicts(&duty.on(&both).await), [Ok, Ok], "it is measured again");

        // The router is there, and has lost the Internet.
        rig.internet("del");
        let results = duty.on(&both).await;
        assert_eq!(verdicts(&results), [Unknown, Ok], "{results:?}");
        let told = &results[0].reason.as_ref().unwrap().told;
        assert!(told.contains("does not see the Internet"), "{told}");
        // What is near can be told from our line then, too.
        drop(near);
        assert_eq!(verdicts(&duty.on(&both).await), [Unknown, Fail]);
        assert_eq!(duty.outages(both[1]).await.len(), 1);
        rig.internet("add");
        assert_eq!(verdicts(&duty.on(&both).await), [Ok, Fail]);
        assert_eq!(duty.outages(both[0]).await, [], "a line is nobody's outage");

        // And now it is the server.
        let died_at = duty.clock.now();
        drop(far);
        assert_eq!(verdicts(&duty.on(&both).await), [Fail, Fail]);
        let outages = duty.outages(both[0]).await;
        assert_eq!(outages.len(), 1);
        let first = outages[0].began_at.duration_since(died_at);
        assert!(first.is_positive() && first <= SignedDuration::from_secs(10), "{outages:?}");
    });
}

#[test]
fn a_dns_server_of_ours_that_dies_is_no_outage() {
    use Verdict::{Ok, Unknown};
    let rig = Rig::new();
    let _anchors = ANCHORS.map(|address| rig.serve_names(address));
    let _shop = rig.serve(SHOP, PORT);
    let names = rig.serve_names(RESOLVER);
    rig.run(async || {
        let duty = Duty::start().await;
        let checks = [duty.add("shop.example.com").await, duty.add(SHOP).await];
        let both = [&checks[0], &checks[1]];
        assert_eq!(verdicts(&duty.on(&both).await), [Ok, Ok]);
        drop(names);
        let results = duty.on(&both).await;
        assert_eq!(verdicts(&results), [Unknown, Ok], "an address needs none: {results:?}");
        assert_eq!(duty.outages(both[0]).await, []);
        assert_eq!(duty.spells().await, [], "everything but names is seen");
        let _names = rig.serve_names(RESOLVER);
        assert_eq!(verdicts(&duty.on(&both).await), [Ok, Ok]);
    });
}

#[test]
fn who_is_on_the_way_is_kept_with_what_cannot_be_reached() {
    use Verdict::{Fail, Ok};
    let rig = Rig::new();
    let _names = [RESOLVER, ANCHORS[0], ANCHORS[1]].map(|address| rig.serve_names(address));
    let shop = rig.serve(SHOP, PORT);
    rig.run(async || {
        let duty = Duty::start().await;
        let check = duty.add(SHOP).await;
        assert_eq!(verdicts(&duty.on(&[&check]).await), [Ok]);
        drop(shop);
        rig.lose_shop();
        let results = duty.on(&[&check]).await;
        assert_eq!(verdicts(&results), [Fail]);
        let judged = duty.store.list_judgments_of(check.id).await.unwrap().remove(0);
        let told = judged.last_bad.unwrap().exchange.lines;
        let told: Vec<_> = told.iter().map(|line| line.text.as_str()).collect();
        let [.., head, hop] = told.as_slice() else { panic!("too little is told: {told:?}") };
        assert!(
            head.starts_with("on the way to 193.0.14.129, as of 2026-06-15T12:00:"),
            "{told:?}"
        );
        let says = "says that it cannot be reached";
        assert!(hop.starts_with("1: 10.77.0.1 after ") && hop.ends_with(says), "{told:?}");
        assert_eq!(told.iter().filter(|line| line.starts_with("on the way to")).count(), 1);
    });
}
