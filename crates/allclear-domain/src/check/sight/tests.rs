//! What is seen, by what sentinels did.

use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn sentinel(role: SentinelRole, reach: Reach, number: usize) -> Sentinel {
    Sentinel { role, address: format!("{role:?} {number}"), reach }
}

fn gateway() -> Sentinel {
    sentinel(SentinelRole::Gateway, Reach::Near, 0)
}

fn anchor(number: usize) -> Sentinel {
    sentinel(SentinelRole::Anchor, Reach::Far, number)
}

fn fresh() -> Sight {
    Sight::new(VantagePoint::core(), at(0))
}

fn round(signs: &[(Sentinel, Sign)]) -> Round {
    Round(signs.to_vec())
}

/// After a round in which all of these answered.
fn seeing(sentinels: &[Sentinel]) -> Sight {
    let signs: Vec<_> = sentinels.iter().map(|one| (one.clone(), Sign::Answered)).collect();
    fresh().look(&round(&signs), None, at(10))
}

#[test]
fn what_never_answered_counts_for_nothing() {
    let silent = round(&[(gateway(), Sign::Silent), (anchor(1), Sign::Silent)]);
    let sight = fresh().look(&silent, None, at(10));
    assert_eq!((sight.view, sight.seen_at), (View::Untold, None));
    assert_eq!(sight.spell(None), None);
    // One that never did does not hide what another sees.
    let some = round(&[(gateway(), Sign::Answered), (anchor(1), Sign::Silent)]);
    assert_eq!(sight.look(&some, None, at(20)).view, View::Clear);
}

#[test]
fn silence_of_all_is_blindness_and_dates_from_what_was_seen_last() {
    let before = seeing(&[gateway(), anchor(1), anchor(2)]);
    let silent = round(&[gateway(), anchor(1), anchor(2)].map(|one| (one, Sign::Silent)));
    let blind = before.look(&silent, None, at(40));
    assert_eq!((blind.view, blind.seen_at), (View::Blind, Some(at(10))));
    let open = blind.spell(None).unwrap();
    assert_eq!((open.began_at, open.ended_at), (at(10), None));
    assert_eq!(blind.look(&silent, None, at(50)).spell(Some(&open)), None, "it goes on");
    assert!(blind.tell().contains("sentinels answered last at"), "{}", blind.tell());
    // For days: what counted when it began counts until it is over.
    let still = blind.look(&silent, None, at(400_000));
    assert_eq!(still.view, View::Blind);
    let again = still.look(&round(&[(anchor(1), Sign::Answered)]), None, at(400_010));
    let over = again.spell(Some(&open)).unwrap();
    assert_eq!((over.began_at, over.ended_at), (at(10), Some(at(400_010))));
}

#[test]
fn a_gateway_that_vanishes_with_its_link_is_silent_and_not_forgotten() {
    let before = seeing(&[gateway()]);
    let blind = before.look(&round(&[]), None, at(40));
    assert_eq!((blind.view, blind.seen_at), (View::Blind, Some(at(10))));
    assert!(blind.view.hides(None) && blind.sentinels[0].is_silent);
    let still = blind.look(&round(&[]), None, at(90_000));
    assert_eq!(still.view, View::Blind, "for as long as the link is down");
    // What is on this network and works is seen, and what is behind the gateway is not.
    assert_eq!(still.look(&round(&[]), Some(Reach::Near), at(90_010)).view, View::Near);
    let other = sentinel(SentinelRole::Gateway, Reach::Near, 1);
    let moved = still.look(&round(&[(other, Sign::Answered)]), None, at(90_020));
    assert_eq!(moved.view, View::Clear);
    assert_eq!(moved.sentinels.len(), 1, "another one takes its place");
    let back = still.look(&round(&[(gateway(), Sign::Answered)]), None, at(90_020));
    assert_eq!((back.view, back.sentinels.len()), (View::Clear, 1));
    // One that never counted is no loss.
    let never = fresh().look(&round(&[(gateway(), Sign::Silent)]), None, at(10));
    assert_eq!(never.look(&round(&[]), None, at(20)).view, View::Untold);
}

#[test]
fn where_the_gateway_alone_answers_only_what_is_far_is_hidden() {
    let before = seeing(&[gateway(), anchor(1)]);
    let near = round(&[(gateway(), Sign::Answered), (anchor(1), Sign::Silent)]);
    let sight = before.look(&near, None, at(40));
    assert_eq!(sight.view, View::Near);
    assert!(sight.view.hides(Some(Reach::Far)) && sight.view.hides(None));
    assert!(!sight.view.hides(Some(Reach::Near)) && !sight.view.hides(Some(Reach::Itself)));
    let open = sight.spell(None).unwrap();
    let blind =
        sight.look(&round(&[(gateway(), Sign::Silent), (anchor(1), Sign::Silent)]), None, at(50));
    assert!(blind.view.hides(Some(Reach::Near)) && !blind.view.hides(Some(Reach::Itself)));
    let worse = blind.spell(Some(&open)).unwrap();
    assert_eq!((worse.cause, worse.began_at), (BlindCause::NoNetwork, at(10)));
    assert_eq!(sight.spell(Some(&worse)), None, "the worst of it is kept");
}

#[test]
fn an_anchor_is_refuted_by_something_far_that_works() {
    let before = seeing(&[gateway(), anchor(1)]);
    let silent = round(&[(gateway(), Sign::Answered), (anchor(1), Sign::Silent)]);
    let sight = before.look(&silent, Some(Reach::Far), at(40));
    assert_eq!(sight.view, View::Clear);
    assert_eq!(sight.look(&silent, None, at(50)).view, View::Clear, "it does not count any more");
    let back = round(&[(gateway(), Sign::Answered), (anchor(1), Sign::Answered)]);
    let back = sight.look(&back, None, at(60));
    assert_eq!(back.look(&silent, None, at(70)).view, View::Near, "it counts again");
}

#[test]
fn what_answered_long_ago_counts_no_more_while_others_do() {
    let before = seeing(&[gateway(), anchor(1)]);
    let gone = round(&[(gateway(), Sign::Answered), (anchor(1), Sign::Unheard)]);
    let day = 24 * 3_600;
    let mut sight = before.look(&round(&[(gateway(), Sign::Answered)]), None, at(day));
    assert_eq!(sight.view, View::Clear);
    sight = before.look(&gone, Some(Reach::Far), at(day));
    sight = sight.look(&gone, Some(Reach::Far), at(day + 20));
    let silent = round(&[(gateway(), Sign::Answered), (anchor(1), Sign::Silent)]);
    assert_eq!(sight.look(&silent, None, at(day + 30)).view, View::Clear);
}

#[test]
fn a_void_result_says_why_and_what_was_found() {
    let before = ProbeResult::ours(VantagePoint::core(), at(0), "it did not answer");
    let void = ProbeResult { verdict: Verdict::Fail, ..before }.void("this machine slept");
    assert_eq!(void.verdict, Verdict::Unknown);
    let reason = void.reason.unwrap();
    assert_eq!(
        (reason.code, reason.told.as_str()),
        (ReasonCode::Ours, "this machine slept; found: it did not answer")
    );
}

fn signs() -> impl Strategy<Value = Vec<(Sentinel, Sign)>> {
    let reach = prop_oneof![Just(Reach::Itself), Just(Reach::Near), Just(Reach::Far)];
    let sign = prop_oneof![Just(Sign::Answered), Just(Sign::Silent), Just(Sign::Unheard)];
    let signs = prop::collection::vec((reach, sign), 0..6);
    signs.prop_map(|signs| {
        let all = signs.into_iter().enumerate();
        all.map(|(n, (reach, sign))| (sentinel(SentinelRole::Anchor, reach, n), sign)).collect()
    })
}

proptest! {
    /// Whatever happened before, and whatever else is silent.
    #[test]
    fn nothing_is_hidden_while_something_far_answers(rounds in prop::collection::vec(signs(), 1..6)) {
        let mut sight = fresh();
        for (second, signs) in (1..).zip(&rounds) {
            sight = sight.look(&round(signs), None, at(second));
            let is_far = |(one, sign): &(Sentinel, Sign)| one.reach == Reach::Far && *sign == Sign::Answered;
            if signs.iter().any(is_far) {
                prop_assert_eq!(sight.view, View::Clear);
            }
            prop_assert!(!sight.view.hides(Some(Reach::Itself)));
            let answers = |(one, sign): &(Sentinel, Sign)| one.reach != Reach::Itself && *sign == Sign::Answered;
            if signs.iter().any(answers) {
                prop_assert!(sight.view != View::Blind);
            }
        }
    }

    /// Spells follow each other, and each has its end behind its beginning.
    #[test]
    fn a_spell_ends_after_it_began(rounds in prop::collection::vec(signs(), 1..20)) {
        let (mut sight, mut open, mut last_end) = (fresh(), None::<BlindSpell>, at(0));
        for (second, signs) in (1..).zip(&rounds) {
            sight = sight.look(&round(signs), None, at(second));
            if let Some(spell) = sight.spell(open.as_ref()) {
                prop_assert!(spell.began_at >= last_end);
                match spell.ended_at {
                    Some(ended_at) => {
                        prop_assert!(ended_at >= spell.began_at);
                        (open, last_end) = (None, spell.began_at);
                    }
                    None => open = Some(spell),
                }
            }
            prop_assert_eq!(open.is_some(), sight.view.is_blind());
        }
    }
}

#[test]
fn what_is_near_and_works_is_seen_whatever_gateways_keep_to_themselves() {
    let before = seeing(&[anchor(1)]);
    let silent = round(&[(gateway(), Sign::Silent), (anchor(1), Sign::Silent)]);
    assert_eq!(before.look(&silent, None, at(40)).view, View::Blind);
    assert_eq!(before.look(&silent, Some(Reach::Near), at(40)).view, View::Near);
    // One address of our own proves nothing.
    assert_eq!(before.look(&silent, Some(Reach::Itself), at(40)).view, View::Blind);
}
