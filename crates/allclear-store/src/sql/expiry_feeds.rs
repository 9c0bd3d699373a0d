//! Statements about the addresses at which calendars read what ends.

use super::Insert;

/// New ones.
pub(crate) const INSERT: Insert =
    Insert { table: "expiry_feeds", columns: &["id", "digest", "document", "version", "revision"] };

super::statements! {
    /// One by id.
    FIND = "select id, digest, document, version, revision from expiry_feeds where id = $1";
    /// The one of a secret.
    FIND_BY_DIGEST = "select id, digest, document, version, revision from expiry_feeds where digest = $1";
    /// All of them, oldest first.
    LIST = "select id, digest, document, version, revision from expiry_feeds order by id";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, digest, document, version, revision from expiry_feeds
        where revision > $1 order by id";
    /// How many there are.
    COUNT = "select count(*) as feeds from expiry_feeds";
    /// The version of one.
    FIND_VERSION = "select version from expiry_feeds where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update expiry_feeds set digest = $3, document = $4, version = version + 1, revision = $5
        where id = $1 and version = $2";
    /// Removes one that is still at a version.
    REMOVE = "delete from expiry_feeds where id = $1 and version = $2";
}
