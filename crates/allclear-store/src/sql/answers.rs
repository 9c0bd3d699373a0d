//! Statements about answers that are kept under an idempotency key.

use super::Insert;

/// New ones.
pub(crate) const INSERT: Insert = Insert {
    table: "kept_answers",
    columns: &["id", "actor", "request_digest", "answer", "expires_at", "revision"],
};

super::statements! {
    /// One by id, whether it is over or not.
    FIND = "select id, actor, request_digest, answer, expires_at from kept_answers where id = $1";
    /// How many an actor has.
    COUNT_OF_ACTOR = "select count(*) as number from kept_answers where actor = $1";
    /// Keeps what was answered.
    SET_ANSWER = "update kept_answers set answer = $2, revision = $3 where id = $1";
    /// One that is over.
    FIND_OVER = "select id from kept_answers where expires_at <= $1 limit 1";
    /// Removes those that are over.
    REMOVE_OVER = "delete from kept_answers where expires_at <= $1";
}
