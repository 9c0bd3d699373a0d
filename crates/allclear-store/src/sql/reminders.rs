//! Statements about reminders.

use super::Insert;

/// New reminders.
pub(crate) const INSERT: Insert = Insert {
    table: "reminders",
    columns: &[
        "id",
        "subject_noun",
        "subject_id",
        "kind",
        "due_at",
        "state",
        "came_due_at",
        "next_action_at",
        "revision",
    ],
};

super::statements! {
    /// All of them, by time.
    LIST_ALL = "select id, subject_noun, subject_id, kind, due_at, state, came_due_at
        from reminders order by due_at, id";
    /// Those of a record, by time.
    LIST_OF_SUBJECT = "select id, subject_noun, subject_id, kind, due_at, state, came_due_at
        from reminders where subject_id = $1 and subject_noun = $2 order by due_at, id";
    /// Those that are due, the longest due first.
    LIST_DUE = "select id, subject_noun, subject_id, kind, due_at, state, came_due_at
        from reminders where next_action_at <= $1 order by next_action_at, id limit $2";
    /// Changes one.
    UPDATE = "update reminders
        set due_at = $2, state = $3, came_due_at = $4, next_action_at = $5, revision = $6
        where id = $1";
    /// Remembers that the time of one came, where it is still due.
    COME_DUE = "update reminders
        set state = 'came_due', came_due_at = $2, next_action_at = null, revision = $3
        where id = $1 and next_action_at <= $2";
}
