//! Managing people: owners stay, nobody reaches beyond their own scopes, tokens make tokens.

use super::*;

#[tokio::test]
async fn the_last_owner_stays() {
    let (home, owner) = Home::with_owner().await;
    let by = owner.access();
    let change = home.change(&by.actor);
    let lowered = Wanted { role: Some(Role::Editor), ..Wanted::default() };
    let disabled = Wanted { standing: Some(Standing::Disabled), ..Wanted::default() };
    for wanted in [lowered, disabled] {
        let refused = accounts::change(&home.store, owner.id, wanted, &by, change).await;
        assert!(matches!(refused, Err(PeopleError::LastOwner)), "{wanted:?}");
    }
    assert_eq!(home.store.list_people().await.unwrap(), std::slice::from_ref(&owner));
    let other = home.colleague(&owner, "ada@example.com", Role::Owner).await;
    accounts::change(&home.store, owner.id, lowered, &other.access(), change).await.unwrap();
}

#[tokio::test]
async fn a_change_is_whole_or_nothing_and_no_change_leaves_no_trace() {
    let (home, owner) = Home::with_owner().await;
    let ada = home.colleague(&owner, "ada@example.com", Role::Viewer).await;
    let by = owner.access();
    let change = home.change(&by.actor);
    let revision = home.store.revision().await.unwrap();
    let same = Wanted { name: Some("Ada"), role: Some(Role::Viewer), ..Wanted::default() };
    accounts::change(&home.store, ada.id, same, &by, change).await.unwrap();
    let standing = Some(Standing::Enabled);
    let half = Wanted { name: Some("Ada Two"), role: Some(Role::Editor), standing, version: None };
    let refused = accounts::change(&home.store, ada.id, half, &by, change).await;
    assert!(matches!(refused, Err(PeopleError::Transition(_))), "they are not disabled");
    assert_eq!(home.store.revision().await.unwrap(), revision);
    let both = Wanted { standing: None, ..half };
    let changed = accounts::change(&home.store, ada.id, both, &by, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.role), ("Ada Two", Role::Editor));
}

/// A token with the scope `people` alone must not become an owner by a detour.
#[tokio::test]
async fn nobody_manages_those_who_may_do_more() {
    let (home, owner) = Home::with_owner().await;
    let mut by = owner.access();
    by.scopes = BTreeSet::from([Scope::People, Scope::Read]);
    let change = home.change(&by.actor);
    let ada = home.colleague(&owner, "ada@example.com", Role::Viewer).await;
    let revision = home.store.revision().await.unwrap();

    let store = &home.store;
    let raised = Wanted { role: Some(Role::Responder), ..Wanted::default() };
    let out = Wanted { standing: Some(Standing::Disabled), ..Wanted::default() };
    let refusals = [
        links::invite(store, "b@example.com", "B", Role::Owner, &by, change).await.err(),
        links::renew(store, owner.id, &by, change).await.err(),
        accounts::change(store, ada.id, raised, &by, change).await.err(),
        accounts::change(store, owner.id, out, &by, change).await.err(),
        accounts::remove_authenticator(store, owner.id, &by, change).await.err(),
    ];
    for (n, refusal) in refusals.into_iter().enumerate() {
        assert!(matches!(refusal, Some(PeopleError::BeyondOwnRole { .. })), "{n}: {refusal:?}");
    }
    assert_eq!(store.revision().await.unwrap(), revision, "nothing was written");
    links::invite(store, "b@example.com", "B", Role::Viewer, &by, change).await.unwrap();
    accounts::change(store, ada.id, out, &by, change).await.unwrap();
}

#[tokio::test]
async fn a_token_of_a_token_goes_with_the_person_and_lasts_no_longer() {
    let (home, owner) = Home::with_owner().await;
    let ada = home.colleague(&owner, "ada@example.com", Role::Owner).await;
    let by = ada.access();
    let hour = home.now + SignedDuration::from_hours(1);
    let new = |expires_at| NewToken { name: "x", scopes: Role::Owner.scopes(), expires_at };
    let (_, first) =
        tokens::create(&home.store, new(Some(hour)), &by, home.change(&by.actor)).await.unwrap();
    let by = tokens::authenticate(&home.store, first.reveal(), home.now).await.unwrap().unwrap();
    let change = home.change(&by.actor);
    for later in [None, Some(hour + SignedDuration::from_secs(1))] {
        let refused = tokens::create(&home.store, new(later), &by, change).await;
        assert!(matches!(refused, Err(PeopleError::Invalid(_))), "{later:?}");
    }
    let (second, secret) = tokens::create(&home.store, new(Some(hour)), &by, change).await.unwrap();
    assert_eq!(second.created_by, Some(ada.id));
    let out = Wanted { standing: Some(Standing::Disabled), ..Wanted::default() };
    accounts::change(&home.store, ada.id, out, &owner.access(), change).await.unwrap();
    let opened = tokens::authenticate(&home.store, secret.reveal(), home.now).await.unwrap();
    assert!(opened.is_none(), "whose it is may not sign in any more");
}

#[tokio::test]
async fn a_token_that_manages_nobody_sees_itself_alone() {
    let (home, owner) = Home::with_owner().await;
    let by = owner.access();
    let change = home.change(&by.actor);
    let scopes = BTreeSet::from([Scope::Read]);
    let new = || NewToken { name: "x", scopes: scopes.clone(), expires_at: None };
    let (other, _) = tokens::create(&home.store, new(), &by, change).await.unwrap();
    let (own, secret) = tokens::create(&home.store, new(), &by, change).await.unwrap();
    let by = tokens::authenticate(&home.store, secret.reveal(), home.now).await.unwrap().unwrap();
    let seen = tokens::list(&home.store, &by).await.unwrap();
    assert_eq!(seen.iter().map(|row| row.token.id).collect::<Vec<_>>(), [own.id]);
    let refused = tokens::revoke(&home.store, other.id, &by, change).await;
    assert!(matches!(refused, Err(PeopleError::NotFound { .. })));
    tokens::revoke(&home.store, own.id, &by, change).await.unwrap();
}
