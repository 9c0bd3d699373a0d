//! What probes found, added up over minutes, hours and days.

use allclear_domain::check::{ProbeResult, Samples, Span, VantagePoint, Verdict};
use allclear_domain::ids::CheckId;
use allclear_store::{Sampled, SamplesSize};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::harness::Home;
use crate::samples::{NOW, at};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn sampled(check: u128, starts_at: Timestamp, times: &[u64]) -> Sampled {
    let mut samples = Samples::default();
    for took_us in times {
        let ours = ProbeResult::ours(VantagePoint::core(), starts_at, "");
        samples.add(&ProbeResult { verdict: Verdict::Ok, took_us: *took_us, ..ours });
    }
    let check_id = CheckId::from(Uuid::from_u128(check));
    Sampled { check_id, vantage: VantagePoint::core(), starts_at, samples }
}

async fn put(home: &Home, span: Span, all: &[Sampled]) {
    let mut transaction = home.store.begin().await.unwrap();
    transaction.put_samples(span, all).await.unwrap();
    transaction.commit().await.unwrap();
}

pub(crate) async fn samples_read_back(home: Home) {
    let start = Span::Minute.start_of(at(NOW));
    let next = start + MINUTE;
    let (first, other) = (sampled(1, start, &[10]), sampled(2, start, &[]));
    let later = sampled(1, next, &[30, 40_000, 5_000_000]);
    put(&home, Span::Minute, &[later.clone(), other.clone(), first]).await;
    // The same minute as it is a moment later takes the place of what it was.
    let first = sampled(1, start, &[10, 20]);
    put(&home, Span::Minute, std::slice::from_ref(&first)).await;

    let store = &home.store;
    let all = store.list_samples(Span::Minute, start, next).await.unwrap();
    assert_eq!(all, [first.clone(), other]);
    let (id, end) = (first.check_id, next + MINUTE);
    let of_check = store.list_samples_of(id, Span::Minute, at(NOW), end).await.unwrap();
    assert_eq!(of_check, [first.clone(), later.clone()]);
    let of_check = store.list_samples_of(id, Span::Minute, Timestamp::MIN, next).await.unwrap();
    assert_eq!(of_check, std::slice::from_ref(&first), "no look lists more than its limit");
    assert_eq!(store.list_samples(Span::Hour, start, end).await.unwrap(), []);

    assert_eq!(store.first_samples_since(Span::Minute, at(NOW)).await.unwrap(), Some(next));
    assert_eq!(store.first_samples_since(Span::Minute, end).await.unwrap(), None);
    assert_eq!(store.last_samples(Span::Minute, Timestamp::MAX).await.unwrap(), Some(next));
    assert_eq!(store.last_samples(Span::Minute, start).await.unwrap(), Some(start));
    assert_eq!(store.last_samples(Span::Day, Timestamp::MAX).await.unwrap(), None);
}

pub(crate) async fn old_samples_go_and_the_rest_is_counted(home: Home) {
    let start = Span::Minute.start_of(at(NOW));
    let later = sampled(1, start + MINUTE, &[30]);
    let bytes = u64::try_from(later.samples.to_bytes().len()).unwrap();
    put(&home, Span::Minute, &[sampled(1, start, &[10]), sampled(2, start, &[]), later]).await;
    put(&home, Span::Hour, &[sampled(1, Span::Hour.start_of(start), &[10])]).await;

    let mut transaction = home.store.begin().await.unwrap();
    let removed = transaction.remove_samples_before(Span::Minute, start + MINUTE).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(removed, 2);
    let size = async |span, before| home.store.size_of_samples(span, before).await.unwrap();
    assert_eq!(size(Span::Minute, Timestamp::MAX).await, SamplesSize { rows: 1, bytes });
    assert_eq!(size(Span::Minute, start + MINUTE).await, SamplesSize::default());
    assert_eq!(size(Span::Hour, Timestamp::MAX).await.rows, 1);
}
