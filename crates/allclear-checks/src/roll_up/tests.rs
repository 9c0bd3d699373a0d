//! Adding up, forgetting and keeping to a size, on a store with a turned clock.

use allclear_domain::check::{ProbeResult, VantagePoint, Verdict};
use allclear_domain::ids::CheckId;
use allclear_domain::{Entropy, TurnedClock};
use allclear_store::Location;
use tempfile::TempDir;

use super::*;
use crate::for_tests::at;

/// A store with samples of some checks in every minute of a stretch.
struct Rig {
    _folder: TempDir,
    store: Store,
    checks: Vec<CheckId>,
    start: Timestamp,
}

impl Rig {
    async fn of(checks: usize, minutes: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let entropy = Entropy::from_seed(1);
        let checks = (0..checks).map(|_| entropy.id(at(0))).collect();
        let start = Span::Day.start_of(at(0));
        let rig = Self { _folder: folder, store, checks, start };
        rig.sample(0..minutes).await;
        rig
    }

    async fn sample(&self, minutes: std::ops::Range<i64>) {
        let mut all = Vec::new();
        for minute in minutes {
            for (nth, check_id) in self.checks.iter().enumerate() {
                let starts_at = self.minute(minute);
                let mut samples = Samples::default();
                let ours = ProbeResult::ours(VantagePoint::core(), starts_at, "");
                let took_us = 1_000 * (nth as u64 + 1);
                samples.add(&ProbeResult { verdict: Verdict::Ok, took_us, ..ours });
                let (check_id, vantage) = (*check_id, VantagePoint::core());
                all.push(Sampled { check_id, vantage, starts_at, samples });
            }
        }
        let mut transaction = self.store.begin().await.unwrap();
        transaction.put_samples(Span::Minute, &all).await.unwrap();
        transaction.commit().await.unwrap();
    }

    fn minute(&self, nth: i64) -> Timestamp {
        self.start + SignedDuration::from_mins(nth)
    }

    fn duty(&self, bytes_max: u64) -> RollUp {
        RollUp::new(self.store.clone(), Arc::new(TurnedClock::at(at(0))), bytes_max)
    }

    /// How many samples each span of a check holds.
    async fn counts(&self, span: Span) -> Vec<u64> {
        let all = self.store.list_samples(span, Timestamp::MIN, Timestamp::MAX).await.unwrap();
        let of_first = all.into_iter().filter(|one| one.check_id == self.checks[0]);
        of_first.map(|one| one.samples.count()).collect()
    }
}

#[tokio::test]
async fn minutes_add_up_to_hours_and_hours_to_days_once_they_are_over() {
    let rig = Rig::of(2, 24 * 60 + 90).await;
    let duty = rig.duty(u64::MAX);
    duty.run_once(rig.minute(64)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [0_u64; 0], "something may come late");
    let report = duty.run_once(rig.minute(65)).await.unwrap();
    assert_eq!((report.added_up, rig.counts(Span::Hour).await), (1, vec![60]));
    assert_eq!(duty.run_once(rig.minute(66)).await.unwrap(), Report::default());

    // Nobody looked for a day. Another process goes on, and finds the same.
    let report = rig.duty(u64::MAX).run_once(rig.minute(25 * 60 + 30)).await.unwrap();
    assert_eq!(report.added_up, 25 + 1);
    assert_eq!(rig.counts(Span::Hour).await, [60; 25]);
    assert_eq!(rig.counts(Span::Day).await, [24 * 60]);
    let hours = rig.store.list_samples(Span::Hour, rig.start, rig.minute(60)).await.unwrap();
    let p50: Vec<_> = hours.iter().filter_map(|hour| hour.samples.took.percentile(50)).collect();
    assert_eq!(p50.len(), 2, "each check has its own");
    assert_ne!(p50[0], p50[1]);
}

#[tokio::test]
async fn a_gap_is_stepped_over_and_what_comes_late_is_added() {
    let rig = Rig::of(1, 60).await;
    let duty = rig.duty(u64::MAX);
    duty.run_once(rig.minute(70)).await.unwrap();
    rig.sample(300..360).await;
    rig.sample(60..61).await;
    duty.run_once(rig.minute(370)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [60, 1, 60]);
    // It came while the last hour was added up already.
    let check_id = rig.checks[0];
    rig.sample(360..420).await;
    let mut late =
        rig.store.list_samples(Span::Minute, rig.minute(300), rig.minute(301)).await.unwrap();
    late[0].samples.ok = 5;
    assert_eq!(late[0].check_id, check_id);
    let mut transaction = rig.store.begin().await.unwrap();
    transaction.put_samples(Span::Minute, &late).await.unwrap();
    transaction.commit().await.unwrap();
    duty.run_once(rig.minute(430)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [60, 1, 64, 60]);
    assert_eq!(duty.run_once(rig.minute(480)).await.unwrap().added_up, 0);
    assert!(duty.run_once(rig.minute(3_000)).await.unwrap().added_up <= 2);
    assert_eq!(duty.run_once(rig.minute(3_001)).await.unwrap().added_up, 0, "nothing is new");
}

#[tokio::test]
async fn what_is_too_old_goes_once_it_is_added_up() {
    let rig = Rig::of(1, 180).await;
    let duty = rig.duty(u64::MAX);
    let later = 48 * 60 + 90;
    rig.sample(later..later + 1).await;
    let report = duty.run_once(rig.minute(later)).await.unwrap();
    assert_eq!(report, Report { added_up: 3 + 1, forgotten: 90 });
    assert_eq!(rig.counts(Span::Minute).await.len(), 90 + 1);
    assert_eq!(rig.counts(Span::Hour).await, [60; 3]);
    let much_later = kept(Span::Hour).as_secs() / 60 + 48 * 60;
    duty.run_once(rig.minute(much_later)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [60, 60, 60, 1], "nothing newer makes them old");
    rig.sample(much_later..much_later + 1).await;
    duty.run_once(rig.minute(much_later + 1)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [1]);
    assert_eq!(rig.counts(Span::Day).await, [180, 1]);
}

#[tokio::test]
async fn no_more_is_kept_than_there_is_room_for() {
    let rig = Rig::of(3, 12 * 60).await;
    let now = rig.minute(12 * 60 + 6);
    let size = async |span| rig.duty(0).bytes(span, Timestamp::MAX).await.unwrap();
    let most = size(Span::Minute).await / 2;
    rig.duty(most).run_once(now).await.unwrap();
    let left = size(Span::Minute).await + size(Span::Hour).await + size(Span::Day).await;
    assert!(left <= most && left > most * 8 / 10, "{left} of {most}");
    assert_eq!(rig.counts(Span::Hour).await, [60; 12], "hours go last");
    assert_eq!(rig.counts(Span::Minute).await.first(), Some(&1));

    // What is needed to see an outage stays, however little room there is.
    rig.sample(720..800).await;
    rig.duty(1).run_once(rig.minute(800)).await.unwrap();
    assert!(rig.counts(Span::Minute).await.len() >= 120);
}

#[tokio::test]
async fn a_clock_that_runs_ahead_forgets_nothing_and_skips_nothing() {
    let rig = Rig::of(1, 90).await;
    let duty = rig.duty(u64::MAX);
    let ahead = rig.start + SignedDuration::from_hours(24 * 365 * 4);
    let report = duty.run_once(ahead).await.unwrap();
    assert_eq!(report.forgotten, 0, "only newer samples make others old");
    // A span of a day that is not over yet by the clock that is right.
    duty.run_once(rig.minute(90)).await.unwrap();
    rig.sample(90..240).await;
    duty.run_once(rig.minute(250)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [60; 4]);
    // What could not be written for hours is added up once it is.
    rig.sample(360..420).await;
    duty.run_once(rig.minute(500)).await.unwrap();
    assert_eq!(rig.counts(Span::Hour).await, [60; 5]);
}
