//! Checks that come from elsewhere, many in one go. A check is known by its key: what is there already
//! is not added again, and never overwritten.

use std::collections::BTreeSet;

use allclear_domain::audit::{AuditAction, AuditEntry, Subject};
use allclear_domain::check::{CheckKind, GroupCheck, SignalToken};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;
use allclear_domain::{Change, Check, limits};
use allclear_store::{Store, StoreError, Transaction, WriteError};

use super::{NewCheck, json, look_at, with_tokens};
use crate::limits::CHECKS_AT_ONCE_MAX;
use crate::secrets;

/// A check to bring over.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// The check; it has a key.
    pub check: NewCheck,
    /// Whether it is not to be probed until somebody says so.
    pub is_paused: bool,
    /// The keys of its members, where it is a group: they are there already, or come before it.
    pub members: Vec<Key>,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CarriedOver {
    /// It was added.
    Added(CheckId),
    /// It is there already, and just so.
    There,
    /// It is there already, and differs in these fields. It was left as it is.
    Differs(Vec<&'static str>),
}

/// Brings checks over, all of them or none; says of each what became of it, in the same order.
///
/// # Errors
/// Where a value is not taken, one has no key, there are too many checks, or the store refuses.
pub async fn carry_over(
    store: &Store,
    carried: Vec<Carried>,
    change: Change<'_>,
) -> Result<Vec<CarriedOver>, WriteError> {
    if carried.len() > CHECKS_AT_ONCE_MAX {
        let problem = format!("has {} checks: send {CHECKS_AT_ONCE_MAX} at once", carried.len());
        return Err(InvalidValue::new("checks", problem).into());
    }
    let mut transaction = store.begin().await?;
    let mut taken = transaction.list_check_keys().await?;
    let (mut done, mut added, mut problems) = (Vec::new(), Added::default(), Vec::new());
    let mut heard: BTreeSet<SignalToken> = BTreeSet::new();
    for (place, one) in carried.into_iter().enumerate() {
        let within = |field: &str| format!("checks[{place}].{field}");
        let Some(key) = one.check.key.clone() else {
            let problem = "is missing: without it nobody knows whether the check is there already";
            problems.push(InvalidValue::new(within("check.key"), problem));
            continue;
        };
        let mut check = one.check.made(key, one.is_paused, change);
        if let CheckKind::Group(group) = &mut check.kind {
            for (field, problem) in added.fill(&mut transaction, group, &one.members).await? {
                problems.push(InvalidValue::new(within(&field), problem));
            }
            if !problems.is_empty() {
                continue;
            }
            // What it follows from is looked at there.
            added.write(&mut transaction).await?;
        }
        if !taken.insert(check.key.clone()) {
            let found = transaction.find_check_by_key(check.key.as_str()).await?;
            done.push(match found {
                Some(found) => compared(&found.value, &check),
                // Twice in what is brought over.
                None => CarriedOver::There,
            });
            continue;
        }
        check.kind = with_tokens(check.kind, None, change);
        match look_at(&mut transaction, None, &check, change).await {
            Ok(()) => {
                secrets::seal(&mut transaction, None, &mut check, change).await?;
                done.push(CarriedOver::Added(check.id));
            }
            Err(WriteError::Invalid(found)) => problems.extend(found.into_iter().map(|problem| {
                InvalidValue::new(within(&format!("check.{}", problem.field)), problem.problem)
            })),
            Err(error) => return Err(error),
        }
        for field in named_again(&check.kind, &mut heard) {
            let problem = "is that of another check that comes with it: use another one";
            problems.push(InvalidValue::new(within(&field), problem));
        }
        added.checks.push(check);
    }
    if taken.len() > limits::CHECKS_MAX {
        let problem = format!("are too many: {} checks are probed at most", limits::CHECKS_MAX);
        problems.push(InvalidValue::new("checks", problem));
    }
    if !problems.is_empty() {
        problems.truncate(limits::PROBLEMS_MAX);
        return Err(WriteError::Invalid(problems));
    }
    if added.checks.is_empty() {
        transaction.rollback().await?;
        return Ok(done);
    }
    added.write(&mut transaction).await?;
    transaction.insert_audit_entries(&added.entries(change)).await?;
    transaction.commit().await?;
    Ok(done)
}

/// The tokens of a check that another one has that comes with it.
fn named_again(kind: &CheckKind, heard: &mut BTreeSet<SignalToken>) -> Vec<String> {
    let tokens = tokens(kind).iter().enumerate();
    let again = tokens.filter(|(_, token)| !heard.insert((*token).clone()));
    again.map(|(nth, _)| format!("check.kind.heartbeat.tokens[{nth}]")).collect()
}

/// Checks that are added.
#[derive(Debug, Default)]
struct Added {
    checks: Vec<Check>,
    /// How many of them are written.
    written: usize,
}

impl Added {
    /// Finds the members of a group by their keys; tells which are not there, each with its field.
    async fn fill(
        &self,
        transaction: &mut Transaction,
        group: &mut GroupCheck,
        keys: &[Key],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let mut unknown = Vec::new();
        for (nth, key) in keys.iter().take(limits::GROUP_MEMBERS_MAX + 1).enumerate() {
            let found = match self.checks.iter().find(|check| check.key == *key) {
                Some(check) => Some(check.id),
                None => {
                    transaction.find_check_by_key(key.as_str()).await?.map(|found| found.value.id)
                }
            };
            match found {
                Some(id) => group.members.push(id),
                None => unknown.push((
                    format!("check.kind.group.members[{nth}]"),
                    format!("there is no check `{key}`, nor one before it in this list"),
                )),
            }
        }
        Ok(unknown)
    }

    /// Writes those that are not written yet.
    async fn write(&mut self, transaction: &mut Transaction) -> Result<(), StoreError> {
        let new = self.checks.get(self.written..).unwrap_or_default();
        if !new.is_empty() {
            transaction.insert_checks(new).await?;
        }
        self.written = self.checks.len();
        Ok(())
    }

    /// Who added them.
    fn entries(&self, change: Change<'_>) -> Vec<AuditEntry> {
        let entry = |check: &Check| {
            change.entry(AuditAction::Create, Subject::Check(check.id), None, json(check))
        };
        self.checks.iter().map(entry).collect()
    }
}

/// What a source and a check say differently. What no source says, such as what is affected, is no
/// difference; nor is whether it is paused, which people decide day by day, or a token that was added.
fn compared(here: &Check, there: &Check) -> CarriedOver {
    let fields = [
        ("name", here.name == there.name),
        ("kind", is_same_kind(&here.kind, &there.kind)),
        ("interval_seconds", here.interval_seconds == there.interval_seconds),
        ("deadline_ms", here.deadline_ms == there.deadline_ms),
        ("slow_after_ms", here.slow_after_ms == there.slow_after_ms),
        ("patience", here.patience == there.patience),
        ("tags", here.tags == there.tags),
    ];
    let differing: Vec<_> =
        fields.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect();
    if differing.is_empty() { CarriedOver::There } else { CarriedOver::Differs(differing) }
}

/// Whether a check tries what a source says, and hears signals with the tokens of that.
fn is_same_kind(here: &CheckKind, there: &CheckKind) -> bool {
    here.tries_as(there) && tokens(there).iter().all(|token| tokens(here).contains(token))
}

fn tokens(kind: &CheckKind) -> &[SignalToken] {
    kind.as_heartbeat().map_or(&[], |heartbeat| &heartbeat.tokens)
}
