//! Messages stay in the order of the times shown, and edits keep what was.

use proptest::prelude::*;

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

fn posted(n: u128, shown_at: Moment) -> Posted<()> {
    Posted {
        id: uuid::Uuid::from_u128(n).into(),
        status: None,
        shown_at,
        posted_at: at(0),
        body: Prose::plain("x"),
        changes: Vec::new(),
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

proptest! {
    #[test]
    fn messages_stand_in_the_order_of_their_times(
        minutes in prop::collection::vec(prop::option::weighted(0.7, 0_i64..6), 0..12),
    ) {
        let mut updates: Vec<Posted<()>> = Vec::new();
        for (n, minute) in minutes.iter().enumerate() {
            let before: Vec<UpdateId> = updates.iter().map(|update| update.id).collect();
            let moment = minute.map_or(Moment::Unknown, |minute| Moment::At { at: at(minute) });
            let update = posted(n as u128, moment);
            let id = update.id;
            insert(&mut updates, update);
            let others: Vec<UpdateId> =
                updates.iter().map(|update| update.id).filter(|other| *other != id).collect();
            prop_assert_eq!(others, before, "the others stay as they were");
        }
        let dated: Vec<_> = updates.iter().filter_map(|u| Some((u.shown_at.instant()?, u.id))).collect();
        // Ids ascend as they were posted: equal times keep that order.
        prop_assert!(dated.is_sorted(), "{dated:?}");
        let undated: Vec<_> = updates.iter().filter(|u| u.shown_at == Moment::Unknown).map(|u| u.id).collect();
        prop_assert!(undated.is_sorted());
    }
}

#[test]
fn a_message_without_a_time_stays_after_those_before_it() {
    let mut updates = vec![posted(1, Moment::At { at: at(10) }), posted(2, Moment::Unknown)];
    insert(&mut updates, posted(3, Moment::At { at: at(30) }));
    insert(&mut updates, posted(4, Moment::At { at: at(20) }));
    let ids: Vec<u128> = updates.iter().map(|update| update.id.uuid().as_u128()).collect();
    assert_eq!(ids, [1, 2, 4, 3]);
}

#[test]
fn an_edit_keeps_what_was_and_the_editor() {
    let change = StatusChange {
        component_id: uuid::Uuid::from_u128(1).into(),
        status: ComponentStatus::MajorOutage,
    };
    let first = posted(1, Moment::At { at: at(10) });
    let words = UpdateEdit { body: Some(Prose::plain("y")), ..UpdateEdit::default() };
    let edited = first.edited(words.clone(), "Ada", at(20));
    assert_eq!(edited.body.text, "y");
    let known = Edit {
        edited_at: at(20),
        editor: "Ada".to_owned(),
        before: Some(Prose::plain("x")),
        shown_before: None,
        changes_before: None,
    };
    assert_eq!(edited.edits, std::slice::from_ref(&known));
    let again = edited.clone().edited(words, "Bo", at(21));
    assert_eq!(again, edited, "nothing changed");
    let facts = UpdateEdit {
        body: None,
        shown_at: Some(Moment::At { at: at(9) }),
        changes: Some(vec![change]),
    };
    let again = again.edited(facts, "Bo", at(22));
    assert_eq!((again.shown_at, again.changes), (Moment::At { at: at(9) }, vec![change]));
    assert_eq!(again.edits[0], known);
    assert_eq!(
        again.edits[1],
        Edit {
            edited_at: at(22),
            editor: "Bo".to_owned(),
            before: None,
            shown_before: Some(Moment::At { at: at(10) }),
            changes_before: Some(Vec::new()),
        }
    );
}
