//! People, what they sign in with, sessions, tokens and one-time links.

use std::collections::BTreeSet;

use allclear_domain::ids::PersonId;
use allclear_domain::person::PersonState;
use allclear_domain::session::{LinkPurpose, SecretDigest};
use allclear_domain::status_page::ReaderPassword;
use allclear_domain::{
    ApiToken, Credentials, EmailAddress, Entropy, OneTimeLink, Person, Role, Scope, Session,
    StatusPage,
};
use allclear_store::{StoreError, TokenRow};
use jiff::{SignedDuration, Timestamp};

use crate::harness::Home;
use crate::samples::Samples;

pub(crate) fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

pub(crate) fn person(entropy: &Entropy, email: &str) -> Person {
    Person {
        id: entropy.id(now()),
        email: EmailAddress::new(email).unwrap(),
        name: "Ada \u{1f511}".to_owned(),
        role: Role::Editor,
        state: PersonState::Active,
        created_at: now(),
    }
}

fn session(entropy: &Entropy, person_id: PersonId, digest: &str) -> Session {
    Session {
        id: entropy.id(now()),
        person_id,
        digest: SecretDigest(digest.to_owned()),
        client: "a browser".to_owned(),
        created_at: now(),
        seen_at: now(),
        expires_at: now() + SignedDuration::from_hours(1),
    }
}

pub(crate) async fn people_read_back(home: Home) {
    let entropy = Entropy::from_seed(1);
    let ada = person(&entropy, "ada@example.com");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    transaction.commit().await.unwrap();

    let stored = home.store.find_person_by_email(&ada.email).await.unwrap().unwrap();
    assert_eq!(stored.value, ada);
    assert_eq!(home.store.list_people().await.unwrap(), std::slice::from_ref(&ada));

    let changed = Person { role: Role::Owner, ..ada.clone() };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.update_person(&changed, stored.version).await.unwrap();
    assert_eq!(transaction.find_person(ada.id).await.unwrap().unwrap().value, changed);
    transaction.commit().await.unwrap();

    let other = person(&entropy, "ada@example.com");
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.insert_person(&other).await.unwrap_err();
    assert!(matches!(&error, StoreError::Duplicate { .. }), "{error}");
    assert!(error.to_string().contains("address"), "{error}");
}

pub(crate) async fn credentials_are_set_over_each_other(home: Home) {
    let entropy = Entropy::from_seed(2);
    let ada = person(&entropy, "ada@example.com");
    let first = Credentials {
        person_id: ada.id,
        password_hash: "$argon2id$first".to_owned(),
        totp_secret: None,
        totp_step: 0,
        changed_at: now(),
    };
    let second = Credentials {
        password_hash: "$argon2id$second".to_owned(),
        totp_secret: Some("ABC".to_owned()),
        totp_step: 5,
        ..first.clone()
    };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    assert_eq!(transaction.find_credentials(ada.id).await.unwrap(), None);
    transaction.set_credentials(&first).await.unwrap();
    transaction.set_credentials(&second).await.unwrap();
    assert!(!transaction.use_totp_step(ada.id, 5).await.unwrap(), "a code opens once");
    assert!(transaction.use_totp_step(ada.id, 6).await.unwrap());
    assert!(!transaction.use_totp_step(ada.id, 6).await.unwrap());
    transaction.commit().await.unwrap();
    let found = home.store.find_credentials(ada.id).await.unwrap().unwrap();
    assert_eq!(found, Credentials { totp_step: 6, ..second });
}

pub(crate) async fn sessions_begin_and_end(home: Home) {
    let entropy = Entropy::from_seed(3);
    let ada = person(&entropy, "ada@example.com");
    let here = session(&entropy, ada.id, "here");
    let there = Session {
        seen_at: now() + SignedDuration::from_mins(1),
        ..session(&entropy, ada.id, "there")
    };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    transaction.insert_session(&here).await.unwrap();
    transaction.insert_session(&there).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_session(&here.digest).await.unwrap(), Some(here.clone()));
    assert_eq!(home.store.list_sessions(ada.id).await.unwrap(), [there.clone(), here.clone()]);

    let later = now() + SignedDuration::from_mins(9);
    let mut transaction = home.store.begin().await.unwrap();
    transaction.set_session_seen_at(here.id, later).await.unwrap();
    assert!(transaction.remove_session(there.id).await.unwrap());
    assert!(!transaction.remove_session(there.id).await.unwrap());
    assert_eq!(transaction.remove_sessions_over(later, later).await.unwrap(), 0);
    transaction.commit().await.unwrap();
    let found = home.store.list_sessions(ada.id).await.unwrap();
    assert_eq!(found, [Session { seen_at: later, ..here.clone() }]);

    let mut transaction = home.store.begin().await.unwrap();
    let second = SignedDuration::from_secs(1);
    assert!(!home.store.has_sessions_over(now(), later).await.unwrap());
    assert!(home.store.has_sessions_over(now(), later + second).await.unwrap());
    assert!(home.store.has_sessions_over(here.expires_at, now()).await.unwrap());
    assert_eq!(transaction.remove_sessions_over(now(), later + second).await.unwrap(), 1);
    for kept in [&there, &here] {
        transaction.insert_session(kept).await.unwrap();
    }
    assert_eq!(transaction.remove_other_sessions_of(ada.id, here.id).await.unwrap(), 1);
    assert_eq!(transaction.list_sessions(ada.id).await.unwrap(), std::slice::from_ref(&here));
    assert_eq!(transaction.remove_sessions_over(here.expires_at, now()).await.unwrap(), 1);
    assert_eq!(transaction.remove_sessions_of(ada.id).await.unwrap(), 0);
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_session(&here.digest).await.unwrap(), None);
}

pub(crate) async fn a_session_of_nobody_is_refused(home: Home) {
    let entropy = Entropy::from_seed(4);
    let nobody = entropy.id(now());
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.insert_session(&session(&entropy, nobody, "x")).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
}

pub(crate) async fn tokens_read_back(home: Home) {
    let entropy = Entropy::from_seed(5);
    let token = ApiToken {
        id: entropy.id(now()),
        name: "deploy".to_owned(),
        scopes: BTreeSet::from([Scope::Read, Scope::Incidents]),
        created_by: None,
        created_at: now(),
        expires_at: Some(now() + SignedDuration::from_hours(1)),
        revoked_at: None,
    };
    let digest = SecretDigest("digest".to_owned());
    let row = TokenRow { token, digest: digest.clone(), used_at: None };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_token(&row).await.unwrap();
    transaction.set_token_used_at(row.token.id, now()).await.unwrap();
    transaction.commit().await.unwrap();
    let used = TokenRow { used_at: Some(now()), ..row.clone() };
    let stored = home.store.find_token(&digest).await.unwrap().unwrap();
    assert_eq!(stored.value, used);

    let revoked = TokenRow { token: row.token.clone().revoke(now()).unwrap(), ..used };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.update_token(&revoked, stored.version).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_tokens().await.unwrap(), [revoked]);
}

pub(crate) async fn a_link_is_found_once(home: Home) {
    let entropy = Entropy::from_seed(6);
    let ada = person(&entropy, "ada@example.com");
    let link = |purpose, person_id, digest: &str| OneTimeLink {
        id: entropy.id(now()),
        purpose,
        person_id,
        digest: SecretDigest(digest.to_owned()),
        created_at: now(),
        expires_at: now() + SignedDuration::from_hours(1),
    };
    let set_up = link(LinkPurpose::SetUp, None, "a");
    let invitation = link(LinkPurpose::Invitation, Some(ada.id), "b");
    let reset = link(LinkPurpose::PasswordReset, Some(ada.id), "c");
    let code = link(LinkPurpose::SecondFactor, Some(ada.id), "d");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    for link in [&set_up, &invitation, &reset, &code] {
        transaction.insert_link(link).await.unwrap();
    }
    transaction.commit().await.unwrap();
    for link in [&set_up, &invitation, &reset, &code] {
        assert_eq!(home.store.find_link(&link.digest).await.unwrap().as_ref(), Some(link));
    }
    let mut transaction = home.store.begin().await.unwrap();
    assert!(transaction.remove_link(invitation.id).await.unwrap());
    assert!(!transaction.remove_link(invitation.id).await.unwrap());
    assert_eq!(transaction.remove_links_for(LinkPurpose::SetUp).await.unwrap(), 1);
    assert_eq!(transaction.remove_links_over(now()).await.unwrap(), 0);
    assert!(!home.store.has_links_over(now()).await.unwrap());
    assert!(home.store.has_links_over(reset.expires_at).await.unwrap());
    assert_eq!(transaction.remove_links_of(ada.id).await.unwrap(), 2);
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_link(&reset.digest).await.unwrap(), None);
}

pub(crate) async fn a_recovery_code_is_used_once(home: Home) {
    let entropy = Entropy::from_seed(7);
    let (ada, bob) = (person(&entropy, "ada@example.com"), person(&entropy, "bob@example.com"));
    let digests = ["a", "b", "c"].map(|text| SecretDigest(text.to_owned()));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    transaction.insert_person(&bob).await.unwrap();
    transaction.set_recovery_codes(ada.id, &digests).await.unwrap();
    assert!(!transaction.use_recovery_code(bob.id, &digests[0]).await.unwrap(), "it is Ada's");
    assert!(transaction.use_recovery_code(ada.id, &digests[0]).await.unwrap());
    assert!(!transaction.use_recovery_code(ada.id, &digests[0]).await.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(home.store.count_recovery_codes(ada.id).await.unwrap(), 2);
    assert_eq!(home.store.count_recovery_codes(bob.id).await.unwrap(), 0);

    let mut transaction = home.store.begin().await.unwrap();
    transaction.set_recovery_codes(ada.id, &digests[..1]).await.unwrap();
    assert!(!transaction.use_recovery_code(ada.id, &digests[1]).await.unwrap(), "replaced");
    transaction.set_recovery_codes(ada.id, &[]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.count_recovery_codes(ada.id).await.unwrap(), 0);
}

pub(crate) async fn when_somebody_was_last_there(home: Home) {
    let entropy = Entropy::from_seed(8);
    let (ada, bob) = (person(&entropy, "ada@example.com"), person(&entropy, "bob@example.com"));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_person(&ada).await.unwrap();
    transaction.insert_person(&bob).await.unwrap();
    transaction.set_person_seen_at(ada.id, now()).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_seen().await.unwrap(), [(ada.id, now())].into());
    let stored = home.store.find_person(ada.id).await.unwrap().unwrap();
    assert_eq!((&stored.value, stored.version), (&ada, 1), "that is no change of the person");
}

pub(crate) async fn what_readers_are_let_in_by(home: Home) {
    let samples = Samples::new();
    let (shop, host) = (samples.page("shop"), samples.page("host"));
    let password = |page: &StatusPage, hash: &str| ReaderPassword {
        page_id: page.id,
        password_hash: hash.to_owned(),
        cookie_key: format!("key of {hash}"),
    };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&shop).await.unwrap();
    transaction.insert_status_page(&host).await.unwrap();
    transaction.set_reader_password(&password(&shop, "first")).await.unwrap();
    transaction.set_reader_password(&password(&host, "other")).await.unwrap();
    let revision = transaction.commit().await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.set_reader_password(&password(&shop, "second")).await.unwrap();
    transaction.commit().await.unwrap();
    let found = home.store.find_reader_password(shop.id).await.unwrap();
    assert_eq!(found, Some(password(&shop, "second")));
    assert!(!format!("{found:?}").contains("second"), "it prints as nothing");

    // All of them come with every change, and with none.
    let changes = home.store.changes_since(revision).await.unwrap();
    let mut found = changes.reader_passwords;
    found.sort_by(|a, b| b.password_hash.cmp(&a.password_hash));
    assert_eq!(found, [password(&shop, "second"), password(&host, "other")]);
    let changes = home.store.changes_since(changes.revision).await.unwrap();
    assert_eq!(changes.reader_passwords.len(), 2);

    let mut transaction = home.store.begin().await.unwrap();
    transaction.remove_reader_password(shop.id).await.unwrap();
    transaction.remove_reader_password(shop.id).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_reader_password(shop.id).await.unwrap(), None);
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.set_reader_password(&password(&samples.page("gone"), "x")).await;
    assert!(error.is_err(), "of a page that is not there");
}
