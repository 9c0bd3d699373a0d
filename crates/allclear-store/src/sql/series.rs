//! Statements about maintenance series.

use super::Insert;

/// New maintenance series.
pub(crate) const INSERT: Insert = Insert {
    table: "maintenance_series",
    columns: &["id", "page_id", "state", "next_action_at", "document", "version", "revision"],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from maintenance_series where id = $1";
    /// Those of a page, oldest first.
    LIST_OF_PAGE = "select id, document, version, revision from maintenance_series where page_id = $1 order by id";
    /// Those entered before one, newest first: of a page where one is named, and with one of the
    /// states between spaces where there are any.
    LIST_BEFORE = "select id, document, version, revision from maintenance_series
        where id < $1 and (page_id = $2 or $2 is null)
            and ($3 like '% ' || state || ' %' or $3 is null)
        order by id desc limit $4";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from maintenance_series where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from maintenance_series where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update maintenance_series
        set page_id = $3, state = $4, next_action_at = $5, document = $6, version = version + 1,
            revision = $7
        where id = $1 and version = $2";
    /// Says when another window is to be planned.
    SET_NEXT_ACTION_AT = "update maintenance_series set next_action_at = $2, revision = $3 where id = $1";
    /// Those for which a window is to be planned, after an id.
    LIST_DUE = "select id from maintenance_series
        where next_action_at <= $1 and id > $2 order by id limit $3";
}
