//! How people change checks: read, decided, looked at, and written with its audit entry.

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::check::{Affects, CheckKind, OnOutage, Patience, SignalToken};
use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;
use allclear_domain::{Change, Check, Validate, limits};
use allclear_store::{Store, StoreError, Stored, Transaction, WriteError};
use jiff::Timestamp;

use crate::kinds::Ready;
use crate::{fields, keeping, names, secrets};

mod carrying;
mod parents;

pub use self::carrying::{Carried, CarriedOver, carry_over};

/// A check to add.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCheck {
    /// Short name; made from the name where there is none.
    pub key: Option<Key>,
    /// Name as the team sees it.
    pub name: String,
    /// What is tried.
    pub kind: CheckKind,
    /// Time from the start of one probe to the start of the next.
    pub interval_seconds: u32,
    /// Time for one probe, all in all.
    pub deadline_ms: u32,
    /// A probe that works and takes longer than this is degraded.
    pub slow_after_ms: Option<u32>,
    /// How much it takes to believe the samples.
    pub patience: Patience,
    /// The components that stand or fall with it.
    pub affects: Vec<Affects>,
    /// What becomes of an outage that it measures.
    pub on_outage: OnOutage,
    /// Words to find it by.
    pub tags: Vec<Key>,
    /// Whether readers are shown how long its probes take.
    pub shows_times: bool,
    /// The checks that it stands behind.
    pub parents: Vec<CheckId>,
}

impl NewCheck {
    /// The check with this key, which is not probed before somebody resumes it where it is paused.
    fn made(self, key: Key, is_paused: bool, change: Change<'_>) -> Check {
        Check {
            id: change.entropy.id(change.now),
            key,
            name: self.name,
            kind: self.kind,
            interval_seconds: self.interval_seconds,
            deadline_ms: self.deadline_ms,
            slow_after_ms: self.slow_after_ms,
            patience: self.patience,
            affects: self.affects,
            on_outage: self.on_outage,
            tags: self.tags,
            shows_times: self.shows_times,
            parents: self.parents,
            paused_at: is_paused.then_some(change.now),
            created_at: change.now,
        }
    }
}

/// Adds a check; it is probed at once.
///
/// # Errors
/// Where a value is not taken, a component that it names is not there, there are too many checks, or
/// the store refuses.
pub async fn add_check(
    store: &Store,
    new: NewCheck,
    change: Change<'_>,
) -> Result<Stored<Check>, WriteError> {
    let mut transaction = store.begin().await?;
    let check = add_check_in(&mut transaction, new, change).await?;
    let revision = transaction.commit().await?;
    Ok(Stored { value: check, version: 1, revision })
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`add_check`].
pub async fn add_check_in(
    transaction: &mut Transaction,
    new: NewCheck,
    change: Change<'_>,
) -> Result<Check, WriteError> {
    let count = transaction.count_checks().await?;
    if usize::try_from(count).is_ok_and(|count| count >= limits::CHECKS_MAX) {
        let problem = format!("there are {count} checks, and no more are probed: remove some");
        return Err(InvalidValue::new("check", problem).into());
    }
    let key = match &new.key {
        Some(key) => key.clone(),
        None => free_key(transaction, &new.name).await?,
    };
    let mut check = new.made(key, false, change);
    check.kind = with_tokens(check.kind, None, change);
    look_at(transaction, None, &check, change).await?;
    secrets::seal(transaction, None, &mut check, change).await?;
    transaction.insert_checks(std::slice::from_ref(&check)).await?;
    let entry = change.entry(AuditAction::Create, Subject::Check(check.id), None, json(&check));
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(check)
}

/// Changes a check: `decide` gives what it is to be. `expected` is the version that the change was
/// made to; `None` where whatever is there may be changed. One that tries something else from now on
/// is judged anew.
///
/// # Errors
/// Where there is no such check, it is at another version, a value is not taken, or the store
/// refuses.
pub async fn change_check(
    store: &Store,
    id: CheckId,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(Check) -> Result<Check, WriteError> + Send,
) -> Result<Stored<Check>, WriteError> {
    let mut transaction = store.begin().await?;
    let stored = find(&mut transaction, id, expected).await?;
    let mut after = decide(stored.value.clone())?;
    after.kind = with_tokens(after.kind, Some(&stored.kind), change);
    secrets::keep(Some(&stored.kind), &mut after.kind);
    if after == stored.value {
        transaction.rollback().await?;
        return Ok(stored);
    }
    look_at(&mut transaction, Some(&stored.value), &after, change).await?;
    secrets::seal(&mut transaction, Some(&stored.kind), &mut after, change).await?;
    let version = transaction.update_check(&after, stored.version).await?;
    if !after.kind.tries_as(&stored.kind) || after.paused_at != stored.paused_at {
        keeping::end_outages(&mut transaction, id, change.now).await?;
        wait_anew(&mut transaction, &after, change.now).await?;
    }
    names::follow(&mut transaction, &stored.value, &after, change.now).await?;
    let (before, now) = (json(&stored.value), json(&after));
    let entry = change.entry(AuditAction::Change, Subject::Check(id), before, now);
    transaction.insert_audit_entries(&[entry]).await?;
    let revision = transaction.commit().await?;
    Ok(Stored { value: after, version, revision })
}

/// Stops probing a check. What it measured stays; an outage that goes on ends here, as nobody looks
/// any more.
///
/// # Errors
/// Where there is no such check, it is paused already, or the store refuses.
pub async fn pause_check(
    store: &Store,
    id: CheckId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<Stored<Check>, WriteError> {
    let pause = |check: Check| match check.paused_at {
        None => Ok(Check { paused_at: Some(change.now), ..check }),
        Some(_) => Err(refusal("paused", "paused", "resume it to have it probed again").into()),
    };
    change_check(store, id, expected, change, pause).await
}

/// Probes a paused check again, and judges it anew.
///
/// # Errors
/// Where there is no such check, it is not paused, or the store refuses.
pub async fn resume_check(
    store: &Store,
    id: CheckId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<Stored<Check>, WriteError> {
    let resume = |check: Check| match check.paused_at {
        Some(_) => Ok(Check { paused_at: None, ..check }),
        None => Err(refusal("probed", "resumed", "it is not paused").into()),
    };
    change_check(store, id, expected, change, resume).await
}

/// Removes a check. The outages that it measured stay.
///
/// # Errors
/// Where there is no such check, it is at another version, or the store refuses.
pub async fn remove_check(
    store: &Store,
    id: CheckId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut transaction = store.begin().await?;
    let stored = find(&mut transaction, id, expected).await?;
    keeping::end_outages(&mut transaction, id, change.now).await?;
    transaction.remove_check(&stored.value, stored.version).await?;
    let entry = change.entry(AuditAction::Remove, Subject::Check(id), json(&stored.value), None);
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(())
}

const fn refusal(
    state: &'static str,
    wanted: &'static str,
    hint: &'static str,
) -> InvalidTransition {
    InvalidTransition { noun: "check", state, wanted, hint }
}

async fn find(
    transaction: &mut Transaction,
    id: CheckId,
    expected: Option<i64>,
) -> Result<Stored<Check>, WriteError> {
    let missing = || WriteError::NotFound { noun: "check", id: id.to_string() };
    let stored = transaction.find_check(id).await?.ok_or_else(missing)?;
    match expected {
        Some(expected) if expected != stored.version => Err(StoreError::Conflict {
            noun: "check",
            id: id.to_string(),
            expected,
            found: stored.version,
        }
        .into()),
        _ => Ok(stored),
    }
}

/// A kind as it is written: a heartbeat has a secret by which signals come. Where none is named, it has
/// those of before, or else a new one.
fn with_tokens(kind: CheckKind, before: Option<&CheckKind>, change: Change<'_>) -> CheckKind {
    let CheckKind::Heartbeat(mut heartbeat) = kind else { return kind };
    if heartbeat.tokens.is_empty() {
        let kept = before.and_then(CheckKind::as_heartbeat).map(|before| before.tokens.clone());
        let new = || vec![SignalToken::random(change.entropy)];
        heartbeat.tokens = kept.filter(|tokens| !tokens.is_empty()).unwrap_or_else(new);
    }
    CheckKind::Heartbeat(heartbeat)
}

/// What came of a check counts for what it waits for from now on; where it waits for nothing any more, it
/// is forgotten.
async fn wait_anew(
    transaction: &mut Transaction,
    check: &Check,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(waits_for) = check.kind.as_heartbeat() else {
        return transaction.remove_heartbeat(check.id).await;
    };
    let heartbeat = transaction.find_heartbeat(check.id).await?;
    if heartbeat.signals.is_empty() {
        return Ok(());
    }
    transaction.put_heartbeats(&[(check.id, heartbeat.anew(waits_for, now))]).await
}

/// A key made of a name that no other check has.
async fn free_key(transaction: &mut Transaction, name: &str) -> Result<Key, WriteError> {
    let taken = transaction.list_check_keys().await?;
    let base = Key::from_name(name)
        .ok_or_else(|| InvalidValue::new("key", "cannot be made from this name: write one"))?;
    Ok(Key::free(base, |key| taken.contains(key))?)
}

/// What is wrong with a check, whatever is beside it in the store. What was wrong before does not stand
/// in the way of a change.
#[must_use]
pub fn problems(before: Option<&Check>, after: &Check, now: Timestamp) -> Vec<InvalidValue> {
    let now = before.map_or(now, |before| before.created_at.max(now));
    let wrong = |check: &Check| [check.problems(now), fields::problems(&check.kind)].concat();
    let old = before.map(wrong).unwrap_or_default();
    let mut problems = wrong(after);
    problems.retain(|problem| !old.contains(problem));
    problems.extend(secrets::problems(before.map(|before| &before.kind), &after.kind));
    if before.is_none_or(|before| before.kind != after.kind)
        && let Err(not_ready) = Ready::new(&after.kind)
    {
        let field = format!("kind.{}", not_ready.field);
        if problems.iter().all(|problem| problem.field != field) {
            problems.push(InvalidValue::new(field, not_ready.problem));
        }
    }
    problems
}

/// Looks at what a change brought.
async fn look_at(
    transaction: &mut Transaction,
    before: Option<&Check>,
    after: &Check,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut problems = problems(before, after, change.now);
    for (place, one) in after.affects.iter().enumerate() {
        let was = before.is_some_and(|before| {
            before.affects.iter().any(|other| other.component_id == one.component_id)
        });
        if !was && transaction.find_component(one.component_id).await?.is_none() {
            let field = format!("affects[{place}].component_id");
            let problem = format!("there is no component {}", one.component_id);
            problems.push(InvalidValue::new(field, problem));
        }
    }
    problems.extend(parents::problems(transaction, before, after).await?);
    let tokens = after.kind.as_heartbeat().map(|heartbeat| heartbeat.tokens.as_slice());
    for (place, token) in tokens.unwrap_or_default().iter().enumerate() {
        let other = transaction.find_check_by_token(token).await?;
        if other.is_some_and(|other| other.id != after.id) {
            let problem = "is that of another check: use another one, or take it away there first";
            problems.push(InvalidValue::new(format!("kind.heartbeat.tokens[{place}]"), problem));
        }
    }
    if let OnOutage::Publish { template_id } = after.on_outage
        && before.is_none_or(|before| before.on_outage != after.on_outage)
    {
        let template = transaction.find_template(template_id).await?;
        let page_id = template.filter(|one| one.begins.is_incident()).map(|one| one.page_id);
        let mut is_there = false;
        for one in &after.affects {
            let component = transaction.find_component(one.component_id).await?;
            is_there |= page_id.is_some() && component.map(|one| one.page_id) == page_id;
        }
        if !is_there {
            let problem = format!(
                "there is no template {template_id} for an incident on the status page of what is \
                 affected"
            );
            problems.push(InvalidValue::new("on_outage.publish.template_id", problem));
        }
    }
    problems.truncate(limits::PROBLEMS_MAX);
    if problems.is_empty() { Ok(()) } else { Err(WriteError::Invalid(problems)) }
}

/// Domain types always have a JSON form.
fn json(check: &Check) -> Option<String> {
    serde_json::to_string(check).ok()
}

#[cfg(test)]
mod tests;
