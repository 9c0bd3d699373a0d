//! Tables of what is known to go wrong elsewhere, and what holds of all samples.

use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn patience(fail_after: u16, recover_after: u16, stable_for_seconds: u32) -> Patience {
    Patience { fail_after, recover_after, stable_for_seconds }
}

/// One sample every ten seconds, as letters; gives every turn with the second that it counts from.
fn turns(patience: Patience, samples: &str) -> Vec<(Threshold, bool, i64)> {
    let mut judgment = Judgment::default();
    let mut all = Vec::new();
    for (place, letter) in samples.chars().enumerate() {
        let verdict = match letter {
            '.' => Verdict::Ok,
            'd' => Verdict::Degraded,
            'F' => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        let (next, turns) = judgment.hear(patience, verdict, at(10 * place as i64));
        judgment = next;
        all.extend(turns.iter().map(|turn| {
            let since = turn.since.duration_since(at(0)).as_secs();
            (turn.threshold, turn.is_crossed, since)
        }));
    }
    all
}

const D: Threshold = Threshold::Degraded;
const F: Threshold = Threshold::Fail;

#[test]
fn one_failure_is_none_and_an_outage_counts_from_its_first() {
    let patience = patience(3, 2, 0);
    assert_eq!(turns(patience, "..F.FF..F"), []);
    assert_eq!(turns(patience, "..FFF"), [(D, true, 20), (F, true, 20)]);
    // A check that has never worked is no exception: one failure alone says nothing.
    assert_eq!(turns(patience, "FF"), []);
    assert_eq!(turns(patience, "FFF"), [(D, true, 0), (F, true, 0)]);
}

#[test]
fn what_never_worked_is_not_said_to_work() {
    let patience = patience(3, 2, 0);
    let mut judgment = Judgment::default();
    for (second, (verdict, believed)) in [
        (Verdict::Unknown, None),
        (Verdict::Fail, None),
        (Verdict::Fail, None),
        (Verdict::Fail, Some(Verdict::Fail)),
    ]
    .into_iter()
    .enumerate()
    {
        judgment = judgment.hear(patience, verdict, at(second as i64)).0;
        assert_eq!(judgment.verdict(), believed, "second {second}");
    }
    let (judgment, _) = Judgment::default().hear(patience, Verdict::Degraded, at(0));
    assert_eq!(judgment.verdict(), Some(Verdict::Ok), "it works, and one sample is none");
}

#[test]
fn up_for_a_moment_is_not_up() {
    let patience = patience(3, 2, 120);
    // A minute and fifty seconds of good answers, and down again: one outage.
    assert_eq!(turns(patience, "FFF...........FFF"), [(D, true, 0), (F, true, 0)]);
    // Two whole minutes, counted from the first good one.
    let recovered = [(D, true, 0), (F, true, 0), (D, false, 30), (F, false, 30)];
    assert_eq!(turns(patience, "FFF............."), recovered);
    // One bad sample, and the minutes count from anew.
    assert_eq!(turns(patience, "FFF......F............"), [(D, true, 0), (F, true, 0)]);
}

#[test]
fn an_unknown_sample_is_no_vote() {
    let patience = patience(3, 2, 0);
    assert_eq!(turns(patience, "????????"), []);
    assert_eq!(turns(patience, ".F?F??F"), [(D, true, 10), (F, true, 10)]);
    assert_eq!(
        turns(patience, "FFF?.?."),
        [(D, true, 0), (F, true, 0), (D, false, 40), (F, false, 40)]
    );
}

#[test]
fn bad_and_worse_are_judged_each_by_itself() {
    let patience = patience(3, 2, 0);
    assert_eq!(turns(patience, "dFd"), [(D, true, 0)]);
    assert_eq!(turns(patience, "dddFFF"), [(D, true, 0), (F, true, 30)]);
    // It works again, but badly; then well.
    assert_eq!(
        turns(patience, "FFFdd.."),
        [(D, true, 0), (F, true, 0), (F, false, 30), (D, false, 50)]
    );
}

#[test]
fn a_probe_that_was_overtaken_changes_nothing() {
    let patience = patience(2, 2, 0);
    let (judgment, _) = Judgment::default().hear(patience, Verdict::Fail, at(10));
    for late in [at(10), at(5)] {
        assert_eq!(judgment.hear(patience, Verdict::Fail, late), (judgment, Vec::new()));
    }
}

#[test]
fn a_clock_that_was_put_right_is_no_end_of_hearing() {
    let patience = patience(2, 2, 0);
    let (judgment, _) = Judgment::default().hear(patience, Verdict::Fail, at(86_400));
    let (judgment, turns) = judgment.hear(patience, Verdict::Fail, at(0));
    assert!(turns.is_empty(), "the run begins anew");
    let (judgment, turns) = judgment.hear(patience, Verdict::Fail, at(10));
    assert_eq!((turns[1].since, judgment.verdict()), (at(0), Some(Verdict::Fail)));
}

#[test]
fn what_looks_worse_than_believed_is_suspicious() {
    let patience = patience(3, 2, 0);
    let mut judgment = Judgment::default();
    for (second, (verdict, wanted)) in
        [(Verdict::Ok, 0), (Verdict::Fail, 1), (Verdict::Degraded, 2), (Verdict::Fail, 1)]
            .into_iter()
            .enumerate()
    {
        judgment = judgment.hear(patience, verdict, at(second as i64)).0;
        assert_eq!(judgment.suspicion(), wanted, "second {second}");
    }
    assert_eq!(judgment.verdict(), Some(Verdict::Degraded));
    // A recovery is no suspicion: it is waited for at the usual pace.
    judgment = judgment.hear(patience, Verdict::Fail, at(5)).0;
    judgment = judgment.hear(patience, Verdict::Fail, at(6)).0;
    assert_eq!((judgment.verdict(), judgment.suspicion()), (Some(Verdict::Fail), 0));
    judgment = judgment.hear(patience, Verdict::Ok, at(7)).0;
    assert_eq!(judgment.suspicion(), 0);
}

/// The turns of one that is down for so many samples, up for so many, and so on.
fn ups_and_downs(
    cycles: usize,
    down: usize,
    up: usize,
    calm: usize,
) -> Vec<(Threshold, bool, i64)> {
    let cycle = "F".repeat(down) + &".".repeat(up);
    let samples = "..".to_owned() + &cycle.repeat(cycles) + &".".repeat(calm);
    let all = turns(patience(3, 2, 30), &samples);
    all.into_iter().filter(|(threshold, _, _)| *threshold == F).collect()
}

#[test]
fn what_goes_up_and_down_all_the_time_is_one_outage() {
    let few = ups_and_downs(2, 6, 6, 400);
    assert_eq!(few.len(), 4, "twice is twice: {few:?}");
    for cycles in [10, 100, 300] {
        let many = ups_and_downs(cycles, 6, 6, 400);
        assert!(many.len() <= 6, "{cycles}: {many:?}");
        let (_, is_crossed, since) = many[many.len() - 1];
        assert!(!is_crossed, "it is over in the end");
        let last_up = 20 + i64::try_from(cycles * 12 * 10).unwrap() - 60;
        assert_eq!(since, last_up, "from the first good sample of the last stretch on");
    }
    // Rarely is no flapping: each is told.
    assert_eq!(ups_and_downs(10, 6, 120, 0).len(), 20);
}

#[test]
fn flapping_is_a_state_of_its_own() {
    let mut judgment = Judgment::default();
    let mut flapped = Vec::new();
    for second in 0..2_000_i64 {
        let verdict = match second < 600 && second % 20 < 10 {
            true => Verdict::Fail,
            false => Verdict::Ok,
        };
        judgment = judgment.hear(patience(3, 3, 0), verdict, at(second)).0;
        if flapped.last() != Some(&judgment.is_flapping()) {
            flapped.push(judgment.is_flapping());
        }
        if judgment.is_flapping() {
            assert_eq!(judgment.verdict(), Some(Verdict::Fail), "second {second}");
        }
    }
    assert_eq!(flapped, [false, true], "at second 2,000 it was not calm for long enough");
    for second in 2_000..3_100_i64 {
        judgment = judgment.hear(patience(3, 3, 0), Verdict::Ok, at(second)).0;
    }
    assert!(!judgment.is_flapping());
    assert_eq!(judgment.verdict(), Some(Verdict::Ok));
}

fn any_patience() -> impl Strategy<Value = Patience> {
    (1_u16..6, 1_u16..6, 0_u32..200)
        .prop_map(|(fail, recover, stable)| patience(fail, recover, stable))
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Unknown),
        Just(Verdict::Ok),
        Just(Verdict::Degraded),
        Just(Verdict::Fail)
    ]
}

proptest! {
    #[test]
    fn turns_alternate_and_each_has_its_samples(
        patience in any_patience(),
        samples in proptest::collection::vec((1_i64..60, any_verdict()), 0..200),
    ) {
        let mut judgment = Judgment::default();
        let (mut second, mut heard) = (0, Vec::new());
        let mut last: [Option<(bool, Timestamp)>; 2] = [None, None];
        for (later, verdict) in samples {
            second += later;
            heard.push((at(second), verdict));
            let (next, turns) = judgment.hear(patience, verdict, at(second));
            judgment = next;
            for turn in turns {
                let place = turn.threshold as usize;
                let before = last[place].map_or((false, Timestamp::MIN), |turn| turn);
                prop_assert_ne!(before.0, turn.is_crossed, "a turn changes something");
                prop_assert!(before.1 <= turn.since, "and comes after the one before");
                last[place] = Some((turn.is_crossed, turn.since));
                // Every sample from then on that says something says the same.
                let said = heard.iter().filter(|(at, _)| *at >= turn.since);
                let said = said.filter_map(|(_, verdict)| turn.threshold.is_crossed_by(*verdict));
                let said: Vec<bool> = said.collect();
                prop_assert!(said.iter().all(|beyond| *beyond == turn.is_crossed));
                let wanted = if turn.is_crossed { patience.fail_after } else { patience.recover_after };
                prop_assert!(said.len() >= usize::from(wanted));
                if !turn.is_crossed {
                    let stable = at(second).duration_since(turn.since).as_secs();
                    prop_assert!(stable >= i64::from(patience.stable_for_seconds));
                }
            }
            let (degraded, fail) = (judgment.crossed_at(D), judgment.crossed_at(F));
            prop_assert!(fail.is_none() || degraded.is_some_and(|at| Some(at) <= fail), "worse is bad");
        }
    }

    #[test]
    fn flapping_opens_few_outages_and_always_ends(
        patience in any_patience(),
        samples in proptest::collection::vec((1_i64..90, any_verdict()), 0..600),
    ) {
        let (mut judgment, mut second, mut crossed) = (Judgment::default(), 0, Vec::new());
        for (later, verdict) in samples {
            second += later;
            let (next, turns) = judgment.hear(patience, verdict, at(second));
            judgment = next;
            let began = turns.iter().filter(|turn| turn.is_crossed && turn.threshold == F);
            crossed.extend(began.map(|_| second));
            prop_assert!(!judgment.is_flapping() || judgment.verdict() >= Some(Verdict::Degraded));
        }
        // Whatever happens, no more than six outages begin within half an hour.
        prop_assert!(crossed.windows(7).all(|seven| seven[6] - seven[0] > 1_800), "{crossed:?}");
        for _ in 0..400 {
            second += 10;
            judgment = judgment.hear(patience, Verdict::Ok, at(second)).0;
        }
        prop_assert_eq!(judgment.verdict(), Some(Verdict::Ok));
        prop_assert!(!judgment.is_flapping());
    }

    #[test]
    fn what_is_unknown_might_as_well_not_have_been(
        patience in any_patience(),
        samples in proptest::collection::vec(any_verdict(), 0..100),
    ) {
        let (mut with, mut without) = (Judgment::default(), Judgment::default());
        for (second, verdict) in samples.into_iter().enumerate() {
            with = with.hear(patience, verdict, at(second as i64)).0;
            if verdict != Verdict::Unknown {
                without = without.hear(patience, verdict, at(second as i64)).0;
            }
        }
        prop_assert_eq!(with, without);
    }
}
