//! A window begins and ends by itself, at the announced instants.

use proptest::prelude::*;

use super::*;
use crate::maintenance::tests::{at, scheduled};
use crate::record::Publication;
use crate::times::Bound;

/// What a reconciler does: every step that is due, one after the other.
fn reconcile(mut window: Maintenance, now: Timestamp) -> Maintenance {
    while let Some(due) = window.due_transition(now) {
        window = match due {
            DueTransition::Begin { at } => window.begin(at).unwrap(),
            DueTransition::Complete { at } => window.complete(at).unwrap(),
        };
    }
    window
}

proptest! {
    #[test]
    fn however_rarely_it_is_looked_at_the_times_are_the_announced(
        looks in prop::collection::btree_set(0_i64..200, 0..8),
    ) {
        let mut window = scheduled();
        for minute in &looks {
            window = reconcile(window, at(*minute));
            prop_assert!(window.next_action_at().is_none_or(|next| next > at(*minute)));
        }
        let last = looks.last().copied().unwrap_or(0);
        let wanted = match last {
            0..60 => MaintenanceState::Scheduled,
            60..90 => MaintenanceState::InProgress { started_at: at(60) },
            _ => MaintenanceState::Completed {
                started: Bound::exactly(at(60)),
                ended: Bound::exactly(at(90)),
            },
        };
        prop_assert_eq!(window.state, wanted);
    }
}

#[test]
fn the_next_step_is_known_before_it_is_due() {
    let window = scheduled();
    assert_eq!(window.next_action_at(), Some(at(60)));
    assert_eq!(window.due_transition(at(59)), None);
    assert_eq!(window.due_transition(at(60)), Some(DueTransition::Begin { at: at(60) }));
    let checked = window.begin(at(62)).unwrap().verify(at(70)).unwrap();
    assert_eq!(checked.next_transition(), Some(DueTransition::Complete { at: at(90) }));
    let later = checked.extend(at(120), None, at(80)).unwrap();
    assert_eq!(later.next_action_at(), Some(at(120)));
    assert_eq!(later.complete(at(100)).unwrap().next_action_at(), None);
}

#[test]
fn some_windows_wait_for_a_person() {
    let by_hand = Maintenance { is_automatic: false, ..scheduled() };
    assert_eq!(by_hand.next_action_at(), None);
    let draft = Maintenance { publication: Publication::Draft, ..scheduled() };
    assert_eq!(draft.next_action_at(), None);
    assert_eq!(scheduled().cancel(at(5)).unwrap().next_action_at(), None);
    let late = scheduled().begin(at(90)).unwrap();
    assert_eq!(late.next_action_at(), None, "the announced end had passed");
    let mut open = scheduled();
    open.window.ends_at = None;
    assert_eq!(open.begin(at(60)).unwrap().next_action_at(), None);
}

#[test]
fn it_is_automatic_unless_the_document_says_otherwise() {
    let mut json = serde_json::to_value(scheduled()).unwrap();
    assert_eq!(json.get("is_automatic"), None);
    assert!(serde_json::from_value::<Maintenance>(json.clone()).unwrap().is_automatic);
    json["is_automatic"] = serde_json::json!(false);
    let by_hand: Maintenance = serde_json::from_value(json.clone()).unwrap();
    assert!(!by_hand.is_automatic);
    assert_eq!(serde_json::to_value(by_hand).unwrap(), json);
}
