//! What lies before what, where a day has no zone.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn day(day: i64) -> Date {
    date(2026, 1, 10) + day.days()
}

proptest! {
    #[test]
    fn only_what_is_sure_is_before(hour in -200_i64..200, on in -6_i64..6, offset in -12_i8..=14) {
        let zone = TimeZone::fixed(jiff::tz::offset(offset));
        let at = date(2026, 1, 10).to_zoned(zone.clone()).unwrap().timestamp() + hour.hours();
        let (instant, on) = (Bound::exactly(at), Bound::On { on: day(on) });
        if instant.is_before(on) {
            prop_assert!(at < on.earliest(&zone).unwrap());
        }
        if on.is_before(instant) {
            prop_assert!(on.latest(&zone).unwrap() < at);
        }
        let far = instant.day(&zone).unwrap().since(on.day(&zone).unwrap()).unwrap().get_days();
        prop_assert!(far < 3 || on.is_before(instant));
        prop_assert!(far > -3 || instant.is_before(on));
    }
}

#[test]
fn instants_and_days_are_in_order_and_nothing_is_known_of_the_unknown() {
    let at = |second| Bound::exactly(Timestamp::from_second(second).unwrap());
    let on = |n| Bound::On { on: day(n) };
    for (one, other) in [(at(1), at(2)), (on(1), on(2))] {
        assert!(one.is_before(other) && !other.is_before(one) && !one.is_before(one));
        assert!(!one.is_before(Bound::Unknown) && !Bound::Unknown.is_before(one));
    }
}

#[test]
fn a_clock_may_be_a_little_ahead() {
    let now = Timestamp::from_second(1_000_000).unwrap();
    let ahead = |seconds: i64| now + seconds.seconds();
    let shown = |at: Timestamp| Moment::At { at }.come(now).map(|moment| moment.instant().unwrap());
    assert_eq!(shown(ahead(-60)), Some(ahead(-60)));
    assert_eq!(shown(ahead(300)), Some(now));
    assert_eq!(shown(ahead(301)), None);
    let on = |day| Moment::On { on: day, local: None };
    assert!(on(date(1970, 1, 13)).come(now).is_some(), "it may be tomorrow elsewhere");
    assert!(on(date(1970, 1, 14)).come(now).is_none());
    assert_eq!(Moment::Unknown.come(now), Some(Moment::Unknown));
}
