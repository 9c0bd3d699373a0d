//! How many challenges wait, for whom and how long. What answers do is told in the stories of the whole
//! product, where there is an authenticator.

use allclear_domain::limits;
use jiff::{SignedDuration, Timestamp};

use super::challenges::{ANSWER_WITHIN, Asked, Challenges};
use super::relying_party::RelyingParty;
use super::{Passkeys, ask_to_sign_in};
use crate::sign_in::From;
use crate::{Attempts, PasskeyProblem, PeopleError};

fn start() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn asked() -> Asked {
    let here = RelyingParty::at(Some("https://status.example.com")).unwrap();
    Asked::ToSignIn(here.webauthn.start_discoverable_authentication().unwrap().1)
}

#[test]
fn one_waits_for_one_browser_and_one_answer() {
    let challenges = Challenges::default();
    let second = SignedDuration::from_secs(1);
    challenges.keep("a", asked(), start());
    assert!(challenges.take("b", start()).is_none());
    assert!(challenges.take("a", start() + ANSWER_WITHIN - second).is_some());
    assert!(challenges.take("a", start()).is_none(), "it was answered");
    challenges.keep("a", asked(), start());
    assert!(challenges.take("a", start() + ANSWER_WITHIN).is_none(), "it is over");
    assert!(challenges.take("a", start()).is_none(), "nor does it come back with the clock");
}

#[test]
fn memory_is_bounded_and_the_oldest_goes_first() {
    let challenges = Challenges::default();
    let after = |n: usize| start() + SignedDuration::from_millis(i64::try_from(n).unwrap());
    for n in 0..=limits::PASSKEY_CHALLENGES_MAX {
        challenges.keep(&n.to_string(), asked(), after(n));
    }
    let now = after(limits::PASSKEY_CHALLENGES_MAX);
    assert_eq!(challenges.len(), limits::PASSKEY_CHALLENGES_MAX);
    assert!(challenges.take("0", now).is_none());
    assert!(challenges.take("1", now).is_some());
    challenges.keep("a", asked(), now);
    challenges.keep("b", asked(), now + ANSWER_WITHIN);
    assert_eq!(challenges.len(), 1, "the others are over");
}

#[test]
fn where_none_are_offered_none_is_asked_for() {
    let from = From { address: "192.0.2.1", client: "a browser" };
    let none = Passkeys::default();
    let asked = ask_to_sign_in(&none, &Attempts::default(), "a", from, start());
    assert!(matches!(asked, Err(PeopleError::Passkey(PasskeyProblem::NotOffered))));
}
