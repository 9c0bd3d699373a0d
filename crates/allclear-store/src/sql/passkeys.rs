//! Statements about passkeys.

use super::Insert;

/// New passkeys.
pub(crate) const INSERT: Insert = Insert {
    table: "passkeys",
    columns: &[
        "id",
        "person_id",
        "credential_id",
        "name",
        "public_key",
        "created_at",
        "used_at",
        "revision",
    ],
};

super::statements! {
    /// The one that a device calls by a name.
    FIND_BY_CREDENTIAL = "select id, person_id, credential_id, name, public_key, created_at, used_at
        from passkeys where credential_id = $1";
    /// Those of one person, oldest first.
    LIST_OF_PERSON = "select id, person_id, credential_id, name, public_key, created_at, used_at
        from passkeys where person_id = $1 order by id";
    /// Gives one of a person another name.
    RENAME = "update passkeys set name = $3, revision = $4 where id = $1 and person_id = $2";
    /// Remembers a use of one whose key is still the one that was checked.
    USE = "update passkeys set public_key = $3, used_at = $4, revision = $5
        where id = $1 and public_key = $2";
    /// Takes one of a person away.
    REMOVE = "delete from passkeys where id = $1 and person_id = $2";
    /// Takes every one of a person away.
    REMOVE_OF_PERSON = "delete from passkeys where person_id = $1";
}
