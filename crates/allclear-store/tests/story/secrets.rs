//! Secrets: sealed where they lie, and opened only where they belong.

use allclear_domain::ids::SecretId;
use allclear_domain::{Entropy, SecretText};
use allclear_store::{Keyring, NewSecret, SealedBy, ShutSecret, Store};
use uuid::Uuid;

use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

const SECRET: &str = "hunter2-and-hunter3";

fn key(seed: u64) -> String {
    Keyring::new_key(&Entropy::from_seed(seed))
}

/// A store with the keys of some seeds.
fn with(store: &Store, seeds: &[u64]) -> Store {
    let keys: Vec<String> = seeds.iter().map(|seed| key(*seed)).collect();
    store.clone().with_keyring(Keyring::read(&keys.join("\n")).unwrap())
}

/// Writes a secret of a new owner.
async fn write(store: &Store, samples: &Samples) -> (Uuid, SecretId) {
    let (owner_id, id) = (samples.0.uuid(at(NOW)), samples.0.id(at(NOW)));
    let text = SecretText::new(SECRET.to_owned());
    let new = NewSecret { id, context: "to shop".to_owned(), text };
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_secrets(owner_id, &[new], &samples.0).await.unwrap();
    transaction.commit().await.unwrap();
    (owner_id, id)
}

async fn open(store: &Store, (owner_id, id): (Uuid, SecretId)) -> Result<String, ShutSecret> {
    let all = store.list_sealed_secrets().await.unwrap().open(id, owner_id, "to shop");
    let own = store.list_sealed_secrets_of(owner_id).await.unwrap().open(id, owner_id, "to shop");
    assert_eq!(all, own);
    all.map(|text| text.reveal().to_owned())
}

pub(crate) async fn a_secret_is_sealed_and_read_back(home: Home) {
    let (samples, store) = (Samples::new(), with(&home.store, &[1]));
    let one = write(&store, &samples).await;
    assert_eq!(open(&store, one).await.as_deref(), Ok(SECRET));
    let sealed = store.list_sealed_secrets().await.unwrap();
    let elsewhere = sealed.open(one.1, one.0, "to shop of somebody else");
    assert_eq!(elsewhere.unwrap_err(), ShutSecret::Damaged);
    let missing = samples.0.id(at(NOW));
    assert_eq!(sealed.open(missing, one.0, "to shop").unwrap_err(), ShutSecret::Missing);
    let mut transaction = store.begin().await.unwrap();
    transaction.remove_secrets(&[one.1]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(open(&store, one).await, Err(ShutSecret::Missing));
}

pub(crate) async fn a_secret_opens_in_its_own_row_alone(home: Home) {
    let (samples, store) = (Samples::new(), with(&home.store, &[1]));
    let (one, two) = (write(&store, &samples).await, write(&store, &samples).await);
    let hex = match home.engine {
        "sqlite" => "select hex(sealed) from secrets order by id",
        _ => "select encode(sealed, 'hex') from secrets order by id",
    };
    let sealed = home.rows(hex).await;
    assert_eq!(sealed.len(), 2);
    assert!(!sealed[0].to_lowercase().contains("68756e746572"), "{sealed:?}");
    // Somebody gives both rows the secret of the last one.
    let last = "(select sealed from secrets order by id desc limit 1)";
    home.run(&format!("update secrets set sealed = {last}")).await;
    let opened = [open(&store, one).await, open(&store, two).await];
    assert!(opened.contains(&Err(ShutSecret::Damaged)), "{opened:?}");
    assert!(opened.contains(&Ok(SECRET.to_owned())), "{opened:?}");
    home.run("update secrets set context = 'to evil'").await;
    let sealed = store.list_sealed_secrets().await.unwrap();
    for (owner_id, id) in [one, two] {
        assert_eq!(sealed.open(id, owner_id, "to evil").unwrap_err(), ShutSecret::Damaged);
    }
    let nothing = if home.engine == "sqlite" { "x''" } else { "''" };
    home.run(&format!("update secrets set context = 'to shop', sealed = {nothing}")).await;
    assert_eq!(open(&store, one).await, Err(ShutSecret::Damaged));
}

pub(crate) async fn without_its_key_a_secret_stays_as_it_is(home: Home) {
    let (samples, store) = (Samples::new(), with(&home.store, &[1]));
    let one = write(&store, &samples).await;
    let wrong = with(&home.store, &[2]);
    let error = open(&wrong, one).await.unwrap_err();
    assert!(matches!(error, ShutSecret::OtherKey { .. }), "{error}");
    assert_eq!(wrong.reseal_secrets(&samples.0).await.unwrap(), 0);
    let absent = home.store.clone().with_keyring(Keyring::absent("put the file back"));
    assert_eq!(open(&absent, one).await, Err(ShutSecret::NoKey("put the file back".to_owned())));
    let text = SecretText::new(SECRET.to_owned());
    let new = NewSecret { id: samples.0.id(at(NOW)), context: String::new(), text };
    let mut transaction = absent.begin().await.unwrap();
    assert_eq!(transaction.cannot_seal(), Some("put the file back"));
    let refused = transaction.insert_secrets(one.0, &[new], &samples.0).await.unwrap_err();
    assert!(refused.to_string().ends_with("put the file back"), "{refused}");
    drop(transaction);
    assert_eq!(open(&store, one).await.as_deref(), Ok(SECRET));
}

pub(crate) async fn another_key_takes_the_place_of_one(home: Home) {
    let samples = Samples::new();
    let one = write(&with(&home.store, &[1]), &samples).await;
    let two = write(&with(&home.store, &[3]), &samples).await;
    let both = with(&home.store, &[2, 1]);
    assert_eq!(both.reseal_secrets(&samples.0).await.unwrap(), 1);
    assert_eq!(both.reseal_secrets(&samples.0).await.unwrap(), 0, "it is done once");
    let new = with(&home.store, &[2]);
    assert_eq!(open(&new, one).await.as_deref(), Ok(SECRET));
    // What does not open is left alone.
    assert!(matches!(open(&new, two).await, Err(ShutSecret::OtherKey { .. })));
    let mut keys = new.list_keys_of_secrets().await.unwrap();
    keys.sort_by_key(|one| !one.is_there);
    let id = |seed| Keyring::read(&key(seed)).unwrap().ids()[0].to_owned();
    assert_eq!(
        keys,
        [
            SealedBy { key_id: id(2), secrets: 1, is_there: true },
            SealedBy { key_id: id(3), secrets: 1, is_there: false },
        ]
    );
    assert_eq!(open(&with(&home.store, &[3]), two).await.as_deref(), Ok(SECRET));
}
