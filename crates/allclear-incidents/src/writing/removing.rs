//! Removing components and status pages. History loses nothing: a component that anything names is
//! retired and stays where it is told of, and a status page that holds anything stays.

use allclear_domain::audit::AuditAction;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::{Change, Component, StatusPage};
use allclear_store::{Store, StoreError, Stored, Transaction};

use super::{Noun, WriteError, Written, change_in, json};

/// What became of a component that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Nothing named it: it is gone.
    Gone,
    /// It is history from now on, and stays where it is told of.
    Retired,
}

/// Removes a component, or retires it where anything names it.
///
/// # Errors
/// Where there is no such component, it has parts that are in use, it is retired already and named,
/// or it was changed meanwhile.
pub async fn remove_component(
    store: &Store,
    id: ComponentId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<Removal, WriteError> {
    let mut transaction = store.begin().await?;
    let removal = remove_component_in(&mut transaction, id, expected, change).await?;
    transaction.commit().await?;
    Ok(removal)
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`remove_component`].
pub async fn remove_component_in(
    transaction: &mut Transaction,
    id: ComponentId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<Removal, WriteError> {
    let stored: Stored<Component> = find_at(transaction, id, expected).await?;
    let others = transaction.list_components_of(stored.page_id).await?;
    let is_part = |other: &&Component| other.parent_id == Some(id) && other.retired_at.is_none();
    if let Some(part) = others.iter().find(is_part) {
        let problem = format!(
            "“{}” has parts, such as “{}”: remove them first, or move them",
            stored.name, part.name
        );
        return Err(InvalidValue::new("component", problem).into());
    }
    transaction.remove_origin(stored.subject()).await?;
    if transaction.is_component_named(id).await? {
        if stored.retired_at.is_some() {
            let problem = format!(
                "“{}” is retired already, and stays where the history tells of it",
                stored.name
            );
            return Err(InvalidValue::new("component", problem).into());
        }
        let retire = |one: Component| Ok(Component { retired_at: Some(change.now), ..one });
        change_in(transaction, id, Some(stored.version), change, retire).await?;
        return Ok(Removal::Retired);
    }
    transaction.remove_component(&stored.value, stored.version).await?;
    note_removal(transaction, &stored.value, change).await?;
    Ok(Removal::Gone)
}

/// Has a retired component in use again. The time between counts as if it had been operational.
///
/// # Errors
/// Where there is no such component, or it was changed meanwhile.
pub async fn bring_back_component(
    store: &Store,
    id: ComponentId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<Written<Component>, WriteError> {
    let bring_back = |one: Component| Ok(Component { retired_at: None, ..one });
    super::change(store, id, expected, change, bring_back).await
}

/// Removes a status page that holds nothing.
///
/// # Errors
/// Where there is no such page, anything belongs to it, it is the default one of several, or it was
/// changed meanwhile.
pub async fn remove_status_page(
    store: &Store,
    id: StatusPageId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut transaction = store.begin().await?;
    remove_status_page_in(&mut transaction, id, expected, change).await?;
    transaction.commit().await?;
    Ok(())
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`remove_status_page`].
pub async fn remove_status_page_in(
    transaction: &mut Transaction,
    id: StatusPageId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let stored: Stored<StatusPage> = find_at(transaction, id, expected).await?;
    let held = transaction.count_held(id).await?;
    if held > 0 {
        let problem = format!(
            "“{}” holds {held} components, records, templates or notes, and no history is \
             removed: a page without any can be",
            stored.title
        );
        return Err(InvalidValue::new("status page", problem).into());
    }
    if stored.is_default && transaction.list_status_pages().await?.len() > 1 {
        let problem = format!("“{}” is the default one: make another the default", stored.title);
        return Err(InvalidValue::new("status page", problem).into());
    }
    transaction.remove_reader_password(id).await?;
    transaction.remove_status_page(&stored.value, stored.version).await?;
    transaction.remove_origin(stored.subject()).await?;
    note_removal(transaction, &stored.value, change).await
}

/// Something, where it is at the version that is expected.
pub(super) async fn find_at<T: Noun>(
    transaction: &mut Transaction,
    id: T::Id,
    expected: Option<i64>,
) -> Result<Stored<T>, WriteError> {
    let not_found = || WriteError::NotFound { noun: T::NOUN, id: id.to_string() };
    let stored = T::find(transaction, id).await?.ok_or_else(not_found)?;
    match expected.filter(|expected| *expected != stored.version) {
        Some(expected) => {
            let (noun, id, found) = (T::NOUN, id.to_string(), stored.version);
            Err(StoreError::Conflict { noun, id, expected, found }.into())
        }
        None => Ok(stored),
    }
}

/// The audit entry of something that is gone.
pub(super) async fn note_removal<T: Noun>(
    transaction: &mut Transaction,
    gone: &T,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let entry = change.entry(AuditAction::Remove, gone.subject(), json(gone), None);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(())
}
