//! Duties that one node does for all.

use allclear_store::Lease;
use allclear_store::Tenure::{self, Elsewhere, Kept, Taken};
use jiff::{SignedDuration, Timestamp};

use crate::harness::Home;
use crate::samples::{NOW, at};

const NAME: &str = "watch";

fn second(second: i64) -> Timestamp {
    at(NOW) + SignedDuration::from_secs(second)
}

fn lease(holder: &str, until: i64) -> Lease {
    Lease { holder: holder.to_owned(), until: second(until) }
}

async fn take(home: &Home, holder: &str, until: i64, silent: Option<&Lease>) -> Tenure {
    home.store.take_lease(NAME, holder, second(until), silent).await.unwrap()
}

pub(crate) async fn one_does_it_until_it_falls_silent(home: Home) {
    let store = &home.store;
    assert_eq!(store.find_lease(NAME).await.unwrap(), None);
    assert_eq!(take(&home, "one", 5, None).await, Taken);
    let revision = store.revision().await.unwrap();
    assert_eq!(take(&home, "one", 8, None).await, Kept, "it goes on");
    let said = lease("one", 8);
    let years = 100_000_000;
    assert_eq!(take(&home, "other", years, None).await, Elsewhere(said.clone()), "by no clock");
    let former = lease("one", 5);
    assert_eq!(take(&home, "other", 13, Some(&former)).await, Elsewhere(said.clone()));
    let third = lease("third", 8);
    assert_eq!(take(&home, "other", 13, Some(&third)).await, Elsewhere(said.clone()));
    assert_eq!(store.revision().await.unwrap(), revision, "that is nothing new");
    let mut transaction = store.begin().await.unwrap();
    assert!(transaction.holds_lease(NAME, "one").await.unwrap());
    assert!(!transaction.holds_lease(NAME, "other").await.unwrap());
    transaction.rollback().await.unwrap();

    assert_eq!(take(&home, "other", 13, Some(&said)).await, Taken, "it was silent for too long");
    let new = lease("other", 13);
    assert_eq!(take(&home, "one", 14, Some(&said)).await, Elsewhere(new.clone()), "too late");
    let mut transaction = store.begin().await.unwrap();
    assert!(!transaction.holds_lease(NAME, "one").await.unwrap());
    transaction.rollback().await.unwrap();
    store.release_lease(NAME, "one").await.unwrap();
    let tenure = take(&home, "one", 14, None).await;
    assert_eq!(tenure, Elsewhere(new), "nobody gives away what is not theirs");
    store.release_lease(NAME, "other").await.unwrap();
    assert_eq!(take(&home, "one", 14, None).await, Taken);
    let another = store.take_lease("another", "other", second(14), None).await.unwrap();
    assert_eq!(another, Taken);
}

pub(crate) async fn of_many_who_come_at_once_one_does_it(home: Home) {
    for round in 0..5 {
        // Nobody did it at first, and all of them saw the same one fall silent later.
        let silent = home.store.find_lease(NAME).await.unwrap();
        assert_eq!(silent.is_some(), round > 0);
        let takers = (0..6).map(|nth| {
            let (store, silent) = (home.store.clone(), silent.clone());
            tokio::spawn(async move {
                let (holder, until) = (format!("{round} {nth}"), second(round * 10 + 5));
                store.take_lease(NAME, &holder, until, silent.as_ref()).await.unwrap()
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
