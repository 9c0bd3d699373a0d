//! Who gets in because a provider vouches for them, and who does not.

use allclear_domain::person::PersonState;
use allclear_domain::session::SecretDigest;

use super::*;
use crate::provider::{self, NotSignedIn, UsedTrip, Vouched};

fn vouched(subject: &str, email: &str) -> Vouched {
    Vouched {
        issuer: "https://id.example.com".to_owned(),
        provider: "Example".to_owned(),
        subject: subject.to_owned(),
        email: Some(email.to_owned()),
        is_email_verified: true,
    }
}

impl Home {
    /// Comes back from a trip of its own.
    async fn come(&self, vouched: &Vouched) -> Result<FirstFactor, NotSignedIn> {
        let trip: [u8; 8] = self.entropy.bytes();
        self.come_by(&format!("{trip:?}"), vouched).await
    }

    async fn come_by(&self, trip: &str, vouched: &Vouched) -> Result<FirstFactor, NotSignedIn> {
        let digest = SecretDigest(trip.to_owned());
        let trip = UsedTrip { digest, expires_at: self.now + SignedDuration::from_mins(10) };
        provider::sign_in(&self.store, vouched, &trip, "a browser", &self.entropy, self.now).await
    }

    async fn person(&self, id: allclear_domain::ids::PersonId) -> Person {
        self.store.find_person(id).await.unwrap().unwrap().value
    }

    async fn stand(&self, owner: &Person, person: &Person, standing: Standing) {
        let by = owner.access();
        let wanted = Wanted { standing: Some(standing), ..Wanted::default() };
        let change = self.change(&by.actor);
        accounts::change(&self.store, person.id, wanted, &by, change).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_was_invited_comes_in_by_a_verified_address_and_is_known_from_then_on() {
    let (home, owner) = Home::with_owner().await;
    let by = owner.access();
    let change = home.change(&by.actor);
    let (ada, link) =
        links::invite(&home.store, "ada@example.com", "Ada", Role::Editor, &by, change)
            .await
            .unwrap();
    let first = signed_in(home.come(&vouched("1", "Ada@Example.com")).await.unwrap());
    assert_eq!((first.person.id, first.person.state), (ada.id, PersonState::Active));
    assert!(home.opens(&first.secret).await);
    let over = home.redeem(LinkPurpose::Invitation, link.reveal()).await;
    assert!(matches!(over, Err(PeopleError::LinkOver)), "the invitation is accepted");
    let told = home.told().await;
    assert!(told.contains(&r#"{"signed_in_with":"Example"}"#.to_owned()), "{told:?}");
    assert!(told.contains(&r#"{"bound_to":"https://id.example.com"}"#.to_owned()), "{told:?}");

    // The address there may become another one, or none: the subject counts.
    for changed in [
        vouched("1", "ada.lovelace@example.com"),
        vouched("1", "owner@example.com"),
        Vouched { email: None, ..vouched("1", "") },
        Vouched { is_email_verified: false, ..vouched("1", "ada@example.com") },
    ] {
        assert_eq!(signed_in(home.come(&changed).await.unwrap()).person.id, ada.id);
    }
}

#[tokio::test]
async fn nobody_gets_in_who_is_not_there() {
    let (home, _) = Home::with_owner().await;
    let revision = home.store.revision().await.unwrap();
    let stranger = home.come(&vouched("1", "stranger@example.com")).await;
    assert!(matches!(stranger, Err(NotSignedIn::Nobody(_))), "{stranger:?}");
    let long = "1".repeat(256);
    for subject in ["", "1\u{0}", &long] {
        let nameless = home.come(&vouched(subject, "owner@example.com")).await;
        assert!(matches!(nameless, Err(NotSignedIn::NoSubject(_))), "{nameless:?}");
    }
    assert_eq!(home.store.revision().await.unwrap(), revision, "nothing is left of it");
}

/// An address that anybody can claim at the provider opens nobody's account.
#[tokio::test]
async fn an_address_that_is_not_verified_is_none() {
    let (home, _) = Home::with_owner().await;
    for unproven in [
        Vouched { is_email_verified: false, ..vouched("1", "owner@example.com") },
        Vouched { email: None, ..vouched("1", "") },
        vouched("1", "no address"),
    ] {
        let refused = home.come(&unproven).await;
        assert!(matches!(refused, Err(NotSignedIn::NoAddress(_))), "{refused:?}");
    }
}

/// The Kelvin sign becomes a `k` in lower case, and is another letter for every mail server.
#[tokio::test]
async fn an_address_that_only_looks_alike_is_another_one() {
    let (home, owner) = Home::with_owner().await;
    home.colleague(&owner, "kim@example.com", Role::Viewer).await;
    let refused = home.come(&vouched("1", "\u{212a}im@example.com")).await;
    assert!(matches!(refused, Err(NotSignedIn::NoAddress(_))), "{refused:?}");
    let kim = signed_in(home.come(&vouched("2", "KIM@example.com")).await.unwrap());
    assert_eq!(kim.person.email.as_str(), "kim@example.com");
}

/// Two accounts at the provider with one address, or an address that was given to somebody else: the
/// first one who came stays the one.
#[tokio::test]
async fn a_second_account_with_the_same_address_takes_nobody_over() {
    let (home, owner) = Home::with_owner().await;
    signed_in(home.come(&vouched("1", "owner@example.com")).await.unwrap());
    let second = home.come(&vouched("2", "owner@example.com")).await;
    assert!(matches!(second, Err(NotSignedIn::SomebodyElse(_))), "{second:?}");
    assert!(home.come(&vouched("1", "owner@example.com")).await.is_ok());

    // An owner can unbind them, and the next one who comes is bound.
    let by = owner.access();
    let change = home.change(&by.actor);
    provider::unbind(&home.store, owner.id, &by, change).await.unwrap();
    let again = provider::unbind(&home.store, owner.id, &by, change).await;
    assert!(matches!(again, Err(PeopleError::NotFound { .. })));
    signed_in(home.come(&vouched("2", "owner@example.com")).await.unwrap());
    let first = home.come(&vouched("1", "owner@example.com")).await;
    assert!(matches!(first, Err(NotSignedIn::SomebodyElse(_))), "{first:?}");
}

#[tokio::test]
async fn nobody_is_unbound_by_whoever_may_do_less() {
    let (home, owner) = Home::with_owner().await;
    signed_in(home.come(&vouched("1", "owner@example.com")).await.unwrap());
    let mut by = owner.access();
    by.scopes = BTreeSet::from([Scope::People, Scope::Read]);
    let refused = provider::unbind(&home.store, owner.id, &by, home.change(&by.actor)).await;
    assert!(matches!(refused, Err(PeopleError::BeyondOwnRole { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_trip_leads_to_one_session() {
    let (home, _) = Home::with_owner().await;
    let owner = vouched("1", "owner@example.com");
    home.come_by("trip", &owner).await.unwrap();
    let again = home.come_by("trip", &owner).await;
    assert!(matches!(again, Err(NotSignedIn::Used)), "{again:?}");
    home.come_by("another trip", &owner).await.unwrap();
}

#[tokio::test]
async fn whoever_is_disabled_stays_out_and_comes_back_without_the_old_password() {
    let (home, owner) = Home::with_owner().await;
    let ada = home.colleague(&owner, "ada@example.com", Role::Editor).await;
    let known = vouched("1", "ada@example.com");
    signed_in(home.come(&known).await.unwrap());
    home.stand(&owner, &ada, Standing::Disabled).await;
    for vouched in [&known, &vouched("2", "ada@example.com")] {
        let refused = home.come(vouched).await;
        assert!(matches!(refused, Err(NotSignedIn::Disabled)), "{refused:?}");
    }

    home.stand(&owner, &ada, Standing::Enabled).await;
    signed_in(home.come(&known).await.unwrap());
    assert!(home.person(ada.id).await.is_active());
    let old = home.sign_in("ada@example.com", PASSWORD).await;
    assert!(matches!(old, Err(PeopleError::WrongPassword)), "{old:?}");
}

#[tokio::test]
async fn an_authenticator_is_asked_whoever_vouches() {
    let (home, owner) = Home::with_owner().await;
    let secret = totp::mint(&home.entropy);
    let code = totp::code_at(&secret, home.now).unwrap();
    let by = owner.access();
    let session_id = Entropy::from_seed(0).id(Timestamp::UNIX_EPOCH);
    let own = Own { person: &owner, session_id, password: PASSWORD, address: "192.0.2.1" };
    let change = home.change(&by.actor);
    own::enroll_authenticator(&home.store, home.checks(), own, &secret, &code, change)
        .await
        .unwrap();

    let begun = home.come(&vouched("1", "owner@example.com")).await.unwrap();
    let FirstFactor::CodeDue(pending) = begun else {
        panic!("the provider alone opens it");
    };
    let later = home.now + SignedDuration::from_secs(30);
    let next = totp::code_at(&secret, later).unwrap();
    let (store, attempts, entropy) = (&home.store, &home.attempts, &home.entropy);
    let given =
        sign_in::with_code(store, attempts, pending.reveal(), &next, FROM, entropy, later).await;
    assert_eq!(given.unwrap().person.id, owner.id);
}
