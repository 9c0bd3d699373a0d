//! Checks, what is believed of them, and what they measured.

use allclear_domain::check::{
    Affects, Judgment, OnOutage, Patience, Phases, ProbeResult, Reason, ReasonCode, TcpCheck,
    Threshold, VantagePoint, Verdict,
};
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;
use allclear_domain::{Check, CheckKind, Component, ComponentStatus, Outage};
use allclear_store::{Judged, Slice, StoreError};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

pub(crate) fn check(samples: &Samples, component: &Component, key: &str) -> Check {
    let tcp = TcpCheck {
        host: "shop.example.com".to_owned(),
        port: 443,
        connect_to: None,
        tls: false,
        send: None,
        expect: None,
    };
    Check {
        id: samples.0.id(at(NOW)),
        key: Key::new(key).unwrap(),
        name: format!("Check {key}"),
        kind: CheckKind::Tcp(tcp),
        interval_seconds: 10,
        deadline_ms: 1_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: vec![Affects {
            component_id: component.id,
            when_failing: ComponentStatus::MajorOutage,
            when_degraded: ComponentStatus::Operational,
        }],
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: at(NOW),
    }
}

fn judged(check: &Check, verdict: Verdict, probed_at: Timestamp) -> Judged {
    let last = ProbeResult {
        vantage: VantagePoint::core(),
        probed_at,
        took_us: 1_234,
        verdict,
        reason: Some(Reason::new(ReasonCode::Refused, "nobody listens".to_owned())),
        phases: Phases { connect_us: Some(99), ..Phases::default() },
        exchange: Default::default(),
        certificate_ends_at: Some(probed_at),
        reach: None,
        leaf: None,
    };
    let (judgment, _) = Judgment::default().hear(check.patience, verdict, probed_at);
    Judged { check_id: check.id, judgment, last, last_bad: None }
}

fn outage(samples: &Samples, check: &Check) -> Outage {
    Outage {
        id: samples.0.id(at(NOW)),
        check_id: check.id,
        threshold: Threshold::Fail,
        began_at: at(NOW),
        confirmed_at: at(NOW) + SignedDuration::from_secs(4),
        ended_at: None,
        is_abandoned: false,
        reason: None,
        incident_id: None,
        statuses: check.statuses_beyond(Threshold::Fail),
    }
}

pub(crate) async fn with_check(home: &Home, samples: &Samples) -> (Component, Check) {
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let content =
        Content { pages: vec![page], components: vec![component.clone()], ..Content::default() };
    content.write(&home.store).await.unwrap();
    let check = check(samples, &component, "shop");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_checks(std::slice::from_ref(&check)).await.unwrap();
    assert!(transaction.is_component_named(component.id).await.unwrap());
    transaction.commit().await.unwrap();
    (component, check)
}

pub(crate) async fn checks_read_back(home: Home) {
    let samples = Samples::new();
    let (component, first) = with_check(&home, &samples).await;
    let store = &home.store;
    let mut transaction = store.begin().await.unwrap();
    let second = check(&samples, &component, "second");
    transaction.insert_checks(std::slice::from_ref(&second)).await.unwrap();
    assert_eq!(transaction.count_checks().await.unwrap(), 2);
    transaction.commit().await.unwrap();
    let listed = store.list_readable_checks().await.unwrap();
    assert_eq!(listed.checks, [first.clone(), second.clone()]);
    let found = store.find_check_by_key("second").await.unwrap().unwrap();
    assert_eq!((found.value, found.version), (second.clone(), 1));
    let slice = Slice { from: Some(first.id), page_id: None, statuses: vec![], limit: 9 };
    assert_eq!(store.slice_checks(&slice).await.unwrap()[0].value, second);

    let mut transaction = store.begin().await.unwrap();
    let taken = Check { key: first.key.clone(), ..second.clone() };
    let error = transaction.update_check(&taken, 1).await.unwrap_err();
    assert!(error.to_string().contains("a check with this key"), "{error}");
    drop(transaction);
    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.update_check(&second, 1).await.unwrap(), 2);
    let late = transaction.update_check(&second, 1).await.unwrap_err();
    assert!(matches!(late, StoreError::Conflict { found: 2, .. }), "{late}");
    transaction.commit().await.unwrap();

    let all = store.check_changes_since(0).await.unwrap();
    assert_eq!(all.checks, [first.clone(), second.clone()]);
    assert_eq!(store.check_changes_since(all.revision).await.unwrap().checks, []);

    // One damaged row keeps no other from being probed.
    home.run("update checks set document = '{}' where key = 'shop'").await;
    let listed = store.list_readable_checks().await.unwrap();
    assert_eq!((listed.checks, listed.bad_rows.len()), (vec![second], 1));
    assert!(listed.bad_rows[0].to_string().contains(&first.id.to_string()));
}

pub(crate) async fn the_newest_probe_counts(home: Home) {
    let samples = Samples::new();
    let (_, check) = with_check(&home, &samples).await;
    let later = at(NOW) + SignedDuration::from_secs(1);
    let believed = async || home.store.list_judgments_of(check.id).await.unwrap();
    let put = async |judged: Judged| {
        let mut transaction = home.store.begin().await.unwrap();
        transaction.put_judgments(&[judged]).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let (first, second) =
        (judged(&check, Verdict::Ok, at(NOW)), judged(&check, Verdict::Fail, later));
    put(first.clone()).await;
    assert_eq!(believed().await, std::slice::from_ref(&first));
    put(second.clone()).await;
    assert_eq!(believed().await, std::slice::from_ref(&second));
    put(first).await;
    assert_eq!(believed().await, std::slice::from_ref(&second), "it was overtaken");
    assert_eq!(
        home.store.list_readable_judgments().await.unwrap().judged,
        std::slice::from_ref(&second)
    );
    let briefly = home.store.list_believed().await.unwrap();
    assert_eq!(briefly, [(check.id, second.judgment)], "the same, without the probes");

    // A slice of checks is told of by its first and its last one.
    let between = async |first, last| home.store.list_judgments_between(first, last).await.unwrap();
    assert_eq!(between(check.id, check.id).await, std::slice::from_ref(&second));
    let (before, after) = (CheckId::from(Uuid::nil()), CheckId::from(Uuid::max()));
    assert_eq!(between(before, after).await, std::slice::from_ref(&second));
    let other = samples.0.id(at(NOW) + SignedDuration::from_secs(9));
    assert!(between(other, after).await.is_empty());

    // What ends while its check is removed spoils nothing, and is forgotten later.
    let mut transaction = home.store.begin().await.unwrap();
    transaction.remove_check(&check, 1).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(believed().await.is_empty());
    put(second).await;
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.remove_orphaned_judgments().await.unwrap(), 1);
    transaction.commit().await.unwrap();
    assert!(believed().await.is_empty());
}

pub(crate) async fn an_outage_begins_once_and_ends(home: Home) {
    let samples = Samples::new();
    let (component, check) = with_check(&home, &samples).await;
    let store = &home.store;
    let before = store.revision().await.unwrap();
    let first = outage(&samples, &check);
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_outages(std::slice::from_ref(&first)).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    let error = transaction.insert_outages(&[outage(&samples, &check)]).await.unwrap_err();
    assert!(error.to_string().contains("an outage of this check that is not over"), "{error}");
    drop(transaction);
    assert_eq!(store.list_readable_open_outages().await.unwrap(), std::slice::from_ref(&first));
    let changes = store.changes_since(before).await.unwrap();
    assert_eq!(changes.outages, std::slice::from_ref(&first));
    assert!(!changes.is_empty());

    let mut transaction = store.begin().await.unwrap();
    let open = transaction.list_open_outages_of(check.id).await.unwrap();
    let over = first.end(at(NOW) + SignedDuration::from_secs(60)).unwrap();
    transaction.update_outage(&over, open[0].version).await.unwrap();
    // The next one may begin.
    let next = outage(&samples, &check);
    transaction.insert_outages(std::slice::from_ref(&next)).await.unwrap();
    let stored = transaction.find_check(check.id).await.unwrap().unwrap();
    transaction.remove_check(&check, stored.version).await.unwrap();
    transaction.commit().await.unwrap();
    let kept = store.list_latest_outages(check.id, 9).await.unwrap();
    assert_eq!(kept.len(), 2, "history stays when the check goes");
    let mut transaction = store.begin().await.unwrap();
    assert!(transaction.is_component_named(component.id).await.unwrap());
    let taken: Vec<Key> = transaction.list_check_keys().await.unwrap().into_iter().collect();
    assert!(taken.is_empty());
}
