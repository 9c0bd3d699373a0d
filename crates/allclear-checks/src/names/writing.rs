//! How people change which names are asked.

use allclear_domain::audit::{AuditAction, AuditEntry, Subject};
use allclear_domain::check::{NameList, may_replace};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_domain::{Change, Check};
use allclear_store::{NameListRow, NamesChanged, Store, StoreError, Transaction, WriteError};
use jiff::Timestamp;

use super::list;

/// A list that is to take the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetNames {
    /// The names, as somebody wrote them.
    pub names: Vec<String>,
    /// Whether most of the former ones may go.
    pub may_shrink: bool,
    /// The version of the list that it takes the place of; `None` where that is whatever is there.
    pub expected: Option<i64>,
}

/// Sets which names a check asks. Those that stay keep what is known of them.
///
/// # Errors
/// Where there is no such check of names, the list is at another version, a name is none, most of the former ones
/// would go without anybody saying so, or the store refuses.
pub async fn set_names(
    store: &Store,
    id: CheckId,
    set: SetNames,
    change: Change<'_>,
) -> Result<(NamesChanged, NameListRow), WriteError> {
    let names = list::set(set.names)?;
    let mut transaction = store.begin().await?;
    let found = transaction.find_check(id).await?.map(|stored| stored.value);
    let check = found.ok_or_else(|| WriteError::NotFound { noun: "check", id: id.to_string() })?;
    if check.kind.as_names().is_none() {
        let problem = "are asked by checks of the kind names alone: this one has none";
        return Err(InvalidValue::new("names", problem).into());
    }
    let found = transaction.find_name_list(id).await?.version;
    if let Some(expected) = set.expected.filter(|expected| *expected != found) {
        let (noun, id) = ("list of names", id.to_string());
        return Err(StoreError::Conflict { noun, id, expected, found }.into());
    }
    let before = transaction.list_names(id).await?;
    let removed = before.iter().filter(|name| names.binary_search(name).is_err()).count();
    if !set.may_shrink {
        may_replace(before.len(), removed, names.len())?;
    }
    let changed = transaction.set_names(id, &names, change.now).await?;
    let entry = audited(id, before.len(), names.len(), changed, change);
    transaction.insert_audit_entries(&[entry]).await?;
    let row = transaction.find_name_list(id).await?;
    transaction.commit().await?;
    Ok((changed, row))
}

/// The audit entry of a list that took the place of another.
pub(super) fn audited(
    id: CheckId,
    before: usize,
    after: usize,
    changed: NamesChanged,
    change: Change<'_>,
) -> AuditEntry {
    let (before, after) = (told(before, None), told(after, Some(changed)));
    change.entry(AuditAction::Change, Subject::Check(id), before, after)
}

/// How many there are, for the audit log: they themselves would be too many.
fn told(names: usize, changed: Option<NamesChanged>) -> Option<String> {
    let told = match changed {
        None => serde_json::json!({ "names": names }),
        Some(changed) => serde_json::json!({
            "names": names,
            "added": changed.added,
            "removed": changed.removed,
        }),
    };
    Some(told.to_string())
}

/// What becomes of names where their check is changed: asked in another way, or asked again after a pause,
/// nothing is known of any; where nothing asks for them any more, they go.
pub(crate) async fn follow(
    transaction: &mut Transaction,
    before: &Check,
    after: &Check,
    now: Timestamp,
) -> Result<(), StoreError> {
    match (before.kind.as_names(), after.kind.as_names()) {
        (Some(_), None) => transaction.remove_names(after.id).await,
        (Some(was), Some(is)) => {
            let is_resumed = before.paused_at.is_some() && after.paused_at.is_none();
            if is_resumed || !is.asks_as(was) {
                transaction.reset_names(after.id, now).await?;
            }
            if is.list_url == was.list_url {
                return Ok(());
            }
            let row = transaction.find_name_list(after.id).await?;
            let list = NameList { read_at: None, tried_at: None, problem: None, ..row.list };
            let version = row.version + 1;
            transaction.put_name_list(after.id, &NameListRow { list, version }).await
        }
        (None, _) => Ok(()),
    }
}
