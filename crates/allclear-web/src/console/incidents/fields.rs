//! What the composer's fields say, as the domain knows it.

use allclear_domain::IncidentStatus;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::StatusPageId;
use allclear_domain::incident::IncidentKind;
use allclear_domain::text::Prose;
use allclear_domain::times::Bound;
use allclear_incidents::writing::{NewIncident, NewUpdate};
use jiff::{SignedDuration, Timestamp};

use super::picker;
use crate::console::clock::{Named, TimeField, WallClock};
use crate::console::form::Form;
use crate::console::words::{self, Choice};

/// When it began.
pub(super) const STARTED: Named = ("started", "Began");
/// When it was over.
pub(super) const ENDED: Named = ("ended", "Ended");
/// When a message was said.
pub(super) const SHOWN_AT: Named = ("shown_at", "Said at");
const NEXT_AT: Named = ("next_at", "or at this time");

/// In how many minutes the next update may be announced.
const NEXT_MINUTES: [(&str, &str); 6] = [
    ("15", "in 15 minutes"),
    ("30", "in 30 minutes"),
    ("60", "in 1 hour"),
    ("120", "in 2 hours"),
    ("240", "in 4 hours"),
    ("1440", "tomorrow at this time"),
];

/// The choices of when the next update is due.
fn next_choices(chosen: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> =
        NEXT_MINUTES.iter().map(|(value, name)| Choice::of(value, name, chosen)).collect();
    choices.push(Choice::of("at", "at a given time", chosen));
    choices.push(Choice::of("", "do not say", chosen));
    choices
}

/// When the next update is due: in some minutes, or at a time.
pub(super) struct NextView {
    pub(super) choices: Vec<Choice>,
    pub(super) at: TimeField,
}

impl NextView {
    /// As the form says it, with `chosen` among the minutes.
    pub(super) fn of(chosen: &str, form: &Form, clock: &WallClock) -> Self {
        Self { choices: next_choices(chosen), at: TimeField::sent(NEXT_AT, form, clock).0 }
    }
}

/// By when the next update is announced.
pub(super) fn read_next(
    form: &Form,
    clock: &WallClock,
    now: Timestamp,
) -> Result<Option<Timestamp>, InvalidValue> {
    // Whoever gives a time means it, whatever else is still chosen.
    if let Some(at) = TimeField::read(NEXT_AT, form, clock)? {
        return Ok(Some(at));
    }
    match form.text("next") {
        "at" => Err(InvalidValue::new("next update", "say when")),
        chosen => Ok(chosen
            .parse::<u32>()
            .ok()
            .and_then(|minutes| now.checked_add(SignedDuration::from_mins(minutes.into())).ok())),
    }
}

/// The incident that the composer's form says, and whether it stays a draft.
pub(super) fn read_incident(
    form: &Form,
    page_id: StatusPageId,
    clock: &WallClock,
    now: Timestamp,
) -> Result<NewIncident, InvalidValue> {
    let title = form.text("title");
    if title.is_empty() {
        return Err(InvalidValue::new("title", "is empty: say in one line what happened"));
    }
    let started = TimeField::read(STARTED, form, clock)?.unwrap_or(now);
    let ended = TimeField::read(ENDED, form, clock)?;
    let status = words::read_incident_status(form.text("status"));
    let is_over = ended.is_some() || status == Some(IncidentStatus::Resolved);
    let next_update_due_at = if is_over { None } else { read_next(form, clock, now)? };
    let (status, shown_at) = match ended {
        // What is told of a past incident stands at its end.
        Some(ended) => (Some(IncidentStatus::Resolved), Some(ended)),
        None => (Some(status.unwrap_or(IncidentStatus::Investigating)), None),
    };
    let update = NewUpdate {
        status,
        body: Prose::markdown(form.lines("text")),
        shown_at,
        changes: Vec::new(),
        next_update_due_at,
    };
    let update = update.checked(now)?;
    Ok(NewIncident {
        page_id,
        title: title.to_owned(),
        kind: IncidentKind::Disruption,
        impact_override: words::read_impact(form.text("impact")),
        affected: picker::read_affected(form),
        started: Bound::exactly(started),
        ended: ended.map(Bound::exactly),
        update: Some(update),
        is_draft: form.text("do") == "draft",
    })
}
