//! Statements about templates.

use super::Insert;

/// New templates.
pub(crate) const INSERT: Insert = Insert {
    table: "templates",
    columns: &["id", "page_id", "key", "document", "version", "revision"],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from templates where id = $1";
    /// The one with a key on a page.
    FIND_BY_KEY = "select id, document, version, revision from templates where page_id = $1 and key = $2";
    /// All of them, by page and key.
    LIST = "select id, document, version, revision from templates order by page_id, key";
    /// Those of a page, by key.
    LIST_OF_PAGE = "select id, document, version, revision from templates where page_id = $1 order by key";
    /// Those added after one, oldest first; of a page where one is named.
    LIST_AFTER = "select id, document, version, revision from templates
        where id > $1 and (page_id = $2 or $2 is null)
        order by id limit $3";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from templates where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from templates where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update templates
        set page_id = $3, key = $4, document = $5, version = version + 1, revision = $6
        where id = $1 and version = $2";
    /// Removes one that is still at a version.
    REMOVE = "delete from templates where id = $1 and version = $2";
}
