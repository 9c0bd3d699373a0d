//! Heartbeats: the secrets that lead to them, and what came.

use allclear_domain::Check;
use allclear_domain::check::{Heartbeat, HeartbeatCheck, Signal, SignalKind, SignalToken};
use allclear_store::StoreError;
use jiff::SignedDuration;

use crate::checks::{check, with_check};
use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

fn token(text: &str) -> SignalToken {
    text.parse().unwrap()
}

fn waiting(check: Check, tokens: &[&str]) -> Check {
    let tokens = tokens.iter().map(|text| token(text)).collect();
    let kind = HeartbeatCheck { tokens, ..HeartbeatCheck::every(100) }.into();
    Check { kind, ..check }
}

const ONE: &str = "aaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f";

pub(crate) async fn a_secret_leads_to_one_check(home: Home) {
    let samples = Samples::new();
    let (component, _) = with_check(&home, &samples).await;
    let store = &home.store;
    let first = waiting(check(&samples, &component, "first"), &[ONE, OTHER]);
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_checks(std::slice::from_ref(&first)).await.unwrap();
    transaction.commit().await.unwrap();
    for secret in [ONE, OTHER] {
        let found = store.find_check_by_token(&token(secret)).await.unwrap().unwrap();
        assert_eq!((&found.value, found.version), (&first, 1));
    }
    // No other check has it.
    let second = waiting(check(&samples, &component, "second"), &[OTHER]);
    let mut transaction = store.begin().await.unwrap();
    let error = transaction.insert_checks(std::slice::from_ref(&second)).await.unwrap_err();
    assert!(matches!(error, StoreError::Duplicate { .. }), "{error}");
    assert!(error.to_string().contains("a check with this token"), "{error}");
    drop(transaction);
    // One that is taken away leads nowhere, and is free.
    let changed = waiting(first.clone(), &[ONE]);
    let mut transaction = store.begin().await.unwrap();
    transaction.update_check(&changed, 1).await.unwrap();
    transaction.insert_checks(std::slice::from_ref(&second)).await.unwrap();
    let found = transaction.find_check_by_token(&token(OTHER)).await.unwrap().unwrap();
    assert_eq!(found.id, second.id);
    // So do those of a check that is gone, with what came of it.
    let heartbeat = Heartbeat::default();
    transaction.put_heartbeats(&[(first.id, heartbeat)]).await.unwrap();
    transaction.remove_check(&changed, 2).await.unwrap();
    assert!(transaction.find_check_by_token(&token(ONE)).await.unwrap().is_none());
    transaction.commit().await.unwrap();
    assert!(home.rows("select cast(document as text) from heartbeats").await.is_empty());
}

pub(crate) async fn what_came_reads_back(home: Home) {
    let samples = Samples::new();
    let (_, check) = with_check(&home, &samples).await;
    let store = &home.store;
    let heard = store.find_heard(check.id).await.unwrap();
    assert_eq!((heard.heartbeat, heard.listened_at), (Heartbeat::default(), None));
    let every = HeartbeatCheck { grace_seconds: 20, ..HeartbeatCheck::every(100) };
    let signal = Signal::new(SignalKind::Success, at(NOW)).with_body(b"12 files\0");
    let heartbeat = Heartbeat::default().hear(&every, signal);
    let before = store.revision().await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.put_heartbeats(&[(check.id, Heartbeat::default())]).await.unwrap();
    transaction.put_heartbeats(&[(check.id, heartbeat.clone())]).await.unwrap();
    transaction.put_listening(at(NOW)).await.unwrap();
    transaction.put_listening(at(NOW) + SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(transaction.find_heartbeat(check.id).await.unwrap(), heartbeat);
    transaction.commit().await.unwrap();
    let listened = Some(at(NOW) + SignedDuration::from_secs(1));
    let heard = store.find_heard(check.id).await.unwrap();
    assert_eq!((&heard.heartbeat, heard.listened_at), (&heartbeat, listened));

    // What is new: what came, and what nobody sent in time.
    let news = async |revision, from: i64, until: i64| {
        let (from, until) =
            (at(NOW) + SignedDuration::from_secs(from), at(NOW) + SignedDuration::from_secs(until));
        store.list_news_of_heartbeats(revision, from, until).await.unwrap()
    };
    let now = store.revision().await.unwrap();
    assert_eq!(news(before, 0, 1).await, [check.id]);
    assert_eq!(news(now, 0, 120).await, []);
    assert_eq!(news(now, 120, 121).await, [check.id]);
    assert_eq!(news(now, 121, 130).await, []);
    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.find_listening().await.unwrap(), listened);
    let in_time = async |transaction: &mut allclear_store::Transaction, seconds| {
        let at = at(NOW) + SignedDuration::from_secs(seconds);
        transaction.list_heartbeats_in_time(at).await.unwrap()
    };
    assert_eq!(in_time(&mut transaction, 120).await, [(check.id, heartbeat)]);
    assert_eq!(in_time(&mut transaction, 121).await, []);
    transaction.remove_heartbeat(check.id).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.find_heard(check.id).await.unwrap().heartbeat, Heartbeat::default());
}
