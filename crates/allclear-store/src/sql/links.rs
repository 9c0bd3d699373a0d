//! Statements about one-time links.

use super::Insert;

/// New links.
pub(crate) const INSERT: Insert = Insert {
    table: "one_time_links",
    columns: &["id", "purpose", "person_id", "digest", "created_at", "expires_at", "revision"],
};

super::statements! {
    /// The one of a secret.
    FIND_BY_DIGEST = "select id, purpose, person_id, digest, created_at, expires_at
        from one_time_links where digest = $1";
    /// Takes one away, so that it works no more: one of several that try finds it.
    REMOVE = "delete from one_time_links where id = $1";
    /// Takes all of one purpose away.
    REMOVE_OF_PURPOSE = "delete from one_time_links where purpose = $1";
    /// Takes all of a person away.
    REMOVE_OF_PERSON = "delete from one_time_links where person_id = $1";
    /// One that is over.
    FIND_OVER = "select id from one_time_links where expires_at <= $1 limit 1";
    /// Removes those that are over.
    REMOVE_OVER = "delete from one_time_links where expires_at <= $1";
}
