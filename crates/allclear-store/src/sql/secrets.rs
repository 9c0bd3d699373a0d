//! Statements about secrets.

use super::Insert;

/// New secrets.
pub(crate) const INSERT: Insert =
    Insert { table: "secrets", columns: &["id", "owner_id", "context", "key_id", "sealed"] };

super::statements! {
    /// All of them.
    LIST = "select id, owner_id, context, key_id, sealed from secrets order by id";
    /// Those of one owner.
    LIST_OF = "select id, owner_id, context, key_id, sealed from secrets where owner_id = $1 order by id";
    /// By which keys they are sealed, and how many by each.
    COUNT_BY_KEY = "select key_id, count(*) as secrets from secrets group by key_id order by key_id";
    /// Seals one with another key.
    RESEAL = "update secrets set key_id = $2, sealed = $3 where id = $1";
    /// Removes one.
    REMOVE = "delete from secrets where id = $1";
    /// Removes those of one owner.
    REMOVE_OF = "delete from secrets where owner_id = $1";
}
