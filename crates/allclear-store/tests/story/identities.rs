//! Whom a provider says people are, and the trips there.

use allclear_domain::person::PersonState;
use allclear_domain::session::SecretDigest;
use allclear_domain::{EmailAddress, Entropy, Identity, Person, Role};
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
