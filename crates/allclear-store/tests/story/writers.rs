//! Several who write at once.

use std::time::Duration;

use allclear_domain::Entropy;
use allclear_store::Store;

use crate::harness::Home;
use crate::samples::Samples;

/// Raises the position of one component by one, with the version that it read.
async fn raise(store: &Store, page: allclear_domain::ids::StatusPageId) -> bool {
    let stored = store.find_component(page, "c").await.unwrap().unwrap();
    let mut component = stored.value;
    component.position += 1;
    let mut transaction = store.begin().await.unwrap();
    let raised = transaction.update_component(&component, stored.version).await.is_ok();
    if raised {
        transaction.commit().await.unwrap();
    } else {
        transaction.rollback().await.unwrap();
    }
    raised
}

pub(crate) async fn many_writers_lose_nothing(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(&[samples.component(page.id, "c")]).await.unwrap();
    transaction.commit().await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = home.store.clone();
        writers.spawn(async move {
            let mut raised: u32 = 0;
            while raised < 10 {
                raised += u32::from(raise(&store, page.id).await);
            }
        });
    }
    writers.join_all().await;
    let stored = home.store.find_component(page.id, "c").await.unwrap().unwrap();
    assert_eq!((stored.value.position, stored.version), (80, 81));
    assert_eq!(home.store.revision().await.unwrap(), 81);
}

pub(crate) async fn two_stores_on_one_database(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
    let stores = [home.store.clone(), home.open().await];
    let mut writers = tokio::task::JoinSet::new();
    for (seed, store) in (1..).zip(stores) {
        writers.spawn(async move {
            let samples = Samples(Entropy::from_seed(seed * 1_000));
            for _ in 0..25 {
                let mut transaction = store.begin().await.unwrap();
                let incidents = [samples.incident(page.id)];
                transaction.insert_incidents(&incidents).await.unwrap();
                transaction.commit().await.unwrap();
            }
            store
        });
    }
    let stores = writers.join_all().await;
    assert_eq!(home.store.list_incidents(page.id).await.unwrap().len(), 50);
    assert_eq!(home.store.revision().await.unwrap(), 51);
    for store in stores {
        store.close().await;
    }
}

pub(crate) async fn a_hanging_writer_is_waited_for(home: Home) {
    let slow = home.store.begin().await.unwrap();
    let store = home.store.clone();
    let waiting = tokio::spawn(async move {
        let transaction = store.begin().await.unwrap();
        transaction.commit().await.unwrap()
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    // Readers do not wait.
    assert_eq!(home.store.revision().await.unwrap(), 0);
    assert_eq!(slow.commit().await.unwrap(), 1);
    assert_eq!(waiting.await.unwrap(), 2);
}

pub(crate) async fn a_cancelled_writer_leaves_nothing_behind(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
    for millis in 0..15 {
        let store = home.store.clone();
        let incidents: Vec<_> = (0..2_000).map(|_| samples.incident(page.id)).collect();
        let writing = tokio::spawn(async move {
            let mut transaction = store.begin().await.unwrap();
            transaction.insert_incidents(&incidents).await.unwrap();
            transaction
        });
        tokio::time::sleep(Duration::from_millis(millis * 3)).await;
        writing.abort();
        drop(writing.await);
    }
    let transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.revision(), 2);
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_incidents(page.id).await.unwrap(), []);
}
