//! Samples in bytes and back, and the spans that they are added up over.

use proptest::prelude::*;

use super::*;
use crate::check::VantagePoint;

fn result(verdict: Verdict, took_us: u64) -> ProbeResult {
    let ours = ProbeResult::ours(VantagePoint::core(), Timestamp::UNIX_EPOCH, "");
    ProbeResult { verdict, took_us, reason: None, ..ours }
}

fn any_samples() -> impl Strategy<Value = Samples> {
    let verdict =
        prop::sample::select(vec![Verdict::Ok, Verdict::Degraded, Verdict::Fail, Verdict::Unknown]);
    let found = prop::collection::vec((verdict, any::<u64>()), 0..40);
    found.prop_map(|found| {
        let mut samples = Samples::default();
        found.into_iter().for_each(|(verdict, us)| samples.add(&result(verdict, us)));
        samples
    })
}

#[test]
fn every_verdict_counts_and_only_what_worked_has_a_time() {
    let mut samples = Samples::default();
    samples.add(&result(Verdict::Ok, 1_000));
    samples.add(&result(Verdict::Degraded, 2_000));
    samples.add(&result(Verdict::Fail, 10_000_000));
    samples.add(&result(Verdict::Unknown, 0));
    assert_eq!((samples.ok, samples.degraded, samples.failed, samples.unknown), (1, 1, 1, 1));
    assert_eq!((samples.count(), samples.took.count()), (4, 2));
    assert!(samples.took.percentile(100).unwrap() < 3_000);
}

#[test]
fn two_samples_of_a_minute_take_few_bytes() {
    let mut samples = Samples::default();
    samples.add(&result(Verdict::Ok, 23_456));
    samples.add(&result(Verdict::Ok, 34_567));
    assert_eq!(samples.to_bytes().len(), 9);
}

#[test]
fn spans_begin_at_full_hours_of_utc() {
    let at: Timestamp = "2026-03-04T05:06:07.89Z".parse().unwrap();
    let starts = Span::ALL.map(|span| span.start_of(at).to_string());
    assert_eq!(starts, ["2026-03-04T05:06:00Z", "2026-03-04T05:00:00Z", "2026-03-04T00:00:00Z"]);
    let before: Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
    assert_eq!(Span::Minute.start_of(before).to_string(), "1969-12-31T23:59:00Z");
    assert!(Span::Day.start_of(Timestamp::MIN) <= Timestamp::MIN);
}

proptest! {
    #[test]
    fn samples_come_back_as_they_were_written(samples in any_samples()) {
        let bytes = samples.to_bytes();
        prop_assert!(bytes.len() <= Samples::BYTES_MAX);
        prop_assert_eq!(Samples::from_bytes(&bytes), Some(samples));
    }

    #[test]
    fn parts_add_up_to_the_whole(one in any_samples(), other in any_samples()) {
        let mut both = one.clone();
        both.merge(&other);
        prop_assert_eq!(both.count(), one.count() + other.count());
        prop_assert_eq!(both.took.count(), one.took.count() + other.took.count());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Some(samples) = Samples::from_bytes(&bytes) {
            prop_assert_eq!(Samples::from_bytes(&samples.to_bytes()), Some(samples));
        }
    }
}
