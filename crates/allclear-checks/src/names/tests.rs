//! Rounds with a turned clock, on a store, and peers that do as they are told.

use std::collections::HashMap;
use std::sync::Mutex;

use allclear_domain::audit::{Actor, AuditEntry};
use allclear_domain::check::{NameCounts, NameScheme, OnOutage, Reach};
use allclear_domain::{Change, CheckKind, Entropy, TurnedClock};
use allclear_store::{AuditFilter, Location, WriteError};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;

use super::*;
use crate::Watch;
use crate::for_tests::at;
use crate::prober::{Fetch, Fetched, Fetching};
use crate::writing::{self as checks, NewCheck};

mod together;

/// What a name does when it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Work(Reach),
    Refuse(Reach),
    Forbidden,
    Ours,
    Hang,
    /// Its certificate ends in so many days.
    End(i64),
}

/// Peers, as many as are asked for.
#[derive(Default)]
struct Peers {
    /// What those do that do something of their own.
    own: Mutex<HashMap<String, Does>>,
    others: Mutex<Option<Does>>,
    asked: Mutex<Vec<String>>,
    /// What is read where the list is.
    list: Mutex<Option<(u16, String)>>,
    /// What it waits for where it is slow.
    list_waits: Mutex<Option<Arc<Notify>>>,
    /// Where names wait until they may answer, and who is told that they do.
    gate: Mutex<Option<(Arc<Notify>, Arc<Notify>)>>,
}

impl Peers {
    fn does(&self, name: &str, does: Does) {
        self.own.lock().unwrap().insert(name.to_owned(), does);
    }

    fn all_do(&self, does: Does) {
        self.own.lock().unwrap().clear();
        *self.others.lock().unwrap() = Some(does);
    }

    fn list(&self, status: u16, text: &str) {
        *self.list.lock().unwrap() = Some((status, text.to_owned()));
    }

    /// Those that were asked since this was looked at, sorted.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }
}

impl Prober for Peers {
    fn probe(&self, check: Arc<Check>, _: Timestamp) -> Probing {
        panic!("{} is probed", check.key)
    }

    fn ask(&self, ask: Ask, now: Timestamp) -> Probing {
        let url: url::Url = ask.url.parse().unwrap();
        let name = url.host_str().unwrap().to_owned();
        self.asked.lock().unwrap().push(name.clone());
        let own = self.own.lock().unwrap().get(&name).copied();
        let does = own.or(*self.others.lock().unwrap()).unwrap_or(Does::Work(Reach::Far));
        let gate = self.gate.lock().unwrap().clone();
        Box::pin(async move {
            if let Some((waits, goes_on)) = gate {
                waits.notify_one();
                goes_on.notified().await;
                goes_on.notify_one();
            }
            let fails = |code, told: &str, reach| ProbeResult {
                verdict: ReasonCode::verdict(code),
                reason: Some(Reason::new(code, told.to_owned())),
                reach,
                ..ours(now, "")
            };
            let works = |reach| ProbeResult {
                verdict: Verdict::Ok,
                reason: None,
                reach: Some(reach),
                ..ours(now, "")
            };
            match does {
                Does::Work(reach) => works(reach),
                Does::Refuse(reach) => {
                    fails(ReasonCode::Refused, "connection refused", Some(reach))
                }
                Does::Forbidden => {
                    fails(ReasonCode::Forbidden, "may not be probed", Some(Reach::Near))
                }
                Does::Ours => ours(now, "no DNS server answers"),
                Does::Hang => {
                    tokio::time::sleep(ask.deadline).await;
                    fails(ReasonCode::TimedOut, "no answer in time", Some(Reach::Far))
                }
                Does::End(days) => {
                    let ends_at = now + SignedDuration::from_hours(24 * days);
                    ProbeResult { certificate_ends_at: Some(ends_at), ..works(Reach::Far) }
                }
            }
        })
    }

    fn fetch(&self, _: Fetch, _: Timestamp) -> Fetching {
        let list = self.list.lock().unwrap().clone();
        let waits = self.list_waits.lock().unwrap().clone();
        Box::pin(async move {
            if let Some(waits) = waits {
                waits.notified().await;
            }
            let refused = || Reason::new(ReasonCode::Refused, "connection refused".to_owned());
            let (status, body) = list.ok_or_else(refused)?;
            Ok(Fetched { status, body: body.into_bytes() })
        })
    }
}

struct Home {
    _folder: TempDir,
    store: Store,
    peers: Arc<Peers>,
    check: Arc<Check>,
    second: Mutex<i64>,
}

/// What the newest audit entry says of how it is now.
fn audited(entries: &[AuditEntry]) -> Value {
    serde_json::from_str(entries[0].after.as_deref().unwrap()).unwrap()
}

fn actor() -> Actor {
    Actor::Command("test".to_owned())
}

/// Who asks once, or as the node that the lease names so.
fn by(holder: Option<&str>) -> Asker {
    let (holder, entropy) = (holder.map(str::to_owned), Arc::new(Entropy::from_system()));
    Asker { holder, actor: actor(), entropy }
}

impl Home {
    async fn open(alter: impl FnOnce(&mut NamesCheck)) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let mut names = NamesCheck::of(NameScheme::Https);
        alter(&mut names);
        let kind = CheckKind::from(names);
        let new = NewCheck {
            key: None,
            name: "Customers".to_owned(),
            patience: kind.usual_patience(),
            interval_seconds: kind.usual_interval_seconds(),
            kind,
            deadline_ms: 10_000,
            slow_after_ms: None,
            affects: Vec::new(),
            on_outage: OnOutage::default(),
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
        };
        let (actor, entropy) = (actor(), Entropy::from_seed(4));
        let change = Change { actor: &actor, entropy: &entropy, now: at(0) };
        let check = Arc::new(checks::add_check(&store, new, change).await.unwrap().value);
        Self { _folder: folder, store, peers: Arc::default(), check, second: Mutex::new(0) }
    }

    /// The same with so many names.
    async fn with(count: usize, alter: impl FnOnce(&mut NamesCheck)) -> Self {
        let home = Self::open(alter).await;
        home.set((0..count).map(name).collect(), false).await.unwrap();
        home
    }

    async fn set(
        &self,
        names: Vec<String>,
        may_shrink: bool,
    ) -> Result<(usize, usize, usize), WriteError> {
        let (actor, entropy) = (actor(), Entropy::from_system());
        let change =
            Change { actor: &actor, entropy: &entropy, now: at(*self.second.lock().unwrap()) };
        let set = SetNames { names, may_shrink, expected: None };
        let (changed, _) = set_names(&self.store, self.check.id, set, change).await?;
        Ok((changed.added, changed.removed, changed.kept))
    }

    async fn alter(&self, alter: impl FnOnce(&mut NamesCheck) + Send) {
        let (actor, entropy) = (actor(), Entropy::from_system());
        let change =
            Change { actor: &actor, entropy: &entropy, now: at(*self.second.lock().unwrap()) };
        let decide = |mut check: Check| {
            if let CheckKind::Names(names) = &mut check.kind {
                alter(names);
            }
            Ok(check)
        };
        checks::change_check(&self.store, self.check.id, None, change, decide).await.unwrap();
    }

    /// One round, ten seconds after the one before.
    async fn round(&self) -> (Verdict, String) {
        let now = {
            let mut second = self.second.lock().unwrap();
            *second += 10;
            at(*second)
        };
        let (store, peers) = (self.store.clone(), self.peers.clone());
        let result = look(store, peers, by(None), self.check.clone(), now).await;
        (result.verdict, result.reason.map(|reason| reason.told).unwrap_or_default())
    }

    fn wait(&self, seconds: i64) {
        *self.second.lock().unwrap() += seconds;
    }

    async fn put(&self, names: &[WatchedName]) {
        let mut transaction = self.store.begin().await.unwrap();
        transaction.put_names(self.check.id, names).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn rounds(&self, count: usize) -> (Verdict, String) {
        let mut last = (Verdict::Unknown, String::new());
        for _ in 0..count {
            last = self.round().await;
        }
        last
    }

    async fn counts(&self) -> NameCounts {
        self.store.count_names(self.check.id).await.unwrap()
    }

    async fn in_state(&self, state: NameState) -> Vec<String> {
        let found = self.store.slice_names(self.check.id, Some(state), "", 99).await.unwrap();
        found.into_iter().map(|one| one.name).collect()
    }
}

fn name(number: usize) -> String {
    format!("n{number:02}.example.com")
}

const REFUSES: Does = Does::Refuse(Reach::Far);

#[tokio::test]
async fn all_are_asked_in_turn_and_one_that_dies_is_told_by_name() {
    let home = Home::with(30, |names| names.period_seconds = 60).await;
    assert_eq!(home.rounds(6).await, (Verdict::Ok, String::new()));
    assert_eq!(home.counts().await, NameCounts { ok: 30, ..NameCounts::default() });
    let asked = home.peers.asked();
    assert_eq!(asked.iter().collect::<std::collections::BTreeSet<_>>().len(), 30, "{asked:?}");

    home.peers.does(&name(7), REFUSES);
    while home.counts().await.doubted == 0 {
        assert_eq!(home.round().await.0, Verdict::Ok);
    }
    assert_eq!(home.in_state(NameState::Doubted).await, [name(7)]);
    let told = home.round().await;
    let wanted = "1 of 30 names fails: n07.example.com (connection refused)";
    assert_eq!(told, (Verdict::Degraded, wanted.to_owned()));
    let row = home.store.slice_names(home.check.id, Some(NameState::Failing), "", 1).await.unwrap();
    assert_eq!(row[0].since, row[0].probed_at.map(|at| at - SignedDuration::from_secs(10)));

    home.peers.all_do(Does::Work(Reach::Far));
    assert_eq!(home.rounds(8).await, (Verdict::Ok, String::new()));
    assert_eq!(home.counts().await.ok, 30);
}

#[tokio::test]
async fn where_nothing_answers_no_name_is_said_to_fail() {
    let home = Home::with(22, |_| {}).await;
    home.rounds(4).await;
    home.peers.all_do(REFUSES);
    let (verdict, told) = home.rounds(5).await;
    assert_eq!(verdict, Verdict::Fail);
    assert!(told.starts_with("none of the 10 names asked just now answered; n"), "{told}");
    assert_eq!(home.counts().await, NameCounts { ok: 22, ..NameCounts::default() });
    let list = home.store.find_name_list(home.check.id).await.unwrap().list;
    assert_eq!(list.dark_since, Some(at(50)));
    // The round goes on to others all the same.
    assert!(home.peers.asked().len() > 40);
    home.peers.all_do(Does::Work(Reach::Far));
    assert_eq!(home.round().await.0, Verdict::Ok);
    assert_eq!(home.store.find_name_list(home.check.id).await.unwrap().list.dark_since, None);

    // So it is with a set that never worked.
    let home = Home::with(3, |_| {}).await;
    home.peers.all_do(REFUSES);
    assert_eq!(home.rounds(4).await.0, Verdict::Fail);
    assert_eq!(home.counts().await, NameCounts { untried: 3, ..NameCounts::default() });
}

#[tokio::test]
async fn some_that_worked_are_asked_beside_those_that_fail() {
    let home = Home::with(40, |names| names.period_seconds = 600).await;
    home.rounds(8).await;
    // As many as a round asks are dead for long, and due at the same time.
    let dead: Vec<_> = (0..10)
        .map(|number| WatchedName {
            state: NameState::Failing,
            ..WatchedName::new(name(number), at(0))
        })
        .collect();
    dead.iter().for_each(|one| home.peers.does(&one.name, REFUSES));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.put_names(home.check.id, &dead).await.unwrap();
    transaction.commit().await.unwrap();
    home.peers.asked();
    assert_eq!(home.round().await.0, Verdict::Degraded);
    assert_eq!(home.peers.asked().len(), 10 + WITNESSES);
    assert_eq!(home.counts().await.failing, 10);
}

#[tokio::test]
async fn a_failure_counts_only_beside_something_as_far_away() {
    let home = Home::with(5, |_| {}).await;
    home.peers.all_do(Does::Work(Reach::Near));
    home.peers.does(&name(0), REFUSES);
    let (verdict, told) = home.rounds(4).await;
    assert_eq!(verdict, Verdict::Unknown);
    assert!(told.starts_with("1 of the names asked just now does not answer, and only"), "{told}");
    assert_eq!(home.in_state(NameState::Doubted).await, [name(0)]);
    home.peers.does(&name(1), Does::Work(Reach::Far));
    assert_eq!(home.rounds(2).await.0, Verdict::Degraded);
    assert_eq!(home.in_state(NameState::Failing).await, [name(0)]);
}

#[tokio::test]
async fn what_is_our_own_fault_changes_nothing() {
    let home = Home::with(5, |_| {}).await;
    home.peers.does(&name(1), Does::Ours);
    home.peers.does(&name(2), Does::Forbidden);
    assert_eq!(home.rounds(4).await.0, Verdict::Ok);
    assert_eq!(home.in_state(NameState::Untried).await, [name(1), name(2)]);
    home.peers.all_do(Does::Ours);
    let told = "nothing could be asked: no DNS server answers".to_owned();
    assert_eq!(home.round().await, (Verdict::Unknown, told));
    assert_eq!(home.counts().await.ok, 3);
}

#[tokio::test]
async fn what_many_share_is_seen_in_one_round() {
    let home = Home::with(40, |names| names.period_seconds = 60).await;
    home.rounds(7).await;
    home.peers.all_do(REFUSES);
    (0..8).for_each(|number| home.peers.does(&name(number), Does::Work(Reach::Far)));
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(home.round().await);
    }
    assert!(
        told.iter().any(|(verdict, told)| *verdict == Verdict::Fail && told.contains("just now")),
        "{told:?}"
    );
    assert_eq!(home.rounds(20).await.0, Verdict::Fail);
    assert!(home.counts().await.failing >= 20);
}

#[tokio::test]
async fn doubted_names_are_asked_beside_as_many_others() {
    let home = Home::with(30, |names| names.period_seconds = 60).await;
    let doubted: Vec<_> = (0..10)
        .map(|number| WatchedName {
            state: NameState::Doubted,
            ..WatchedName::new(name(number), at(0))
        })
        .collect();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.put_names(home.check.id, &doubted).await.unwrap();
    transaction.commit().await.unwrap();
    home.round().await;
    let asked = home.peers.asked();
    assert_eq!(asked.len(), 20);
    assert_eq!(asked.iter().filter(|one| **one < name(10)).count(), 10, "{asked:?}");
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_told() {
    let home = Home::with(5, |names| names.certificate_days = Some(14)).await;
    home.peers.does(&name(3), Does::End(13));
    home.peers.does(&name(4), Does::End(15));
    let (verdict, told) = home.round().await;
    assert_eq!(verdict, Verdict::Degraded);
    assert!(
        told.starts_with("1 of 5 names is degraded: n03.example.com (its certificate ends on 20"),
        "{told}"
    );
}

#[tokio::test]
async fn what_there_was_no_time_for_stays_due() {
    let home = Home::with(50, |names| names.period_seconds = 60).await;
    home.peers.all_do(Does::Hang);
    let check = Arc::new(Check { deadline_ms: 400, interval_seconds: 60, ..(*home.check).clone() });
    let result = look(home.store.clone(), home.peers.clone(), by(None), check, at(60)).await;
    assert_eq!(result.verdict, Verdict::Fail, "{result:?}");
    let asked = home.peers.asked();
    assert_eq!(asked.len(), limits::NAMES_BESIDE_MAX);
    let rows = home.store.slice_names(home.check.id, None, "", 99).await.unwrap();
    let due = rows.iter().filter(|one| one.due_at <= at(60)).count();
    assert_eq!(due, 50 - limits::NAMES_BESIDE_MAX);
}

#[tokio::test]
async fn asked_in_another_way_nothing_is_known_and_a_round_that_began_before_is_void() {
    let home = Home::with(5, |_| {}).await;
    home.peers.does(&name(0), REFUSES);
    home.rounds(2).await;
    assert_eq!(home.counts().await.failing, 1);
    home.alter(|names| names.fail_at_percent = 90).await;
    assert_eq!(home.counts().await.failing, 1, "how many may fail is no other way to ask");
    home.alter(|names| names.path = "/up".to_owned()).await;
    assert_eq!(home.counts().await, NameCounts { untried: 5, ..NameCounts::default() });

    let (waits, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    *home.peers.gate.lock().unwrap() = Some((waits.clone(), goes_on.clone()));
    let round = tokio::spawn(look(
        home.store.clone(),
        home.peers.clone(),
        by(None),
        home.check.clone(),
        at(90),
    ));
    waits.notified().await;
    home.alter(|names| names.path = "/".to_owned()).await;
    *home.peers.gate.lock().unwrap() = None;
    goes_on.notify_one();
    let result = round.await.unwrap();
    assert_eq!(result.verdict, Verdict::Unknown, "{result:?}");
    assert_eq!(home.counts().await.untried, 5);
    home.rounds(1).await;
    assert_eq!(home.counts().await.untried, 0);
}

#[tokio::test]
async fn without_names_it_says_what_to_do() {
    let home = Home::open(|_| {}).await;
    let (verdict, told) = home.round().await;
    assert_eq!(verdict, Verdict::Unknown);
    assert!(told.contains("set the list"), "{told}");
    let refused = home.set(Vec::new(), false).await.unwrap_err();
    assert!(matches!(refused, WriteError::Transition(_)), "{refused}");
    let refused = home.set(vec!["*.example.com".to_owned()], false).await.unwrap_err();
    assert!(refused.to_string().contains("`*.example.com` is not a host name"), "{refused}");
}

#[tokio::test]
async fn names_that_stay_keep_their_state_and_most_of_them_stay() {
    let home = Home::with(24, |names| names.period_seconds = 60).await;
    home.rounds(6).await;
    let few: Vec<_> = (0..11).map(name).collect();
    let refused = home.set(few.clone(), false).await.unwrap_err();
    assert!(refused.to_string().contains("more than half"), "{refused}");
    assert_eq!(home.counts().await.ok, 24);
    let more: Vec<_> = (0..30).map(name).collect();
    assert_eq!(home.set(more, false).await.unwrap(), (6, 0, 24));
    assert_eq!(home.counts().await, NameCounts { ok: 24, untried: 6, ..NameCounts::default() });
    home.round().await;
    assert_eq!(home.set(few, true).await.unwrap(), (0, 19, 11));
    let newest = home.store.list_audit_entries(&AuditFilter::default(), 1).await.unwrap();
    let told = json!({"added": 0, "names": 11, "removed": 19});
    assert_eq!(audited(&newest), told);
}

#[tokio::test]
async fn a_list_is_read_again_and_a_bad_one_is_not_taken() {
    let home = Home::open(|names| {
        names.list_url = Some("https://shop.example.com/names".to_owned());
        names.period_seconds = 60;
    })
    .await;
    let (verdict, told) = home.round().await;
    assert_eq!(verdict, Verdict::Unknown);
    assert!(
        told.ends_with("the list stays as it was: it cannot be read: connection refused"),
        "{told}"
    );
    let all = |count: usize| (0..count).map(name).collect::<Vec<_>>().join("\n");
    home.peers.list(200, &all(30));
    home.rounds(6).await;
    assert_eq!(home.counts().await.total(), 30);
    let same = home.store.find_name_list(home.check.id).await.unwrap();
    assert!(same.list.read_at.is_some() && same.list.problem.is_none());
    // Less than a period later nobody reads it.
    home.peers.list(200, &all(31));
    home.round().await;
    assert_eq!(home.counts().await.total(), 30);
    home.rounds(6).await;
    assert_eq!(home.counts().await.total(), 31);
    for (status, text, why) in [
        (500, all(31), "the status is 500"),
        (200, "<html>".to_owned(), "is not a host name"),
        (200, all(3), "more than half"),
        (200, String::new(), "become empty"),
    ] {
        home.peers.list(status, &text);
        let (verdict, told) = home.rounds(13).await;
        assert_eq!(verdict, Verdict::Degraded, "{told}");
        assert!(told.contains(why), "{told}");
        assert_eq!(home.counts().await.total(), 31);
    }
    home.set((0..20).map(name).collect(), false).await.unwrap();
    home.peers.list(200, &all(20));
    assert_eq!(home.rounds(13).await, (Verdict::Ok, String::new()));
}

#[tokio::test]
async fn the_duty_asks_names() {
    let home = Home::with(5, |_| {}).await;
    home.peers.does(&name(0), REFUSES);
    let clock = Arc::new(TurnedClock::at(at(0)));
    let entropy = Arc::new(Entropy::from_seed(3));
    let watch = Watch::new(home.store.clone(), clock, entropy, home.peers.clone(), Vec::new());
    for second in 0..40 {
        watch.run_once(at(second)).await.unwrap();
    }
    assert_eq!(home.in_state(NameState::Failing).await, [name(0)]);
    let judged = home.store.list_judgments_of(home.check.id).await.unwrap();
    let last = &judged.first().unwrap().last;
    assert_eq!((last.verdict, last.reach), (Verdict::Degraded, Some(Reach::Far)));
    assert_eq!(last.exchange.lines[0].text, "n00.example.com: connection refused");
}
