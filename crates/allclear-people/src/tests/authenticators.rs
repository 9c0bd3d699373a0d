//! Authenticators: enrolled with a code, asked for, lost and got over.

use super::*;

/// An owner with an authenticator: its secret and the recovery codes.
async fn enrolled() -> (Home, Person, String, Vec<Secret>) {
    let (home, owner) = Home::with_owner().await;
    let secret = totp::mint(&home.entropy);
    let code = totp::code_at(&secret, home.now).unwrap();
    let codes = enroll(&home, &owner, PASSWORD, &secret, &code).await.unwrap();
    (home, owner, secret, codes)
}

fn own<'a>(owner: &'a Person, password: &'a str) -> Own<'a> {
    Own { person: owner, session_id: uuid_of_nobody(), password, address: "192.0.2.1" }
}

fn uuid_of_nobody() -> allclear_domain::ids::SessionId {
    Entropy::from_seed(0).id(Timestamp::UNIX_EPOCH)
}

async fn enroll(
    home: &Home,
    owner: &Person,
    password: &str,
    secret: &str,
    code: &str,
) -> Result<Vec<Secret>, PeopleError> {
    let by = owner.access();
    let (own, change) = (own(owner, password), home.change(&by.actor));
    own::enroll_authenticator(&home.store, home.checks(), own, secret, code, change).await
}

/// Gives the password; the code is due then.
async fn half(home: &Home) -> Secret {
    let FirstFactor::CodeDue(pending) = home.sign_in("owner@example.com", PASSWORD).await.unwrap()
    else {
        panic!("a code is due");
    };
    pending
}

async fn with_code(
    home: &Home,
    pending: &Secret,
    code: &str,
) -> Result<sessions::SignedIn, PeopleError> {
    let (store, attempts, entropy) = (&home.store, &home.attempts, &home.entropy);
    sign_in::with_code(store, attempts, pending.reveal(), code, FROM, entropy, home.now).await
}

#[tokio::test]
async fn it_is_enrolled_with_password_and_code() {
    let (home, owner) = Home::with_owner().await;
    let secret = totp::mint(&home.entropy);
    let code = totp::code_at(&secret, home.now).unwrap();
    let wrong = enroll(&home, &owner, PASSWORD, &secret, "000").await;
    assert!(matches!(wrong, Err(PeopleError::WrongCode)));
    let wrong = enroll(&home, &owner, "a wrong password", &secret, &code).await;
    assert!(matches!(wrong, Err(PeopleError::WrongPassword)));
    let weak = enroll(&home, &owner, PASSWORD, "ABC", &code).await;
    assert!(matches!(weak, Err(PeopleError::Invalid(_))), "a secret that is not ours");
    home.session().await;
    let codes = enroll(&home, &owner, PASSWORD, &secret, &code).await.unwrap();
    assert_eq!(codes.len(), allclear_domain::limits::RECOVERY_CODES);
}

#[tokio::test]
async fn it_is_asked_for_and_a_code_opens_once() {
    let (mut home, _, secret, _) = enrolled().await;
    let pending = half(&home).await;
    assert!(!home.opens(&pending).await, "half of signing in opens nothing");
    let used = with_code(&home, &pending, &totp::code_at(&secret, home.now).unwrap()).await;
    assert!(matches!(used, Err(PeopleError::WrongCode)), "it was used to enroll");
    home.now += SignedDuration::from_secs(60);
    let code = totp::code_at(&secret, home.now).unwrap();
    with_code(&home, &pending, &code).await.unwrap();
    let again = with_code(&home, &pending, &code).await;
    assert!(matches!(again, Err(PeopleError::LinkOver)));
}

#[tokio::test]
async fn a_recovery_code_opens_once_in_its_place() {
    let (home, owner, _, codes) = enrolled().await;
    let pending = half(&home).await;
    let wrong = with_code(&home, &pending, "abcd-efgh-ijkl-mnop").await;
    assert!(matches!(wrong, Err(PeopleError::WrongCode)));
    let copied = codes[3].reveal().to_uppercase().replace('-', " ");
    with_code(&home, &pending, &copied).await.unwrap();
    assert_eq!(home.store.count_recovery_codes(owner.id).await.unwrap(), codes.len() - 1);
    let told = home.told().await;
    assert!(told.iter().any(|told| told.contains("recovery code used")), "{told:?}");
    assert!(!told.iter().any(|told| told.contains(codes[3].reveal())), "{told:?}");
    let again = with_code(&home, &half(&home).await, codes[3].reveal()).await;
    assert!(matches!(again, Err(PeopleError::WrongCode)));
}

#[tokio::test]
async fn new_recovery_codes_replace_the_former_ones() {
    let (home, owner, _, former) = enrolled().await;
    let by = owner.access();
    let renew = async |password| {
        let (own, change) = (own(&owner, password), home.change(&by.actor));
        own::renew_recovery_codes(&home.store, home.checks(), own, change).await
    };
    assert!(matches!(renew("a wrong password").await, Err(PeopleError::WrongPassword)));
    let codes = renew(PASSWORD).await.unwrap();
    let refused = with_code(&home, &half(&home).await, former[0].reveal()).await;
    assert!(matches!(refused, Err(PeopleError::WrongCode)));
    with_code(&home, &half(&home).await, codes[0].reveal()).await.unwrap();
}

#[tokio::test]
async fn whoever_has_it_may_remove_it_with_the_password() {
    let (home, owner, _, _) = enrolled().await;
    let by = owner.access();
    let remove = async |password| {
        let (own, change) = (own(&owner, password), home.change(&by.actor));
        own::remove_authenticator(&home.store, home.checks(), own, change).await
    };
    assert!(matches!(remove("a wrong password").await, Err(PeopleError::WrongPassword)));
    remove(PASSWORD).await.unwrap();
    home.session().await;
    assert_eq!(home.store.count_recovery_codes(owner.id).await.unwrap(), 0);
    assert!(matches!(remove(PASSWORD).await, Err(PeopleError::NoAuthenticator)));
}

#[tokio::test]
async fn another_owner_gets_somebody_over_a_lost_one() {
    let (home, owner, _, _) = enrolled().await;
    let by = owner.access();
    let change = home.change(&by.actor);
    accounts::remove_authenticator(&home.store, owner.id, &by, change).await.unwrap();
    home.session().await;
    let again = accounts::remove_authenticator(&home.store, owner.id, &by, change).await;
    assert!(matches!(again, Err(PeopleError::NoAuthenticator)));
}

/// A link to another password is handed around; it must not get anybody past the authenticator.
#[tokio::test]
async fn a_new_password_does_not_get_past_it() {
    let (home, owner, _, codes) = enrolled().await;
    let by = owner.access();
    let earlier = half(&home).await;
    let (_, purpose, link) =
        links::renew(&home.store, owner.id, &by, home.change(&by.actor)).await.unwrap();
    let redemption = Redemption { purpose, presented: link.reveal(), client: "a browser" };
    let (passwords, entropy) = (&home.passwords, &home.entropy);
    let redeemed =
        links::redeem(&home.store, passwords, redemption, PASSWORD, entropy, home.now).await;
    let FirstFactor::CodeDue(pending) = redeemed.unwrap() else {
        panic!("a code is due");
    };
    let with_former = with_code(&home, &earlier, codes[0].reveal()).await;
    assert!(matches!(with_former, Err(PeopleError::LinkOver)), "begun with the former password");
    with_code(&home, &pending, codes[0].reveal()).await.unwrap();
}
