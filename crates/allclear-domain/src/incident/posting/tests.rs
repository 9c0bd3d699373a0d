//! How an incident stands follows what is shown last, in whatever order it was posted.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::component::ComponentStatus;
use crate::incident::tests::{at, incident, update};
use crate::posted::{Posted, StatusChange};
use crate::text::Prose;
use crate::times::Moment;

use IncidentStatus::{Identified, Investigating, Monitoring, Resolved};

const NOW: i64 = 9000;

/// The same message, shown at another time and with an id of its own.
fn shown(mut update: IncidentUpdate, n: u128, shown_at: Moment) -> IncidentUpdate {
    update.id = uuid::Uuid::from_u128(10_000 + n).into();
    update.shown_at = shown_at;
    update
}

fn backfilled(update: IncidentUpdate) -> IncidentUpdate {
    Posted { is_backfilled: true, ..update }
}

fn post(incident: Incident, update: IncidentUpdate) -> Result<Incident, InvalidTransition> {
    incident.post(update, at(NOW))
}

fn minutes(incident: &Incident) -> Vec<i64> {
    let shown = incident.updates.iter().map(|u| u.shown_at.instant().unwrap());
    shown.map(|at| at.as_second() / 60).collect()
}

const COURSE: [(i64, IncidentStatus); 4] =
    [(20, Investigating), (30, Identified), (40, Monitoring), (50, Resolved)];

proptest! {
    #[test]
    fn the_order_of_posting_does_not_count(
        order in Just([0_usize, 1, 2, 3]).prop_shuffle(),
        taken in 1_usize..=4,
    ) {
        let taken = &order[..taken];
        let mut told = incident();
        for place in taken {
            let (minute, status) = COURSE[*place];
            told = post(told, update(minute, status, &[])).unwrap();
        }
        let latest = COURSE[*taken.iter().max().unwrap()];
        prop_assert_eq!(told.state.status(), latest.1);
        prop_assert!(minutes(&told).is_sorted());
        let since = match told.state {
            IncidentState::Monitoring { since } => Some(since),
            IncidentState::Resolved { ended } => ended.instant(),
            _ => None,
        };
        prop_assert!(since.is_none_or(|since| since == at(latest.0)));
    }
}

#[test]
fn a_resolved_incident_takes_words_but_no_status_until_it_is_reopened() {
    let resolved = post(incident(), update(20, Resolved, &[])).unwrap();
    let mut words = update(30, Monitoring, &[]);
    words.status = None;
    assert!(post(resolved.clone(), words).is_ok());
    let refused = post(resolved.clone(), update(30, Monitoring, &[])).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the incident is resolved and cannot be updated: reopen it, or add the message without a status"
    );
    let reopened = resolved.reopen(at(25)).unwrap();
    assert!(reopened.is_open());
    assert_eq!(reopened.reopened[0].ended_before, Bound::exactly(at(20)));
    assert!(reopened.reopen(at(26)).is_err());
}

#[test]
fn what_is_shown_before_the_end_never_opens_it() {
    let mut resolved = incident();
    resolved.state = IncidentState::Resolved { ended: Bound::exactly(at(50)) };
    let told = post(resolved.clone(), update(40, Monitoring, &[])).unwrap();
    assert_eq!(told.state, resolved.state);
    assert_eq!(minutes(&told), [40]);
    resolved.state = IncidentState::Resolved { ended: Bound::Unknown };
    assert!(post(resolved.clone(), update(40, Monitoring, &[])).is_err());
    let told = post(resolved.clone(), backfilled(update(40, Monitoring, &[]))).unwrap();
    assert_eq!(told.state, resolved.state);
}

#[test]
fn what_is_shown_before_a_reopening_does_not_count() {
    let reopened = post(incident(), update(50, Resolved, &[])).unwrap().reopen(at(60)).unwrap();
    let told = post(reopened.clone(), update(55, Monitoring, &[])).unwrap();
    assert_eq!(told.state, IncidentState::Investigating);
    let told = post(reopened, update(60, Identified, &[])).unwrap();
    assert_eq!(told.state, IncidentState::Identified);
}

#[test]
fn a_backfilled_message_moves_it_only_where_its_day_is_surely_later() {
    let watched = post(incident(), update(40, Monitoring, &[])).unwrap();
    let on = |day| Moment::On { on: date(1970, 1, day), local: None };
    let ask = |n, shown_at| shown(update(41, Identified, &[]), n, shown_at);
    for shown_at in [on(1), on(2), Moment::Unknown] {
        let told = post(watched.clone(), backfilled(ask(1, shown_at))).unwrap();
        assert_eq!(told.state, watched.state, "{shown_at:?}");
        assert_eq!(told.updates.len(), 2);
        let told = post(watched.clone(), ask(1, shown_at)).unwrap();
        assert_eq!(told.state, IncidentState::Identified, "{shown_at:?} is said now");
    }
    let told = post(watched, backfilled(ask(1, on(3)))).unwrap();
    assert_eq!(told.state, IncidentState::Identified);
    let over = shown(update(41, Resolved, &[]), 2, on(3));
    let told = post(told, backfilled(over)).unwrap();
    assert_eq!(told.ended(), Some(Bound::On { on: date(1970, 1, 3) }));
}

#[test]
fn nothing_is_said_in_the_future_and_clocks_may_differ() {
    let ahead = |minute| post(incident(), update(minute, Resolved, &[]));
    assert_eq!(
        ahead(NOW + 6).unwrap_err().to_string(),
        "the incident is investigating and cannot be updated: the time shown lies in the future: \
         show the present time, or an earlier one"
    );
    let told = ahead(NOW + 5).unwrap();
    assert_eq!(told.ended(), Some(Bound::exactly(at(NOW))));
    assert_eq!(minutes(&told), [NOW]);
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_from_the_last_word() {
    let told = post(incident(), update(60, Identified, &[])).unwrap();
    let over = told.clone().post(update(20, Resolved, &[]), at(20)).unwrap();
    assert_eq!(over.ended(), Some(Bound::exactly(at(60))));
    assert_eq!(minutes(&over), [60, 60]);
    assert_eq!(over.updates[1].status, Some(Resolved));
    // What was said before is still put where it was said.
    let earlier = shown(update(20, Monitoring, &[]), 1, Moment::At { at: at(15) });
    let told = told.post(earlier, at(20)).unwrap();
    assert_eq!(minutes(&told), [15, 60]);
    assert_eq!(told.state.status(), Identified);
    assert_eq!(over.reopen(at(21)).unwrap().reopened[0].reopened_at, at(60));
}

#[test]
fn it_is_not_over_before_it_began() {
    let refused = post(incident(), update(9, Resolved, &[])).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the incident is investigating and cannot be resolved: its end lies before its start: give \
         a later end, or correct the start first"
    );
    assert!(post(incident(), update(10, Resolved, &[])).is_ok());
    let mut on_a_day = incident();
    on_a_day.started = Bound::On { on: date(1970, 1, 3) };
    assert!(post(on_a_day.clone(), update(10, Resolved, &[])).is_err());
    assert!(post(on_a_day, update(24 * 60 + 10, Resolved, &[])).is_ok(), "in the far east");
}

#[test]
fn it_is_resolved_with_an_end_of_its_own() {
    let watched = post(incident(), update(40, Monitoring, &[])).unwrap();
    let resolve = |ended| watched.clone().resolve(update(60, Monitoring, &[]), ended, at(NOW));
    let told = resolve(Bound::exactly(at(30))).unwrap();
    assert_eq!(told.ended(), Some(Bound::exactly(at(30))));
    assert_eq!(told.updates[1].status, Some(Resolved));
    for ended in [Bound::Unknown, Bound::On { on: date(1970, 1, 2) }] {
        assert_eq!(resolve(ended).unwrap().ended(), Some(ended));
    }
    for ended in
        [Bound::exactly(at(9)), Bound::exactly(at(NOW + 6)), Bound::On { on: date(1970, 1, 9) }]
    {
        assert!(resolve(ended).is_err(), "{ended:?}");
    }
    let early = watched.clone().resolve(update(35, Resolved, &[]), Bound::exactly(at(35)), at(NOW));
    assert!(early.unwrap_err().to_string().contains("a later message says that it goes on"));
    assert!(told.resolve(update(61, Resolved, &[]), Bound::Unknown, at(NOW)).is_err());
    let reopened = resolve(Bound::exactly(at(45))).unwrap().reopen(at(70)).unwrap();
    let before = reopened.resolve(update(80, Resolved, &[]), Bound::exactly(at(65)), at(NOW));
    assert!(before.unwrap_err().to_string().contains("before it was opened again"));
}

#[test]
fn start_and_end_are_corrected_within_reason() {
    let resolved = post(incident(), update(50, Resolved, &[])).unwrap();
    let start = |minute| resolved.clone().correct_start(Bound::exactly(at(minute)), at(NOW));
    let end = |minute| resolved.clone().correct_end(Bound::exactly(at(minute)), at(NOW));
    assert_eq!(start(5).unwrap().started, Bound::exactly(at(5)));
    assert_eq!(end(45).unwrap().ended(), Some(Bound::exactly(at(45))));
    assert!(start(51).is_err() && end(9).is_err() && end(NOW + 6).is_err());
    assert!(incident().correct_end(Bound::Unknown, at(NOW)).is_err());
    assert!(incident().correct_start(Bound::exactly(at(NOW + 6)), at(NOW)).is_err());
}

fn edit(
    incident: &Incident,
    place: usize,
    edit: UpdateEdit,
) -> Result<Incident, InvalidTransition> {
    let id = incident.updates[place].id;
    incident.clone().edit_update(id, edit, "Ada", at(NOW))
}

fn to(minute: i64) -> UpdateEdit {
    UpdateEdit { shown_at: Some(Moment::At { at: at(minute) }), ..UpdateEdit::default() }
}

#[test]
fn an_edit_of_the_time_takes_with_it_what_began_then() {
    let watched = post(incident(), update(30, Identified, &[])).unwrap();
    let watched = post(watched, update(40, Monitoring, &[])).unwrap();
    let edited = edit(&watched, 1, to(35)).unwrap();
    assert_eq!(edited.state, IncidentState::Monitoring { since: at(35) });
    let resolved = post(watched, update(50, Resolved, &[])).unwrap();
    let edited = edit(&resolved, 2, to(45)).unwrap();
    assert_eq!(edited.ended(), Some(Bound::exactly(at(45))));
    assert_eq!(edited.updates[2].edits[0].shown_before, Some(Moment::At { at: at(50) }));
    let edited = edit(&resolved, 1, to(20)).unwrap();
    assert_eq!(minutes(&edited), [20, 30, 50]);
    assert_eq!(edited.state, resolved.state);
    let elsewhere = resolved.correct_end(Bound::exactly(at(48)), at(NOW)).unwrap();
    let edited = edit(&elsewhere, 2, to(52)).unwrap();
    assert_eq!(edited.ended(), Some(Bound::exactly(at(48))), "an end of its own stays");
}

#[test]
fn an_edit_never_changes_how_it_stands() {
    let resolved = post(incident(), update(40, Monitoring, &[])).unwrap();
    let resolved = post(resolved, update(50, Resolved, &[])).unwrap();
    let refused = edit(&resolved, 1, to(39)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the incident is resolved and cannot be edited: then another update would say how it \
         stands: post a new update instead"
    );
    assert!(edit(&resolved, 0, to(51)).is_err());
    assert!(edit(&resolved, 1, to(NOW + 6)).is_err());
    let alone = post(incident(), update(50, Resolved, &[])).unwrap();
    assert!(edit(&alone, 0, to(9)).is_err(), "over before it began");
    let missing = uuid::Uuid::from_u128(77).into();
    assert!(alone.edit_update(missing, to(45), "Ada", at(NOW)).is_err());
}

#[test]
fn an_edit_of_words_and_changes_keeps_what_was() {
    let told = post(incident(), update(30, Identified, &[])).unwrap();
    let change = StatusChange {
        component_id: uuid::Uuid::from_u128(1).into(),
        status: ComponentStatus::MajorOutage,
    };
    let words =
        UpdateEdit { body: Some(Prose::plain("y")), shown_at: None, changes: Some(vec![change]) };
    let edited = edit(&told, 0, words).unwrap();
    let [update] = edited.updates.as_slice() else { panic!("one update") };
    assert_eq!((update.body.text.as_str(), update.changes.as_slice()), ("y", &[change][..]));
    let known = &update.edits[0];
    assert_eq!((known.editor.as_str(), known.edited_at), ("Ada", at(NOW)));
    assert_eq!(known.before.as_ref().map(|prose| prose.text.as_str()), Some("x"));
    assert_eq!(known.changes_before, Some(Vec::new()));
    assert_eq!(edited.worst_status(), ComponentStatus::MajorOutage);
}
