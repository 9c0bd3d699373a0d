//! Writing: the one way a noun changes. A function reads it, decides with a pure transition, checks
//! what came of it, and writes the document and its audit entry in one transaction.
//!
//! Console, API and commands all come through here, so that limits, references and the audit log
//! hold for every way in. What a change was made to is named by its version: two who edit at the
//! same time never overwrite each other in silence.

mod announcements;
mod components;
mod incidents;
mod maintenance;
mod notes;
mod noun;
pub(crate) mod reminders;
mod removing;
mod series;
mod status_pages;
mod templates;

use allclear_domain::audit::AuditAction;
use allclear_domain::error::InvalidValue;
use allclear_domain::{Change, limits};
use allclear_store::{Store, Stored, Transaction};
use serde::Serialize;

pub use allclear_store::WriteError;

pub use self::announcements::{NewAnnouncement, announce};
pub use self::components::{
    Direction, NewComponent, NewSetting, OutlineLine, add_component, add_component_in, add_outline,
    move_component, set_component_status, shift_component,
};
pub use self::incidents::{NewIncident, NewUpdate, report_incident};
pub use self::maintenance::{NewMaintenance, convert_maintenance, plan_maintenance};
pub use self::notes::note;
pub use self::noun::{Alone, Noun};
pub use self::removing::{
    Removal, bring_back_component, remove_component, remove_component_in, remove_status_page,
    remove_status_page_in,
};
pub use self::series::{NewSeries, Planned, change_series, plan_series, plan_windows};
pub use self::status_pages::{
    NewStatusPage, Protection, add_status_page, add_status_page_in, change_status_page,
    change_status_page_in, protect_status_page,
};
pub use self::templates::{
    NewTemplate, add_new_template_in, add_template, add_template_in, remove_template,
    remove_template_in,
};

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// It, as it is now.
    pub value: T,
    /// The version that the next change to it has to name.
    pub version: i64,
    /// The revision that shows it.
    pub revision: i64,
}

/// Changes a noun: `decide` is a pure transition. `expected` is the version that the change was made
/// to; `None` where whatever is there may be changed, as a posted update may.
///
/// # Errors
/// Where there is no such thing, it is at another version, the transition or a check refuses, or the
/// store does.
pub async fn change<T: Alone>(
    store: &Store,
    id: T::Id,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(T) -> Result<T, WriteError> + Send,
) -> Result<Written<T>, WriteError> {
    let mut transaction = store.begin().await?;
    let by_itself = |before: T| Ok(decide(before.clone())?.by_itself(&before));
    let (value, version) = change_in(&mut transaction, id, expected, change, by_itself).await?;
    let revision = transaction.commit().await?;
    Ok(Written { value, version, revision })
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`change`].
pub async fn change_in<T: Noun>(
    transaction: &mut Transaction,
    id: T::Id,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(T) -> Result<T, WriteError> + Send,
) -> Result<(T, i64), WriteError> {
    let stored: Stored<T> = removing::find_at(transaction, id, expected).await?;
    let value = decide(stored.value.clone())?;
    if value == stored.value {
        return Ok((value, stored.version));
    }
    check(transaction, Some(&stored.value), &value, change).await?;
    let version = value.update(transaction, stored.version).await?;
    let (before, after) = (json(&stored.value), json(&value));
    let entry = change.entry(AuditAction::Change, value.subject(), before, after);
    transaction.insert_audit_entries(&[entry]).await?;
    reminders::follow(transaction, &value, change).await?;
    Ok((value, version))
}

/// Writes a new noun.
async fn create<T: Noun>(
    store: &Store,
    value: T,
    change: Change<'_>,
) -> Result<Written<T>, WriteError> {
    let mut transaction = store.begin().await?;
    create_in(&mut transaction, &value, change).await?;
    let revision = transaction.commit().await?;
    Ok(Written { value, version: 1, revision })
}

/// The same, in a transaction that does more. What holds between nouns is the caller's to look at.
///
/// # Errors
/// Where a value is not taken, something that it names is not there, or the store refuses.
pub async fn create_in<T: Noun>(
    transaction: &mut Transaction,
    value: &T,
    change: Change<'_>,
) -> Result<(), WriteError> {
    check(transaction, None, value, change).await?;
    value.insert(transaction).await?;
    let entry = change.entry(AuditAction::Create, value.subject(), None, json(value));
    transaction.insert_audit_entries(&[entry]).await?;
    reminders::begin(transaction, std::slice::from_ref(value), change).await?;
    Ok(())
}

/// Checks what a change brought. What was wrong before does not stand in its way: an outage is no
/// time to correct old records.
async fn check<T: Noun>(
    transaction: &mut Transaction,
    before: Option<&T>,
    after: &T,
    change: Change<'_>,
) -> Result<(), WriteError> {
    // A clock that was set back makes nothing untrue that was told before.
    let now = before.and_then(T::latest).map_or(change.now, |latest| latest.max(change.now));
    let mut problems = after.problems(now);
    let mut known = Vec::new();
    if let Some(before) = before {
        let old = before.problems(now);
        problems.retain(|problem| !old.contains(problem));
        known.extend(before.names().into_iter().map(|(_, id)| id));
    }
    for (spot, id) in after.names() {
        if !known.contains(&id) {
            known.push(id);
            if let Some(problem) = id.problem(transaction).await? {
                problems.push(InvalidValue::new(spot, problem));
            }
        }
    }
    problems.truncate(limits::PROBLEMS_MAX);
    if problems.is_empty() { Ok(()) } else { Err(WriteError::Invalid(problems)) }
}

/// Domain types always have a JSON form.
fn json(document: &impl Serialize) -> Option<String> {
    serde_json::to_string(document).ok()
}

#[cfg(test)]
mod tests;
