//! Statements about checks.

use super::Insert;

/// New checks.
pub(crate) const INSERT: Insert =
    Insert { table: "checks", columns: &["id", "key", "document", "version", "revision"] };

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from checks where id = $1";
    /// The one with a key.
    FIND_BY_KEY = "select id, document, version, revision from checks where key = $1";
    /// All of them, oldest first.
    LIST = "select id, document, version, revision from checks order by id";
    /// Those added after one, oldest first.
    LIST_AFTER = "select id, document, version, revision from checks where id > $1 order by id limit $2";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from checks where revision > $1 order by id";
    /// The keys that are taken.
    LIST_KEYS = "select id, key from checks";
    /// How many there are.
    COUNT = "select count(*) as checks from checks";
    /// The version of one.
    FIND_VERSION = "select version from checks where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update checks set key = $3, document = $4, version = version + 1, revision = $5
        where id = $1 and version = $2";
    /// Removes one that is still at a version.
    REMOVE = "delete from checks where id = $1 and version = $2";
}
