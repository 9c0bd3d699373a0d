//! Uptime against an oracle that looks at every second by itself.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const ID: u128 = 7;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn interval(status: ComponentStatus, from: i64, until: Option<i64>) -> StatusInterval {
    let component_id = Uuid::from_u128(ID).into();
    StatusInterval { component_id, status, from: at(from), until: until.map(at) }
}

fn intervals() -> impl Strategy<Value = Vec<StatusInterval>> {
    let one =
        (1_usize..5, 0_i64..200, prop::option::of(0_i64..80)).prop_map(|(status, from, length)| {
            interval(ComponentStatus::ALL[status], from, length.map(|length| from + length))
        });
    prop::collection::vec(one, 0..12)
}

/// The worst status at one second, by looking.
fn worst_at(intervals: &[StatusInterval], second: i64, now: i64) -> Option<ComponentStatus> {
    let covers = |interval: &&StatusInterval| {
        let until = interval.until.map_or(now, Timestamp::as_second).min(now);
        interval.from.as_second() <= second && second < until
    };
    intervals.iter().filter(covers).map(|interval| interval.status).max()
}

proptest! {
    #[test]
    fn merging_agrees_with_looking_at_every_second(intervals in intervals(), now in 0_i64..260) {
        let segments = merge(&intervals, at(now));
        for pair in segments.windows(2) {
            prop_assert!(pair[0].from <= pair[1].from);
            prop_assert!(pair[0].until <= pair[1].from || pair[1].from == pair[1].until);
        }
        for second in 0..260 {
            let found = segments
                .iter()
                .find(|s| s.from.as_second() <= second && second < s.until.as_second());
            prop_assert_eq!(found.map(|s| s.status), worst_at(&intervals, second, now), "{}", second);
        }
    }

    #[test]
    fn days_hold_every_second_once(intervals in intervals(), length in 1_i64..70) {
        let now = 300;
        let segments = merge(&intervals, at(now));
        let bounds: Vec<Timestamp> = (0..=300 / length).map(|day| at(day * length)).collect();
        let days = tally_days(&segments, &bounds);
        prop_assert_eq!(days.len(), bounds.len() - 1);
        for (index, day) in days.iter().enumerate() {
            let begins = bounds[index].as_second();
            let mut wanted = [0_u32; 5];
            for second in begins..bounds[index + 1].as_second() {
                if let Some(status) = worst_at(&intervals, second, now) {
                    wanted[status.index()] += 1;
                }
            }
            prop_assert_eq!(day.seconds, wanted);
            let worst = (1..5).rev().find(|i| wanted[*i] > 0).map(|i| ComponentStatus::ALL[i]);
            prop_assert!(day.worst >= worst);
        }
    }

    #[test]
    fn uptime_lies_between_none_and_all(intervals in intervals(), partial in 0_u16..=1000) {
        for maintenance in
            [MaintenancePolicy::LeftOut, MaintenancePolicy::CountsAsUp, MaintenancePolicy::CountsAsDown]
        {
            let policy = UptimePolicy { partial_permille: partial, degraded_permille: 0, maintenance };
            let segments = merge(&intervals, at(300));
            let found = uptime(&segments, at(0), at(300), policy);
            prop_assert!(found.counted_seconds >= 0 && found.counted_seconds <= 300);
            prop_assert!(found.down_millis >= 0 && found.down_millis <= found.counted_seconds * 1000);
            if let Some(share) = found.share() {
                prop_assert!((0.0..=1.0).contains(&share));
            }
        }
    }
}

#[test]
fn maintenance_never_hides_an_outage() {
    use ComponentStatus::{DegradedPerformance, UnderMaintenance};
    let intervals =
        [interval(UnderMaintenance, 0, Some(100)), interval(DegradedPerformance, 40, Some(60))];
    let statuses: Vec<_> = merge(&intervals, at(200)).iter().map(|s| s.status).collect();
    assert_eq!(statuses, [UnderMaintenance, DegradedPerformance, UnderMaintenance]);
}

#[test]
fn an_outage_of_unknown_length_marks_its_day_and_counts_nothing() {
    let intervals = [interval(ComponentStatus::MajorOutage, 50, Some(50))];
    let segments = merge(&intervals, at(200));
    let days = tally_days(&segments, &[at(0), at(50), at(100)]);
    assert_eq!(days[0].worst, None);
    assert_eq!(days[1].worst, Some(ComponentStatus::MajorOutage));
    assert_eq!(days[1].seconds, [0; 5]);
    let whole = uptime(&segments, at(0), at(100), UptimePolicy::default());
    assert_eq!(whole, Uptime { counted_seconds: 100, down_millis: 0 });
}

#[test]
fn the_policy_of_statuspage_counts_partial_outages_at_thirty_percent() {
    let day = SignedDuration::from_hours(24).as_secs();
    let intervals = [
        interval(ComponentStatus::MajorOutage, 0, Some(60)),
        interval(ComponentStatus::PartialOutage, 100, Some(200)),
        interval(ComponentStatus::DegradedPerformance, 300, Some(900)),
        interval(ComponentStatus::UnderMaintenance, 1000, Some(2000)),
    ];
    let segments = merge(&intervals, at(day));
    let found = uptime(&segments, at(0), at(day), UptimePolicy::default());
    assert_eq!(found, Uptime { counted_seconds: day - 1000, down_millis: 60_000 + 30_000 });
}
