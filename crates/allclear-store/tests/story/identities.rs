//! Whom a provider says people are, and the trips there.

use allclear_domain::person::PersonState;
use allclear_domain::session::{LinkPurpose, SecretDigest};
use allclear_domain::{
    EmailAddress, Entropy, Identity, OneTimeLink, PendingIdentity, Person, Role,
};
use jiff::{SignedDuration, Timestamp};

use crate::harness::Home;

const ISSUER: &str = "https://id.example.com";

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

async fn people(home: &Home) -> [Person; 2] {
    let entropy = Entropy::from_seed(1);
    let people = ["ada@example.com", "bob@example.com"].map(|email| Person {
        id: entropy.id(now()),
        email: EmailAddress::new(email).unwrap(),
        name: "Somebody".to_owned(),
        role: Role::Editor,
        state: PersonState::Active,
        created_at: now(),
    });
    let mut transaction = home.store.begin().await.unwrap();
    for person in &people {
        transaction.insert_person(person).await.unwrap();
    }
    transaction.commit().await.unwrap();
    people
}

fn identity(issuer: &str, subject: &str, person: &Person) -> Identity {
    Identity {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        person_id: person.id,
        bound_at: now(),
    }
}

pub(crate) async fn a_subject_belongs_to_one_person(home: Home) {
    let [ada, bob] = people(&home).await;
    let of_ada = identity(ISSUER, "1", &ada);
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.find_identity(ISSUER, "1").await.unwrap(), None);
    assert!(transaction.insert_identity(&of_ada).await.unwrap());
    assert!(!transaction.insert_identity(&identity(ISSUER, "1", &bob)).await.unwrap());
    // Subjects are told apart by each byte.
    assert!(transaction.insert_identity(&identity(ISSUER, "1 ", &bob)).await.unwrap());
    assert_eq!(transaction.find_identity(ISSUER, "1").await.unwrap(), Some(of_ada.clone()));
    assert_eq!(transaction.find_identity("https://other.example.com", "1").await.unwrap(), None);
    let found = transaction.find_identity_of(ada.id, ISSUER).await.unwrap();
    assert_eq!(found.as_ref(), Some(&of_ada));
    let elsewhere = transaction.find_identity_of(ada.id, "https://other.example.com").await;
    assert_eq!(elsewhere.unwrap(), None);
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_identities(ada.id).await.unwrap(), [of_ada]);
}

pub(crate) async fn a_person_has_one_subject_at_an_issuer(home: Home) {
    let [ada, bob] = people(&home).await;
    let elsewhere = identity("https://other.example.com", "1", &ada);
    let mut transaction = home.store.begin().await.unwrap();
    assert!(transaction.insert_identity(&identity(ISSUER, "1", &ada)).await.unwrap());
    assert!(!transaction.insert_identity(&identity(ISSUER, "2", &ada)).await.unwrap());
    assert!(transaction.insert_identity(&elsewhere).await.unwrap());
    assert_eq!(transaction.remove_identities_of(bob.id).await.unwrap(), 0);
    assert_eq!(transaction.remove_identities_of(ada.id).await.unwrap(), 2);
    assert!(transaction.insert_identity(&identity(ISSUER, "2", &ada)).await.unwrap());
    transaction.commit().await.unwrap();
    let found = home.store.list_identities(ada.id).await.unwrap();
    assert_eq!(found, [identity(ISSUER, "2", &ada)]);
}

pub(crate) async fn what_is_pending_goes_with_its_link(home: Home) {
    let [ada, bob] = people(&home).await;
    let entropy = Entropy::from_seed(2);
    let link = |person: &Person, digest: &str, minutes: i64| OneTimeLink {
        id: entropy.id(now()),
        purpose: LinkPurpose::SecondFactor,
        person_id: Some(person.id),
        digest: SecretDigest(digest.to_owned()),
        created_at: now(),
        expires_at: now() + SignedDuration::from_mins(minutes),
    };
    let pending = |subject: &str| PendingIdentity {
        issuer: ISSUER.to_owned(),
        subject: subject.to_owned(),
        provider: "Example".to_owned(),
    };
    let links = [
        link(&ada, "used", 5),
        link(&ada, "over", 1),
        link(&ada, "unbound", 5),
        link(&bob, "disabled", 5),
    ];
    let by_password = link(&ada, "by password", 5);
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_link(&by_password).await.unwrap();
    for link in &links {
        transaction.insert_link(link).await.unwrap();
        let pending = pending(&link.digest.0);
        transaction.insert_pending_identity(&link.digest, &pending).await.unwrap();
    }
    for link in &links {
        let found = transaction.find_pending_identity(&link.digest).await.unwrap();
        assert_eq!(found, Some(pending(&link.digest.0)));
    }
    assert_eq!(transaction.find_pending_identity(&by_password.digest).await.unwrap(), None);
    transaction.commit().await.unwrap();

    let left = "select subject from pending_identities order by subject";
    let mut transaction = home.store.begin().await.unwrap();
    assert!(transaction.remove_link(links[0].id).await.unwrap());
    let over = now() + SignedDuration::from_mins(1);
    assert_eq!(transaction.remove_links_over(over).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    assert_eq!(home.rows(left).await, ["disabled", "unbound"]);
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.remove_pending_identities_of(ada.id).await.unwrap(), 1);
    assert_eq!(transaction.remove_links_of(bob.id).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    assert_eq!(home.rows(left).await, [""; 0]);
    assert!(home.store.find_link(&by_password.digest).await.unwrap().is_some());
    assert_eq!(home.store.find_link(&links[2].digest).await.unwrap(), None);
}

pub(crate) async fn a_trip_is_used_once(home: Home) {
    let digest = SecretDigest("one".to_owned());
    let end = now() + SignedDuration::from_mins(10);
    let mut transaction = home.store.begin().await.unwrap();
    assert!(transaction.use_trip(&digest, end, now()).await.unwrap());
    transaction.commit().await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    assert!(!transaction.use_trip(&digest, end, now()).await.unwrap());
    transaction.rollback().await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    let other = SecretDigest("other".to_owned());
    assert!(transaction.use_trip(&other, end, end).await.unwrap());
    // The first one is forgotten, since it is over.
    assert!(transaction.use_trip(&digest, end, now()).await.unwrap());
    transaction.commit().await.unwrap();
}
