//! Heartbeats through the duty: a turned clock, a store, and nobody who probes.

use std::sync::Arc;

use allclear_domain::audit::Actor;
use allclear_domain::check::{
    HeartbeatCheck, OnOutage, Patience, ReasonCode, Schedule, Threshold, Verdict,
};
use allclear_domain::{Change, Check, CheckKind, Clock, Entropy, Outage, TurnedClock};
use allclear_store::{Location, WriteError};
use tempfile::TempDir;

use super::*;
use crate::for_tests::at;
use crate::writing::{self, NewCheck};
use crate::{Prober, Watch};

/// Nothing is probed here.
struct Nobody;

impl Prober for Nobody {
    fn probe(&self, check: Arc<Check>, _: Timestamp) -> Probing {
        panic!("{} is probed", check.key)
    }
}

struct Home {
    _folder: TempDir,
    store: Store,
    watch: Watch,
    clock: TurnedClock,
}

fn watch(store: &Store, clock: &TurnedClock) -> Watch {
    let entropy = Arc::new(Entropy::from_seed(7));
    Watch::new(store.clone(), Arc::new(clock.clone()), entropy, Arc::new(Nobody), Vec::new())
}

impl Home {
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let clock = TurnedClock::at(at(0));
        Self { _folder: folder, watch: watch(&store, &clock), store, clock }
    }

    fn change<'a>(&self, actor: &'a Actor, entropy: &'a Entropy) -> Change<'a> {
        Change { actor, entropy, now: self.clock.now() }
    }

    async fn add(&self, name: &str, kind: CheckKind) -> Result<Check, WriteError> {
        let new = NewCheck {
            key: None,
            name: name.to_owned(),
            patience: kind.usual_patience(),
            interval_seconds: kind.usual_interval_seconds(),
            kind,
            deadline_ms: 1_000,
            slow_after_ms: None,
            affects: Vec::new(),
            on_outage: OnOutage::default(),
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
        };
        let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_system());
        Ok(writing::add_check(&self.store, new, self.change(&actor, &entropy)).await?.value)
    }

    async fn alter(&self, check: &Check, alter: impl FnOnce(Check) -> Check + Send) -> Check {
        let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_system());
        let change = self.change(&actor, &entropy);
        let decide = |check| Ok(alter(check));
        writing::change_check(&self.store, check.id, None, change, decide).await.unwrap().value
    }

    async fn say(&self, check: &Check, kind: SignalKind) {
        let signal = Signal::new(kind, self.clock.now());
        hear(&self.store, &tokens(check)[0], signal).await.unwrap();
    }

    /// Lets so many seconds pass, looking on.
    async fn pass(&self, seconds: i64) {
        for _ in 0..seconds {
            self.clock.turn(SignedDuration::from_secs(1));
            self.watch.run_once(self.clock.now()).await.unwrap();
        }
    }

    /// Nobody is there for so many seconds.
    async fn restart(&mut self, seconds: i64) {
        self.clock.turn(SignedDuration::from_secs(seconds));
        self.watch.lay_down().await;
        self.watch = watch(&self.store, &self.clock);
        self.watch.run_once(self.clock.now()).await.unwrap();
    }

    async fn state(&self, check: &Check) -> (Option<Verdict>, Option<ReasonCode>) {
        let judged = self.store.list_judgments_of(check.id).await.unwrap();
        let judged = judged.first().expect("it was looked at");
        (judged.judgment.verdict(), judged.last.reason.as_ref().map(|reason| reason.code))
    }

    async fn outages(&self, check: &Check) -> Vec<Outage> {
        let all = self.store.list_latest_outages(check.id, 99).await.unwrap();
        all.into_iter().filter(|one| one.threshold == Threshold::Fail).collect()
    }
}

fn tokens(check: &Check) -> Vec<SignalToken> {
    check.kind.as_heartbeat().unwrap().tokens.clone()
}

/// Every hundred seconds, with twenty of grace.
fn every() -> CheckKind {
    HeartbeatCheck { grace_seconds: 20, ..HeartbeatCheck::every(100) }.into()
}

#[tokio::test]
async fn silence_is_an_outage_that_ends_with_the_next_signal() {
    let home = Home::open().await;
    let check = home.add("Backup", every()).await.unwrap();
    home.pass(1_000).await;
    assert_eq!(home.state(&check).await, (None, Some(ReasonCode::Waiting)), "it never came");
    home.say(&check, SignalKind::Success).await;
    home.pass(1).await;
    assert_eq!(home.state(&check).await, (Some(Verdict::Ok), None));
    home.pass(119).await;
    assert_eq!(home.outages(&check).await, [], "it may still come");
    home.pass(1).await;
    let state = (Some(Verdict::Fail), Some(ReasonCode::Missed));
    assert_eq!(home.state(&check).await, state);
    let outages = home.outages(&check).await;
    assert_eq!((outages.len(), outages[0].began_at), (1, at(1_121)));
    assert!(outages[0].reason.as_ref().unwrap().told.contains("the last one came at"));
    home.pass(200).await;
    home.say(&check, SignalKind::Success).await;
    home.pass(1).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    assert_eq!(home.outages(&check).await[0].ended_at, Some(at(1_322)));
    // One that says that it failed fails at once, and keeps what it wrote.
    let signal = Signal::new(SignalKind::Fail, home.clock.now()).with_body(b"no space left");
    assert_eq!(hear(&home.store, &tokens(&check)[0], signal).await.unwrap(), Hearing::Heard);
    home.pass(1).await;
    let judged = home.store.list_judgments_of(check.id).await.unwrap();
    let last = &judged[0].last;
    assert!(last.reason.as_ref().unwrap().told.ends_with("no space left"));
    assert_eq!(last.exchange.lines[1].text, "no space left");
}

#[tokio::test]
async fn a_restart_is_no_silence() {
    let mut home = Home::open().await;
    let check = home.add("Backup", every()).await.unwrap();
    let late = home.add("Late", every()).await.unwrap();
    home.say(&late, SignalKind::Success).await;
    home.pass(60).await;
    home.say(&check, SignalKind::Success).await;
    home.pass(70).await;
    assert_eq!(home.state(&late).await.0, Some(Verdict::Fail));
    // For three hours nobody is there. What was late stays late, and nothing else is.
    home.restart(10_800).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    home.pass(2).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    assert_eq!((home.outages(&check).await.len(), home.outages(&late).await.len()), (0, 1));
    assert_eq!(home.outages(&late).await[0].ended_at, None);
    // Of its 120 seconds 70 were over, but for the last note that somebody was there.
    home.pass(47).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    home.pass(10).await;
    assert_eq!(home.state(&check).await, (Some(Verdict::Fail), Some(ReasonCode::Missed)));
    // A short one changes nothing.
    home.say(&check, SignalKind::Success).await;
    home.pass(115).await;
    home.restart(8).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Fail));
}

#[tokio::test]
async fn a_machine_that_slept_forgives_before_it_judges() {
    let home = Home::open().await;
    let check = home.add("Backup", every()).await.unwrap();
    home.say(&check, SignalKind::Success).await;
    home.pass(90).await;
    home.clock.turn(SignedDuration::from_hours(1));
    let result = look(home.store.clone(), check.id, home.clock.now()).await;
    assert_eq!(result.verdict, Verdict::Unknown, "{result:?}");
    home.pass(20).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    home.pass(20).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Fail));
}

#[tokio::test]
async fn what_it_waits_for_may_change() {
    let home = Home::open().await;
    let check = home.add("Backup", every()).await.unwrap();
    home.say(&check, SignalKind::Success).await;
    home.pass(130).await;
    assert_eq!(home.outages(&check).await[0].ended_at, None);
    // Another secret changes nothing else.
    let other: SignalToken = "aZ3bQ9xK2mN7pL5wR8tY".parse().unwrap();
    let with_other = |tokens: Vec<SignalToken>| {
        move |mut check: Check| {
            if let CheckKind::Heartbeat(heartbeat) = &mut check.kind {
                heartbeat.tokens = tokens;
            }
            check
        }
    };
    let both = vec![other.clone(), tokens(&check)[0].clone()];
    let check = home.alter(&check, with_other(both)).await;
    home.pass(2).await;
    assert_eq!(home.outages(&check).await[0].ended_at, None);
    // Where none is named, those of before stay.
    let check = home.alter(&check, with_other(Vec::new())).await;
    assert_eq!(tokens(&check).len(), 2);
    let kind = HeartbeatCheck { tokens: vec![other.clone()], ..HeartbeatCheck::every(9) };
    let Err(WriteError::Invalid(problems)) = home.add("Second", kind.into()).await else {
        panic!("two checks have one token")
    };
    assert_eq!(problems[0].field, "kind.heartbeat.tokens[0]");
    // Another schedule is judged anew, from now on.
    let cron = Schedule::Cron { expression: "0 2 * * *".to_owned(), time_zone: "UTC".to_owned() };
    let daily = HeartbeatCheck { schedule: cron, grace_seconds: 60, tokens: Vec::new() };
    let check = home.alter(&check, |check| Check { kind: daily.into(), ..check }).await;
    home.pass(2).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    assert_eq!(tokens(&check).len(), 2);
    // Paused, signals are kept and say nothing; resumed, it has all its time again.
    let paused_at = Some(home.clock.now());
    let check = home.alter(&check, |check| Check { paused_at, ..check }).await;
    let signal = || Signal::new(SignalKind::Success, home.clock.now());
    assert_eq!(hear(&home.store, &other, signal()).await.unwrap(), Hearing::Paused);
    let unknown: SignalToken = "bbbbbbbbbbbbbbbbbbbb".parse().unwrap();
    assert_eq!(hear(&home.store, &unknown, signal()).await.unwrap(), Hearing::Unknown);
    home.pass(30).await;
    let kind = every();
    let check = home.alter(&check, |check| Check { paused_at: None, kind, ..check }).await;
    home.pass(119).await;
    assert_eq!(home.state(&check).await.0, Some(Verdict::Ok));
    // Something else altogether forgets what came.
    let tcp = crate::for_tests::kind();
    let patience = Patience::default();
    home.alter(&check, |check| Check { kind: tcp, patience, ..check }).await;
    let heard = home.store.find_heard(check.id).await.unwrap();
    assert_eq!(heard.heartbeat, Heartbeat::default());
    assert_eq!(hear(&home.store, &other, signal()).await.unwrap(), Hearing::Unknown);
}
