//! What it names, and when it says that all is well.

use std::sync::atomic::{AtomicUsize, Ordering};

use allclear_domain::TurnedClock;
use allclear_domain::audit::Actor;
use allclear_domain::{Change, check::ProbeResult};
use allclear_store::Location;
use tempfile::TempDir;

use super::*;
use crate::for_tests::{at, kind, result};
use crate::prober::Probing;
use crate::watch::Watch;
use crate::writing::{self, NewCheck};

const SIGN: &str = "https://deadman.example.com/6c1f";

/// Everything works, and signs of life are counted.
#[derive(Default)]
struct Counting {
    signs: AtomicUsize,
    refuses: AtomicUsize,
}

impl Prober for Counting {
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing {
        let mut verdict = Verdict::Ok;
        if check.kind.target() == SIGN {
            if self.refuses.load(Ordering::Relaxed) > 0 {
                verdict = Verdict::Fail;
            } else {
                self.signs.fetch_add(1, Ordering::Relaxed);
            }
        }
        let found: ProbeResult = result(verdict, probed_at);
        Box::pin(std::future::ready(found))
    }
}

struct Home {
    _folder: TempDir,
    store: Store,
    prober: Arc<Counting>,
    watch: Watch,
    watchdog: Watchdog,
}

async fn home() -> Home {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let clock = Arc::new(TurnedClock::at(at(0)));
    let entropy = Arc::new(Entropy::from_seed(3));
    let prober = Arc::new(Counting::default());
    let watch =
        Watch::new(store.clone(), clock.clone(), entropy.clone(), prober.clone(), Vec::new());
    let told = (watch.figures(), watch.holder().to_owned());
    let sign = SignOfLife { url: SIGN.to_owned(), every: SignedDuration::from_secs(60) };
    let watchdog = Watchdog::new(store.clone(), clock, &entropy, prober.clone(), told, Some(sign));
    Home { _folder: folder, store, prober, watch, watchdog }
}

impl Home {
    async fn add(&self, name: &str, interval_seconds: u32, second: i64) -> CheckId {
        let (actor, entropy) =
            (Actor::Command("test".to_owned()), Entropy::from_seed(u64::try_from(second).unwrap()));
        let change = Change { actor: &actor, entropy: &entropy, now: at(second) };
        let new = NewCheck {
            key: None,
            name: name.to_owned(),
            kind: kind(),
            interval_seconds,
            deadline_ms: 1_000,
            slow_after_ms: None,
            patience: Patience::default(),
            affects: Vec::new(),
            on_outage: OnOutage::default(),
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
        };
        writing::add_check(&self.store, new, change).await.unwrap().value.id
    }

    /// Lets time pass, with or without anybody who probes; gives who was named last.
    async fn pass(&self, seconds: std::ops::Range<i64>, probes: bool) -> Vec<String> {
        let mut named = Vec::new();
        for second in seconds {
            if probes {
                self.watch.run_once(at(second)).await.unwrap();
            }
            if second % 10 == 0 {
                let report = self.watchdog.run_once(at(second)).await.unwrap();
                named = report.unprobed.into_iter().map(|one| one.name).collect();
            }
        }
        named.sort();
        named
    }

    fn signs(&self) -> usize {
        self.prober.signs.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn what_nobody_probes_is_named_and_nothing_is_said_elsewhere() {
    let home = home().await;
    let often = home.add("Often", 10, 0).await;
    home.add("Seldom", 100, 1).await;
    assert_eq!(home.pass(0..600, true).await, [""; 0]);
    assert_eq!(home.signs(), 10, "once a minute");
    // Probing stops.
    let none: [&str; 0] = [];
    assert_eq!(home.pass(600..620, false).await, none);
    assert_eq!(home.pass(620..640, false).await, ["Often"]);
    let signs = home.signs();
    assert!(signs <= 11, "the last one was sent before anything was late: {signs}");
    assert_eq!(home.pass(640..1_000, false).await, ["Often", "Seldom"]);
    assert_eq!(home.signs(), signs);
    assert_eq!(home.watch.figures().list_unprobed().len(), 2);
    // What is paused is not missed, and what is resumed has its time.
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(5));
    let change = |second| Change { actor: &actor, entropy: &entropy, now: at(second) };
    writing::pause_check(&home.store, often, None, change(1_000)).await.unwrap();
    assert_eq!(home.pass(1_000..1_020, false).await, ["Seldom"]);
    writing::resume_check(&home.store, often, None, change(1_020)).await.unwrap();
    assert_eq!(home.pass(1_020..1_040, false).await, ["Seldom"]);
    assert_eq!(home.pass(1_040..1_100, true).await, none, "probed again");
    assert_eq!(home.signs(), signs + 1);
    assert_eq!(home.watch.figures().list_unprobed(), []);
}

#[tokio::test]
async fn a_sign_of_life_that_is_not_taken_is_sent_again_and_only_by_who_probes() {
    let home = home().await;
    home.pass(0..10, true).await;
    assert_eq!(home.signs(), 1, "nothing is due, so nothing is missing");
    home.prober.refuses.store(1, Ordering::Relaxed);
    home.pass(60..100, true).await;
    assert_eq!(home.signs(), 1);
    home.prober.refuses.store(0, Ordering::Relaxed);
    home.pass(100..110, true).await;
    assert_eq!(home.signs(), 2, "at the next look");
    // Another node probes: it says so itself.
    home.watch.lay_down().await;
    home.store.take_lease(keeping::LEASE, "other", at(205), None).await.unwrap();
    home.pass(200..204, true).await;
    assert_eq!(home.signs(), 2);
}

#[test]
fn the_address_is_never_shown() {
    let sign = SignOfLife { url: SIGN.to_owned(), every: SignedDuration::from_secs(60) };
    assert!(!format!("{sign:?}").contains("deadman"));
}
