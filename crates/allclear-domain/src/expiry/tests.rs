//! What ends: how it stands as time goes by, and when somebody is warned.

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn invoice(due_on: Date, warn_days: &[u16]) -> Expiry {
    Expiry {
        id: ExpiryId::from(Uuid::nil()),
        name: "Invoice of the registrar".to_owned(),
        what: Ending::Dated { due_on },
        warn_days: Expiry::in_order(warn_days.to_vec()),
        owner: None,
        note: None,
        link: None,
        warned_at: None,
        created_at: at("2026-01-01T00:00:00Z"),
    }
}

#[test]
fn it_stands_worse_as_the_end_comes_nearer() {
    let one = invoice(date(2026, 3, 31), &[1, 30, 7]);
    for (now, state, left) in [
        ("2026-03-01T23:59:59Z", ExpiryState::Fine, 30),
        ("2026-03-02T00:00:00Z", ExpiryState::Soon, 30),
        ("2026-03-30T23:59:59Z", ExpiryState::Soon, 1),
        ("2026-03-31T00:00:00Z", ExpiryState::Due, 1),
        ("2026-03-31T23:59:59Z", ExpiryState::Due, 0),
        ("2026-04-01T00:00:00Z", ExpiryState::Over, 0),
        ("2026-04-01T00:00:01Z", ExpiryState::Over, -1),
    ] {
        assert_eq!((one.state(at(now)), one.days_left(at(now))), (state, Some(left)), "{now}");
    }
}

#[test]
fn with_one_day_to_warn_it_is_due_at_once_and_with_none_only_over() {
    let one = invoice(date(2026, 3, 31), &[7]);
    assert_eq!(one.state(at("2026-03-25T00:00:00Z")), ExpiryState::Due);
    let none = invoice(date(2026, 3, 31), &[]);
    assert_eq!(none.state(at("2026-03-31T23:00:00Z")), ExpiryState::Fine);
    assert_eq!(none.next_warning_at(), Some(at("2026-04-01T00:00:00Z")));
}

#[test]
fn what_passed_unnoticed_is_warned_of_once() {
    let one = invoice(date(2026, 3, 31), &[30, 14, 7, 1]);
    assert_eq!(one.next_warning_at(), Some(at("2026-03-02T00:00:00Z")));
    assert_eq!(one.clone().warn(at("2026-03-01T00:00:00Z")), None);
    let warned = one.warn(at("2026-03-20T12:00:00Z")).unwrap();
    assert_eq!(warned.next_warning_at(), Some(at("2026-03-25T00:00:00Z")));
    assert_eq!(warned.clone().warn(at("2026-03-24T00:00:00Z")), None);
    let over = warned.warn(at("2026-05-01T00:00:00Z")).unwrap();
    assert_eq!((over.next_warning_at(), over.warn(at("2027-01-01T00:00:00Z"))), (None, None));
}

#[test]
fn another_end_is_warned_of_anew_and_the_same_is_not() {
    let one = invoice(date(2026, 3, 31), &[30]).warn(at("2026-03-20T12:00:00Z")).unwrap();
    let renewed = one.clone().with(Ending::Dated { due_on: date(2027, 3, 31) }, vec![30]);
    assert_eq!(renewed.next_warning_at(), Some(at("2027-03-02T00:00:00Z")));
    let same = one.clone().with(one.what.clone(), vec![7, 30, 7]);
    assert_eq!((same.warned_at, same.warn_days), (one.warned_at, vec![30, 7]));
}

#[test]
fn what_is_served_counts_and_nothing_else() {
    let leaf = |serial: &str, ends_at| Leaf {
        name: "shop.example.com".to_owned(),
        issuer: "CN=Authority".to_owned(),
        serial: serial.to_owned(),
        ends_at: at(ends_at),
    };
    let (old, new) = (leaf("01", "2026-03-01T00:00:00Z"), leaf("02", "2026-06-01T00:00:00Z"));
    let seen = SeenCertificate {
        check_id: CheckId::from(Uuid::nil()),
        leaf: old.clone(),
        since: at("2025-12-01T00:00:00Z"),
    };
    let one = Expiry { what: Ending::Certificate(seen), ..invoice(date(2026, 1, 1), &[30]) };
    let one = one.warn(at("2026-02-27T00:00:00Z")).unwrap();
    let last = Some(at("2026-02-27T10:00:00Z"));
    let next_day = at("2026-02-28T10:00:00Z");
    assert!(one.is_of(&old) && !one.is_of(&new));
    assert_eq!(one.clone().seen(&old, last, next_day), None, "the old one is served");
    let soon = one.clone().seen(&new, last, at("2026-02-28T09:59:59Z"));
    assert_eq!(soon, None, "the old one may be served in turn");
    let renewed = one.seen(&new, last, next_day).unwrap();
    assert_eq!(renewed.ends_at(), Some(new.ends_at));
    assert_eq!(renewed.warned_at, None);
    assert_eq!(renewed.state(next_day), ExpiryState::Fine);
    let back = renewed.seen(&old, Some(next_day), at("2026-02-28T10:01:00Z")).unwrap();
    assert!(back.is_of(&old), "what ends earlier is told at once");
}

#[test]
fn the_last_day_of_the_calendar_has_an_end() {
    let one = invoice(Date::MAX, &[30]);
    assert!(one.ends_at().is_some() && one.next_warning_at().is_some());
}

proptest! {
    /// However late somebody looks, warnings go on forward and come to an end.
    #[test]
    fn warnings_end(
        days in proptest::collection::vec(0_u16..400, 0..8),
        steps in proptest::collection::vec(1_i64..2_000, 1..40),
    ) {
        let mut one = invoice(date(2027, 1, 1), &days);
        let (mut now, mut count) = (at("2025-06-01T00:00:00Z"), 0);
        for hours in steps.into_iter().chain([40_000]) {
            now += hours.hours();
            if let Some(warned) = one.clone().warn(now) {
                count += 1;
                prop_assert!(warned.next_warning_at().is_none_or(|at| at > now));
                one = warned;
            }
            let is_fine = matches!(one.state(now), ExpiryState::Fine);
            prop_assert_eq!(is_fine, one.warns_from().is_some_and(|at| at > now));
        }
        prop_assert_eq!(one.next_warning_at(), None);
        prop_assert!(count >= 1 && count <= one.warn_days.len() + 1);
    }
}
