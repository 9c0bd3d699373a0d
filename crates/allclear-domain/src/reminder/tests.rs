//! Reminders follow what they remind of, and come due once.

use proptest::prelude::*;

use super::*;
use crate::entropy::Entropy;
use crate::maintenance::tests::{at, scheduled};
use crate::times::Window;

/// A window from two days after the start on, for an hour.
fn window() -> Maintenance {
    let window = Window { starts_at: at(2_880), ends_at: at(2_940) };
    let window = scheduled().reschedule(window, None, at(0)).unwrap();
    Maintenance { abort_at: Some(at(2_925)), ..window }
}

fn kinds(window: &Maintenance) -> Vec<ReminderKind> {
    window.reminders().into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn what_a_window_reminds_of() {
    use ReminderKind::{Abort, DayBefore, HourBefore, Overrun, Start};
    let ahead = window();
    let at_times = [(DayBefore, 1_440), (HourBefore, 2_820), (Start, 2_880), (Abort, 2_925)];
    assert_eq!(ahead.reminders(), at_times.map(|(kind, minute)| (kind, at(minute))));
    let by_hand = Maintenance { is_automatic: false, ..ahead.clone() };
    assert_eq!(kinds(&by_hand), [DayBefore, HourBefore, Start, Overrun, Abort]);
    let draft = Maintenance { publication: crate::record::Publication::Draft, ..ahead.clone() };
    assert_eq!(kinds(&draft), []);
    assert_eq!(kinds(&ahead.clone().begin(at(2_880)).unwrap()), [Abort]);
    // Begun after its end: nobody but a person ends it.
    assert_eq!(kinds(&ahead.clone().begin(at(2_950)).unwrap()), [Overrun, Abort]);
    let under_way = by_hand.begin(at(2_880)).unwrap();
    assert_eq!(kinds(&under_way), [Overrun, Abort]);
    assert_eq!(kinds(&under_way.complete(at(2_900)).unwrap()), []);
    assert_eq!(kinds(&ahead.cancel(at(5)).unwrap()), []);
}

struct Kept {
    entropy: Entropy,
    subject: Subject,
    there: Vec<Reminder>,
}

impl Kept {
    fn new() -> Self {
        let subject = Subject::Maintenance(scheduled().id);
        Self { entropy: Entropy::from_seed(3), subject, there: Vec::new() }
    }

    fn follow(&mut self, wanted: &[(ReminderKind, Timestamp)], now: Timestamp) {
        let id = || self.entropy.id(now);
        let following = follow(&self.there, wanted, self.subject, now, id);
        for changed in following.changed {
            let known = self.there.iter_mut().find(|known| known.id == changed.id).unwrap();
            *known = changed;
        }
        self.there.extend(following.new);
    }

    /// As the duty does; gives how many came due.
    fn come_due(&mut self, now: Timestamp) -> usize {
        let due = |reminder: &&mut Reminder| reminder.next_action_at().is_some_and(|at| at <= now);
        let due = self.there.iter_mut().filter(due);
        due.map(|reminder| reminder.state = ReminderState::CameDue { at: now }).count()
    }

    fn state(&self, kind: ReminderKind) -> Option<(ReminderState, Timestamp)> {
        let known = self.there.iter().find(|reminder| reminder.kind == kind)?;
        Some((known.state, known.due_at))
    }
}

#[test]
fn reminders_move_with_their_window_and_go_with_it() {
    use ReminderKind::{DayBefore, Start};
    use ReminderState::{CameDue, Cancelled, Waiting};
    let mut kept = Kept::new();
    let first = window();
    kept.follow(&first.reminders(), at(2_000));
    assert_eq!(kept.state(DayBefore), None, "that was before anybody planned it");
    assert_eq!(kept.state(Start), Some((Waiting, at(2_880))));
    assert_eq!(kept.come_due(at(2_879)), 1, "an hour before");
    let later = Window { starts_at: at(5_000), ends_at: at(5_100) };
    let moved = first.clone().reschedule(later, None, at(2_879)).unwrap();
    kept.follow(&moved.reminders(), at(2_879));
    assert_eq!(kept.state(Start), Some((Waiting, at(5_000))));
    assert_eq!(kept.state(ReminderKind::HourBefore), Some((Waiting, at(4_940))), "once more");
    assert_eq!(kept.come_due(at(5_000)), 4);
    assert_eq!(kept.come_due(at(9_000)), 0, "once");
    kept.follow(&moved.begin(at(5_000)).unwrap().reminders(), at(5_000));
    assert_eq!(kept.state(Start), Some((CameDue { at: at(5_000) }, at(5_000))));
    let mut kept = Kept::new();
    kept.follow(&first.reminders(), at(0));
    kept.follow(&first.cancel(at(1)).unwrap().reminders(), at(1));
    assert!(kept.there.iter().all(|reminder| reminder.state == Cancelled));
    assert_eq!(kept.come_due(at(9_000)), 0);
}

proptest! {
    /// However a record changes, what waits is what it wants, and nothing comes due twice without
    /// having been moved meanwhile.
    #[test]
    fn what_waits_is_what_is_wanted(steps in prop::collection::vec(
        (0..20_i64, prop::option::of(0..200_i64), prop::bool::ANY), 1..12,
    )) {
        let mut kept = Kept::new();
        let mut now = 0;
        for (passed, due, runs) in steps {
            now += passed;
            let wanted: Vec<_> = due.map(|due| (ReminderKind::Start, at(due))).into_iter().collect();
            kept.follow(&wanted, at(now));
            let again = follow(&kept.there, &wanted, kept.subject, at(now), || kept.entropy.id(at(now)));
            prop_assert_eq!(again, Following::default(), "a second time changes nothing");
            prop_assert!(kept.there.len() <= 1);
            let waits = kept.there.iter().find_map(Reminder::next_action_at);
            if let Some(waits) = waits {
                prop_assert_eq!(Some(waits), due.map(at));
            } else if let Some(due) = due.filter(|due| *due > now) {
                let came_due = matches!(kept.there[0].state, ReminderState::CameDue { .. });
                prop_assert!(came_due && kept.there[0].due_at == at(due));
            }
            if runs {
                kept.come_due(at(now));
                prop_assert_eq!(kept.come_due(at(now)), 0);
            }
        }
    }
}
