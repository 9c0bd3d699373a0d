//! Statements about heartbeats: what came, by which secrets, and when somebody was there to hear it.

use super::{Insert, Upsert};

/// What came of heartbeats, in place of what was known.
pub(crate) const UPSERT: Upsert = Upsert {
    insert: Insert {
        table: "heartbeats",
        columns: &["check_id", "deadline_at", "document", "revision"],
    },
    on_conflict: " on conflict (check_id) do update
        set deadline_at = excluded.deadline_at, document = excluded.document,
            revision = excluded.revision",
};

/// Somebody is there to hear signals.
pub(crate) const LISTEN: Upsert = Upsert {
    insert: Insert { table: "listening", columns: &["id", "heard_at"] },
    on_conflict: " on conflict (id) do update set heard_at = excluded.heard_at",
};

/// Secrets of one check.
pub(crate) const INSERT_TOKENS: Insert =
    Insert { table: "signal_tokens", columns: &["token", "check_id"] };

super::statements! {
    /// That of one check.
    FIND = "select check_id as id, document from heartbeats where check_id = $1";
    /// Those of which something came after a revision, or whose deadline lies in an interval.
    LIST_NEWS = "select check_id as id from heartbeats
        where revision > $1 or (deadline_at >= $2 and deadline_at < $3) order by check_id";
    /// Those that were not late at an instant.
    LIST_IN_TIME = "select check_id as id, document from heartbeats
        where deadline_at >= $1 order by check_id";
    /// Forgets that of one check.
    REMOVE = "delete from heartbeats where check_id = $1";
    /// The check that a secret leads to.
    FIND_CHECK = "select checks.id, document, version, revision from checks
        join signal_tokens on signal_tokens.check_id = checks.id where token = $1";
    /// Forgets the secrets of one check.
    REMOVE_TOKENS = "delete from signal_tokens where check_id = $1";
    /// When somebody was last there.
    FIND_LISTENING = "select heard_at from listening where id = 1";
}
