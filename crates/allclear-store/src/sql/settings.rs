//! Statements about component statuses that people set.

use super::Insert;

/// New settings.
pub(crate) const INSERT: Insert = Insert {
    table: "status_settings",
    columns: &["id", "component_id", "status", "set_at", "revision"],
};

super::statements! {
    /// All settings, in the order of time.
    LIST = "select id, component_id, status, set_at, revision from status_settings order by set_at, id";
    /// Settings made after a revision.
    LIST_CHANGED = "select id, component_id, status, set_at, revision from status_settings
        where revision > $1 order by set_at, id";
}
