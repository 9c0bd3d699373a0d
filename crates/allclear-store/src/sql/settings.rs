//! Statements about component statuses that people set.

use super::Insert;

/// New settings.
pub(crate) const INSERT: Insert = Insert {
    table: "status_settings",
    columns: &["id", "component_id", "status", "set_at", "ends_at", "overrules", "revision"],
};

super::statements! {
    /// All settings, in the order of time.
    LIST = "select id, component_id, status, set_at, ends_at, overrules, revision from status_settings order by set_at, id";
    /// Those of the components of a page, in the order of time.
    LIST_OF_PAGE = "select id, component_id, status, set_at, ends_at, overrules, revision from status_settings
        where component_id in (select id from components where page_id = $1) order by set_at, id";
    /// Those of a component, the newest first.
    LIST_OF_COMPONENT = "select id, component_id, status, set_at, ends_at, overrules, revision from status_settings
        where component_id = $1 order by set_at desc, id desc limit $2";
    /// Settings made after a revision.
    LIST_CHANGED = "select id, component_id, status, set_at, ends_at, overrules, revision from status_settings
        where revision > $1 order by set_at, id";
}
