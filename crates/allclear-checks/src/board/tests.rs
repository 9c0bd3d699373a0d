//! What is due, and what becomes of results.

use std::collections::HashMap;

use allclear_domain::Entropy;
use allclear_domain::check::{
    CheckKind, Direction, ExchangeLine, ReasonCode, TcpCheck, Threshold, VantagePoint, Verdict,
};

use super::*;
use crate::for_tests::{at, check, result};

/// Room for all of them.
const ROOM: Room = Room { quick: 100, slow: 100 };

/// Probes everything that is due, second by second, and gives the seconds with the keys.
fn probed(
    board: &mut Board,
    seconds: std::ops::Range<i64>,
    verdict: Verdict,
) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    for second in seconds {
        for due in board.take_due(at(second), ROOM) {
            all.push((second, due.check.key.to_string()));
            board.hear(&due.check, result(verdict, at(second)), at(second));
        }
    }
    all
}

fn board(checks: &[Check]) -> Board {
    let mut board = Board::default();
    board.remember(Vec::new(), checks.to_vec(), at(0));
    board
}

#[test]
fn every_check_is_probed_at_once_and_then_once_an_interval() {
    let entropy = Entropy::from_seed(1);
    let keys = ["a", "b", "c", "d"];
    let mut board = board(&keys.map(|key| check(&entropy, key)));
    let probes = probed(&mut board, 0..101, Verdict::Ok);
    assert_eq!(probes.iter().filter(|(second, _)| *second == 0).count(), 4, "nobody waits");
    let mut times: HashMap<&str, Vec<i64>> = HashMap::new();
    for (second, key) in &probes {
        times.entry(key).or_default().push(*second);
    }
    for key in keys {
        let apart: Vec<i64> = times[key].windows(2).skip(1).map(|two| two[1] - two[0]).collect();
        assert!(apart.len() >= 8 && apart.iter().all(|gap| *gap == 10), "{key}: {apart:?}");
    }
    let phases: std::collections::BTreeSet<i64> = keys.map(|key| times[key][1]).into();
    assert!(phases.len() > 1, "they are spread: {phases:?}");
}

#[test]
fn what_was_said_is_kept_where_it_did_not_simply_work() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    for (second, verdict, kept) in [
        (0, Verdict::Ok, false),
        (10, Verdict::Degraded, true),
        (20, Verdict::Unknown, true),
        (30, Verdict::Fail, true),
    ] {
        let line =
            ExchangeLine { at_us: 0, direction: Direction::Received, text: "220 ready".to_owned() };
        let exchange = Exchange { lines: vec![line], is_cut: false };
        let due = board.take_due(at(second), ROOM);
        board.hear(
            &due[0].check,
            ProbeResult { exchange, ..result(verdict, at(second)) },
            at(second),
        );
        let judged = board.take_unwritten().judged.remove(&check.id).unwrap();
        assert_eq!(!judged.last.exchange.lines.is_empty(), kept, "{verdict:?}");
        assert_eq!(judged.last_bad.as_ref() == Some(&judged.last), kept, "{verdict:?}");
    }
}

#[test]
fn a_check_is_never_probed_twice_at_the_same_time() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    let first = board.take_due(at(0), ROOM);
    assert_eq!(first.len(), 1);
    assert!(board.take_due(at(500), ROOM).is_empty());
    // Nor where it was changed meanwhile, but for what it tries.
    board.put_check(Check { name: "Another".to_owned(), ..check }, at(500));
    assert!(board.take_due(at(500), ROOM).is_empty());
    board.hear(&first[0].check, result(Verdict::Ok, at(0)), at(500));
    let again = board.take_due(at(520), ROOM);
    assert_eq!((again.len(), again[0].check.name.as_str()), (1, "Another"));
}

#[test]
fn no_more_are_taken_than_there_is_room_for_and_the_latest_goes_first() {
    let entropy = Entropy::from_seed(1);
    let checks: Vec<Check> = (0..30).map(|n| check(&entropy, &format!("c{n}"))).collect();
    let mut board = board(&checks);
    probed(&mut board, 0..1, Verdict::Ok);
    let late = board.take_due(at(60), Room { quick: 10, slow: 9 });
    assert_eq!(late.len(), 10);
    assert!(late.windows(2).all(|two| two[0].lag >= two[1].lag));
    assert_eq!(board.take_due(at(60), ROOM).len(), 20);
}

#[test]
fn what_fails_is_looked_at_again_soon_and_turns_once() {
    let mut board = board(&[check(&Entropy::from_seed(1), "a")]);
    probed(&mut board, 0..30, Verdict::Ok);
    board.take_unwritten();
    let failing: Vec<i64> =
        probed(&mut board, 30..60, Verdict::Fail).into_iter().map(|(second, _)| second).collect();
    let first = failing[0];
    assert_eq!(failing[..3], [first, first + 2, first + 6]);
    let unwritten = board.take_unwritten();
    let turns: Vec<_> = unwritten.turned.iter().map(|one| (one.turn.threshold, one.turn)).collect();
    assert_eq!(turns.len(), 2);
    for (threshold, (turned, turn)) in Threshold::ALL.into_iter().zip(turns) {
        assert_eq!((turned, turn.is_crossed, turn.since), (threshold, true, at(first)));
    }
}

#[test]
fn what_could_not_be_written_comes_back_behind_what_is_newer() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    probed(&mut board, 0..20, Verdict::Fail);
    let failed = board.take_unwritten();
    assert_eq!(failed.turned.len(), 2);
    probed(&mut board, 20..60, Verdict::Ok);
    board.take_back(failed.clone());
    let unwritten = board.take_unwritten();
    let crossed: Vec<bool> = unwritten.turned.iter().map(|one| one.turn.is_crossed).collect();
    assert_eq!(crossed, [true, true, false, false], "in their order");
    assert_eq!(unwritten.judged[&check.id].last.verdict, Verdict::Ok, "the newest counts");
    // Of what is gone meanwhile, nothing does.
    board.remove_check(check.id, at(60));
    board.take_back(failed);
    assert!(!board.has_unwritten());
}

#[test]
fn what_is_paused_or_tries_something_else_is_judged_anew() {
    let old = check(&Entropy::from_seed(1), "a");
    for changed in [
        Check { paused_at: Some(at(30)), ..old.clone() },
        Check {
            kind: match crate::for_tests::kind() {
                CheckKind::Tcp(tcp) => CheckKind::Tcp(TcpCheck { port: 80, ..tcp }),
                _ => panic!("it is of the kind tcp"),
            },
            ..old.clone()
        },
    ] {
        let mut board = board(std::slice::from_ref(&old));
        probed(&mut board, 0..20, Verdict::Fail);
        let running = board.take_due(at(40), ROOM);
        board.put_check(changed.clone(), at(40));
        assert!(!board.has_unwritten());
        board.hear(&running[0].check, result(Verdict::Fail, at(40)), at(41));
        assert!(!board.has_unwritten(), "a probe of what was");
        let is_probed = !probed(&mut board, 41..60, Verdict::Ok).is_empty();
        assert_eq!(is_probed, changed.paused_at.is_none());
        assert!(board.take_unwritten().turned.is_empty());
    }
}

#[test]
fn a_clock_that_was_put_right_blinds_nobody() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    probed(&mut board, 86_400..86_500, Verdict::Fail);
    board.put_right(at(0));
    let seconds: Vec<i64> =
        probed(&mut board, 0..60, Verdict::Ok).into_iter().map(|(second, _)| second).collect();
    assert!(seconds.len() >= 5, "{seconds:?}");
    let judged = &board.take_unwritten().judged[&check.id];
    assert_eq!(judged.judgment.verdict(), Some(Verdict::Ok), "what is said now counts");
}

#[test]
fn what_is_kept_is_compared_with_what_is_believed() {
    let entropy = Entropy::from_seed(1);
    let (fails, works) = (check(&entropy, "fails"), check(&entropy, "works"));
    let mut board = board(std::slice::from_ref(&fails));
    probed(&mut board, 0..60, Verdict::Fail);
    board.put_check(works.clone(), at(60));
    probed(&mut board, 60..61, Verdict::Ok);
    board.take_unwritten();
    // Of the one there is no outage, of the other one that nobody ended.
    let stuck = Outage {
        id: entropy.id(at(0)),
        check_id: works.id,
        threshold: Threshold::Fail,
        began_at: at(0),
        confirmed_at: at(0),
        ended_at: None,
        is_abandoned: false,
        reason: None,
        incident_id: None,
        statuses: Vec::new(),
    };
    board.compare(&[stuck], at(70));
    let turned = board.take_unwritten().turned;
    let of = |check: &Check| {
        turned.iter().filter(|one| one.check.id == check.id).map(|one| one.turn).collect::<Vec<_>>()
    };
    assert_eq!(of(&fails).iter().map(|turn| turn.is_crossed).collect::<Vec<_>>(), [true, true]);
    assert_eq!(of(&fails)[0].since, at(0));
    let over = Turn { threshold: Threshold::Fail, is_crossed: false, since: at(70) };
    assert_eq!(of(&works), [over]);
}

fn sums(board: &mut Board) -> Vec<(i64, u64)> {
    let minutes = board.take_unwritten().minutes.into_values();
    let mut sums: Vec<_> =
        minutes.map(|one| (one.starts_at.as_second(), one.samples.count())).collect();
    sums.sort_unstable();
    sums
}

#[test]
fn every_sample_is_in_its_minute_and_each_minute_is_written_whole() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    let start = Span::Minute.start_of(at(0)).as_second();
    let all = probed(&mut board, 0..200, Verdict::Ok).len();
    let minutes = sums(&mut board);
    assert_eq!(minutes.iter().map(|(_, count)| count).sum::<u64>(), all as u64);
    assert!(minutes.iter().all(|(at, _)| (at - start) % 60 == 0), "{minutes:?}");
    let (last, count) = *minutes.last().unwrap();

    // The minute goes on, and replaces what was written of it.
    let more = probed(&mut board, 200..211, Verdict::Fail).len() as u64;
    assert!(more > 0);
    let minutes = sums(&mut board);
    assert_eq!(minutes[0], (last, count + more), "{minutes:?}");
}

#[test]
fn a_minute_goes_on_after_a_restart_and_takes_in_who_comes_late() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut first = board(std::slice::from_ref(&check));
    let probe = |board: &mut Board, due: i64, probed: i64| {
        let due = board.take_due(at(due), ROOM);
        board.hear(&due[0].check, result(Verdict::Ok, at(probed)), at(probed));
    };
    let base = -at(0).as_second().rem_euclid(60) + 60;
    probe(&mut first, base, base + 1);
    let written: Vec<_> = first.take_unwritten().minutes.into_values().collect();

    let mut second = board(std::slice::from_ref(&check));
    second.go_on_with(written.clone());
    second.go_on_with(vec![Sampled {
        check_id: Entropy::from_seed(9).id(at(0)),
        ..written[0].clone()
    }]);
    // It began before the minute did, and was heard of in it.
    probe(&mut second, base + 10, base - 2);
    probe(&mut second, base + 30, base + 30);
    assert_eq!(sums(&mut second), [(at(base).as_second(), 3)]);
    // The clock was put right by an hour: its minute is another one.
    probe(&mut second, base + 50, base + 50 - 3_600);
    assert_eq!(sums(&mut second), [(at(base - 3_600).as_second(), 1)]);
}

#[test]
fn what_one_of_two_vantage_points_sees_is_not_believed_until_both_do() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    let mut probes = 0_usize;
    let mut turned = |board: &mut Board, seconds: std::ops::Range<i64>, seen: [Verdict; 2]| {
        let mut all = Vec::new();
        for second in seconds {
            for due in board.take_due(at(second), ROOM) {
                let place = probes % 2;
                probes += 1;
                let vantage = VantagePoint::new(["core", "elsewhere"][place].to_owned());
                let found = ProbeResult { vantage, ..result(seen[place], at(second)) };
                board.hear(&due.check, found, at(second));
            }
            all.extend(board.take_unwritten().turned.into_iter().map(|one| one.turn));
        }
        all
    };
    assert!(turned(&mut board, 0..60, [Verdict::Ok, Verdict::Ok]).is_empty());
    assert!(turned(&mut board, 60..400, [Verdict::Fail, Verdict::Ok]).is_empty());
    let down = turned(&mut board, 400..500, [Verdict::Fail, Verdict::Fail]);
    assert!(down.iter().any(|turn| turn.threshold == Threshold::Fail && turn.is_crossed));
    // Up for one of them is not up.
    assert!(turned(&mut board, 500..900, [Verdict::Fail, Verdict::Ok]).is_empty());
    let up = turned(&mut board, 900..1_300, [Verdict::Ok, Verdict::Ok]);
    assert!(up.iter().any(|turn| turn.threshold == Threshold::Fail && !turn.is_crossed));
}

#[test]
fn minutes_that_cannot_be_written_have_an_end() {
    let mut unwritten = Unwritten::default();
    let id = Entropy::from_seed(1).id(at(0));
    let minute = |second: i64| Sampled {
        check_id: id,
        vantage: VantagePoint::core(),
        starts_at: at(second),
        samples: Samples::default(),
    };
    for second in 0..=MINUTES_UNWRITTEN_MAX {
        unwritten.put_minute(minute(second as i64));
    }
    assert_eq!(unwritten.minutes.len(), MINUTES_UNWRITTEN_MAX);
    let mut again = minute(0);
    again.samples.ok = 7;
    unwritten.put_minute(again.clone());
    assert_eq!(unwritten.minutes[&(id, at(0))], again, "what is there still goes on");
}

#[test]
fn checks_that_are_slow_wait_for_each_other_and_for_nobody_else() {
    let entropy = Entropy::from_seed(1);
    let checks: Vec<Check> = (0..20).map(|n| check(&entropy, &format!("c{n}"))).collect();
    let mut board = board(&checks);
    for (nth, due) in board.take_due(at(0), ROOM).into_iter().enumerate() {
        let took_us = if nth < 10 { 9_000_000 } else { 1_000 };
        let found = ProbeResult { took_us, ..result(Verdict::Ok, at(0)) };
        board.hear(&due.check, found, at(9));
    }
    let due = board.take_due(at(30), Room { quick: 100, slow: 3 });
    assert_eq!(due.iter().filter(|due| due.is_slow).count(), 3);
    assert_eq!(due.iter().filter(|due| !due.is_slow).count(), 10);
    assert_eq!(board.next_due_at(Room { quick: 100, slow: 0 }), None, "no room for any of them");
    assert!(board.next_due_at(Room { quick: 0, slow: 1 }).is_some_and(|next| next < at(30)));
    assert_eq!(board.take_due(at(30), ROOM).len(), 7);

    // What is known of it survives a restart.
    let judged: Vec<_> = board.take_unwritten().judged.into_values().collect();
    let mut next = Board::default();
    next.remember(judged, checks, at(60));
    assert_eq!(next.take_due(at(60), Room { quick: 100, slow: 0 }).len(), 10);
}

#[test]
fn when_everything_fails_at_once_outages_are_written_a_part_at_a_time() {
    let entropy = Entropy::from_seed(1);
    let checks: Vec<Check> = (0..500).map(|n| check(&entropy, &format!("c{n}"))).collect();
    let mut board = board(&checks);
    let room = Room { quick: 500, slow: 500 };
    for second in [0, 10, 20] {
        for due in board.take_due(at(second), room) {
            board.hear(&due.check, result(Verdict::Fail, at(second)), at(second));
        }
    }
    let mut turned = Vec::new();
    while board.has_unwritten() {
        let part = board.take_unwritten();
        assert!(part.turned.len() <= TURNED_WRITTEN_MAX);
        turned.extend(part.turned.iter().map(|turned| turned.check.id));
        // Every other part cannot be written at first.
        if turned.len() % 400 == TURNED_WRITTEN_MAX {
            turned.truncate(turned.len() - part.turned.len());
            board.take_back(part);
            turned.extend(board.take_unwritten().turned.iter().map(|turned| turned.check.id));
        }
    }
    assert_eq!(turned.len(), 500 * 2, "both thresholds");
    let unique: std::collections::HashSet<_> = turned.iter().collect();
    assert_eq!(unique.len(), 500);
}

/// A failure for this reason.
fn failing(code: ReasonCode, second: i64) -> ProbeResult {
    let reason = Some(Reason::new(code, "it did not answer".to_owned()));
    ProbeResult { reason, ..result(Verdict::Fail, at(second)) }
}

fn lines(result: &ProbeResult) -> Vec<&str> {
    result.exchange.lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn who_is_on_the_way_is_told_with_every_failure_of_the_run() {
    let check = check(&Entropy::from_seed(1), "a");
    let mut board = board(std::slice::from_ref(&check));
    let hear = |board: &mut Board, second: i64, result: ProbeResult| {
        let due = board.take_due(at(second), ROOM);
        board.hear(&due[0].check, result, at(second));
    };
    hear(&mut board, 0, failing(ReasonCode::Refused, 0));
    assert_eq!(board.take_unreached(), [], "who refuses was reached");
    hear(&mut board, 10, failing(ReasonCode::TimedOut, 10));
    assert_eq!(board.take_unreached(), [(check.id, at(0))]);
    board.take_unwritten();

    let way = |text: &str| vec![text.to_owned()];
    board.note_way(Some((check.id, at(5), way("of another run"))));
    board.note_way(Some((check.id, at(0), Vec::new())));
    assert!(!board.has_unwritten());
    board.note_way(Some((check.id, at(0), way("1: a router"))));
    let judged = board.take_unwritten().judged.remove(&check.id).unwrap();
    assert_eq!(lines(&judged.last), ["1: a router"]);
    assert_eq!(judged.last_bad.as_ref(), Some(&judged.last));

    hear(&mut board, 20, failing(ReasonCode::TimedOut, 20));
    assert_eq!(board.take_unreached(), [], "it is looked for once in a run");
    let judged = board.take_unwritten().judged.remove(&check.id).unwrap();
    assert_eq!(lines(&judged.last), ["1: a router"]);

    hear(&mut board, 30, result(Verdict::Ok, at(30)));
    hear(&mut board, 40, failing(ReasonCode::Unreachable, 40));
    assert_eq!(board.take_unreached(), [(check.id, at(40))], "another run has another way");
    hear(&mut board, 50, result(Verdict::Ok, at(50)));
    board.note_way(Some((check.id, at(40), way("2: another"))));
    let judged = board.take_unwritten().judged.remove(&check.id).unwrap();
    assert_eq!((judged.last.verdict, lines(&judged.last)), (Verdict::Ok, vec![]));
    assert_eq!(lines(&judged.last_bad.unwrap()), ["2: another"], "it is known late, and not lost");
}
