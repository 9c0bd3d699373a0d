//! The story of an owner, a colleague and a program, on the embedded database. What the database
//! itself promises is told on both engines in the store's own story.

use std::collections::BTreeSet;

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::session::LinkPurpose;
use allclear_domain::{Change, Entropy, Person, Role, Scope};
use allclear_store::{AuditFilter, Location, Store};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::accounts::{Standing, Wanted};
use crate::links::Redemption;
use crate::own::{Checks, Own};
use crate::set_up::FirstOwner;
use crate::sign_in::{FirstFactor, From};
use crate::tokens::NewToken;
use crate::{
    Attempts, Passwords, PeopleError, Secret, Upkeep, accounts, links, own, sessions, set_up,
    sign_in, tokens, totp,
};

mod authenticators;
mod managing;
mod passwords_and_sessions;
mod providers;

const PASSWORD: &str = "four quite short words";
const FROM: From<'static> = From { address: "192.0.2.1", client: "a browser" };

struct Home {
    _folder: TempDir,
    store: Store,
    passwords: Passwords,
    attempts: Attempts,
    entropy: Entropy,
    now: Timestamp,
}

impl Home {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::Folder(folder.path().join("data"));
        Self {
            _folder: folder,
            store: Store::open(&location).await.unwrap(),
            passwords: Passwords::default(),
            attempts: Attempts::default(),
            entropy: Entropy::from_seed(1),
            now: "2026-11-21T09:00:00Z".parse().unwrap(),
        }
    }

    async fn with_owner() -> (Self, Person) {
        let home = Self::new().await;
        let link = set_up::open_link(&home.store, &home.entropy, home.now).await.unwrap().unwrap();
        let owner = home.claim(link.reveal()).await.unwrap();
        (home, owner)
    }

    async fn claim(&self, presented: &str) -> Result<Person, PeopleError> {
        let owner = FirstOwner {
            email: "owner@example.com",
            name: "Owner",
            password: PASSWORD,
            client: "a browser",
        };
        let (passwords, entropy) = (&self.passwords, &self.entropy);
        let claimed =
            set_up::claim(&self.store, passwords, presented, owner, entropy, self.now).await?;
        Ok(claimed.person)
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<FirstFactor, PeopleError> {
        sign_in::with_password(
            &self.store,
            &self.passwords,
            &self.attempts,
            email,
            password,
            FROM,
            &self.entropy,
            self.now,
        )
        .await
    }

    /// Signs the owner in.
    async fn session(&self) -> sessions::SignedIn {
        signed_in(self.sign_in("owner@example.com", PASSWORD).await.unwrap())
    }

    fn change<'a>(&'a self, actor: &'a Actor) -> Change<'a> {
        Change { actor, entropy: &self.entropy, now: self.now }
    }

    async fn redeem(&self, purpose: LinkPurpose, presented: &str) -> Result<Person, PeopleError> {
        let redemption = Redemption { purpose, presented, client: "another browser" };
        let (passwords, entropy) = (&self.passwords, &self.entropy);
        let redeemed =
            links::redeem(&self.store, passwords, redemption, PASSWORD, entropy, self.now).await?;
        Ok(signed_in(redeemed).person)
    }

    fn checks(&self) -> Checks<'_> {
        Checks { passwords: &self.passwords, attempts: &self.attempts }
    }

    /// Somebody who accepted their invitation.
    async fn colleague(&self, owner: &Person, email: &str, role: Role) -> Person {
        let access = owner.access();
        let change = self.change(&access.actor);
        let (_, link) =
            links::invite(&self.store, email, "Ada", role, &access, change).await.unwrap();
        self.redeem(LinkPurpose::Invitation, link.reveal()).await.unwrap()
    }

    /// Whether a cookie opens anything.
    async fn opens(&self, secret: &Secret) -> bool {
        let found = sessions::authenticate(&self.store, secret.reveal(), self.now).await.unwrap();
        found.is_some()
    }

    /// What the audit log tells, newest first.
    async fn told(&self) -> Vec<String> {
        let entries = self.store.list_audit_entries(&AuditFilter::default(), 100).await.unwrap();
        let told = entries.into_iter().map(|e| e.after.unwrap_or_else(|| "gone".to_owned()));
        told.collect()
    }
}

fn signed_in(factor: FirstFactor) -> sessions::SignedIn {
    let FirstFactor::SignedIn(signed_in) = factor else {
        panic!("a code is due");
    };
    *signed_in
}

#[tokio::test]
async fn the_link_to_set_up_works_once_and_only_the_newest_does() {
    let home = Home::new().await;
    let first = set_up::open_link(&home.store, &home.entropy, home.now).await.unwrap().unwrap();
    let second = set_up::open_link(&home.store, &home.entropy, home.now).await.unwrap().unwrap();
    assert!(matches!(home.claim(first.reveal()).await, Err(PeopleError::LinkOver)));
    assert!(matches!(home.claim("").await, Err(PeopleError::LinkOver)));
    let owner = home.claim(second.reveal()).await.unwrap();
    assert_eq!(owner.role, Role::Owner);
    assert!(matches!(home.claim(second.reveal()).await, Err(PeopleError::SetUpAlready)));
    let again = set_up::open_link(&home.store, &home.entropy, home.now).await.unwrap();
    assert!(again.is_none());
}

#[tokio::test]
async fn a_link_to_set_up_that_is_old_is_over() {
    let mut home = Home::new().await;
    let link = set_up::open_link(&home.store, &home.entropy, home.now).await.unwrap().unwrap();
    home.now += set_up::LINK_LASTS;
    assert!(matches!(home.claim(link.reveal()).await, Err(PeopleError::LinkOver)));
}

#[tokio::test]
async fn signing_in_opens_a_session_until_it_ends() {
    let (home, owner) = Home::with_owner().await;
    for (email, password) in [
        ("owner@example.com", "four quite short worde"),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
    ] {
        let refused = home.sign_in(email, password).await;
        assert!(matches!(refused, Err(PeopleError::WrongPassword)), "{email}");
    }
    let signed_in = signed_in(home.sign_in("Owner@Example.com", PASSWORD).await.unwrap());
    let open = |now| sessions::authenticate(&home.store, signed_in.secret.reveal(), now);
    assert_eq!(open(home.now).await.unwrap().unwrap().0, owner);
    let idle = home.now + SignedDuration::from_hours(24 * 3 + 1);
    assert!(open(idle).await.unwrap().is_none(), "nobody used it for days");
    assert!(open(home.now + sessions::LASTS).await.unwrap().is_none());
    assert!(sessions::authenticate(&home.store, "x", home.now).await.unwrap().is_none());
    let actor = Actor::Person(owner.id);
    sessions::end(&home.store, owner.id, signed_in.session.id, home.change(&actor)).await.unwrap();
    assert!(open(home.now).await.unwrap().is_none());
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let (home, _) = Home::with_owner().await;
    let mut refused = 0;
    for _ in 0..12 {
        if let Err(PeopleError::TooManyAttempts { .. }) =
            home.sign_in("owner@example.com", "a wrong password").await
        {
            refused += 1;
        }
    }
    assert_eq!(refused, 2);
    let right = home.sign_in("owner@example.com", PASSWORD).await;
    assert!(matches!(right, Err(PeopleError::TooManyAttempts { .. })), "also the right one");
}

#[tokio::test]
async fn an_invitation_makes_a_colleague_who_can_be_kept_out() {
    let (home, owner) = Home::with_owner().await;
    let by = owner.access();
    let change = home.change(&by.actor);
    let (invited, link) =
        links::invite(&home.store, "ada@example.com", "Ada", Role::Responder, &by, change)
            .await
            .unwrap();
    let early = home.sign_in("ada@example.com", PASSWORD).await;
    assert!(matches!(early, Err(PeopleError::WrongPassword)), "there is no password yet");
    let as_reset = home.redeem(LinkPurpose::PasswordReset, link.reveal()).await;
    assert!(matches!(as_reset, Err(PeopleError::LinkOver)), "a link is for one purpose");
    let ada = home.redeem(LinkPurpose::Invitation, link.reveal()).await.unwrap();
    assert_eq!(ada.id, invited.id);
    let again = home.redeem(LinkPurpose::Invitation, link.reveal()).await;
    assert!(matches!(again, Err(PeopleError::LinkOver)));
    let signed_in = signed_in(home.sign_in("ada@example.com", PASSWORD).await.unwrap());
    let standing = |standing| Wanted { standing: Some(standing), ..Wanted::default() };
    let (out, back) = (standing(Standing::Disabled), standing(Standing::Enabled));
    accounts::change(&home.store, ada.id, out, &by, change).await.unwrap();
    assert!(!home.opens(&signed_in.secret).await);
    let out = home.sign_in("ada@example.com", PASSWORD).await;
    assert!(matches!(out, Err(PeopleError::WrongPassword)));
    let renewed = links::renew(&home.store, ada.id, &by, change).await;
    assert!(renewed.is_err(), "enable them first");
    accounts::change(&home.store, ada.id, back, &by, change).await.unwrap();
    let (_, purpose, link) = links::renew(&home.store, ada.id, &by, change).await.unwrap();
    home.redeem(purpose, link.reveal()).await.unwrap();
}

#[tokio::test]
async fn a_token_does_no_more_than_its_maker() {
    let (home, owner) = Home::with_owner().await;
    let actor = Actor::Person(owner.id);
    let change = home.change(&actor);
    let ada = home.colleague(&owner, "ada@example.com", Role::Responder).await;
    let new = |scopes: &[Scope]| NewToken {
        name: "deploy",
        scopes: scopes.iter().copied().collect(),
        expires_at: Some(home.now + SignedDuration::from_hours(1)),
    };
    let beyond =
        tokens::create(&home.store, new(&[Scope::Components]), &ada.access(), change).await;
    assert!(matches!(beyond, Err(PeopleError::BeyondOwnAccess { scope: Scope::Components })));
    let none = tokens::create(&home.store, new(&[]), &ada.access(), change).await;
    assert!(matches!(none, Err(PeopleError::Invalid(_))));
    let both = new(&[Scope::Read, Scope::Incidents]);
    let (token, secret) = tokens::create(&home.store, both, &ada.access(), change).await.unwrap();
    let opens = |now| tokens::authenticate(&home.store, secret.reveal(), now);
    let access = opens(home.now).await.unwrap().unwrap();
    assert_eq!(access.actor, Actor::Token(token.id));
    assert_eq!(access.scopes, BTreeSet::from([Scope::Read, Scope::Incidents]));
    assert!(opens(home.now + SignedDuration::from_hours(1)).await.unwrap().is_none());

    let wanted = Wanted { role: Some(Role::Viewer), ..Wanted::default() };
    accounts::change(&home.store, ada.id, wanted, &owner.access(), change).await.unwrap();
    let less = opens(home.now).await.unwrap().unwrap();
    assert_eq!(less.scopes, BTreeSet::from([Scope::Read]), "its maker may do less now");
    let others = Person { id: home.entropy.id(home.now), ..ada.clone() }.access();
    assert!(tokens::list(&home.store, &others).await.unwrap().is_empty());
    let revoked = tokens::revoke(&home.store, token.id, &others, change).await;
    assert!(matches!(revoked, Err(PeopleError::NotFound { .. })), "it is not theirs");
    tokens::revoke(&home.store, token.id, &owner.access(), change).await.unwrap();
    assert!(opens(home.now).await.unwrap().is_none());
}

#[tokio::test]
async fn the_audit_log_holds_no_secret() {
    let (home, owner) = Home::with_owner().await;
    let actor = Actor::Person(owner.id);
    let change = home.change(&actor);
    let by = owner.access();
    let (_, invitation) =
        links::invite(&home.store, "ada@example.com", "Ada", Role::Viewer, &by, change)
            .await
            .unwrap();
    let new = NewToken { name: "x", scopes: BTreeSet::from([Scope::Read]), expires_at: None };
    let (token, secret) = tokens::create(&home.store, new, &owner.access(), change).await.unwrap();
    let credentials = home.store.find_credentials(owner.id).await.unwrap().unwrap();
    let entries = home.store.list_audit_entries(&AuditFilter::default(), 100).await.unwrap();
    let told = format!("{entries:?}");
    for hidden in [
        invitation.reveal(),
        &invitation.digest().0,
        secret.reveal(),
        &secret.digest().0,
        credentials.password_hash.as_str(),
        PASSWORD,
    ] {
        assert!(!told.contains(hidden), "{told}");
    }
    assert!(entries.iter().any(|entry| entry.subject == Subject::Token(token.id)));
    assert!(entries.iter().any(|entry| matches!(entry.subject, Subject::Session(_))));
}
