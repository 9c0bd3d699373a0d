//! Checks that come from elsewhere, many in one go. A check is known by its key: what is there already
//! is not added again, and never overwritten.

use std::collections::BTreeSet;

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::check::{CheckKind, SignalToken};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_domain::{Change, Check, limits};
use allclear_store::{Store, WriteError};

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
    let (mut done, mut added, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let mut heard: BTreeSet<SignalToken> = BTreeSet::new();
    for (place, one) in carried.into_iter().enumerate() {
        let within = |field: &str| format!("checks[{place}].{field}");
        let Some(key) = one.check.key.clone() else {
            let problem = "is missing: without it nobody knows whether the check is there already";
            problems.push(InvalidValue::new(within("check.key"), problem));
            continue;
        };
        let mut check = one.check.made(key, one.is_paused, change);
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
        for (nth, token) in tokens(&check.kind).iter().enumerate() {
            if !heard.insert(token.clone()) {
                let problem = "is that of another check that comes with it: use another one";
                let field = format!("check.kind.heartbeat.tokens[{nth}]");
                problems.push(InvalidValue::new(within(&field), problem));
            }
        }
        added.push(check);
    }
    if taken.len() > limits::CHECKS_MAX {
        let problem = format!("are too many: {} checks are probed at most", limits::CHECKS_MAX);
        problems.push(InvalidValue::new("checks", problem));
    }
    if !problems.is_empty() {
        problems.truncate(limits::PROBLEMS_MAX);
        return Err(WriteError::Invalid(problems));
    }
    if added.is_empty() {
        transaction.rollback().await?;
        return Ok(done);
    }
    transaction.insert_checks(&added).await?;
    let entry = |check: &Check| {
        change.entry(AuditAction::Create, Subject::Check(check.id), None, json(check))
    };
    let entries: Vec<_> = added.iter().map(entry).collect();
    transaction.insert_audit_entries(&entries).await?;
    transaction.commit().await?;
    Ok(done)
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
