//! The duty on a store, with a turned clock and a prober that does as it is told.

use std::ops::Range;
use std::sync::Mutex as Told;

use allclear_domain::audit::Actor;
use allclear_domain::check::{BlindCause, OnOutage, Sign, Threshold, VantagePoint, Verdict};
use allclear_domain::{Change, Outage, TurnedClock};
use allclear_store::{Location, WriteError};
use tempfile::TempDir;

use super::*;
use crate::for_tests::{at, far, kind, result, round};
use crate::writing::{self, NewCheck};
use crate::{Looking, Probing};

/// Finds what it is told to, or panics, or never ends.
#[derive(Default)]
struct Script(Told<Option<Found>>, Told<Round>);

#[derive(Clone, Copy)]
enum Found {
    Verdict(Verdict),
    Far(Verdict),
    Panic,
}

impl Script {
    fn finds(&self, found: Found) {
        *self.0.lock().unwrap() = Some(found);
    }

    fn sees(&self, gateway: Sign, anchor: Sign) {
        *self.1.lock().unwrap() = round(gateway, anchor);
    }
}

impl Prober for Script {
    fn probe(&self, _: Arc<Check>, probed_at: Timestamp) -> Probing {
        let found = *self.0.lock().unwrap();
        Box::pin(async move {
            match found {
                Some(Found::Verdict(verdict)) => result(verdict, probed_at),
                Some(Found::Far(verdict)) => far(verdict, probed_at),
                Some(Found::Panic) => panic!("as it should here"),
                None => std::future::pending().await,
            }
        })
    }

    fn look(&self) -> Looking {
        Box::pin(std::future::ready(self.1.lock().unwrap().clone()))
    }
}

struct Home {
    _folder: TempDir,
    store: Store,
    script: Arc<Script>,
    watch: Watch,
    publisher: Arc<Notify>,
    /// Its own, as when a check is due follows from its id: whatever other tests make beside it, ids
    /// are the same.
    entropy: Entropy,
}

impl Home {
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let (script, publisher) = (Arc::new(Script::default()), Arc::default());
        let watch = watch(&store, &script, &publisher);
        Self { _folder: folder, store, script, watch, publisher, entropy: Entropy::from_seed(8) }
    }

    /// As after a restart: nothing is known but what was written.
    async fn restart(&mut self) {
        self.watch.lay_down().await;
        self.watch = watch(&self.store, &self.script, &self.publisher);
    }

    async fn add(&self, key: &str) -> Check {
        let new = NewCheck {
            key: None,
            name: key.to_owned(),
            kind: kind(),
            interval_seconds: 10,
            deadline_ms: 10,
            slow_after_ms: None,
            patience: crate::for_tests::check(&Entropy::from_seed(9), key).patience,
            affects: Vec::new(),
            on_outage: OnOutage::default(),
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
        };
        let change = Change { entropy: &self.entropy, ..change(0) };
        writing::add_check(&self.store, new, change).await.unwrap().value
    }

    /// Runs once a second, and gives the outages that there are then.
    async fn run(&self, seconds: Range<i64>, verdict: Verdict) -> Vec<Outage> {
        self.run_finding(seconds, Found::Verdict(verdict)).await
    }

    async fn run_finding(&self, seconds: Range<i64>, found: Found) -> Vec<Outage> {
        self.script.finds(found);
        for second in seconds {
            self.watch.run_once(at(second)).await.unwrap();
        }
        let checks = self.store.list_readable_checks().await.unwrap().checks;
        let mut outages = Vec::new();
        for check in checks {
            outages.extend(self.store.list_latest_outages(check.id, 9).await.unwrap());
        }
        outages.retain(|outage| outage.threshold == Threshold::Fail);
        outages
    }
}

fn watch(store: &Store, script: &Arc<Script>, publisher: &Arc<Notify>) -> Watch {
    let clock = Arc::new(TurnedClock::at(at(0)));
    let entropy = Arc::new(Entropy::from_seed(3));
    Watch::new(store.clone(), clock, entropy, script.clone(), vec![publisher.clone()])
}

fn change<'a>(second: i64) -> Change<'a> {
    static ACTOR: std::sync::LazyLock<Actor> =
        std::sync::LazyLock::new(|| Actor::Command("test".to_owned()));
    static ENTROPY: std::sync::LazyLock<Entropy> =
        std::sync::LazyLock::new(|| Entropy::from_seed(8));
    Change { actor: &ACTOR, entropy: &ENTROPY, now: at(second) }
}

#[tokio::test]
async fn a_restart_begins_no_outage_again_and_loses_no_end() {
    let mut home = Home::open().await;
    home.add("shop").await;
    assert!(home.run(0..30, Verdict::Ok).await.is_empty());
    // One bad sample before the restart, and two after it: they are one run.
    home.script.finds(Found::Verdict(Verdict::Fail));
    let mut second = 30;
    while home.watch.run_once(at(second)).await.unwrap().probed == 0 {
        second += 1;
    }
    let began = second;
    home.restart().await;
    let outages = home.run(second..second + 30, Verdict::Fail).await;
    assert_eq!(outages.len(), 1);
    assert_eq!((outages[0].began_at, outages[0].ended_at), (at(began), None));
    assert!(outages[0].reason.is_some());
    home.restart().await;
    let still = home.run(second + 30..second + 60, Verdict::Fail).await;
    assert_eq!(still, outages, "a restart in the middle changes nothing");
    home.restart().await;
    let over = home.run(second + 60..second + 120, Verdict::Ok).await;
    assert_eq!(over.len(), 1);
    let ended = over[0].ended_at.unwrap();
    assert!(ended >= at(second + 60) && ended <= at(second + 70), "the first good sample");
}

#[tokio::test]
async fn a_probe_that_breaks_off_says_nothing_and_is_made_again() {
    let home = Home::open().await;
    let check = home.add("shop").await;
    home.script.finds(Found::Panic);
    let mut probed = 0;
    for second in 0..60 {
        probed += home.watch.run_once(at(second)).await.unwrap().probed;
    }
    assert!(probed >= 6, "it goes on: {probed}");
    let judged = home.store.list_judgments_of(check.id).await.unwrap();
    assert_eq!(judged[0].last.verdict, Verdict::Unknown);
    assert_eq!(judged[0].judgment.verdict(), None);
    assert!(home.store.list_readable_open_outages().await.unwrap().is_empty());
}

/// Finds that all is well, on the threads that it should run on.
struct Apart;

impl Prober for Apart {
    fn probe(&self, _: Arc<Check>, probed_at: Timestamp) -> Probing {
        Box::pin(async move {
            let is_apart = std::thread::current().name() == Some("apart");
            result(if is_apart { Verdict::Ok } else { Verdict::Fail }, probed_at)
        })
    }

    fn look(&self) -> Looking {
        Box::pin(std::future::ready(Round::default()))
    }
}

#[tokio::test]
async fn probes_run_on_threads_of_their_own() {
    let home = Home::open().await;
    let check = home.add("shop").await;
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let threads = threads.worker_threads(1).thread_name("apart").enable_all().build().unwrap();
    let (clock, entropy) = (Arc::new(TurnedClock::at(at(0))), Arc::new(Entropy::from_seed(3)));
    let watch = Watch::new(home.store.clone(), clock, entropy, Arc::new(Apart), Vec::new())
        .with_probes_on(Some(threads.handle().clone()));
    assert_eq!(watch.run_once(at(0)).await.unwrap().probed, 1);
    let judged = home.store.list_judgments_of(check.id).await.unwrap();
    assert_eq!(judged[0].last.verdict, Verdict::Ok);
    threads.shutdown_background();
}

#[tokio::test]
async fn a_probe_that_never_ends_is_stopped() {
    let home = Home::open().await;
    let check = home.add("shop").await;
    assert_eq!(home.watch.run_once(at(0)).await.unwrap().probed, 1);
    let judged = home.store.list_judgments_of(check.id).await.unwrap();
    assert_eq!(judged[0].last.verdict, Verdict::Unknown);
    assert_eq!(judged[0].last.vantage, VantagePoint::core());
}

#[tokio::test]
async fn pausing_and_removing_end_what_goes_on() {
    let home = Home::open().await;
    let (paused, removed) = (home.add("paused").await, home.add("removed").await);
    assert_eq!(home.run(0..40, Verdict::Fail).await.len(), 2);
    let before = home.store.find_check(paused.id).await.unwrap().unwrap();
    writing::pause_check(&home.store, paused.id, Some(before.version), change(50)).await.unwrap();
    let twice = writing::pause_check(&home.store, paused.id, None, change(50)).await;
    assert!(matches!(twice, Err(WriteError::Transition(_))));
    writing::remove_check(&home.store, removed.id, None, change(50)).await.unwrap();
    assert!(home.store.list_readable_open_outages().await.unwrap().is_empty());
    home.run(60..120, Verdict::Fail).await;
    assert!(home.store.list_readable_open_outages().await.unwrap().is_empty(), "nobody looks");
    for id in [paused.id, removed.id] {
        let kept = home.store.list_latest_outages(id, 9).await.unwrap();
        assert!(kept.iter().all(|outage| outage.ended_at == Some(at(50))), "{kept:?}");
        assert_eq!(kept.len(), 2, "history stays");
        assert!(home.store.list_judgments_of(id).await.unwrap().is_empty());
    }
    writing::resume_check(&home.store, paused.id, None, change(130)).await.unwrap();
    assert_eq!(home.run(130..180, Verdict::Fail).await.len(), 2);
}

#[tokio::test]
async fn readers_are_told_when_something_turned_and_not_otherwise() {
    let home = Home::open().await;
    home.add("shop").await;
    let is_nudged = async || {
        tokio::time::timeout(Duration::from_millis(1), home.publisher.notified()).await.is_ok()
    };
    home.run(0..20, Verdict::Ok).await;
    assert!(!is_nudged().await);
    home.run(20..60, Verdict::Fail).await;
    assert!(is_nudged().await);
    home.run(60..100, Verdict::Fail).await;
    assert!(!is_nudged().await);
}

#[tokio::test]
async fn our_own_line_is_nobodys_outage_also_across_a_restart() {
    let mut home = Home::open().await;
    let check = home.add("shop").await;
    let core = VantagePoint::core();
    home.script.sees(Sign::Answered, Sign::Answered);
    home.run_finding(0..45, Found::Far(Verdict::Ok)).await;
    home.script.sees(Sign::Silent, Sign::Silent);
    assert_eq!(home.run_finding(45..90, Found::Far(Verdict::Fail)).await, []);
    home.restart().await;
    assert_eq!(home.run_finding(90..200, Found::Far(Verdict::Fail)).await, []);
    let judged = home.store.list_judgments_of(check.id).await.unwrap();
    assert_eq!(judged[0].last.verdict, Verdict::Unknown);
    assert_eq!(judged[0].judgment.verdict(), Some(Verdict::Ok), "it is believed to work");
    let spell = home.store.find_open_blind_spell(&core).await.unwrap().unwrap();
    assert_eq!(spell.cause, BlindCause::NoNetwork);
    assert!(spell.began_at < at(45), "{spell:?}");
    // The line is back, and the server is gone now: from here on it is an outage.
    home.script.sees(Sign::Answered, Sign::Answered);
    let outages = home.run_finding(200..240, Found::Far(Verdict::Fail)).await;
    assert_eq!(outages.len(), 1);
    assert!(outages[0].began_at >= at(200) && outages[0].began_at <= at(210), "{outages:?}");
    let spells = home.store.list_latest_blind_spells(&core, 9).await.unwrap();
    assert_eq!(spells.len(), 1, "a restart begins none anew: {spells:?}");
    assert!(spells[0].ended_at.is_some_and(|ended| ended >= at(200)), "{spells:?}");
}

#[tokio::test]
async fn what_is_unknown_counts_neither_as_up_nor_as_down() {
    let home = Home::open().await;
    home.add("shop").await;
    home.script.sees(Sign::Answered, Sign::Answered);
    home.run_finding(0..20, Found::Far(Verdict::Ok)).await;
    let outages = home.run_finding(20..60, Found::Far(Verdict::Fail)).await;
    home.script.sees(Sign::Silent, Sign::Silent);
    // The outage goes on while nothing is seen of it, and ends with the first good sample after.
    let still = home.run_finding(60..200, Found::Far(Verdict::Fail)).await;
    assert_eq!(still, outages);
    home.script.sees(Sign::Answered, Sign::Answered);
    let over = home.run_finding(200..260, Found::Far(Verdict::Ok)).await;
    assert_eq!(over.len(), 1);
    assert!(over[0].ended_at.is_some_and(|ended| ended >= at(200) && ended <= at(210)), "{over:?}");
}

/// One of several nodes on one database.
fn node(home: &Home, seed: u64) -> Watch {
    let (clock, entropy) = (Arc::new(TurnedClock::at(at(0))), Arc::new(Entropy::from_seed(seed)));
    let woken = vec![home.publisher.clone()];
    Watch::new(home.store.clone(), clock, entropy, home.script.clone(), woken)
}

fn after(begin: Instant, second: i64) -> Instant {
    begin + Duration::from_secs(u64::try_from(second).unwrap())
}

#[tokio::test]
async fn nodes_whose_clocks_differ_do_not_take_it_from_each_other() {
    let home = Home::open().await;
    home.add("shop").await;
    let (begin, hour) = (Instant::now(), 3_600);
    home.script.finds(Found::Verdict(Verdict::Ok));
    for (from, ahead, behind) in [(0, 0, hour), (60, hour, 0)] {
        let (holder, other) = (node(&home, 10), node(&home, 11));
        for second in from..from + 20 {
            let instant = after(begin, second);
            holder.run_at(at(second + ahead), instant).await.unwrap();
            assert!(holder.state.lock().await.turn.is_ours(), "at second {second}");
            other.run_at(at(second + behind), instant).await.unwrap();
            assert!(!other.state.lock().await.turn.is_ours(), "at second {second}");
        }
        holder.lay_down().await;
    }
}

#[tokio::test]
async fn a_time_in_which_nobody_could_look_is_nobodys_silence() {
    let home = Home::open().await;
    home.add("shop").await;
    let (begin, holder, other) = (Instant::now(), node(&home, 10), node(&home, 11));
    home.script.finds(Found::Verdict(Verdict::Ok));
    let is_others = async |second| {
        other.run_at(at(second), after(begin, second)).await.unwrap();
        other.state.lock().await.turn.is_ours()
    };
    holder.run_at(at(0), after(begin, 0)).await.unwrap();
    assert!(!is_others(0).await);
    assert!(!is_others(1).await);
    // The database was away for a while, and the other one is the first to reach it.
    assert!(!is_others(600).await);
    other.state.lock().await.turn.looked_away();
    for second in 602..606 {
        assert!(!is_others(second).await, "at second {second}");
    }
    holder.run_at(at(606), after(begin, 606)).await.unwrap();
    assert!(holder.state.lock().await.turn.is_ours());
    // And then it says nothing any more.
    for second in 606..610 {
        assert!(!is_others(second).await, "at second {second}");
    }
    assert!(is_others(610).await);
}

#[tokio::test]
async fn of_several_nodes_one_probes_and_another_goes_on_when_it_dies() {
    let home = Home::open().await;
    home.add("shop").await;
    let begin = Instant::now();
    let mut nodes: Vec<Watch> = (10..13).map(|seed| node(&home, seed)).collect();
    let mut outages = Vec::new();
    // The one that probes dies in the middle of each of these stretches.
    let stretches =
        [(0, Verdict::Ok), (60, Verdict::Fail), (120, Verdict::Ok), (180, Verdict::Fail)];
    for (nth, (from, verdict)) in stretches.into_iter().enumerate() {
        home.script.finds(Found::Verdict(verdict));
        for second in from..from + 60 {
            let mut probed = Vec::new();
            for (nth, node) in nodes.iter().enumerate() {
                let report = node.run_at(at(second), after(begin, second)).await.unwrap();
                probed.extend((report.probed > 0).then_some(nth));
            }
            assert!(probed.len() <= 1, "two probe at second {second}");
            if second == from + 30 {
                let holder =
                    nodes.iter().position(|node| node.state.try_lock().unwrap().turn.is_ours());
                let dead = holder.expect("one of them probes");
                nodes[dead] = node(&home, 20 + u64::try_from(nth).unwrap());
            }
        }
        let checks = home.store.list_readable_checks().await.unwrap().checks;
        outages = home.store.list_latest_outages(checks[0].id, 20).await.unwrap();
        outages.retain(|outage| outage.threshold == Threshold::Fail);
    }
    assert_eq!(outages.len(), 2, "neither begun twice nor lost: {outages:?}");
    let ended = outages[1].ended_at.unwrap();
    assert!(outages[1].began_at >= at(60) && outages[1].began_at <= at(70), "{outages:?}");
    assert!(ended >= at(120) && ended <= at(130), "{outages:?}");
    assert!(outages[0].began_at >= at(180) && outages[0].ended_at.is_none(), "{outages:?}");
}

#[tokio::test]
async fn what_a_node_finds_that_was_silent_for_too_long_is_not_written() {
    let home = Home::open().await;
    let check = home.add("shop").await;
    let (stopped, other) = (node(&home, 10), node(&home, 11));
    home.script.finds(Found::Verdict(Verdict::Ok));
    stopped.run_once(at(0)).await.unwrap();
    // It is stopped while its results are on their way; the other one probes meanwhile.
    let mut state = stopped.state.lock().await;
    for second in [20, 22, 26] {
        let due = state.board.take_due(at(second), Room { quick: 1, slow: 1 });
        state.board.hear(&due[0].check, result(Verdict::Fail, at(second)), at(second));
    }
    let unwritten = state.board.take_unwritten();
    assert_eq!(unwritten.turned.len(), 2);
    drop(state);
    let begin = Instant::now();
    for second in 26..=30 {
        assert!(!other.state.lock().await.turn.is_ours(), "before second {second}");
        other.run_at(at(second), after(begin, second)).await.unwrap();
    }
    assert!(other.state.lock().await.turn.is_ours());
    stopped.write(unwritten, at(31)).await.unwrap();
    assert_eq!(home.store.list_latest_outages(check.id, 9).await.unwrap(), []);
    assert_eq!(stopped.run_once(at(32)).await.unwrap().probed, 0);
    assert!(stopped.state.lock().await.board.is_empty(), "it knows nothing any more");
    // Whoever stops on purpose keeps nobody waiting.
    other.lay_down().await;
    home.script.finds(Found::Verdict(Verdict::Ok));
    assert_eq!(stopped.run_once(at(33)).await.unwrap().probed, 0, "nothing is due");
    assert!(stopped.state.lock().await.turn.is_ours());
}
