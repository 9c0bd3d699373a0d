//! What ends: in its order, by when it is due, and as checks see it.

use allclear_domain::check::{
    Judgment, Leaf, Phases, ProbeResult, Reason, ReasonCode, VantagePoint, Verdict,
};
use allclear_domain::expiry::{Ending, Expiry, ExpiryFeed, Registration, SeenCertificate};
use allclear_domain::ids::CheckId;
use allclear_domain::session::SecretDigest;
use allclear_store::{ExpiryFeedRow, Judged, ReadableExpiries, Slice, Store, StoreError};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use crate::checks::with_check;
use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn entry(samples: &Samples, name: &str, what: Ending) -> Expiry {
    Expiry {
        id: samples.0.id(at(NOW)),
        name: name.to_owned(),
        what,
        warn_days: vec![30, 7],
        owner: Some("Accounting".to_owned()),
        note: None,
        link: Some("https://example.com/invoices".to_owned()),
        warned_at: None,
        created_at: at(NOW),
    }
}

fn domain(samples: &Samples, name: &str, ends_at: Option<Timestamp>) -> Expiry {
    let domain = Registration {
        domain: name.to_owned(),
        ends_at,
        registrar: None,
        asked_at: None,
        problem: None,
        asks_at: at(NOW),
    };
    entry(samples, name, Ending::Domain(domain))
}

fn leaf(serial: &str) -> Leaf {
    Leaf {
        name: "shop.example.com".to_owned(),
        issuer: "CN=Authority".to_owned(),
        serial: serial.to_owned(),
        ends_at: at(NOW) + HOUR * 24 * 40,
    }
}

async fn write(store: &Store, entries: &[Expiry]) {
    let mut transaction = store.begin().await.unwrap();
    for one in entries {
        transaction.insert_expiry(one).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

fn names(found: &ReadableExpiries) -> Vec<&str> {
    assert_eq!(found.bad_rows, []);
    found.expiries.iter().map(|row| row.expiry.name.as_str()).collect()
}

pub(crate) async fn what_ends_reads_back_in_its_order(home: Home) {
    let (samples, store) = (Samples::new(), &home.store);
    let unknown = domain(&samples, "new.example", None);
    let late = entry(&samples, "Contract", Ending::Dated { due_on: date(2027, 6, 30) });
    let soon = domain(&samples, "example.com", Some(at(NOW) + HOUR));
    write(store, &[unknown.clone(), late.clone(), soon.clone()]).await;
    let all = store.list_readable_expiries().await.unwrap();
    assert_eq!(names(&all), ["example.com", "Contract", "new.example"]);
    assert_eq!(all.expiries[1].expiry, late);
    let mut ids = [unknown.id, late.id, soon.id];
    ids.sort();
    let slice = Slice { from: Some(ids[0]), page_id: None, statuses: vec![], limit: 9 };
    let rest = store.slice_expiries(&slice).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.value.expiry.id).collect::<Vec<_>>(), ids[1..]);

    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.count_made_expiries().await.unwrap(), 3);
    let again = domain(&samples, "example.com", None);
    let error = transaction.insert_expiry(&again).await.unwrap_err();
    assert!(error.to_string().contains("an entry for this domain"), "{error}");
    drop(transaction);
    let mut transaction = store.begin().await.unwrap();
    let renewed = late.clone().with(Ending::Dated { due_on: date(2026, 11, 1) }, vec![3]);
    assert_eq!(transaction.update_expiry(&renewed, 1).await.unwrap(), 2);
    let error = transaction.remove_expiry(&late, 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { found: 2, .. }), "{error}");
    transaction.remove_expiry(&unknown, 1).await.unwrap();
    let found = transaction.find_expiry(late.id).await.unwrap().unwrap();
    assert_eq!((found.value.expiry, found.version), (renewed, 2));
    transaction.commit().await.unwrap();
    let all = store.list_readable_expiries().await.unwrap();
    assert_eq!(names(&all), ["Contract", "example.com"]);
    // One damaged row hides no other.
    home.run("update expiries set document = '{}' where kind = 'domain'").await;
    let all = store.list_readable_expiries().await.unwrap();
    assert_eq!((all.expiries.len(), all.bad_rows.len()), (1, 1));
    assert!(all.bad_rows[0].to_string().contains(&soon.id.to_string()));
}

pub(crate) async fn what_is_due_is_found_by_its_time(home: Home) {
    let (samples, store, now) = (Samples::new(), &home.store, at(NOW));
    let over = domain(&samples, "over.example", Some(now - HOUR));
    let soon = domain(&samples, "soon.example", Some(now + HOUR * 24 * 29));
    let fine = domain(&samples, "fine.example", Some(now + HOUR * 24 * 31));
    let unknown = domain(&samples, "unknown.example", None);
    write(store, &[fine, unknown, soon.clone(), over.clone()]).await;
    let found = store.list_expiries_soon(now, 9).await.unwrap();
    assert_eq!(names(&found), ["over.example", "soon.example"]);
    assert_eq!(store.count_expiries_soon(now).await.unwrap(), 2);
    assert_eq!(names(&store.list_expiries_soon(now, 1).await.unwrap()), ["over.example"]);
    assert_eq!(names(&store.list_expiries_to_warn(now, 9).await.unwrap()).len(), 2);
    let mut transaction = store.begin().await.unwrap();
    for one in [over, soon] {
        transaction.update_expiry(&one.warn(now).unwrap(), 1).await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(names(&store.list_expiries_to_warn(now, 9).await.unwrap()), [""; 0]);
    let later = now + HOUR * 24 * 22;
    assert_eq!(names(&store.list_expiries_to_warn(later, 9).await.unwrap()).len(), 2);
    assert_eq!(names(&store.list_domains_to_ask(now, 9).await.unwrap()).len(), 4);
    assert_eq!(names(&store.list_domains_to_ask(now - HOUR, 9).await.unwrap()), [""; 0]);
}

async fn probed(
    store: &Store,
    check_id: CheckId,
    served: Option<Leaf>,
    verdict: Verdict,
    at: Timestamp,
) {
    let last = ProbeResult {
        vantage: VantagePoint::core(),
        probed_at: at,
        took_us: 1,
        verdict,
        reason: Some(Reason::new(ReasonCode::Slow, "slow".to_owned())),
        phases: Phases::default(),
        exchange: Default::default(),
        certificate_ends_at: None,
        reach: None,
        leaf: served,
    };
    let judged = Judged { check_id, judgment: Judgment::default(), last, last_bad: None };
    let mut transaction = store.begin().await.unwrap();
    transaction.put_judgments(&[judged]).await.unwrap();
    transaction.commit().await.unwrap();
}

pub(crate) async fn what_checks_see_is_read_from_their_last_probes(home: Home) {
    let (samples, store, now) = (Samples::new(), &home.store, at(NOW));
    let (_, check) = with_check(&home, &samples).await;
    assert_eq!(store.list_served().await.unwrap(), []);
    probed(store, check.id, Some(leaf("01")), Verdict::Ok, now).await;
    let served = store.list_served().await.unwrap();
    let served = served.iter().map(|one| (one.check_id, one.leaf.clone(), one.probed_at));
    assert_eq!(served.collect::<Vec<_>>(), [(check.id, leaf("01"), now)]);

    let seen = SeenCertificate { check_id: check.id, leaf: leaf("01"), since: now };
    let one = entry(&samples, "shop", Ending::Certificate(seen));
    write(store, std::slice::from_ref(&one)).await;
    let mut transaction = store.begin().await.unwrap();
    transaction.set_certificates_seen(&[(check.id, now)]).await.unwrap();
    assert_eq!(transaction.count_made_expiries().await.unwrap(), 0);
    transaction.commit().await.unwrap();
    let certificates = store.list_seen_certificates().await.unwrap();
    assert_eq!(certificates.expiries[0].seen_at, Some(now));
    // A server that is down says nothing of its certificate; one that works without has none.
    probed(store, check.id, None, Verdict::Fail, now + HOUR).await;
    assert_eq!(store.list_served().await.unwrap(), []);
    assert_eq!(names(&store.list_orphaned_certificates().await.unwrap()), [""; 0]);
    probed(store, check.id, None, Verdict::Ok, now + HOUR * 2).await;
    assert_eq!(names(&store.list_orphaned_certificates().await.unwrap()), ["shop"]);
    probed(store, check.id, Some(leaf("02")), Verdict::Ok, now + HOUR * 3).await;
    assert_eq!(names(&store.list_orphaned_certificates().await.unwrap()), [""; 0]);
    let mut transaction = store.begin().await.unwrap();
    transaction.remove_check(&check, 1).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(names(&store.list_orphaned_certificates().await.unwrap()), ["shop"]);
    assert_eq!(store.list_served().await.unwrap(), []);
}

pub(crate) async fn a_calendar_is_found_by_its_secret_until_it_is_revoked(home: Home) {
    let (samples, store) = (Samples::new(), &home.store);
    let row = |name: &str, after: i32| ExpiryFeedRow {
        feed: ExpiryFeed {
            id: samples.0.id(at(NOW) + HOUR * after),
            name: name.to_owned(),
            created_at: at(NOW),
        },
        digest: SecretDigest(format!("digest of {name}")),
    };
    let (one, other) = (row("one", 0), row("other", 1));
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_expiry_feed(&one).await.unwrap();
    transaction.insert_expiry_feed(&other).await.unwrap();
    assert_eq!(transaction.count_expiry_feeds().await.unwrap(), 2);
    transaction.commit().await.unwrap();
    assert_eq!(store.list_expiry_feeds().await.unwrap(), [one.clone(), other]);
    let found = store.find_expiry_feed(&one.digest).await.unwrap().unwrap();
    assert_eq!(found.value, one);
    let mut transaction = store.begin().await.unwrap();
    let found = transaction.find_expiry_feed(one.feed.id).await.unwrap().unwrap();
    transaction.remove_expiry_feed(&found.value, found.version).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.find_expiry_feed(&one.digest).await.unwrap(), None);
}
