//! Statements about announcements.

use super::Insert;

/// New announcements.
pub(crate) const INSERT: Insert = Insert {
    table: "announcements",
    columns: &[
        "id",
        "public_id",
        "page_id",
        "is_public",
        "shown_at",
        "until_at",
        "source_key",
        "source_digest",
        "document",
        "version",
        "revision",
    ],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from announcements where id = $1";
    /// One by the id in addresses.
    FIND_BY_PUBLIC_ID = "select id, document, version, revision from announcements where public_id = $1";
    /// Those of a page, oldest first.
    LIST_OF_PAGE = "select id, document, version, revision from announcements where page_id = $1 order by id";
    /// Those entered before one, newest first; of a page where one is named.
    LIST_BEFORE = "select id, document, version, revision from announcements
        where id < $1 and (page_id = $2 or $2 is null)
        order by id desc limit $3";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from announcements where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from announcements where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update announcements
        set public_id = $3, page_id = $4, is_public = $5, shown_at = $6, until_at = $7, source_key = $8,
            source_digest = $9, document = $10, version = version + 1, revision = $11
        where id = $1 and version = $2";
}
