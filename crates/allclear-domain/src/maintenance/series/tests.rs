//! What comes out of a series, and what a change of it reaches.

use proptest::prelude::*;

use super::*;
use crate::component::ComponentStatus;
use crate::record::Target;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-21T12:00:00Z";

fn series(rule: &str) -> MaintenanceSeries {
    let entropy = Entropy::from_seed(4);
    MaintenanceSeries {
        id: entropy.id(at(NOW)),
        page_id: entropy.id(at(NOW)),
        title: "New certificates".to_owned(),
        state: SeriesState::Running,
        rule: rule.to_owned(),
        first: "2026-11-01T02:30".parse().unwrap(),
        timezone: "Europe/Berlin".to_owned(),
        except: Vec::new(),
        lasts_minutes: 90,
        affected: vec![Affected { target: Target::All, status: ComponentStatus::UnderMaintenance }],
        expected_effect: None,
        recovery_plan: None,
        abort_after_minutes: Some(60),
        is_automatic: true,
        created_at: at(NOW),
    }
}

fn ahead(series: &MaintenanceSeries, now: Timestamp) -> Ahead {
    series.ahead(&series.recurrence().unwrap(), now)
}

#[test]
fn a_few_windows_are_planned_and_no_further_than_they_are_told() {
    let daily = ahead(&series("FREQ=DAILY"), at(NOW));
    assert_eq!(daily.wanted.len(), SERIES_WINDOWS_AHEAD);
    assert_eq!(daily.wanted[0].starts_at, at("2026-11-22T01:30:00Z"), "none that has passed");
    assert_eq!(daily.look_again_at, Some(at("2026-11-22T01:30:00Z")), "when one has begun");
    let monthly = ahead(&series("FREQ=MONTHLY"), at(NOW));
    let days: Vec<Date> = monthly.wanted.iter().map(|time| time.local.date()).collect();
    let expected = ["2026-12-01", "2027-01-01", "2027-02-01"].map(|day| day.parse().unwrap());
    assert_eq!(days, expected);
    assert_eq!(monthly.look_again_at, Some(days_after(at("2027-03-01T01:30:00Z"), -92)));
    let ending = ahead(&series("FREQ=DAILY;COUNT=22"), at(NOW));
    assert_eq!((ending.wanted.len(), ending.look_again_at), (1, None));
    let ended = series("FREQ=DAILY").end(at(NOW)).unwrap();
    assert_eq!(ahead(&ended, at(NOW)), Ahead::default());
    assert!(ended.end(at(NOW)).is_err());
}

#[test]
fn windows_follow_their_series_until_somebody_touches_them() {
    let weekly = series("FREQ=WEEKLY");
    let next = ahead(&weekly, at(NOW)).wanted[0];
    let entropy = Entropy::from_seed(5);
    let window = weekly.plan(next, &entropy, at(NOW)).unwrap();
    assert!(window.publication.is_public());
    assert_eq!(window.window.window(), Some(weekly.window_at(next)));
    assert_eq!(window.abort_at, Some(at("2026-11-22T02:30:00Z")));
    assert_eq!(window.series.map(|series| series.on), Some("2026-11-22".parse().unwrap()));
    assert!(window.follows_series(at(NOW)) && !window.follows_series(next.starts_at));
    // The series is longer from now on: readers see both ends.
    let longer = MaintenanceSeries { lasts_minutes: 120, title: "Longer".to_owned(), ..weekly };
    let followed = window.clone().follow(&longer, next, at(NOW)).unwrap();
    assert_eq!((followed.title.as_str(), followed.former_windows.len()), ("Longer", 1));
    assert_eq!(followed.clone().follow(&longer, next, at(NOW)).unwrap(), followed, "once");
    // What a person does is kept.
    let edited = window.clone().retitle("Mine".to_owned()).by_hand(&window);
    assert!(!edited.follows_series(at(NOW)));
    let cancelled = window.clone().cancel(at(NOW)).unwrap().by_hand(&window);
    assert!(cancelled.series.unwrap().is_by_hand);
    // Beginning it is no change of the plan.
    let begun = window.clone().begin(next.starts_at).unwrap().by_hand(&window);
    assert!(!begun.series.unwrap().is_by_hand);
    assert_eq!(window.clone().by_hand(&window), window);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Looking whenever it says plans every window once, in order, each before it begins.
    #[test]
    fn nothing_is_missed_by_looking_when_it_says(
        rule in prop::sample::select(vec![
            "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,SA", "FREQ=MONTHLY;BYDAY=1SU", "FREQ=YEARLY",
            "FREQ=WEEKLY;INTERVAL=9",
        ]),
        late_by in 0..600_i64,
    ) {
        let series = series(rule);
        let recurrence = series.recurrence().unwrap();
        let (mut now, mut planned) = (at(NOW), Vec::new());
        for _ in 0..40 {
            let ahead = series.ahead(&recurrence, now);
            prop_assert!(ahead.wanted.len() <= SERIES_WINDOWS_AHEAD);
            for occurrence in ahead.wanted {
                prop_assert!(occurrence.starts_at > now);
                prop_assert!(occurrence.starts_at <= days_after(now, SERIES_DAYS_AHEAD));
                if !planned.contains(&occurrence) {
                    planned.push(occurrence);
                }
            }
            let next = ahead.look_again_at.unwrap();
            prop_assert!(next > now);
            now = minutes_after(next, u32::try_from(late_by).unwrap());
        }
        let expected = recurrence.after(at(NOW), Timestamp::MAX, planned.len());
        prop_assert_eq!(planned, expected);
    }
}
