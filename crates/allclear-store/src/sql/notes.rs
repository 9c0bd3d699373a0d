//! Statements about internal notes.

use super::Insert;

/// New notes.
pub(crate) const INSERT: Insert = Insert {
    table: "internal_notes",
    columns: &[
        "id",
        "subject_noun",
        "subject_id",
        "kind",
        "written_at",
        "author",
        "body",
        "revision",
    ],
};

super::statements! {
    /// Those about one subject, oldest first.
    LIST = "select id, subject_noun, subject_id, kind, written_at, author, body, revision
        from internal_notes where subject_noun = $1 and subject_id = $2 order by written_at, id";
    /// All of them, oldest first.
    LIST_ALL = "select id, subject_noun, subject_id, kind, written_at, author, body, revision
        from internal_notes order by written_at, id";
    /// Those about a page or anything on it, oldest first.
    LIST_OF_PAGE = "select id, subject_noun, subject_id, kind, written_at, author, body, revision
        from internal_notes
        where (subject_noun = 'status_page' and subject_id = $1)
            or (subject_noun = 'component' and subject_id in (select c.id from components c where c.page_id = $1))
            or (subject_noun = 'incident' and subject_id in (select i.id from incidents i where i.page_id = $1))
            or (subject_noun = 'maintenance' and subject_id in (select m.id from maintenance_windows m where m.page_id = $1))
            or (subject_noun = 'announcement' and subject_id in (select a.id from announcements a where a.page_id = $1))
        order by written_at, id";
}
