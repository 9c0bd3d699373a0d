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
    /// When one was written.
    FIND_AT = "select id, at from audit_entries where id = $1";
    /// Those before an instant and id, newest first.
    LIST = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where (at, id) < ($1, $2)
        order by at desc, id desc limit $3";
    /// The same, by one actor.
    LIST_BY_ACTOR = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where actor = $1 and (at, id) < ($2, $3)
        order by at desc, id desc limit $4";
    /// The same, about one noun.
    LIST_OF_NOUN = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where subject_noun = $1 and (at, id) < ($2, $3)
        order by at desc, id desc limit $4";
    /// The same, about one noun and by one actor.
    LIST_OF_NOUN_BY_ACTOR = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where subject_noun = $1 and actor = $2 and (at, id) < ($3, $4)
        order by at desc, id desc limit $5";
    /// The same, about one subject.
    LIST_OF_SUBJECT = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where subject_noun = $1 and subject_id = $2 and (at, id) < ($3, $4)
        order by at desc, id desc limit $5";
    /// The same, about one subject and by one actor.
    LIST_OF_SUBJECT_BY_ACTOR = "select id, at, actor, action, subject_noun, subject_id, before, after, revision
        from audit_entries where subject_noun = $1 and subject_id = $2 and actor = $3 and (at, id) < ($4, $5)
        order by at desc, id desc limit $6";
    /// What status pages told of and was removed after a revision.
    LIST_REMOVED = "select subject_noun, subject_id, id from audit_entries
        where action = 'remove' and revision > $1 and subject_noun in ('status_page', 'component')
        order by revision, id";
    /// Checks that were removed after a revision, in the order of time.
    LIST_REMOVED_CHECKS = "select subject_noun, subject_id, id from audit_entries
        where action = 'remove' and revision > $1 and subject_noun = 'check' order by revision, id";
}
