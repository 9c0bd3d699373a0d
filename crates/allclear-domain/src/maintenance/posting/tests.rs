//! How a window stands follows what is shown last.

use proptest::prelude::*;

use super::*;
use crate::maintenance::tests::{at, scheduled};
use crate::posted::Posted;
use crate::text::Prose;
use crate::times::Moment;

use MaintenanceStatus::{Cancelled, Completed, InProgress, Scheduled, Verifying};

const NOW: i64 = 9000;

fn update(minute: i64, status: MaintenanceStatus) -> MaintenanceUpdate {
    Posted {
        id: uuid::Uuid::from_u128(minute.unsigned_abs().into()).into(),
        status: Some(status),
        shown_at: Moment::At { at: at(minute) },
        posted_at: at(minute),
        body: Prose::plain("x"),
        changes: Vec::new(),
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

fn post(
    window: Maintenance,
    minute: i64,
    status: MaintenanceStatus,
) -> Result<Maintenance, InvalidTransition> {
    window.post(update(minute, status), at(NOW))
}

fn over() -> Maintenance {
    let window = post(scheduled(), 60, InProgress).unwrap();
    let window = post(window, 70, Verifying).unwrap();
    post(window, 80, Completed).unwrap()
}

#[test]
fn messages_walk_it_through_its_states() {
    let window = post(scheduled(), 10, Scheduled).unwrap();
    assert_eq!(window.state, MaintenanceState::Scheduled);
    let under_way = post(window.clone(), 61, InProgress).unwrap();
    assert_eq!(under_way.state, MaintenanceState::InProgress { started_at: at(61) });
    let still = post(under_way.clone(), 65, InProgress).unwrap();
    assert_eq!(still.state, under_way.state);
    let checked = post(still, 70, Verifying).unwrap();
    let again = post(checked.clone(), 75, InProgress).unwrap();
    assert_eq!(again.state, under_way.state, "work goes on");
    let done = post(checked, 80, Completed).unwrap();
    assert_eq!(
        (done.started(), done.ended()),
        (Bound::exactly(at(61)), Some(Bound::exactly(at(80))))
    );
    assert!(post(window.clone(), 20, Cancelled).is_ok());
    assert!(post(window.clone(), 20, Completed).is_err());
    assert!(post(under_way.clone(), 62, Cancelled).is_err());
    assert!(post(under_way, 62, Scheduled).is_err());
    assert!(post(window, NOW + 6, InProgress).is_err(), "in the future");
    let refused = post(done.clone(), 90, InProgress).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the maintenance window is completed and cannot be updated: add the message without a status"
    );
    let words = Posted { status: None, ..update(90, Completed) };
    assert_eq!(done.clone().post(words, at(NOW)).unwrap().state, done.state);
}

proptest! {
    #[test]
    fn what_is_backfilled_never_moves_it_back(minute in 61_i64..80, status in prop::sample::select(
        &[Scheduled, InProgress, Verifying],
    )) {
        prop_assume!(minute != 70);
        let told = post(over(), minute, status).unwrap();
        prop_assert_eq!(told.state, over().state);
        let shown: Vec<_> = told.updates.iter().map(|u| u.shown_at.instant().unwrap()).collect();
        prop_assert!(shown.is_sorted());
    }
}

#[test]
fn work_does_not_end_before_it_began() {
    let under_way = scheduled().begin(at(60)).unwrap();
    assert!(under_way.clone().complete(at(59)).is_err());
    assert!(under_way.clone().verify(at(59)).is_err());
    assert!(under_way.complete(at(60)).is_ok());
}

#[test]
fn an_edit_of_the_time_takes_with_it_what_began_then() {
    let to = |minute| UpdateEdit {
        shown_at: Some(Moment::At { at: at(minute) }),
        ..UpdateEdit::default()
    };
    let edit = |place: usize, minute| {
        let id = over().updates[place].id;
        over().edit_update(id, to(minute), "Ada", at(NOW))
    };
    assert_eq!(edit(0, 55).unwrap().started(), Bound::exactly(at(55)));
    let edited = edit(2, 85).unwrap();
    assert_eq!(edited.ended(), Some(Bound::exactly(at(85))));
    assert_eq!(edited.updates[2].edits[0].editor, "Ada");
    assert!(edit(2, 65).is_err(), "then it would be said to be verified after all");
    assert!(edit(0, 81).is_err());
    let mut apart = over();
    apart.state = MaintenanceState::Completed {
        started: Bound::exactly(at(60)),
        ended: Bound::exactly(at(65)),
    };
    let id = apart.updates[0].id;
    let refused = apart.edit_update(id, to(66), "Ada", at(NOW)).unwrap_err();
    assert!(refused.to_string().contains("end before it began"));
}
