//! One's own password and sessions, and the upkeep of what is over.

use super::*;

const NEXT: &str = "four other short words";

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_keeps_this_one() {
    let (home, owner) = Home::with_owner().await;
    let (here, there) = (home.session().await, home.session().await);
    let by = owner.access();
    let (_, _, link) =
        links::renew(&home.store, owner.id, &by, home.change(&by.actor)).await.unwrap();
    let own = |password| Own {
        person: &owner,
        session_id: here.session.id,
        password,
        address: "192.0.2.1",
    };
    let change = async |password, new| {
        let change = home.change(&by.actor);
        own::change_password(&home.store, home.checks(), own(password), new, change).await
    };
    assert!(matches!(change("a wrong password", NEXT).await, Err(PeopleError::WrongPassword)));
    assert!(matches!(change(PASSWORD, "short").await, Err(PeopleError::Invalid(_))));
    assert!(home.opens(&there.secret).await, "nothing happened so far");

    change(PASSWORD, NEXT).await.unwrap();
    assert!(home.opens(&here.secret).await);
    assert!(!home.opens(&there.secret).await);
    let redeemed = home.redeem(LinkPurpose::PasswordReset, link.reveal()).await;
    assert!(matches!(redeemed, Err(PeopleError::LinkOver)), "a link from before");
    let former = home.sign_in("owner@example.com", PASSWORD).await;
    assert!(matches!(former, Err(PeopleError::WrongPassword)));
    home.sign_in("owner@example.com", NEXT).await.unwrap();
    assert!(home.told().await.contains(&"{\"changed\":\"password\"}".to_owned()));
}

/// Whoever finds a browser open must not guess there what they may not guess at the door.
#[tokio::test]
async fn guessing_from_within_is_slowed_down_as_it_is_at_the_door() {
    let (home, owner) = Home::with_owner().await;
    let here = home.session().await;
    let by = owner.access();
    let guess = async |password: &str, address: &str| {
        let own = Own { person: &owner, session_id: here.session.id, password, address };
        let (checks, change) = (home.checks(), home.change(&by.actor));
        own::remove_authenticator(&home.store, checks, own, change).await
    };
    for n in 0..10 {
        let address = format!("192.0.2.{n}");
        let wrong = guess("a wrong password", &address).await;
        assert!(matches!(wrong, Err(PeopleError::WrongPassword)), "{n}");
    }
    let tired = guess(PASSWORD, "198.51.100.1").await;
    assert!(matches!(tired, Err(PeopleError::TooManyAttempts { .. })), "{tired:?}");
    let door = home.sign_in("owner@example.com", PASSWORD).await;
    assert!(door.is_ok(), "the owner is not kept out by it: {door:?}");
}

#[tokio::test]
async fn sessions_are_listed_while_they_open_and_ended_together() {
    let (mut home, owner) = Home::with_owner().await;
    let (here, there) = (home.session().await, home.session().await);
    let by = owner.access();
    let listed = async |home: &Home| {
        let listed = sessions::list(&home.store, owner.id, home.now).await.unwrap();
        listed.iter().map(|session| session.id).collect::<BTreeSet<_>>()
    };
    assert_eq!(listed(&home).await.len(), 3, "setting up signed them in, too");
    let change = home.change(&by.actor);
    let ended = sessions::end_others(&home.store, owner.id, here.session.id, change).await.unwrap();
    assert_eq!(ended, 2);
    assert_eq!(listed(&home).await, BTreeSet::from([here.session.id]));
    assert!(!home.opens(&there.secret).await);
    let told = home.told().await;
    assert_eq!(told.iter().filter(|told| *told == "gone").count(), 2, "each is in the audit log");
    home.now += SignedDuration::from_hours(24 * 4);
    assert!(listed(&home).await.is_empty(), "nobody used it for days");
}

#[tokio::test]
async fn what_is_over_goes_and_what_opens_stays() {
    let (mut home, owner) = Home::with_owner().await;
    let upkeep = Upkeep::new(home.store.clone());
    let by = owner.access();
    links::renew(&home.store, owner.id, &by, home.change(&by.actor)).await.unwrap();
    let revision = home.store.revision().await.unwrap();
    assert_eq!(upkeep.run_once(home.now).await.unwrap(), Default::default());
    assert_eq!(home.store.revision().await.unwrap(), revision, "nothing was written");

    home.now += links::RESET_LASTS;
    let report = upkeep.run_once(home.now).await.unwrap();
    assert_eq!((report.sessions, report.links), (0, 1));
    home.now += SignedDuration::from_hours(24 * 2);
    let here = home.session().await;
    home.now += SignedDuration::from_hours(24 * 2);
    let report = upkeep.run_once(home.now).await.unwrap();
    assert_eq!((report.sessions, report.links), (1, 0), "the unused one");
    assert!(home.opens(&here.secret).await);
    home.now += sessions::LASTS;
    assert_eq!(upkeep.run_once(home.now).await.unwrap().sessions, 1);
    assert_eq!(upkeep.run_once(home.now).await.unwrap().sessions, 0);
    let seen = home.store.list_seen().await.unwrap();
    assert!(seen.contains_key(&owner.id), "when they were last there stays known");
}
