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

/// Gives somebody with a password an authenticator; gives its secret.
async fn enrolled(home: &Home, person: &Person) -> String {
    let secret = totp::mint(&home.entropy);
    let code = totp::code_at(&secret, home.now).unwrap();
    let by = person.access();
    let session_id = Entropy::from_seed(0).id(Timestamp::UNIX_EPOCH);
    let own = Own { person, session_id, password: PASSWORD, address: "192.0.2.1" };
    let change = home.change(&by.actor);
    own::enroll_authenticator(&home.store, home.checks(), own, &secret, &code, change)
        .await
        .unwrap();
    secret
}

impl Home {
    /// Comes back from a trip, and is asked for the code.
    async fn halfway(&self, vouched: &Vouched) -> Secret {
        let FirstFactor::CodeDue(pending) = self.come(vouched).await.unwrap() else {
            panic!("the provider alone opens it");
        };
        pending
    }

    /// Gives the code that the authenticator shows `steps` steps later.
    async fn give(
        &self,
        pending: &Secret,
        secret: &str,
        steps: i64,
    ) -> Result<sessions::SignedIn, PeopleError> {
        let later = self.now + SignedDuration::from_secs(30 * steps);
        let code = totp::code_at(secret, later).unwrap();
        self.give_text(pending, &code, later).await
    }

    async fn give_text(
        &self,
        pending: &Secret,
        code: &str,
        now: Timestamp,
    ) -> Result<sessions::SignedIn, PeopleError> {
        let (store, attempts, entropy) = (&self.store, &self.attempts, &self.entropy);
        sign_in::with_code(store, attempts, pending.reveal(), code, FROM, entropy, now).await
    }

    /// The subjects that a person is bound to.
    async fn subjects(&self, person: &Person) -> Vec<String> {
        let identities = self.store.list_identities(person.id).await.unwrap();
        identities.into_iter().map(|identity| identity.subject).collect()
    }
}

/// Whoever has an account at the provider with the address of somebody else, but not their
/// authenticator, gets nowhere and leaves nothing behind.
#[tokio::test]
async fn an_authenticator_is_asked_whoever_vouches() {
    let (mut home, owner) = Home::with_owner().await;
    let secret = enrolled(&home, &owner).await;
    let before = home.told().await;
    let pending = home.halfway(&vouched("1", "owner@example.com")).await;
    let wrong = home.give_text(&pending, "abcd-efgh-ijkl-mnop", home.now).await;
    assert!(matches!(wrong, Err(PeopleError::WrongCode)), "{wrong:?}");
    assert_eq!(home.told().await, before, "nobody signed in");
    assert!(home.subjects(&owner).await.is_empty());

    let given = home.give(&pending, &secret, 1).await.unwrap();
    assert_eq!(given.person.id, owner.id);
    assert_eq!(home.subjects(&owner).await, ["1"]);
    let told = home.told().await;
    assert!(told.contains(&r#"{"signed_in_with":"Example"}"#.to_owned()), "{told:?}");
    assert!(told.contains(&r#"{"bound_to":"https://id.example.com"}"#.to_owned()), "{told:?}");
    let again = home.give(&pending, &secret, 2).await;
    assert!(matches!(again, Err(PeopleError::LinkOver)), "{again:?}");

    // From then on the subject counts, and the code is asked for all the same.
    home.now += SignedDuration::from_mins(1);
    let pending = home.halfway(&Vouched { email: None, ..vouched("1", "") }).await;
    home.give(&pending, &secret, 1).await.unwrap();
    let told = home.told().await;
    let times = |what: &str| told.iter().filter(|entry| entry.contains(what)).count();
    assert_eq!((times("signed_in_with"), times("bound_to")), (2, 1), "{told:?}");
}

#[tokio::test]
async fn whoever_was_enabled_again_keeps_what_they_had_until_the_code_was_right() {
    let (home, owner) = Home::with_owner().await;
    let ada = home.colleague(&owner, "ada@example.com", Role::Editor).await;
    let secret = enrolled(&home, &ada).await;
    home.stand(&owner, &ada, Standing::Disabled).await;
    home.stand(&owner, &ada, Standing::Enabled).await;
    let by = owner.access();
    let change = home.change(&by.actor);
    let (_, _, link) = links::renew(&home.store, ada.id, &by, change).await.unwrap();
    let known = home.store.find_credentials(ada.id).await.unwrap();

    let pending = home.halfway(&vouched("1", "ada@example.com")).await;
    let wrong = home.give_text(&pending, "000000", home.now).await;
    assert!(matches!(wrong, Err(PeopleError::WrongCode)), "{wrong:?}");
    assert_eq!(home.person(ada.id).await.state, PersonState::Invited);
    assert_eq!(home.store.find_credentials(ada.id).await.unwrap(), known);
    let whose = links::whose(&home.store, LinkPurpose::Invitation, link.reveal(), home.now).await;
    assert_eq!(whose.unwrap().id, ada.id, "the invitation still works");

    let given = home.give(&pending, &secret, 1).await.unwrap();
    assert_eq!((given.person.id, given.person.state), (ada.id, PersonState::Active));
    assert_eq!(home.subjects(&ada).await, ["1"]);
    let over = home.redeem(LinkPurpose::Invitation, link.reveal()).await;
    assert!(matches!(over, Err(PeopleError::LinkOver)), "{over:?}");
    let old = home.sign_in("ada@example.com", PASSWORD).await;
    assert!(matches!(old, Err(PeopleError::WrongPassword)), "{old:?}");
    // The code stays used, although the password was changed after it.
    let pending = home.halfway(&vouched("1", "ada@example.com")).await;
    let again = home.give(&pending, &secret, 1).await;
    assert!(matches!(again, Err(PeopleError::WrongCode)), "{again:?}");
}

/// Whoever was disabled or unbound meanwhile does not get in with the code that was due.
#[tokio::test]
async fn what_is_decided_while_a_code_is_due_counts() {
    let (home, owner) = Home::with_owner().await;
    let ada = home.colleague(&owner, "ada@example.com", Role::Editor).await;
    let secret = enrolled(&home, &ada).await;
    let known = vouched("1", "ada@example.com");
    let disabled = home.halfway(&known).await;
    home.stand(&owner, &ada, Standing::Disabled).await;
    let refused = home.come(&known).await;
    assert!(matches!(refused, Err(NotSignedIn::Disabled)), "{refused:?}");
    home.stand(&owner, &ada, Standing::Enabled).await;
    let over = home.give(&disabled, &secret, 1).await;
    assert!(matches!(over, Err(PeopleError::LinkOver)), "{over:?}");
    home.give(&home.halfway(&known).await, &secret, 1).await.unwrap();

    // Unbinding them ends what was begun by whom they were bound to.
    let bound = home.halfway(&Vouched { email: None, ..known.clone() }).await;
    let by = owner.access();
    provider::unbind(&home.store, ada.id, &by, home.change(&by.actor)).await.unwrap();
    let over = home.give(&bound, &secret, 2).await;
    assert!(matches!(over, Err(PeopleError::LinkOver)), "{over:?}");
    assert!(home.subjects(&ada).await.is_empty());
}

#[tokio::test]
async fn of_two_codes_that_are_due_one_binds() {
    let (mut home, owner) = Home::with_owner().await;
    let secret = enrolled(&home, &owner).await;
    let first = home.halfway(&vouched("1", "owner@example.com")).await;
    let second = home.halfway(&vouched("2", "owner@example.com")).await;
    let same = home.halfway(&vouched("2", "owner@example.com")).await;
    home.give(&second, &secret, 1).await.unwrap();
    home.now += SignedDuration::from_mins(1);
    let told = home.told().await;
    let late = home.give(&first, &secret, 0).await;
    assert!(matches!(late, Err(PeopleError::LinkOver)), "{late:?}");
    assert_eq!(home.told().await, told);
    assert_eq!(home.subjects(&owner).await, ["2"]);
    home.give(&same, &secret, 0).await.unwrap();

    // Whoever comes now need not look for a code to be told.
    let refused = home.come(&vouched("1", "owner@example.com")).await;
    assert!(matches!(refused, Err(NotSignedIn::SomebodyElse(_))), "{refused:?}");
}

/// The subject may have become somebody else's meanwhile.
#[tokio::test]
async fn a_subject_that_became_somebody_elses_opens_nothing() {
    let (home, owner) = Home::with_owner().await;
    let secret = enrolled(&home, &owner).await;
    home.colleague(&owner, "ada@example.com", Role::Editor).await;
    let pending = home.halfway(&vouched("1", "owner@example.com")).await;
    signed_in(home.come(&vouched("1", "ada@example.com")).await.unwrap());
    let refused = home.give(&pending, &secret, 1).await;
    assert!(matches!(refused, Err(PeopleError::LinkOver)), "{refused:?}");
    assert!(home.subjects(&owner).await.is_empty());
}
