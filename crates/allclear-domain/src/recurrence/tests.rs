//! Rules, against the examples of RFC 5545, the gaps and folds of zones, and texts of all kinds.

use jiff::Span;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn of(rule: &str, first: &str, zone: &str) -> Result<Recurrence, InvalidValue> {
    Recurrence::new(rule, first.parse().unwrap(), zone, &[])
}

/// The local times that a rule gives, from its start on.
fn times(rule: &str, first: &str, most: usize) -> Vec<String> {
    let recurrence = of(rule, first, "Europe/Berlin").unwrap();
    let found = recurrence.after(Timestamp::MIN, Timestamp::MAX, most);
    found.iter().map(|found| found.local.strftime("%Y-%m-%d %H:%M").to_string()).collect()
}

#[test]
fn the_ways_in_which_maintenance_repeats() {
    for (rule, first, expected) in [
        ("FREQ=DAILY;COUNT=2", "2026-11-21T02:00", "2026-11-21, 2026-11-22"),
        ("FREQ=DAILY;INTERVAL=10", "2026-11-21T02:00", "2026-11-21, 2026-12-01, 2026-12-11"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-21T02:00", "2026-11-24, 2026-11-26, 2026-12-01"),
        // Whether a week begins on a Monday or a Sunday matters here (RFC 5545, section 3.8.5.3).
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            "1997-08-05T09:00",
            "1997-08-05, 1997-08-10, 1997-08-19, 1997-08-24",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            "1997-08-05T09:00",
            "1997-08-05, 1997-08-17, 1997-08-19, 1997-08-31",
        ),
        ("FREQ=MONTHLY;BYDAY=1SU", "2026-11-21T02:00", "2026-12-06, 2027-01-03, 2027-02-07"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-21T02:00", "2026-11-27, 2026-12-25, 2027-01-29"),
        // Not every month has such a day.
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2027-01-01T02:00", "2027-01-31, 2027-03-31, 2027-05-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-01-01T02:00", "2027-01-31, 2027-02-28, 2027-03-31"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "2026-11-21T02:00",
            "2026-11-30, 2026-12-31, 2027-01-29",
        ),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-01-01T02:00", "2028-02-29, 2032-02-29"),
        ("rrule:freq=daily;until=20261122", "2026-11-21T02:00", "2026-11-21, 2026-11-22"),
        ("FREQ=DAILY;UNTIL=20261122T015959", "2026-11-21T02:00", "2026-11-21"),
        ("FREQ=DAILY;UNTIL=20261122T010000Z", "2026-11-21T02:00", "2026-11-21, 2026-11-22"),
    ] {
        let expected: Vec<&str> = expected.split(", ").collect();
        let found = times(rule, first, expected.len());
        let days: Vec<&str> = found.iter().map(|time| &time[..10]).collect();
        assert_eq!(days, expected, "{rule}");
        assert!(found.iter().all(|time| time[11..] == first[11..]), "{rule}: {found:?}");
    }
    assert_eq!(times("FREQ=DAILY;COUNT=2", "2026-11-21T02:00", 9).len(), 2);
    assert_eq!(times("FREQ=DAILY;UNTIL=20261122", "2026-11-21T02:00", 9).len(), 2);
}

#[test]
fn days_that_are_left_out_still_count() {
    let first = "2026-11-21T02:00".parse().unwrap();
    let except = ["2026-11-22".parse().unwrap()];
    let recurrence = Recurrence::new("FREQ=DAILY;COUNT=3", first, "UTC", &except).unwrap();
    let found = recurrence.after(Timestamp::MIN, Timestamp::MAX, 9);
    let days: Vec<String> = found.iter().map(|found| found.local.date().to_string()).collect();
    assert_eq!(days, ["2026-11-21", "2026-11-23"]);
    let all = ["2026-11-21".parse().unwrap()];
    assert!(Recurrence::new("FREQ=DAILY;COUNT=1", first, "UTC", &all).is_err());
}

#[test]
fn clocks_that_are_set_forward_and_back() {
    let found = |first: &str| {
        let recurrence = of("FREQ=WEEKLY", first, "Europe/Berlin").unwrap();
        let found = recurrence.after(Timestamp::MIN, Timestamp::MAX, 3);
        found.iter().map(|found| (found.starts_at, found.is_skipped)).collect::<Vec<_>>()
    };
    // 02:30 does not exist on 28 March 2027: the window begins at 03:30.
    let spring = found("2027-03-21T02:30");
    assert_eq!(spring[0], (at("2027-03-21T01:30:00Z"), false));
    assert_eq!(spring[1], (at("2027-03-28T01:30:00Z"), true));
    assert_eq!(spring[2], (at("2027-04-04T00:30:00Z"), false));
    // 02:30 comes twice on 31 October 2027: the first one counts.
    let autumn = found("2027-10-24T02:30");
    assert_eq!(autumn[0], (at("2027-10-24T00:30:00Z"), false));
    assert_eq!(autumn[1], (at("2027-10-31T00:30:00Z"), false));
    assert_eq!(autumn[2], (at("2027-11-07T01:30:00Z"), false));
}

/// Samoa had no 30 December 2011.
#[test]
fn a_day_that_clocks_skip_is_no_second_window() {
    let recurrence = of("FREQ=DAILY", "2011-12-28T02:00", "Pacific/Apia").unwrap();
    let found = recurrence.after(Timestamp::MIN, Timestamp::MAX, 4);
    let instants: Vec<Timestamp> = found.iter().map(|found| found.starts_at).collect();
    let mut apart = instants.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_hours());
    assert!(apart.all(|hours| hours == 24), "{instants:?}");
}

#[test]
fn what_is_not_taken_is_told() {
    for (rule, told) in [
        ("", "has no FREQ"),
        ("BYDAY=MO", "has no FREQ"),
        ("FREQ", "NAME=VALUE"),
        ("FREQ=OFTEN", "FREQ is unknown"),
        ("FREQ=HOURLY", "one time of day"),
        ("FREQ=DAILY;BYHOUR=1,2", "BYHOUR is not taken"),
        ("FREQ=DAILY;FREQ=DAILY", "stands twice"),
        ("FREQ=DAILY;INTERVAL=0", "from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=+1", "from 1 to 1000"),
        ("FREQ=DAILY;COUNT=99999999999999999999", "from 1 to 10000"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20261231", "write one of them"),
        ("FREQ=WEEKLY;BYDAY=1stMO", "BYDAY=1STMO"),
        ("FREQ=WEEKLY;BYDAY=MO;WKST=XX", "WKST=XX"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "from 1 to 31"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "from -366 to -1"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL=TOMORROW"),
        ("FREQ=DAILY;UNTIL=20261231Z", "UNTIL=20261231Z"),
        ("FREQ=DAILY;UNTIL=20260229", "UNTIL=20260229"),
        ("FREQ=DAILY;UNTIL=20200101", "gives no day"),
        ("FREQ=DAILY;BYEASTER=1", "`BYEASTER` is unknown"),
        ("FREQ=WEEKLY;BYDAY=1é", "plain letters"),
        // Days that never come, found out in the end.
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "gives no day"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "gives no day"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=2", "gives no day"),
    ] {
        let error = of(rule, "2026-11-21T02:00", "Europe/Berlin").unwrap_err();
        assert_eq!(error.field, "rule", "{rule}");
        assert!(error.problem.contains(told), "{rule}: {}", error.problem);
    }
    assert_eq!(of("FREQ=DAILY", "2026-11-21T02:00", "Mars/Base").unwrap_err().field, "timezone");
    assert_eq!(of("FREQ=DAILY", "0001-01-01T02:00", "UTC").unwrap_err().field, "first");
}

fn rule() -> impl Strategy<Value = String> {
    let every = 1..5_u8;
    let day = prop::sample::select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    let days = prop::collection::vec(day.clone(), 1..4).prop_map(|days| days.join(","));
    prop_oneof![
        every.clone().prop_map(|n| format!("FREQ=DAILY;INTERVAL={n}")),
        (every.clone(), days)
            .prop_map(|(n, days)| format!("FREQ=WEEKLY;INTERVAL={n};BYDAY={days}")),
        (every, -4..5_i8, day).prop_map(|(n, nth, day)| match nth {
            0 => format!("FREQ=MONTHLY;INTERVAL={n};BYMONTHDAY=-1"),
            nth => format!("FREQ=MONTHLY;INTERVAL={n};BYDAY={nth}{day}"),
        }),
        Just("FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU".to_owned()),
    ]
}

fn zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "Europe/Dublin",
        "America/New_York",
        "America/Nuuk",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Antarctica/Troll",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The start on the clock is the rule's; where clocks skip it, it is as much later as they skip.
    #[test]
    fn windows_begin_at_the_rules_time_of_day(
        rule in rule(),
        zone in zone(),
        day in 0..9_000_i32,
        minute in 0..1_440_i64,
    ) {
        let first = Date::new(2005, 1, 1).unwrap().checked_add(Span::new().days(day)).unwrap();
        let first = first.at(0, 0, 0, 0).checked_add(Span::new().minutes(minute)).unwrap();
        let recurrence = Recurrence::new(&rule, first, zone, &[]).unwrap();
        let found = recurrence.after(Timestamp::MIN, Timestamp::MAX, 60);
        prop_assert!(!found.is_empty());
        let zone = get_zone(zone).unwrap();
        for one in &found {
            prop_assert_eq!(one.local.time(), first.time());
            let shown = one.starts_at.to_zoned(zone.clone());
            if one.is_skipped {
                let before = one.starts_at.checked_sub(Span::new().hours(25)).unwrap();
                let offset = zone.to_offset(before).seconds();
                let skipped = shown.offset().seconds() - offset;
                prop_assert!(skipped > 0);
                let later = one.local.checked_add(Span::new().seconds(skipped)).unwrap();
                prop_assert_eq!(shown.datetime(), later);
            } else {
                prop_assert_eq!(shown.datetime(), one.local);
            }
            // Where a time comes twice, it is the first one.
            let compatible = zone.to_ambiguous_timestamp(one.local).compatible().unwrap();
            prop_assert_eq!(one.starts_at, compatible);
        }
        for pair in found.windows(2) {
            prop_assert!(pair[0].starts_at < pair[1].starts_at, "in order, and none twice");
            prop_assert!(pair[0].local < pair[1].local);
        }
        // Asking from the middle gives the rest.
        let half = found.len() / 2;
        let rest = recurrence.after(found[half].starts_at, Timestamp::MAX, 60 - half - 1);
        prop_assert_eq!(&rest[..], &found[half + 1..]);
    }

    /// Whatever stands there, an answer comes, and no panic.
    #[test]
    fn any_text_is_read_or_refused(
        text in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY))?(;(BYDAY|BYMONTH|BYMONTHDAY|BYSETPOS|BYWEEKNO|BYYEARDAY|INTERVAL|COUNT|UNTIL|WKST)=[-+]?[0-9A-Z,é]{0,9}){0,3}",
    ) {
        let _ = of(&text, "2026-11-21T02:00", "Europe/Berlin");
    }
}
