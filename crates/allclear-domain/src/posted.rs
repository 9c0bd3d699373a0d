//! What was posted: one dated message of an incident or a maintenance window, with its edits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::ComponentStatus;
use crate::ids::{ComponentId, UpdateId};
use crate::text::Prose;
use crate::times::{Bound, Moment};

/// A component's status from an update on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// The component.
    pub component_id: ComponentId,
    /// Its status from then on.
    pub status: ComponentStatus,
}

/// How a message was before somebody edited it: what is `None` was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// When it was edited.
    pub edited_at: Timestamp,
    /// Who edited it.
    pub editor: String,
    /// What it said until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Prose>,
    /// The time that readers were shown until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_before: Option<Moment>,
    /// What it changed for components until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_before: Option<Vec<StatusChange>>,
}

/// What an edit gives a message: what is `None` stays. Its status stays in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateEdit {
    /// The message.
    pub body: Option<Prose>,
    /// The time that readers are shown.
    pub shown_at: Option<Moment>,
    /// What it changed for components.
    pub changes: Option<Vec<StatusChange>>,
}

/// One dated message, with the status it published. `S` is the status of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted<S> {
    /// Id inside, and anchor on the page.
    pub id: UpdateId,
    /// The status it published, where it did.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub status: Option<S>,
    /// The time that readers are shown.
    pub shown_at: Moment,
    /// When it was entered.
    pub posted_at: Timestamp,
    /// The message.
    pub body: Prose,
    /// What it changed for components.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<StatusChange>,
    /// By when the next one was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update_due_at: Option<Timestamp>,
    /// Entered after the fact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_backfilled: bool,
    /// How it was before each edit, oldest first.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
}

fn none<S>() -> Option<S> {
    None
}

impl<S> Posted<S> {
    /// The same message, edited; how it was, when and by whom it was edited stay on record. An edit
    /// that changes nothing leaves no trace.
    #[must_use]
    pub fn edited(mut self, edit: UpdateEdit, editor: &str, now: Timestamp) -> Self {
        let before = replace(&mut self.body, edit.body);
        let shown_before = replace(&mut self.shown_at, edit.shown_at);
        let changes_before = replace(&mut self.changes, edit.changes);
        if before.is_some() || shown_before.is_some() || changes_before.is_some() {
            self.edits.push(Edit {
                edited_at: now,
                editor: editor.to_owned(),
                before,
                shown_before,
                changes_before,
            });
        }
        self
    }

    /// When it counts as said: when it is shown, else, where nobody knows that, when it was entered.
    #[must_use]
    pub fn said(&self) -> Bound {
        match self.shown_at.bound() {
            Bound::Unknown => Bound::exactly(self.posted_at),
            shown => shown,
        }
    }
}

/// Puts the new value in place; gives the old one where it was another.
fn replace<T: PartialEq>(old: &mut T, new: Option<T>) -> Option<T> {
    new.filter(|new| new != old).map(|new| std::mem::replace(old, new))
}

/// Why a message is refused, and what to do instead.
pub(crate) type Hint = &'static str;

const IN_THE_FUTURE: Hint =
    "the time shown lies in the future: show the present time, or an earlier one";

/// The moment that a message may be shown with at `now`.
pub(crate) fn come(shown_at: Moment, now: Timestamp) -> Result<Moment, Hint> {
    shown_at.come(now).ok_or(IN_THE_FUTURE)
}

/// The latest of times at which messages were entered.
pub(crate) fn latest_entry<S>(updates: &[Posted<S>]) -> Option<Timestamp> {
    updates.iter().map(|update| update.posted_at).max()
}

/// Keeps a message that is said now after what was told at `latest`, where the clock was set back
/// meanwhile; gives the time to go by. Else the last word would stand before those it follows, and
/// nobody could say that it is over until the clock has caught up.
pub(crate) fn follow<S>(update: &mut Posted<S>, latest: Timestamp, now: Timestamp) -> Timestamp {
    if now < latest && update.posted_at < latest {
        if update.shown_at.bound() == Bound::exactly(update.posted_at) {
            update.shown_at = Moment::At { at: latest };
        }
        update.posted_at = latest;
    }
    now.max(latest)
}

/// The place of a message among others: before the first that is surely shown later, else last.
fn place_of<S>(updates: &[Posted<S>], shown: Bound) -> usize {
    let later = updates.iter().position(|other| shown.is_before(other.shown_at.bound()));
    later.unwrap_or(updates.len())
}

/// Adds a message in the order of the times shown. One without a known time stays after those that
/// were posted before it.
pub(crate) fn insert<S>(updates: &mut Vec<Posted<S>>, update: Posted<S>) {
    let place = place_of(updates, update.shown_at.bound());
    updates.insert(place, update);
}

/// Whether the status of a new message is how things stand now.
///
/// It is, unless it is shown before another message with a status, or before `since`, the beginning
/// of how things stand. A backfilled message must be shown after them for certain: with a day alone
/// it is not, on the day of a known time, and without a day never.
pub(crate) fn is_latest<S>(updates: &[Posted<S>], update: &Posted<S>, since: Bound) -> bool {
    let shown = update.shown_at.bound();
    let follows = |other: Bound| match (shown, other) {
        (Bound::At { .. }, Bound::On { .. }) | (Bound::On { .. }, Bound::At { .. })
            if update.is_backfilled =>
        {
            other.is_before(shown)
        }
        _ => !shown.is_before(other),
    };
    let mut others = updates.iter().filter(|other| other.status.is_some());
    !(update.is_backfilled && shown == Bound::Unknown)
        && follows(since)
        && others.all(|other| follows(other.shown_at.bound()))
}

/// The message that says how things stand.
fn latest_status<S>(updates: &[Posted<S>]) -> Option<UpdateId> {
    updates.iter().rfind(|update| update.status.is_some()).map(|update| update.id)
}

/// When an edited message counted as said, and when it is shown now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved<S> {
    pub(crate) status: Option<S>,
    pub(crate) from: Bound,
    pub(crate) to: Bound,
}

/// Edits a message, and moves it to where its time belongs.
pub(crate) fn edit<S: Copy>(
    updates: &mut Vec<Posted<S>>,
    id: UpdateId,
    mut edit: UpdateEdit,
    editor: &str,
    now: Timestamp,
) -> Result<Moved<S>, Hint> {
    let Some(place) = updates.iter().position(|update| update.id == id) else {
        return Err("it has no such update: reload it, and choose one that it has");
    };
    edit.shown_at = edit.shown_at.map(|shown_at| come(shown_at, now)).transpose()?;
    let latest = latest_status(updates);
    let update = updates.remove(place);
    let (from, shown) = (update.said(), update.shown_at);
    let update = update.edited(edit, editor, now);
    let moved = Moved { status: update.status, from, to: update.shown_at.bound() };
    let has_moved = update.shown_at != shown;
    let place = if has_moved { place_of(updates, update.shown_at.bound()) } else { place };
    updates.insert(place, update);
    if latest_status(updates) != latest {
        return Err("then another update would say how it stands: post a new update instead");
    }
    Ok(moved)
}

#[cfg(test)]
mod tests;
