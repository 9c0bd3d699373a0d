//! Heartbeats under a turned clock.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::Entropy;
use crate::check::{ReasonCode, Verdict};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn times(expression: &str, zone: &str, after: &str, most: usize) -> Vec<String> {
    let cron = Cron::new(expression, zone).unwrap();
    let first = cron.next_after(at(after));
    let times = std::iter::successors(first, |last| cron.next_after(*last)).take(most);
    times.map(|at| at.to_string()).collect()
}

#[test]
fn a_time_that_clocks_skip_is_due_when_they_have_changed() {
    // 02:00 to 03:00 is skipped in Berlin on 2026-03-29, at 01:00 UTC.
    let (zone, before) = ("Europe/Berlin", "2026-03-28T01:31:00Z");
    let skipped = ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"];
    assert_eq!(times("30 2 * * *", zone, before, 2), skipped);
    assert_eq!(
        times("0 2 * * *", zone, before, 2),
        ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]
    );
    assert_eq!(
        times("0 3 * * *", zone, "2026-03-28T02:00:00Z", 2),
        ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]
    );
    // Two times that are skipped are one.
    assert_eq!(
        times("10,50 2 * * *", zone, "2026-03-28T02:00:00Z", 2),
        ["2026-03-29T01:00:00Z", "2026-03-30T00:10:00Z"]
    );
    // What is asked for by whatever clocks show is not due at what they do not show.
    assert_eq!(
        times("*/30 * * * *", zone, "2026-03-29T00:00:00Z", 3),
        ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
    );
    assert_eq!(times("*/30 2 * * *", zone, "2026-03-29T00:00:00Z", 1), ["2026-03-30T00:00:00Z"]);
}

#[test]
fn a_time_that_comes_twice_is_due_once() {
    // 02:00 to 03:00 comes twice in Berlin on 2026-10-25, from 00:00 and from 01:00 UTC.
    let zone = "Europe/Berlin";
    let once = ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"];
    assert_eq!(times("30 2 * * *", zone, "2026-10-24T12:00:00Z", 2), once);
    for between in ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:29:00Z"] {
        assert_eq!(times("30 2 * * *", zone, between, 1), ["2026-10-26T01:30:00Z"], "{between}");
    }
    assert_eq!(times("0 3 * * *", zone, "2026-10-24T12:00:00Z", 1), ["2026-10-25T02:00:00Z"]);
    // By whatever clocks show, both count.
    let twice = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"];
    assert_eq!(times("30 2 * * *", zone, "2026-10-24T12:00:00Z", 2), once);
    assert_eq!(times("*/30 2 * * *", zone, "2026-10-25T00:00:00Z", 5)[..1], twice[..1]);
    assert_eq!(
        times("0 * * * *", zone, "2026-10-24T23:00:00Z", 4),
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z"
        ]
    );
}

#[test]
fn half_an_hour_is_skipped_on_lord_howe() {
    let zone = "Australia/Lord_Howe";
    // 2026-10-04, 02:00 at +10:30 becomes 02:30 at +11:00: 15:30 UTC of the day before.
    assert_eq!(
        times("15 2 * * *", zone, "2026-10-03T00:00:00Z", 2),
        ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]
    );
    // 2026-04-05, 02:00 at +11:00 becomes 01:30 at +10:30: 15:00 UTC of the day before.
    assert_eq!(
        times("45 1 * * *", zone, "2026-04-04T00:00:00Z", 2),
        ["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"]
    );
    assert_eq!(times("45 1 * * *", zone, "2026-04-04T15:01:00Z", 1), ["2026-04-05T15:15:00Z"]);
}

#[test]
fn days_go_together_as_cron_has_them() {
    let utc = "2026-01-01T00:00:00Z";
    // Both days named: either of them counts.
    assert_eq!(
        times("0 0 13 * 5", "UTC", utc, 3),
        ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"]
    );
    assert_eq!(times("0 0 29 2 *", "UTC", utc, 1), ["2028-02-29T00:00:00Z"]);
    assert_eq!(times("@daily", "Asia/Kathmandu", utc, 1), ["2026-01-01T18:15:00Z"]);
    assert_eq!(times("5 4 * jan mon-fri/2", "UTC", utc, 1), ["2026-01-02T04:05:00Z"]);
    assert_eq!(times("0 0 * * 7", "UTC", utc, 1), ["2026-01-04T00:00:00Z"]);
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    for (expression, zone, field, told) in [
        ("30 2 * *", "UTC", "expression", "five of them"),
        ("0 30 2 * * *", "UTC", "expression", "five of them"),
        ("* * * * Europe/Berlin", "UTC", "expression", "write five fields"),
        ("61 * * * *", "UTC", "expression", "0..=59; found 61"),
        ("a b c d e", "UTC", "expression", "write five fields"),
        ("", "UTC", "expression", "five of them"),
        ("@reboot", "UTC", "expression", "five of them"),
        ("0 0 * * *", "Berlin", "time_zone", "Europe/Berlin"),
    ] {
        let wrong = Cron::new(expression, zone).unwrap_err();
        assert_eq!(wrong.field, field, "{expression}");
        assert!(wrong.problem.contains(told), "{expression}: {}", wrong.problem);
        assert!(!wrong.problem.contains('\n'), "{}", wrong.problem);
    }
    let never = Schedule::Cron { expression: "0 0 30 2 *".into(), time_zone: "UTC".into() };
    assert!(never.look_at(at("2026-01-01T00:00:00Z")).unwrap_err().problem.contains("no time"));
}

proptest! {
    /// Against a clock that is looked at every minute for two days around each change of it.
    #[test]
    fn a_time_is_due_when_clocks_show_it(
        minute in 0_u32..60, hour in 0_u32..24, every in prop::bool::ANY,
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
            "America/Havana", "Asia/Kathmandu",
        ]),
        day in 0_i64..365, second in 0_i64..86_400,
    ) {
        let expression = match every { true => format!("{minute} * * * *"), false => format!("{minute} {hour} * * *") };
        let cron = Cron::new(&expression, zone).unwrap();
        let after = at("2026-01-01T00:00:00Z") + SignedDuration::from_secs(day * 86_400 + second);
        let due = cron.next_after(after).unwrap();
        prop_assert!(due > after);
        let clock = due.to_zoned(cron.zone().clone());
        let is_change = cron.zone().preceding(due + SignedDuration::from_nanos(1)).next()
            .is_some_and(|change| change.timestamp() == due);
        let is_shown = |clock: &jiff::Zoned| clock.second() == 0
            && u32::try_from(clock.minute()).unwrap() == minute
            && (every || u32::try_from(clock.hour()).unwrap() == hour);
        prop_assert!(is_shown(&clock) || (is_change && !every), "{clock}");
        // Nothing before it is shown, but what was shown already.
        let first = after.as_second().div_euclid(60) + 1;
        for number in first..due.as_second() / 60 {
            let between = Timestamp::from_second(number * 60).unwrap().to_zoned(cron.zone().clone());
            if is_shown(&between) {
                let unambiguous = cron.zone().to_ambiguous_timestamp(between.datetime());
                prop_assert!(!every && unambiguous.is_ambiguous(), "{between} before {clock}");
                prop_assert_ne!(unambiguous.compatible().unwrap(), between.timestamp());
            }
        }
    }

    /// Whatever comes in whatever order: what is missed is what is late, and nothing grows for ever.
    #[test]
    fn silence_is_what_fails(signals in prop::collection::vec((0_u8..4, 1_i64..400, 0_u8..3), 0..60)) {
        let check = HeartbeatCheck { grace_seconds: 30, ..HeartbeatCheck::every(100) };
        let (mut heartbeat, mut now) = (Heartbeat::default(), at("2026-01-01T00:00:00Z"));
        let mut last_ran = None;
        for (kind, seconds, run) in signals {
            now += SignedDuration::from_secs(seconds);
            let kind = [SignalKind::Start, SignalKind::Success, SignalKind::Fail, SignalKind::Log]
                [usize::from(kind)];
            let run_id = (run > 0).then(|| Uuid::from_u128(run.into()));
            heartbeat = heartbeat.hear(&check, Signal { run_id, ..Signal::new(kind, now) });
            match kind {
                SignalKind::Success => {
                    last_ran = Some(now);
                    prop_assert_eq!(heartbeat.verdict(now), (Verdict::Ok, None));
                }
                SignalKind::Fail => {
                    last_ran = Some(now);
                    prop_assert_eq!(heartbeat.verdict(now).0, Verdict::Fail);
                }
                SignalKind::Start | SignalKind::Log => {}
            }
            let late = now + SignedDuration::from_secs(131);
            if last_ran.is_some() {
                prop_assert_eq!(heartbeat.verdict(late).0, Verdict::Fail);
            }
            prop_assert!(heartbeat.signals.len() <= crate::limits::SIGNALS_KEPT_MAX);
            prop_assert!(heartbeat.runs.len() <= crate::limits::STARTED_RUNS_MAX);
            // Up to the deadline nothing changes by itself, and right after it does.
            if let (Some(deadline), Verdict::Ok) = (heartbeat.deadline_at(), heartbeat.verdict(now).0) {
                prop_assert_eq!(heartbeat.verdict(deadline).0, Verdict::Ok);
                let after = deadline + SignedDuration::from_micros(1);
                prop_assert_eq!(heartbeat.verdict(after).0, Verdict::Fail);
                // While nobody could be heard, no time passes.
                let away = SignedDuration::from_hours(9);
                let excused = heartbeat.clone().excuse(now, away);
                prop_assert_eq!(excused.verdict(deadline + away).0, Verdict::Ok);
                prop_assert_eq!(excused.verdict(after + away).0, Verdict::Fail);
            }
            let text = serde_json::to_string(&heartbeat).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Heartbeat>(&text).unwrap(), &heartbeat);
        }
    }
}

fn code(heartbeat: &Heartbeat, now: Timestamp) -> Option<ReasonCode> {
    heartbeat.verdict(now).1.map(|reason| reason.code)
}

#[test]
fn a_run_that_began_has_to_end() {
    let check = HeartbeatCheck { grace_seconds: 600, ..HeartbeatCheck::every(86_400) };
    let begin = at("2026-01-01T02:00:00Z");
    let later = |seconds| begin + SignedDuration::from_secs(seconds);
    let signal = |kind, seconds, run: Option<u128>| Signal {
        run_id: run.map(Uuid::from_u128),
        ..Signal::new(kind, later(seconds))
    };
    let heartbeat = Heartbeat::default();
    assert_eq!(code(&heartbeat, begin), Some(ReasonCode::Waiting));
    let heartbeat = heartbeat.hear(&check, signal(SignalKind::Start, 0, Some(1)));
    assert_eq!(code(&heartbeat, later(600)), Some(ReasonCode::Waiting), "nothing ran yet");
    assert_eq!(code(&heartbeat, later(601)), Some(ReasonCode::Unfinished));
    // The next run makes it good, and says how long it took.
    let heartbeat = heartbeat.hear(&check, signal(SignalKind::Start, 900, Some(2)));
    assert_eq!(code(&heartbeat, later(901)), Some(ReasonCode::Unfinished));
    let heartbeat = heartbeat.hear(&check, signal(SignalKind::Success, 930, Some(2)));
    assert_eq!((code(&heartbeat, later(930)), heartbeat.signals[0].took_ms), (None, Some(30_000)));
    // One that is still in its time goes on.
    let heartbeat = heartbeat.hear(&check, signal(SignalKind::Start, 1_000, Some(3)));
    let heartbeat = heartbeat.hear(&check, signal(SignalKind::Success, 1_010, None));
    assert_eq!((code(&heartbeat, later(1_010)), heartbeat.runs.len()), (None, 1));
    assert_eq!(code(&heartbeat, later(1_601)), Some(ReasonCode::Unfinished));
    // Another schedule begins anew.
    assert_eq!(code(&heartbeat.anew(&check, later(90_000)), later(90_000)), None);
}

#[test]
fn what_a_job_says_of_its_failure_is_told() {
    let check = HeartbeatCheck::every(3_600);
    let begin = at("2026-01-01T02:00:00Z");
    let signal = Signal { exit_status: Some(3), ..Signal::new(SignalKind::of_exit(3), begin) };
    let heartbeat =
        Heartbeat::default().hear(&check, signal.with_body(b"\n disk \xff full\0\nmore"));
    let (verdict, reason) = heartbeat.verdict(begin);
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(
        reason.unwrap().told,
        "the job ended with exit status 3 at 2026-01-01 02:00:00 UTC: disk \u{fffd} full\u{fffd}"
    );
    let long = Signal::new(SignalKind::Log, begin).with_body("ä".repeat(9_999).as_bytes());
    assert!(long.is_cut && long.body.len() == crate::limits::SIGNAL_BODY_BYTES_MAX);
    let heartbeat =
        heartbeat.hear(&check, long).hear(&check, Signal::new(SignalKind::Success, begin));
    assert!(heartbeat.signals[1].body.len() <= 500);
    assert_eq!(heartbeat.verdict(begin), (Verdict::Ok, None));
}

#[test]
fn a_signal_right_before_its_time_counts_for_it() {
    let schedule = |expression: &str| HeartbeatCheck {
        schedule: Schedule::Cron { expression: expression.into(), time_zone: "UTC".into() },
        grace_seconds: 60,
        tokens: Vec::new(),
    };
    let daily = schedule("0 2 * * *");
    let due = |check: &HeartbeatCheck, text: &str| check.due_after(at(text)).unwrap().to_string();
    assert_eq!(due(&daily, "2026-01-01T01:59:30Z"), "2026-01-02T02:00:00Z");
    assert_eq!(due(&daily, "2026-01-01T01:58:00Z"), "2026-01-01T02:00:00Z");
    assert_eq!(due(&daily, "2026-01-01T02:00:00Z"), "2026-01-02T02:00:00Z");
    let minutely = schedule("* * * * *");
    assert_eq!(due(&minutely, "2026-01-01T00:00:50Z"), "2026-01-01T00:02:00Z");
    assert_eq!(due(&minutely, "2026-01-01T00:00:40Z"), "2026-01-01T00:01:00Z");
    assert_eq!(daily.next_due(at("2026-01-01T02:00:00Z"), 3).len(), 3);
    let zone = TimeZone::UTC;
    let hourly = HeartbeatCheck::every(3_600).next_due(at("2026-01-01T02:00:00Z"), 3);
    let told: Vec<_> = hourly.iter().map(|at| at.to_zoned(zone.clone()).hour()).collect();
    assert_eq!(told, [2, 3, 4]);
}

#[test]
fn tokens_of_others_are_taken_as_they_are() {
    for (text, kept) in [
        ("5BAC4DC8-9ED9-4C5D-8C3A-1A2B3C4D5E6F", "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f"),
        ("aZ3bQ9xK2mN7pL5wR8tY", "aZ3bQ9xK2mN7pL5wR8tY"),
        ("aZ3bQ9xK2m", "aZ3bQ9xK2m"),
        ("aZ3bQ9xK2mN7pL5wR8tYaZ3bQ9xK2mN7", "aZ3bQ9xK2mN7pL5wR8tYaZ3bQ9xK2mN7"),
        ("fqOOd6-F4MMNuCEnzTU01w/nightly-backup", "fqOOd6-F4MMNuCEnzTU01w/nightly-backup"),
    ] {
        let token: SignalToken = text.parse().unwrap();
        assert_eq!((token.as_str(), token.is_uuid()), (kept, text.len() == 36));
        assert!(!format!("{token:?}").contains(&kept[..4]));
    }
    for wrong in
        ["", "short", "a/b/c-aaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaa/", "ä".repeat(20).as_str()]
    {
        wrong.parse::<SignalToken>().unwrap_err();
    }
    let entropy = Entropy::from_seed(1);
    let (one, other) = (SignalToken::random(&entropy), SignalToken::random(&entropy));
    assert!(one != other && one.is_uuid() && one.as_str().as_bytes()[14] == b'4');
}

#[test]
fn silence_counts_only_while_somebody_could_hear() {
    use crate::check::{BlindCause, BlindSpell, VantagePoint};
    let check = HeartbeatCheck { grace_seconds: 60, ..HeartbeatCheck::every(300) };
    let begin = at("2026-01-01T02:00:00Z");
    let later = |minutes| begin + SignedDuration::from_mins(minutes);
    let heartbeat = Heartbeat::default().hear(&check, Signal::new(SignalKind::Success, begin));
    let spell = |cause, from, to: Option<i64>| BlindSpell {
        vantage: VantagePoint::core(),
        began_at: later(from),
        ended_at: to.map(later),
        cause,
    };
    let missed = |spells: &[BlindSpell], minute| {
        let heartbeat = heartbeat.clone().excuse_blindness(spells, later(minute));
        code(&heartbeat, later(minute)) == Some(ReasonCode::Missed)
    };
    // Due by 02:06.
    assert!(!missed(&[], 6) && missed(&[], 7));
    let blind = |to| spell(BlindCause::NoInternet, 2, to);
    assert!(!missed(&[blind(None)], 500), "nobody can tell while it goes on");
    assert!(!missed(&[blind(Some(32))], 36) && missed(&[blind(Some(32))], 37));
    let two = [blind(Some(32)), spell(BlindCause::NoNetwork, 33, Some(43))];
    assert!(!missed(&two, 46) && missed(&two, 47));
    assert!(missed(&[spell(BlindCause::NoNetwork, 7, Some(40))], 8), "it was late before");
    // That this machine stood still is known from elsewhere.
    assert!(missed(&[spell(BlindCause::StoodStill, 2, Some(32))], 7));
}

#[test]
fn what_is_waited_for_since_then_is_not_put_off() {
    let check = HeartbeatCheck { grace_seconds: 60, ..HeartbeatCheck::every(300) };
    let begin = at("2026-01-01T02:00:00Z");
    let (days, hour) = (SignedDuration::from_hours(96), SignedDuration::from_hours(1));
    let heard = |at| Heartbeat::default().hear(&check, Signal::new(SignalKind::Success, at));
    let after = begin + days;
    let resumed = heard(begin - hour).anew(&check, after);
    for fresh in [heard(after), resumed] {
        let excused = fresh.clone().excuse(begin, days);
        assert_eq!(excused, fresh, "nobody was away since it is waited for");
    }
}

#[test]
fn an_absence_within_a_blind_spell_is_forgiven_once() {
    use crate::check::{BlindCause, BlindSpell, VantagePoint};
    let check = HeartbeatCheck { grace_seconds: 60, ..HeartbeatCheck::every(300) };
    let begin = at("2026-01-01T02:00:00Z");
    let later = |minutes| begin + SignedDuration::from_mins(minutes);
    let minutes = SignedDuration::from_mins;
    let spell = |from, to: Option<i64>| BlindSpell {
        vantage: VantagePoint::core(),
        began_at: later(from),
        ended_at: to.map(later),
        cause: BlindCause::NoNetwork,
    };
    // Due by 02:06. Nobody is there from 02:04 to 02:24.
    let heartbeat = Heartbeat::default().hear(&check, Signal::new(SignalKind::Success, begin));
    let heartbeat = heartbeat.excuse(later(4), minutes(20));
    let last = |spells: &[BlindSpell]| {
        let judged = |minute| {
            let heartbeat = heartbeat.clone().excuse_blindness(spells, later(minute));
            heartbeat.verdict(later(minute)).0
        };
        (0..200).find(|minute| judged(*minute) == Verdict::Fail).unwrap() - 1
    };
    assert_eq!(last(&[]), 26);
    assert_eq!(last(&[spell(2, Some(34))]), 38, "around it");
    assert_eq!(last(&[spell(2, Some(14))]), 28, "into it");
    assert_eq!(last(&[spell(14, Some(34))]), 36, "out of it");
    assert_eq!(last(&[spell(14, Some(20))]), 26, "within it");
    assert_eq!(last(&[spell(2, Some(3)), spell(25, Some(45))]), 47, "beside it");
    // Blind before anything is waited for, and still when nobody is there: the absence counts.
    assert_eq!(last(&[spell(-5, Some(34))]), 26);
    assert_eq!(heartbeat.deadline_at(), Some(later(26)));
    // The next signal is waited for as usual.
    let heard = heartbeat.hear(&check, Signal::new(SignalKind::Success, later(25)));
    assert_eq!((heard.absences.len(), heard.deadline_at()), (0, Some(later(31))));
}

#[test]
fn many_absences_take_no_more_room_and_no_less_time() {
    let check = HeartbeatCheck { grace_seconds: 60, ..HeartbeatCheck::every(86_400) };
    let begin = at("2026-01-01T00:00:00Z");
    let mut heartbeat = Heartbeat::default().hear(&check, Signal::new(SignalKind::Success, begin));
    heartbeat = heartbeat.hear(&check, Signal::new(SignalKind::Start, begin));
    for minute in 0..200 {
        let from = begin + SignedDuration::from_secs(minute * 60 + 1);
        heartbeat = heartbeat.excuse(from, SignedDuration::from_secs(30));
    }
    assert_eq!(heartbeat.absences.len(), crate::limits::ABSENCES_MAX);
    let due = begin + SignedDuration::from_secs(86_460 + 200 * 30);
    let run = heartbeat.run_deadline_at(&heartbeat.runs[0]);
    assert_eq!(Heartbeat { runs: Vec::new(), ..heartbeat }.deadline_at(), Some(due));
    assert!(run > begin + SignedDuration::from_secs(60));
}
