//! Statements about people.

use super::Insert;

/// New people.
pub(crate) const INSERT: Insert = Insert {
    table: "people",
    columns: &["id", "email", "state", "document", "version", "revision"],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from people where id = $1";
    /// One by the address they sign in with.
    FIND_BY_EMAIL = "select id, document, version, revision from people where email = $1";
    /// All of them, oldest first.
    LIST = "select id, document, version, revision from people order by id";
    /// A slice of them, oldest first.
    LIST_AFTER = "select id, document, version, revision from people where id > $1 order by id limit $2";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from people where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from people where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update people
        set email = $3, state = $4, document = $5, version = version + 1, revision = $6
        where id = $1 and version = $2";
    /// When everybody who ever was was last there.
    LIST_SEEN = "select id, seen_at from people where seen_at is not null";
    /// Remembers when somebody was last there.
    SET_SEEN_AT = "update people set seen_at = $2, revision = $3 where id = $1";
}
