//! Statements about what vantage points see.

use super::{Insert, Upsert};

/// What is seen now, in place of what was.
pub(crate) const UPSERT: Upsert = Upsert {
    insert: Insert { table: "sights", columns: &["vantage", "document"] },
    on_conflict: " on conflict (vantage) do update set document = excluded.document",
};

/// A blind spell, as it is by now.
pub(crate) const UPSERT_SPELL: Upsert = Upsert {
    insert: Insert {
        table: "blind_spells",
        columns: &["vantage", "began_at", "ended_at", "document"],
    },
    on_conflict: " on conflict (vantage, began_at) do update
        set ended_at = excluded.ended_at, document = excluded.document",
};

super::statements! {
    /// What one vantage point sees.
    FIND = "select document from sights where vantage = $1";
    /// The spell of a vantage point that goes on.
    FIND_OPEN_SPELL = "select document from blind_spells
        where vantage = $1 and ended_at is null order by began_at desc limit 1";
    /// The latest spells of a vantage point, newest first.
    LIST_LATEST_SPELLS = "select document from blind_spells
        where vantage = $1 order by began_at desc limit $2";
    /// Forgets the oldest spells of a vantage point: all but so many.
    REMOVE_OLD_SPELLS = "delete from blind_spells where vantage = $1 and began_at <=
        (select began_at from blind_spells where vantage = $1 order by began_at desc limit 1 offset $2)";
}
