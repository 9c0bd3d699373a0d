//! Statements about API tokens.

use super::Insert;

/// New tokens.
pub(crate) const INSERT: Insert =
    Insert { table: "api_tokens", columns: &["id", "digest", "document", "version", "revision"] };

super::statements! {
    /// One by id.
    FIND = "select id, digest, used_at, document, version, revision from api_tokens where id = $1";
    /// The one of a secret.
    FIND_BY_DIGEST = "select id, digest, used_at, document, version, revision
        from api_tokens where digest = $1";
    /// All of them, oldest first.
    LIST = "select id, digest, used_at, document, version, revision from api_tokens order by id";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, digest, used_at, document, version, revision
        from api_tokens where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from api_tokens where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update api_tokens
        set digest = $3, document = $4, version = version + 1, revision = $5
        where id = $1 and version = $2";
    /// Remembers when one was last used.
    SET_USED_AT = "update api_tokens set used_at = $2, revision = $3 where id = $1";
}
