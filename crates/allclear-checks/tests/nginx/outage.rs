//! The duty with real probes: a server goes and comes back, and what is measured of it.

use std::sync::Arc;

use allclear_checks::Watch;
use allclear_domain::check::{Outage, ReasonCode, Threshold};
use allclear_domain::{Clock, Entropy};
use allclear_store::{Location, Store};
use jiff::SignedDuration;
use tempfile::TempDir;

use super::server::Served;
use super::{HEALTH, Rig, check_of};

/// Runs the duty once each second, as long as nothing new is measured.
async fn until(
    rig: &Rig,
    watch: &Watch,
    store: &Store,
    is_there: impl Fn(&[Outage]) -> bool,
) -> Vec<Outage> {
    for _ in 0..300 {
        rig.clock.turn(SignedDuration::from_secs(1));
        watch.run_once(rig.clock.now()).await.unwrap();
        let check = store.find_check_by_key("shop").await.unwrap().unwrap();
        let outages = store.list_latest_outages(check.id, 9).await.unwrap();
        if is_there(&outages) {
            return outages;
        }
    }
    panic!("nothing is measured in five minutes");
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back_is_one_outage() {
    let mut rig = Rig::new(Served::Chain, HEALTH);
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_checks(&[check_of(&rig.check("/health").into(), 10_000)]).await.unwrap();
    transaction.commit().await.unwrap();
    let watch = Watch::new(
        store.clone(),
        Arc::new(rig.clock.clone()),
        Arc::new(Entropy::from_seed(2)),
        Arc::new(rig.prober.clone()),
        Vec::new(),
    );
    watch.run_once(rig.clock.now()).await.unwrap();
    rig.nginx.stop();
    let stopped_at = rig.clock.now();
    let outages = until(&rig, &watch, &store, |outages| !outages.is_empty()).await;
    let down = outages.iter().find(|outage| outage.threshold == Threshold::Fail).unwrap();
    assert!(down.began_at > stopped_at && down.confirmed_at > down.began_at, "{down:?}");
    assert_eq!(down.reason.as_ref().map(|reason| reason.code), Some(ReasonCode::Refused));
    rig.nginx.start_again();
    let back_at = rig.clock.now();
    let all_over = |outages: &[Outage]| outages.iter().all(|outage| outage.ended_at.is_some());
    let over = until(&rig, &watch, &store, all_over).await;
    assert_eq!(over.len(), outages.len(), "it is one outage, and not two");
    for outage in over {
        // It ended with the first good sample, and was believed a minute later.
        let ended_at = outage.ended_at.unwrap();
        assert!(ended_at > back_at && rig.clock.now() >= ended_at + SignedDuration::from_secs(60));
    }
}
