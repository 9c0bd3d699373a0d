//! Rounds, lists and numbers of names, without a store.

use proptest::prelude::*;

use super::super::probe::{ReasonCode, Verdict};
use super::super::sight::Reach;
use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn check(fail_at_percent: u8) -> NamesCheck {
    NamesCheck { fail_at_percent, ..NamesCheck::of(NameScheme::Https) }
}

fn known(name: &str, state: NameState) -> WatchedName {
    WatchedName { state, ..WatchedName::new(name.to_owned(), now()) }
}

fn look(name: &str, state: NameState, verdict: Verdict, reach: Reach) -> NameLook {
    NameLook {
        before: known(name, state),
        verdict,
        told: (verdict != Verdict::Ok).then(|| "connection refused".to_owned()),
        reach: Some(reach),
        certificate_ends_at: None,
    }
}

fn round(looks: &[(NameState, Verdict, Reach)]) -> NamesRound {
    let looks = looks.iter().enumerate().map(|(place, (state, verdict, reach))| {
        look(&format!("n{place}.example.com"), *state, *verdict, *reach)
    });
    NamesRound { looks: looks.collect() }
}

fn states(round: &NamesRound) -> Vec<NameState> {
    round.heard(&check(50), now()).iter().map(|one| one.state).collect()
}

use NameState::{Degraded, Doubted, Failing, Ok as Fine, Untried};
use Reach::{Far, Itself, Near};
use Verdict::{Degraded as Impaired, Fail, Ok as Works, Unknown};

#[test]
fn a_name_fails_when_it_does_not_answer_twice_and_others_do() {
    let heard = round(&[
        (Fine, Works, Far),
        (Fine, Fail, Far),
        (Untried, Fail, Near),
        (Doubted, Fail, Far),
        (Failing, Fail, Far),
        (Failing, Works, Far),
        (Doubted, Impaired, Far),
        (Doubted, Unknown, Far),
    ]);
    let expected = [Fine, Doubted, Doubted, Failing, Failing, Fine, Degraded, Doubted];
    assert_eq!(states(&heard), expected);
    let rows = heard.heard(&check(50), now());
    assert_eq!(rows[1].due_at, now(), "one that is doubted is asked again at once");
    assert!(rows[0].due_at > now() && rows[7].due_at > now());
    assert_eq!(
        (rows[1].since, rows[1].reason.as_deref()),
        (Some(now()), Some("connection refused"))
    );
    assert_eq!((&rows[0].reason, rows[7].probed_at), (&None, None));
}

#[test]
fn one_that_fails_does_so_since_it_was_doubted() {
    let began = now() - SignedDuration::from_secs(30);
    let mut one = look("a.example.com", Doubted, Fail, Far);
    one.before.since = Some(began);
    let heard = NamesRound { looks: vec![one, look("b.example.com", Fine, Works, Far)] };
    let rows = heard.heard(&check(50), now());
    assert_eq!((rows[0].state, rows[0].since), (Failing, Some(began)));
}

#[test]
fn a_failure_counts_only_where_something_as_far_away_answered() {
    // Nothing answered.
    let dark = round(&[(Fine, Fail, Far), (Doubted, Fail, Far), (Untried, Fail, Near)]);
    assert_eq!(states(&dark), [Fine, Doubted, Untried]);
    // Only what is nearer did: it is asked again, and said to fail by nobody.
    let near = round(&[
        (Fine, Fail, Far),
        (Doubted, Fail, Far),
        (Doubted, Fail, Near),
        (Fine, Works, Near),
    ]);
    assert_eq!(states(&near), [Doubted, Doubted, Failing, Fine]);
    // Who is asked for addresses may have no way out.
    for (works, state) in [(Near, Doubted), (Far, Failing)] {
        let mut unfound = round(&[(Doubted, Fail, Far), (Fine, Works, works)]);
        unfound.looks[0].reach = None;
        assert_eq!(states(&unfound), [state, Fine]);
    }
    assert!(dark.heard(&check(50), now()).iter().all(|one| one.due_at > now()));
}

fn judged(round: &NamesRound, percent: u8, counts: NameCounts) -> (Verdict, String) {
    judged_after(round, percent, counts, false)
}

fn judged_after(
    round: &NamesRound,
    percent: u8,
    counts: NameCounts,
    was_shared: bool,
) -> (Verdict, String) {
    let worst: Vec<_> = (0..5)
        .map(|place| WatchedName {
            reason: Some("connection refused".to_owned()),
            ..known(&format!("w{place}.example.com"), Failing)
        })
        .collect();
    let some = counts.failing.max(counts.degraded).min(5) as usize;
    let (verdict, reason) = round.verdict(&check(percent), counts, &worst[..some], was_shared);
    assert!(reason.as_ref().is_none_or(|reason| reason.code == ReasonCode::Names));
    (verdict, reason.map(|reason| reason.told).unwrap_or_default())
}

#[test]
fn what_follows_is_told_in_numbers_and_names() {
    let fine = round(&[(Fine, Works, Far)]);
    let counts = NameCounts { ok: 1_308, failing: 4, ..NameCounts::default() };
    let (verdict, told) = judged(&fine, 50, counts);
    assert_eq!(verdict, Impaired);
    assert_eq!(
        told,
        "4 of 1,312 names fail: w0.example.com (connection refused), w1.example.com (connection \
         refused), w2.example.com (connection refused) and 1 more"
    );
    let one = NameCounts { ok: 9, failing: 1, ..NameCounts::default() };
    assert_eq!(
        judged(&fine, 10, one),
        (Fail, "1 of 10 names fails: w0.example.com (connection refused)".to_owned())
    );
    assert_eq!(judged(&fine, 11, one).0, Impaired);
    let soon = NameCounts { ok: 9, degraded: 1, ..NameCounts::default() };
    assert!(judged(&fine, 1, soon).1.starts_with("1 of 10 names is degraded: "));
    // Those of which nothing is known count neither way.
    let half = NameCounts { untried: 94, ok: 3, failing: 3, ..NameCounts::default() };
    assert_eq!(judged(&fine, 50, half).0, Fail);
    // One of the first two is no half of them all.
    let first = NameCounts { untried: 98, ok: 1, failing: 1, ..NameCounts::default() };
    assert_eq!(judged(&fine, 50, first).0, Impaired);
    let pair = NameCounts { untried: 1, failing: 1, ..NameCounts::default() };
    assert_eq!(judged(&fine, 50, pair).0, Impaired);
    let doubted = NameCounts { ok: 9, doubted: 9, ..NameCounts::default() };
    assert_eq!(judged(&fine, 50, doubted), (Works, String::new()));
}

#[test]
fn a_round_without_an_answer_is_never_fine() {
    let counts = NameCounts { ok: 9, ..NameCounts::default() };
    let dark = round(&[(Fine, Fail, Far), (Fine, Fail, Far), (Fine, Unknown, Far)]);
    assert_eq!(
        judged(&dark, 100, counts),
        (
            Fail,
            "none of the 2 names asked just now answered; n0.example.com: connection refused"
                .to_owned()
        )
    );
    assert_eq!(dark.reach(Fail), Some(Far));
    let ours = round(&[(Fine, Unknown, Far)]);
    assert_eq!(
        judged(&ours, 1, counts),
        (Unknown, "nothing could be asked: connection refused".to_owned())
    );
    assert_eq!(judged(&round(&[]), 1, counts).0, Unknown);
    let (verdict, told) = judged(&round(&[]), 1, NameCounts::default());
    assert_eq!(verdict, Unknown);
    assert!(told.contains("set the list"), "{told}");
}

#[test]
fn what_many_share_is_seen_before_all_were_asked() {
    let counts = NameCounts { ok: 1_000, doubted: 5, ..NameCounts::default() };
    let mut looks = vec![(Fine, Works, Far); 4];
    looks.extend([(Fine, Fail, Far), (Fine, Fail, Far), (Degraded, Fail, Far), (Fine, Fail, Far)]);
    let (verdict, told) = judged(&round(&looks), 50, counts);
    assert_eq!(verdict, Fail);
    assert!(
        told.starts_with("4 of 8 names that had not failed before failed just now: n4."),
        "{told}"
    );
    assert_eq!(judged(&round(&looks), 51, counts).0, Works);
    // Four are too few for that.
    let few = [(Fine, Works, Far), (Fine, Fail, Far), (Fine, Fail, Far), (Fine, Fail, Far)];
    assert_eq!(judged(&round(&few), 50, counts).0, Works);
    // One that is lost on the way is none, and neither are two, however few may fail.
    for lost in 1..=3 {
        let mut looks = vec![(Fine, Works, Far); 10];
        looks[..lost].fill((Fine, Fail, Far));
        assert_eq!(judged(&round(&looks), 5, counts).0 == Fail, lost == 3, "{lost}");
    }
}

#[test]
fn what_many_share_goes_on_until_a_round_finds_that_it_is_over() {
    let counts = NameCounts { ok: 190, doubted: 6, failing: 4, ..NameCounts::default() };
    let is_shared = |looks: &[(NameState, Verdict, Reach)], was: bool| {
        let round = round(looks);
        let is = round.is_shared(&check(50), counts, was);
        assert_eq!(judged_after(&round, 50, counts, was).0 == Fail, is);
        is
    };
    // Fewer that were fine fail by chance, and those that are doubted still do.
    let mut looks = vec![(Doubted, Fail, Far); 6];
    looks.extend([(Fine, Fail, Far); 2]);
    looks.extend([(Fine, Works, Far); 3]);
    assert!(!is_shared(&looks, false) && is_shared(&looks, true));
    // Too few are asked.
    assert!(is_shared(&[(Fine, Works, Far); 4], true));
    // It is over.
    let mut looks = vec![(Doubted, Works, Far); 6];
    looks.extend([(Failing, Fail, Far); 2]);
    assert!(!is_shared(&looks, true));
    // Nothing answers: nobody knows.
    let dark = round(&[(Fine, Fail, Far); 9]);
    assert!(dark.is_shared(&check(50), counts, true) && !dark.is_shared(&check(50), counts, false));
    // A list that is short by now is asked whole.
    let few = NameCounts { ok: 3, ..NameCounts::default() };
    assert!(!round(&[(Fine, Works, Far); 3]).is_shared(&check(50), few, true));
}

#[test]
fn names_that_are_not_there_yet_are_no_outage() {
    let mut looks = vec![(Untried, Fail, Far); 5];
    looks.extend([(Fine, Works, Far); 2]);
    let counts = NameCounts { ok: 40, doubted: 5, ..NameCounts::default() };
    assert_eq!(judged(&round(&looks), 50, counts), (Works, String::new()));
    // Where nothing was asked before, it is seen in the first round.
    let looks = [[(Untried, Fail, Far); 4], [(Untried, Works, Far); 4]].concat();
    let counts = NameCounts { untried: 90, ok: 4, doubted: 4, ..NameCounts::default() };
    assert_eq!(judged(&round(&looks), 50, counts).0, Fail);
}

#[test]
fn a_sentence_about_names_that_had_not_failed_names_no_other() {
    let mut looks = vec![(Failing, Fail, Far); 2];
    looks.extend([(Fine, Fail, Far); 4]);
    looks.extend([(Fine, Works, Far); 2]);
    let counts = NameCounts { ok: 90, failing: 2, ..NameCounts::default() };
    let (_, told) = judged(&round(&looks), 50, counts);
    assert!(told.starts_with("4 of 6 names"), "{told}");
    assert!(told.contains("just now: n2.example.com") && told.ends_with(" and 1 more"), "{told}");
}

#[test]
fn what_fails_farther_away_than_anything_that_answers_is_never_fine() {
    let counts = NameCounts { ok: 1, doubted: 2, ..NameCounts::default() };
    let first = round(&[(Untried, Fail, Far), (Untried, Fail, Far), (Fine, Works, Near)]);
    assert_eq!(judged(&first, 50, counts).0, Unknown);
    let second = round(&[(Doubted, Fail, Far), (Doubted, Fail, Far), (Fine, Works, Near)]);
    let (verdict, told) = judged(&second, 50, counts);
    assert_eq!((verdict, second.reach(verdict)), (Fail, Some(Far)), "{told}");
    assert!(told.starts_with("2 of the names asked just now do not answer, and only"), "{told}");
    let few = NameCounts { ok: 98, doubted: 2, ..NameCounts::default() };
    assert_eq!(judged(&second, 50, few).0, Unknown);
}

#[test]
fn all_are_asked_within_a_period() {
    let check = check(50);
    for (total, size) in [(0, 10), (3, 10), (601, 11), (1_312, 22), (50_000, 500)] {
        assert_eq!(check.round_size(total, 10), size, "{total}");
    }
    let due: Vec<_> =
        (0..1_000).map(|n| check.due_after(&format!("{n}.example.com"), now())).collect();
    let within = |from: i64, to: i64| {
        let (from, to) =
            (now() + SignedDuration::from_secs(from), now() + SignedDuration::from_secs(to));
        due.iter().filter(|at| (from..=to).contains(at)).count()
    };
    assert_eq!(within(540, 600), 1_000);
    assert!((300..700).contains(&within(540, 570)), "they spread: {}", within(540, 570));
}

#[test]
fn a_list_is_a_set_of_host_names() {
    let set = |names: &[&str]| set_of_names(names.iter().map(|name| (*name).to_owned()));
    assert_eq!(
        set(&["b.example.com", "a.example.com", "b.example.com"]).unwrap(),
        ["a.example.com", "b.example.com"]
    );
    let long = format!("{}.com", "a.".repeat(126));
    for wrong in [
        "",
        "*.example.com",
        "A.example.com",
        "a.example.com:80",
        "192.0.2.1",
        "-a.com",
        "a..com",
        "a_b.com",
        &long,
    ] {
        let problem = set(&["a.example.com", wrong]).unwrap_err();
        assert_eq!(problem.field, "names[1]", "{wrong}");
    }
    let many = (0..=limits::NAMES_PER_CHECK_MAX).map(|n| format!("{n}.example.com"));
    assert_eq!(set_of_names(many).unwrap_err().field, "names");
}

#[test]
fn nobody_takes_most_of_a_list_away_by_mistake() {
    assert!(may_replace(0, 0, 1).is_ok() && may_replace(19, 18, 1).is_ok());
    assert!(may_replace(20, 10, 10).is_ok() && may_replace(20, 11, 50).is_err());
    assert!(may_replace(0, 0, 0).is_err() && may_replace(5, 5, 0).is_err());
    let told = may_replace(20, 20, 1).unwrap_err().to_string();
    assert!(told.contains("more than half") && told.contains("shrink"), "{told}");
}

fn any_look() -> impl Strategy<Value = (NameState, Verdict, Reach)> {
    (
        prop::sample::select(NameState::ALL.to_vec()),
        prop::sample::select(vec![Works, Impaired, Fail, Unknown]),
        prop::sample::select(vec![Itself, Near, Far]),
    )
}

fn any_counts() -> impl Strategy<Value = NameCounts> {
    let some = || 0_u32..40;
    (some(), some(), some(), some(), some()).prop_map(
        |(untried, ok, degraded, doubted, failing)| NameCounts {
            untried,
            ok,
            degraded,
            doubted,
            failing,
        },
    )
}

proptest! {
    #[test]
    fn nothing_is_fine_while_one_fails(
        looks in prop::collection::vec(any_look(), 0..12), counts in any_counts(), percent in 1_u8..=100
    ) {
        let (verdict, _) = judged(&round(&looks), percent, counts);
        prop_assert!(verdict != Works || counts.failing + counts.degraded == 0);
        prop_assert!(verdict != Works || looks.iter().any(|one| matches!(one.1, Works | Impaired)));
        let farthest = looks.iter().filter(|one| matches!(one.1, Works | Impaired)).map(|one| one.2).max();
        prop_assert!(verdict != Works || !looks.iter().any(|one| one.1 == Fail && Some(one.2) > farthest));
    }

    #[test]
    fn the_order_of_names_does_not_matter(
        looks in prop::collection::vec(any_look(), 0..12), counts in any_counts(), percent in 1_u8..=100
    ) {
        let one = round(&looks);
        let mut other = one.clone();
        other.looks.reverse();
        prop_assert_eq!(judged(&one, percent, counts), judged(&other, percent, counts));
        let sorted = |round: &NamesRound| {
            let mut rows = round.heard(&check(percent), now());
            rows.sort_by(|one, other| one.name.cmp(&other.name));
            rows
        };
        prop_assert_eq!(sorted(&one), sorted(&other));
    }

    #[test]
    fn one_more_that_fails_makes_nothing_better(
        looks in prop::collection::vec(any_look(), 1..12), counts in any_counts(), percent in 1_u8..=100
    ) {
        let round = round(&looks);
        let worse = NameCounts { ok: counts.ok.saturating_sub(1), failing: counts.failing + 1, ..counts };
        prop_assume!(counts.ok > 0);
        prop_assert!(judged(&round, percent, worse).0 >= judged(&round, percent, counts).0);
    }

    #[test]
    fn nothing_becomes_worse_where_nothing_answers(
        mut looks in prop::collection::vec(any_look(), 0..12)
    ) {
        for look in &mut looks {
            look.1 = if look.1 == Unknown { Unknown } else { Fail };
        }
        let round = round(&looks);
        let before: Vec<_> = round.looks.iter().map(|look| look.before.state).collect();
        prop_assert_eq!(states(&round), before);
    }
}

#[test]
fn names_known_to_fail_say_nothing_where_the_others_could_not_be_asked() {
    let counts = NameCounts { ok: 20, failing: 1, ..NameCounts::default() };
    let ours = round(&[(Failing, Fail, Far), (Fine, Unknown, Far)]);
    assert_eq!(judged(&ours, 50, counts).0, Unknown);
    let news = round(&[(Failing, Fail, Far), (Fine, Fail, Far), (Fine, Unknown, Far)]);
    assert_eq!(judged(&news, 50, counts).0, Fail);
}

#[test]
fn a_shared_outage_does_not_wait_for_what_cannot_be_asked() {
    let counts = NameCounts { ok: 8, ..NameCounts::default() };
    let mut looks = vec![(Fine, Works, Far); 4];
    looks.extend([(Fine, Unknown, Far); 4]);
    assert_eq!(judged_after(&round(&looks), 50, counts, true), (Works, String::new()));
}
