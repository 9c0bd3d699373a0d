//! Statements about maintenance windows.

use super::Insert;

/// New maintenance windows.
pub(crate) const INSERT: Insert = Insert {
    table: "maintenance_windows",
    columns: &[
        "id",
        "public_id",
        "page_id",
        "is_public",
        "is_settled",
        "status",
        "started_at",
        "ended_at",
        "next_action_at",
        "series_id",
        "occurs_on",
        "source_key",
        "source_digest",
        "document",
        "version",
        "revision",
    ],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from maintenance_windows where id = $1";
    /// One by the id in addresses.
    FIND_BY_PUBLIC_ID = "select id, document, version, revision from maintenance_windows where public_id = $1";
    /// Those of a page, oldest first.
    LIST_OF_PAGE = "select id, document, version, revision from maintenance_windows where page_id = $1 order by id";
    /// Those of a page with which the team is not done, oldest first.
    LIST_UNSETTLED = "select id, document, version, revision from maintenance_windows
        where page_id = $1 and not is_settled order by id";
    /// Those entered before one, newest first: of a page where one is named, and with one of the
    /// statuses between spaces where there are any.
    LIST_BEFORE = "select id, document, version, revision from maintenance_windows
        where id < $1 and (page_id = $2 or $2 is null)
            and ($3 like '% ' || status || ' %' or $3 is null)
        order by id desc limit $4";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from maintenance_windows where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from maintenance_windows where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update maintenance_windows
        set public_id = $3, page_id = $4, is_public = $5, is_settled = $6, status = $7, started_at = $8,
            ended_at = $9, next_action_at = $10, series_id = $11, occurs_on = $12, source_key = $13,
            source_digest = $14, document = $15, version = version + 1, revision = $16
        where id = $1 and version = $2";
    /// Those of a series from a day on, by day.
    LIST_OF_SERIES = "select id, document, version, revision from maintenance_windows
        where series_id = $1 and occurs_on >= $2 order by occurs_on, id";
    /// Those in which something is due, after an id.
    LIST_DUE = "select id, document, version, revision from maintenance_windows
        where next_action_at <= $1 and id > $2 order by id limit $3";
}
