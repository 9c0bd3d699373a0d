//! Statements about the audit log.

use super::Insert;

/// New entries.
pub(crate) const INSERT: Insert = Insert {
    table: "audit_entries",
    columns: &[
        "id",
        "at",
        "actor",
        "action",
        "subject_noun",
        "subject_id",
        "before",
        "after",
        "revision",
    ],
};

super::statements! {
    /// The newest entries, newest first.
    LIST = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries order by at desc, id desc limit $1";
    /// The newest entries about one subject, newest first.
    LIST_OF_SUBJECT = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where subject_noun = $1 and subject_id = $2 order by at desc, id desc limit $3";
}
