//! Reminders are written with what they follow from, in its transaction.

use allclear_domain::{Change, Reminder, reminder};
use allclear_store::{StoreError, Transaction};

use super::Noun;

/// Writes the reminders of what is new.
pub(crate) async fn begin<T: Noun>(
    transaction: &mut Transaction,
    new: &[T],
    change: Change<'_>,
) -> Result<(), StoreError> {
    let of = |value: &T| {
        let wanted = value.reminders().unwrap_or_default();
        let id = || change.entropy.id(change.now);
        reminder::follow(&[], &wanted, value.subject(), change.now, id).new
    };
    let reminders: Vec<Reminder> = new.iter().flat_map(of).collect();
    transaction.insert_reminders(&reminders).await
}

/// Has the reminders of something that changed follow it.
pub(super) async fn follow<T: Noun>(
    transaction: &mut Transaction,
    value: &T,
    change: Change<'_>,
) -> Result<(), StoreError> {
    let Some(wanted) = value.reminders() else { return Ok(()) };
    let there = transaction.list_reminders(value.subject()).await?;
    let id = || change.entropy.id(change.now);
    let following = reminder::follow(&there, &wanted, value.subject(), change.now, id);
    transaction.insert_reminders(&following.new).await?;
    for changed in &following.changed {
        transaction.update_reminder(changed).await?;
    }
    Ok(())
}
