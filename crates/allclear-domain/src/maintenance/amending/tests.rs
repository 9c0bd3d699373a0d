//! Title, facts and announced times of a window.

use super::*;
use crate::maintenance::tests::{at, scheduled};

fn window(starts: i64, ends: i64) -> Window {
    Window { starts_at: at(starts), ends_at: at(ends) }
}

#[test]
fn rescheduling_keeps_the_former_window() {
    let to = window(160, 190);
    let moved = scheduled().reschedule(to, Some("parts are late".to_owned()), at(5)).unwrap();
    assert_eq!(moved.window.window(), Some(to));
    assert_eq!(moved.former_windows[0].window.starts_at, Some(at(60)));
    assert_eq!(moved.former_windows[0].changed_at, at(5));
    assert!(moved.begin(at(160)).unwrap().reschedule(to, None, at(161)).is_err());
}

#[test]
fn a_window_lies_ahead_and_has_a_length() {
    for (starts, ends, now) in [(160, 160, 5), (190, 160, 5), (160, 190, 190)] {
        let refused = scheduled().reschedule(window(starts, ends), None, at(now));
        assert!(refused.is_err(), "{starts} to {ends} at {now}");
    }
    assert!(
        scheduled().reschedule(window(160, 190), None, at(170)).is_ok(),
        "it can begin at once"
    );
}

#[test]
fn times_are_announced_once_and_then_moved() {
    assert!(scheduled().schedule(window(160, 190), at(5)).is_err());
    let unknown = Maintenance { window: AnnouncedWindow::default(), ..scheduled() };
    let known = unknown.schedule(window(160, 190), at(5)).unwrap();
    assert_eq!(known.window.window(), Some(window(160, 190)));
    assert!(known.former_windows.is_empty());
    let in_words = AnnouncedWindow { length: Some("next spring".to_owned()), ..Default::default() };
    let in_words = Maintenance { window: in_words, ..scheduled() };
    let known = in_words.clone().schedule(window(160, 190), at(5)).unwrap();
    assert_eq!(known.former_windows[0].window, in_words.window);
}

#[test]
fn work_under_way_is_extended() {
    assert!(scheduled().extend(at(120), None, at(50)).is_err());
    let under_way = scheduled().begin(at(61)).unwrap();
    assert!(under_way.clone().extend(at(70), None, at(70)).is_err());
    let longer = under_way.extend(at(120), Some("a disk is slow".to_owned()), at(80)).unwrap();
    assert_eq!((longer.window.starts_at, longer.window.ends_at), (Some(at(60)), Some(at(120))));
    assert_eq!(longer.former_windows[0].window.ends_at, Some(at(90)));
}

#[test]
fn a_draft_whose_start_has_passed_is_not_published_as_it_is() {
    let draft = Maintenance { publication: Publication::Draft, ..scheduled() };
    assert!(draft.clone().publish(at(59)).unwrap().publication.is_public());
    assert!(draft.clone().publish(at(60)).is_err());
    let by_hand = Maintenance { is_automatic: false, ..draft.clone() };
    assert!(by_hand.publish(at(60)).is_ok());
    assert!(draft.begin(at(61)).unwrap().publish(at(62)).is_ok());
    assert!(scheduled().publish(at(5)).is_err());
}
