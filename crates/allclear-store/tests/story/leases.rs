//! Duties that one node does for all.

use allclear_domain::limits::CLOCK_DIFFERENCE_MAX;
use allclear_store::Tenure::{self, Elsewhere, Kept, Taken};
use jiff::{SignedDuration, Timestamp};

use crate::harness::Home;
use crate::samples::{NOW, at};

const NAME: &str = "watch";

fn second(second: i64) -> Timestamp {
    at(NOW) + SignedDuration::from_secs(second)
}

async fn take(home: &Home, holder: &str, now: i64) -> Tenure {
    home.store.take_lease(NAME, holder, second(now), second(now + 5)).await.unwrap()
}

pub(crate) async fn one_does_it_until_it_falls_silent(home: Home) {
    let store = &home.store;
    assert_eq!(store.find_lease(NAME).await.unwrap(), None);
    assert_eq!(take(&home, "one", 0).await, Taken);
    let revision = store.revision().await.unwrap();
    assert_eq!(take(&home, "one", 3).await, Kept, "it goes on");
    assert_eq!(take(&home, "other", 7).await, Elsewhere);
    assert_eq!(store.revision().await.unwrap(), revision, "that is nothing new");
    let mut transaction = store.begin().await.unwrap();
    assert!(transaction.holds_lease(NAME, "one").await.unwrap());
    assert!(!transaction.holds_lease(NAME, "other").await.unwrap());
    transaction.rollback().await.unwrap();

    assert_eq!(take(&home, "other", 8).await, Taken, "it was silent for too long");
    assert_eq!(take(&home, "one", 9).await, Elsewhere, "it comes too late");
    let mut transaction = store.begin().await.unwrap();
    assert!(!transaction.holds_lease(NAME, "one").await.unwrap());
    transaction.rollback().await.unwrap();
    store.release_lease(NAME, "one").await.unwrap();
    let tenure = take(&home, "one", 9).await;
    assert_eq!(tenure, Elsewhere, "nobody gives away what is not theirs");
    store.release_lease(NAME, "other").await.unwrap();
    assert_eq!(take(&home, "one", 9).await, Taken);
    let another = store.take_lease("another", "other", second(9), second(14)).await.unwrap();
    assert_eq!(another, Taken);

    // Its clock was years ahead, and it is gone.
    let ahead = CLOCK_DIFFERENCE_MAX.as_secs() + 60;
    assert_eq!(take(&home, "one", ahead).await, Kept);
    assert_eq!(take(&home, "other", 10).await, Taken);
}

pub(crate) async fn of_many_who_come_at_once_one_does_it(home: Home) {
    for round in 0..5 {
        let takers = (0..6).map(|nth| {
            let store = home.store.clone();
            tokio::spawn(async move {
                let (now, until) = (second(round * 10), second(round * 10 + 5));
                store.take_lease(NAME, &format!("{round} {nth}"), now, until).await.unwrap()
            })
        });
        let mut takers: Vec<_> = takers.collect();
        let mut taken = 0;
        for taker in takers.drain(..) {
            taken += usize::from(taker.await.unwrap() == Taken);
        }
        assert_eq!(taken, 1, "round {round}");
    }
}
