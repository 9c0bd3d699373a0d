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
use crate::console::form::Form;
use crate::console::times::WallClock;
use crate::console::words::{self, Choice};

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
pub(super) fn next_choices(chosen: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> =
        NEXT_MINUTES.iter().map(|(value, name)| Choice::of(value, name, chosen)).collect();
    choices.push(Choice::of("at", "at a given time", chosen));
    choices.push(Choice::of("", "do not say", chosen));
    choices
}

/// By when the next update is announced.
pub(super) fn read_next(
    form: &Form,
    clock: &WallClock,
    now: Timestamp,
) -> Result<Option<Timestamp>, InvalidValue> {
    // Whoever gives a time means it, whatever else is still chosen.
    if let Some(at) = clock.read("next update", form.text("next_at"))? {
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
    let started = clock.read("started", form.text("started"))?.unwrap_or(now);
    let ended = clock.read("ended", form.text("ended"))?;
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
