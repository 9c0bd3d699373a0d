//! Statements about sessions.

use super::Insert;

/// New sessions.
pub(crate) const INSERT: Insert = Insert {
    table: "sessions",
    columns: &[
        "id",
        "person_id",
        "digest",
        "client",
        "created_at",
        "seen_at",
        "expires_at",
        "revision",
    ],
};

super::statements! {
    /// The one of a secret.
    FIND_BY_DIGEST = "select id, person_id, digest, client, created_at, seen_at, expires_at
        from sessions where digest = $1";
    /// Those of one person, the last used first.
    LIST_OF_PERSON = "select id, person_id, digest, client, created_at, seen_at, expires_at
        from sessions where person_id = $1 order by seen_at desc, id desc";
    /// Remembers when one was last used.
    SET_SEEN_AT = "update sessions set seen_at = $2, revision = $3 where id = $1";
    /// Ends one.
    REMOVE = "delete from sessions where id = $1";
    /// Ends all of a person.
    REMOVE_OF_PERSON = "delete from sessions where person_id = $1";
    /// Ends all of a person but one.
    REMOVE_OTHERS_OF_PERSON = "delete from sessions where person_id = $1 and id <> $2";
    /// One that is over, or was not used since an instant.
    FIND_OVER = "select id from sessions where expires_at <= $1 or seen_at < $2 limit 1";
    /// Removes those that are over, or were not used since an instant.
    REMOVE_OVER = "delete from sessions where expires_at <= $1 or seen_at < $2";
}
