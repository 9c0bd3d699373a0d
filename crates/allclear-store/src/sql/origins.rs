//! Statements about what comes from files.

use super::Insert;

/// New origins.
pub(crate) const INSERT: Insert =
    Insert { table: "origins", columns: &["subject_id", "subject_noun", "file", "revision"] };

super::statements! {
    /// All of them.
    LIST = "select subject_id as id, subject_noun, subject_id, file from origins order by subject_noun, subject_id";
    /// That of one subject.
    FIND = "select subject_id as id, subject_noun, subject_id, file from origins where subject_noun = $1 and subject_id = $2";
    /// Removes that of one subject.
    REMOVE = "delete from origins where subject_noun = $1 and subject_id = $2";
}
