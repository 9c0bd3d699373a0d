//! Passkeys of people.

use allclear_domain::ids::PersonId;
use allclear_domain::{Entropy, Passkey, Person};
use allclear_store::StoreError;
use jiff::SignedDuration;

use crate::harness::Home;
use crate::people::{now, person};

fn passkey(entropy: &Entropy, person_id: PersonId, credential_id: &str) -> Passkey {
    Passkey {
        id: entropy.id(now()),
        person_id,
        credential_id: credential_id.to_owned(),
        name: "Ada's phone \u{1f511}".to_owned(),
        public_key: r#"{"counter":1}"#.to_owned(),
        created_at: now(),
        used_at: None,
    }
}

/// Ada with a passkey, and Bob.
async fn ada_and_bob(home: &Home) -> (Entropy, Person, Passkey, Person) {
    let entropy = Entropy::from_seed(1);
    let (ada, bob) = (person(&entropy, "ada@example.com"), person(&entropy, "bob@example.com"));
    let phone = passkey(&entropy, ada.id, "phone");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    transaction.insert_person(&bob).await.unwrap();
    transaction.insert_passkey(&phone).await.unwrap();
    transaction.commit().await.unwrap();
    (entropy, ada, phone, bob)
}

pub(crate) async fn passkeys_read_back(home: Home) {
    let (entropy, ada, phone, bob) = ada_and_bob(&home).await;
    let used = Some(now() + SignedDuration::from_mins(1));
    let key = Passkey { used_at: used, ..passkey(&entropy, ada.id, "key") };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_passkey(&key).await.unwrap();
    let both = [phone.clone(), key.clone()];
    assert_eq!(transaction.list_passkeys(ada.id).await.unwrap(), both);
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_passkeys(ada.id).await.unwrap(), both);
    assert_eq!(home.store.list_passkeys(bob.id).await.unwrap(), []);
    assert_eq!(home.store.find_passkey("key").await.unwrap(), Some(key));
    assert_eq!(home.store.find_passkey("none").await.unwrap(), None);
}

pub(crate) async fn a_passkey_belongs_to_one_person(home: Home) {
    let (entropy, ada, phone, bob) = ada_and_bob(&home).await;
    let mut transaction = home.store.begin().await.unwrap();
    let again = passkey(&entropy, bob.id, &phone.credential_id);
    let error = transaction.insert_passkey(&again).await.unwrap_err();
    assert!(matches!(&error, StoreError::Duplicate { .. }), "{error}");
    assert!(error.to_string().contains("this passkey"), "{error}");
    drop(transaction);

    let mut transaction = home.store.begin().await.unwrap();
    assert!(!transaction.rename_passkey(phone.id, bob.id, "mine").await.unwrap());
    assert!(!transaction.remove_passkey(phone.id, bob.id).await.unwrap());
    assert!(transaction.rename_passkey(phone.id, ada.id, "old phone").await.unwrap());
    transaction.commit().await.unwrap();
    let renamed = Passkey { name: "old phone".to_owned(), ..phone.clone() };
    assert_eq!(home.store.list_passkeys(ada.id).await.unwrap(), [renamed]);

    let mut transaction = home.store.begin().await.unwrap();
    assert!(transaction.remove_passkey(phone.id, ada.id).await.unwrap());
    assert!(!transaction.remove_passkey(phone.id, ada.id).await.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_passkey(&phone.credential_id).await.unwrap(), None);
}

pub(crate) async fn a_use_is_remembered_once(home: Home) {
    let (_, _, phone, _) = ada_and_bob(&home).await;
    let next = r#"{"counter":2}"#;
    let mut transaction = home.store.begin().await.unwrap();
    assert!(transaction.use_passkey(&phone, next, now()).await.unwrap());
    assert!(!transaction.use_passkey(&phone, next, now()).await.unwrap(), "it was used meanwhile");
    transaction.commit().await.unwrap();
    let used = Passkey { public_key: next.to_owned(), used_at: Some(now()), ..phone };
    assert_eq!(home.store.find_passkey("phone").await.unwrap(), Some(used));
}

pub(crate) async fn passkeys_go_with_their_person(home: Home) {
    ada_and_bob(&home).await;
    // What tests change behind the store's back is not checked by SQLite unless they ask for it.
    let pragma = if home.engine == "sqlite" { "pragma foreign_keys = on;" } else { "" };
    home.run(&format!("{pragma} delete from people where email = 'ada@example.com'")).await;
    assert_eq!(home.store.find_passkey("phone").await.unwrap(), None);
}
