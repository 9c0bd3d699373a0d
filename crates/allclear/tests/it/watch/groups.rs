//! A group of replicas: one may go, the second one takes it down, and a restart changes nothing.

use allclear_checks::kinds::Programs;
use allclear_domain::check::{CommandCheck, GroupCheck, Threshold};

use super::*;

#[tokio::test]
async fn a_group_is_down_when_too_few_of_its_members_work() {
    for (number, engine) in (10..).step_by(2).zip(Engine::ALL) {
        let addresses = [nobody(number).await, nobody(number + 1).await];
        let servers = [listen(addresses[0]).await, listen(addresses[1]).await];
        let mut story = Story::begin(engine, addresses[0], OnOutage::Nothing).await;
        let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(6));
        let change = Change { actor: &actor, entropy: &entropy, now: story.clock.now() };
        let store = story.instance.store();
        let second = NewCheck { name: "Second replica".to_owned(), ..new_check(addresses[1]) };
        let second = add_check(store, second, change).await.unwrap().value;
        let kind: CheckKind = GroupCheck::of(vec![story.check.id, second.id], Some(1)).into();
        let group = NewCheck {
            name: "Replicas".to_owned(),
            patience: kind.usual_patience(),
            kind,
            affects: story.check.affects.clone(),
            on_outage: OnOutage::Draft,
            ..new_check(addresses[0])
        };
        // The replicas themselves say nothing to readers.
        let quiet = |check: Check| Ok(Check { affects: Vec::new(), ..check });
        allclear_checks::writing::change_check(store, story.check.id, None, change, quiet)
            .await
            .unwrap();
        let group = add_check(store, group, change).await.unwrap().value;
        story.check = group;
        let is_open = async |story: &Story, threshold: Threshold| {
            let outages = story.instance.store().list_latest_outages(story.check.id, 9).await;
            let outages = outages.unwrap();
            outages.iter().any(|one| one.threshold == threshold && one.ended_at.is_none())
        };
        story.until("it works", async |story| story.believed().await == Some(Verdict::Ok)).await;
        servers[0].abort();
        let degraded = async |story: &Story| is_open(story, Threshold::Degraded).await;
        story.until("the last one that has to work", degraded).await;
        assert!(!is_open(&story, Threshold::Fail).await && story.incident().await.is_none());

        servers[1].abort();
        story.until("a draft", async |story| story.incident().await.is_some()).await;
        story
            .until("the page", async |story| story.shown().await.contains("Checkout: major outage"))
            .await;
        let outages = story.instance.store().list_latest_outages(story.check.id, 9).await.unwrap();
        let down = outages.iter().find(|one| one.threshold == Threshold::Fail).unwrap();
        let told = &down.reason.as_ref().unwrap().told;
        assert!(told.starts_with("0 of 2 work, at least 1 must: "), "{told}");
        assert!(told.contains("Second replica is down since 2026-11-2"), "{told}");
        let began_at = down.began_at;

        story.instance.stop().await;
        story.instance = start(&story.fresh, &story.clock).await;
        let server = listen(addresses[1]).await;
        let is_over = async |story: &Story| !is_open(story, Threshold::Fail).await;
        story.until("the end", is_over).await;
        let outages = story.instance.store().list_latest_outages(story.check.id, 9).await.unwrap();
        let fails: Vec<_> = outages.iter().filter(|one| one.threshold == Threshold::Fail).collect();
        assert_eq!(fails.len(), 1, "{outages:?}");
        assert_eq!(fails[0].began_at, began_at);
        assert!(is_open(&story, Threshold::Degraded).await, "the other one is still down");
        server.abort();
        story.instance.stop().await;
    }
}

#[tokio::test]
async fn no_program_outlives_the_server() {
    let told = tempfile::tempdir().unwrap();
    let told = told.path().join("leader");
    let (fresh, clock) = (Fresh::on(Engine::Sqlite), TurnedClock::at(NOON.parse().unwrap()));
    let programs = Programs::within(Some("/usr/bin".into()));
    let prober = (*prober(&clock)).clone().with_programs(programs);
    let conditions = Conditions { prober: std::sync::Arc::new(prober), ..conditions(&clock) };
    let instance = Instance::start(fresh.store().await, conditions).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(4));
    let change = Change { actor: &actor, entropy: &entropy, now: clock_now(&clock) };
    let script =
        format!("echo $$ > {0}.new; mv {0}.new {0}; sleep 1000 & sleep 1000", told.display());
    let command =
        CommandCheck { program: "sh".to_owned(), arguments: vec!["-c".to_owned(), script] };
    let address = "127.0.0.1:1".parse().unwrap();
    let new = NewCheck { kind: command.into(), deadline_ms: 120_000, ..new_check(address) };
    add_check(instance.store(), new, change).await.unwrap();
    let leader = loop {
        if let Ok(number) = std::fs::read_to_string(&told) {
            break rustix::process::Pid::from_raw(number.trim().parse().unwrap()).unwrap();
        }
        clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    instance.stop().await;
    while rustix::process::test_kill_process_group(leader).is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
