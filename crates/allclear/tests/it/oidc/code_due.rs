//! The provider vouches for somebody with an authenticator: until the code was right, nothing about
//! them changes. Told on both engines.

use allclear_domain::person::PersonState;
use allclear_domain::{Clock, Credentials, Person};
use allclear_people::totp;
use allclear_store::AuditFilter;
use jiff::SignedDuration;

use super::hostile::{Hostile, back, well_signed};
use super::{office, set_out};
use crate::console::{NOON, Office};
use crate::support::Engine;
use crate::support::browser::{Browser, Page};

const SECRET: &str = "JBSWY3DPEHPK3PXP";
/// What nobody's password has become: it is only compared here.
const HASH: &str = "a hash";

/// Ada was invited, and has an authenticator and a password from before.
async fn house(engine: Engine) -> (Hostile, Office) {
    let hostile = Hostile::start().await;
    let office = office(engine, &hostile.issuer, NOON.parse().unwrap()).await;
    let credentials = Credentials {
        person_id: ada(&office).await.id,
        password_hash: HASH.to_owned(),
        totp_secret: Some(SECRET.to_owned()),
        totp_step: 0,
        changed_at: office.clock.now(),
    };
    let mut transaction = office.instance.store().begin().await.unwrap();
    transaction.set_credentials(&credentials).await.unwrap();
    transaction.commit().await.unwrap();
    (hostile, office)
}

async fn ada(office: &Office) -> Person {
    let people = office.instance.store().list_people().await.unwrap();
    people.into_iter().find(|person| person.email.as_str() == "ada@example.com").unwrap()
}

/// Comes from the provider, which calls them by this, and is asked for the code.
async fn halfway(hostile: &Hostile, office: &Office, subject: &str) -> (Browser, Page) {
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    let mut claims = hostile.claims(&there, office.clock.now());
    claims["sub"] = subject.into();
    hostile.give(&well_signed(&claims));
    let page = browser.ask("GET", &back(&there), None).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.hidden("pending").is_some(), "the code is asked for: {}", page.text);
    (browser, page)
}

async fn give(browser: &mut Browser, asked: &Page, code: &str) -> Page {
    let hidden = |name: &'static str| (name, asked.hidden(name).unwrap());
    let fields = [hidden("form_token"), hidden("pending"), ("code", code)];
    browser.send("/console/sign-in/code", &fields).await
}

/// What is known of Ada: their state, their password, the subjects they are bound to, and how often
/// the audit log says that somebody signed in through the provider.
async fn known(office: &Office) -> (PersonState, String, Vec<String>, usize) {
    let (store, ada) = (office.instance.store(), ada(office).await);
    let identities = store.list_identities(ada.id).await.unwrap();
    let entries = store.list_audit_entries(&AuditFilter::default(), 100).await.unwrap();
    let told = entries.iter().filter_map(|entry| entry.after.as_deref());
    (
        ada.state,
        store.find_credentials(ada.id).await.unwrap().unwrap().password_hash,
        identities.into_iter().map(|identity| identity.subject).collect(),
        told.filter(|after| after.contains("signed_in_with") || after.contains("bound_to")).count(),
    )
}

#[tokio::test]
async fn nothing_changes_before_the_code_was_right() {
    for engine in Engine::ALL {
        let (hostile, office) = house(engine).await;
        let (mut first, asked_first) = halfway(&hostile, &office, "ada").await;
        let (mut second, asked_second) = halfway(&hostile, &office, "somebody else").await;
        let untouched = (PersonState::Invited, HASH.to_owned(), vec![], 0);
        assert_eq!(known(&office).await, untouched, "{engine:?}");
        let page = give(&mut second, &asked_second, "000000").await;
        assert_eq!(page.status, 401, "{}", page.text);
        assert!(!second.has_cookie("allclear_session"));
        assert_eq!(known(&office).await, untouched, "{engine:?}");

        let code = totp::code_at(SECRET, office.clock.now()).unwrap();
        let page = give(&mut first, &asked_first, &code).await;
        assert_eq!(page.status, 303, "{}", page.text);
        assert!(first.has_cookie("allclear_session"));
        let (state, hash, subjects, told) = known(&office).await;
        assert_eq!((state, subjects, told), (PersonState::Active, vec!["ada".to_owned()], 2));
        assert_ne!(hash, HASH, "the password of before opens nothing");

        // Of two that waited, one is bound.
        office.clock.turn(SignedDuration::from_secs(30));
        let code = totp::code_at(SECRET, office.clock.now()).unwrap();
        let page = give(&mut second, &asked_second, &code).await;
        assert_eq!(page.status, 410, "{}", page.text);
        assert!(!second.has_cookie("allclear_session"));
        assert_eq!(known(&office).await.2, ["ada"]);
        office.instance.stop().await;
    }
}
