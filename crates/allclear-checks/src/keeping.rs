//! Writing what probes found: many results in one transaction.

use allclear_domain::audit::Actor;
use allclear_domain::check::{Outage, Span};
use allclear_domain::ids::CheckId;
use allclear_domain::{Check, Entropy};
use allclear_store::{Store, StoreError, Transaction};
use jiff::Timestamp;

use crate::board::{Turned, Unwritten};

/// What the one node holds that probes for all.
pub const LEASE: &str = "watch";

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Results.
    pub results: u64,
    /// Outages that began.
    pub began: usize,
    /// Outages that are over.
    pub ended: usize,
}

/// Who measures, as audit entries would call it.
#[must_use]
pub fn actor() -> Actor {
    Actor::Duty("watch".to_owned())
}

/// Writes all of it, or nothing: so it is where somebody else probes by now, and the answer is `None`.
///
/// # Errors
/// Where the store fails.
pub async fn keep(
    store: &Store,
    holder: &str,
    unwritten: &Unwritten,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<Option<Kept>, StoreError> {
    let mut transaction = store.begin().await?;
    if !transaction.holds_lease(LEASE, holder).await? {
        transaction.rollback().await?;
        return Ok(None);
    }
    let judged: Vec<_> = unwritten.judged.values().cloned().collect();
    transaction.put_judgments(&judged).await?;
    let minutes: Vec<_> = unwritten.minutes.values().cloned().collect();
    transaction.put_samples(Span::Minute, &minutes).await?;
    let mut kept = Kept { results: unwritten.results, ..Kept::default() };
    for turned in &unwritten.turned {
        turn(&mut transaction, turned, entropy, now, &mut kept).await?;
    }
    transaction.put_seen(unwritten.seen.sight.as_ref(), unwritten.seen.spells.iter()).await?;
    transaction.commit().await?;
    Ok(Some(kept))
}

/// Begins an outage, or ends it. Both have an effect once, whoever else looks at the check.
async fn turn(
    transaction: &mut Transaction,
    turned: &Turned,
    entropy: &Entropy,
    now: Timestamp,
    kept: &mut Kept,
) -> Result<(), StoreError> {
    let (id, threshold) = (turned.check.id, turned.turn.threshold);
    let open = transaction.list_open_outages_of(id).await?;
    let open = open.into_iter().find(|outage| outage.threshold == threshold);
    match open {
        None if turned.turn.is_crossed => {
            // A probe that ended after its check was paused or removed measured nothing.
            let Some(check) = watched(transaction, &turned.check).await? else { return Ok(()) };
            let outage = Outage {
                id: entropy.id(now),
                check_id: id,
                threshold,
                began_at: turned.turn.since,
                confirmed_at: now,
                ended_at: None,
                is_abandoned: false,
                reason: turned.reason.clone(),
                incident_id: None,
                statuses: check.statuses_beyond(threshold),
            };
            transaction.insert_outages(&[outage]).await?;
            kept.began += 1;
        }
        Some(outage) if !turned.turn.is_crossed => {
            let version = outage.version;
            // It is open: it can be ended.
            if let Ok(over) = outage.value.end(turned.turn.since) {
                transaction.update_outage(&over, version).await?;
                kept.ended += 1;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The check as it is now, where it still tries what was probed.
async fn watched(
    transaction: &mut Transaction,
    probed: &Check,
) -> Result<Option<Check>, StoreError> {
    let found = transaction.find_check(probed.id).await?.map(|stored| stored.value);
    Ok(found.filter(|check| check.paused_at.is_none() && check.kind.tries_as(&probed.kind)))
}

/// Ends every open outage of a check that is not probed any more; nobody knows what came after.
pub(crate) async fn end_outages(
    transaction: &mut Transaction,
    id: CheckId,
    now: Timestamp,
) -> Result<(), StoreError> {
    for outage in transaction.list_open_outages_of(id).await? {
        let version = outage.version;
        if let Ok(over) = outage.value.abandon(now) {
            transaction.update_outage(&over, version).await?;
        }
    }
    transaction.remove_judgments_of(id).await
}
