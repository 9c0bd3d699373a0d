//! What dies a second time: another replica while the first is down, and the same one after two minutes.

use allclear_checks::writing::change_check;
use allclear_domain::check::Threshold;

use super::*;

/// Peers tell of the first alone, and of no recovery until all are back.
#[tokio::test]
async fn a_second_replica_dies_while_the_first_is_down() {
    let addresses = [nobody(5).await, nobody(6).await];
    let servers = [listen(addresses[0]).await, listen(addresses[1]).await];
    let story = Story::begin(Engine::Sqlite, addresses[0], OnOutage::Draft).await;
    let second = NewCheck {
        name: "Checkout, second replica".to_owned(),
        affects: story.check.affects.clone(),
        on_outage: OnOutage::Draft,
        ..new_check(addresses[1])
    };
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(6));
    let change = Change { actor: &actor, entropy: &entropy, now: story.clock.now() };
    let second = add_check(story.instance.store(), second, change).await.unwrap().value;
    let outages = async |check: &Check| {
        let store = story.instance.store();
        let mut outages = store.list_latest_outages(check.id, 9).await.unwrap();
        outages.retain(|outage| outage.threshold == Threshold::Fail);
        outages
    };
    let is_down = async |check: &Check| {
        let outages = outages(check).await;
        outages.first().is_some_and(|outage| outage.ended_at.is_none())
    };
    story.until("a first verdict", async |story| story.believed().await.is_some()).await;
    servers[0].abort();
    story.until("the first outage", async |story| is_down(&story.check).await).await;
    story.until("a draft", async |story| story.incident().await.is_some()).await;
    let incident = story.incident().await.unwrap();

    servers[1].abort();
    story.until("the second outage", async |_| is_down(&second).await).await;
    let is_told = async |_: &Story| outages(&second).await[0].incident_id == Some(incident.id);
    story.until("a note in the incident", is_told).await;

    // One is back: nothing is over.
    let first = listen(addresses[0]).await;
    story.until("the end of the first", async |story| !is_down(&story.check).await).await;
    for _ in 0..200 {
        story.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(is_down(&second).await);
    assert!(story.shown().await.contains("Checkout: major outage"));
    assert!(story.incident().await.is_some_and(|one| one.is_open() && one.id == incident.id));

    let other = listen(addresses[1]).await;
    story
        .until("the end", async |story| story.incident().await.is_some_and(|one| !one.is_open()))
        .await;
    let over = [outages(&story.check).await, outages(&second).await];
    assert!(over.iter().all(|outages| outages.len() == 1), "{over:?}");
    let ended = story.incident().await.unwrap().ended();
    assert_eq!(ended, over[1][0].ended_at.map(Bound::exactly), "with the last of them");
    first.abort();
    other.abort();
    story.instance.stop().await;
}

#[tokio::test]
async fn two_minutes_up_is_not_up() {
    let target = nobody(7).await;
    let story = Story::begin(Engine::Sqlite, target, OnOutage::Draft).await;
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(7));
    let change = Change { actor: &actor, entropy: &entropy, now: story.clock.now() };
    let patience = Patience { stable_for_seconds: 180, ..story.check.patience };
    let alter = |check: Check| Ok(Check { patience, ..check });
    change_check(story.instance.store(), story.check.id, None, change, alter).await.unwrap();
    story.until("a draft", async |story| story.incident().await.is_some()).await;

    let server = listen(target).await;
    for _ in 0..120 {
        story.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let judged = story.instance.store().list_judgments_of(story.check.id).await.unwrap();
    assert_eq!(judged[0].last.verdict, Verdict::Ok, "it is up");
    assert_eq!(story.believed().await, Some(Verdict::Fail), "and nobody believes it");
    server.abort();
    story
        .until("another failure", async |story| {
            let judged = story.instance.store().list_judgments_of(story.check.id).await.unwrap();
            judged[0].last.verdict == Verdict::Fail
        })
        .await;
    assert!(story.shown().await.contains("Checkout: major outage"));
    let incident = story.incident().await.unwrap();
    let said: Vec<_> = incident.updates.iter().filter_map(|update| update.status).collect();
    assert_eq!(said, [IncidentStatus::Investigating], "nothing was said to be over");

    let server = listen(target).await;
    let back_at = story.clock.now();
    story
        .until("the end", async |story| story.incident().await.is_some_and(|one| !one.is_open()))
        .await;
    let outages = story.instance.store().list_latest_outages(story.check.id, 9).await.unwrap();
    assert_eq!(outages.len(), 2, "one for each threshold: {outages:?}");
    assert!(outages.iter().all(|outage| outage.ended_at.is_some_and(|at| at >= back_at)));
    server.abort();
    story.instance.stop().await;
}
