//! Statements about duties that one node does for all.

use super::{Insert, Upsert};

/// Somebody does a duty, in place of whoever did.
pub(crate) const UPSERT: Upsert = Upsert {
    insert: Insert { table: "leases", columns: &["name", "holder", "held_until"] },
    on_conflict: " on conflict (name) do update
        set holder = excluded.holder, held_until = excluded.held_until",
};

super::statements! {
    /// Who does one, and until when.
    FIND = "select holder, held_until from leases where name = $1";
    /// Whoever does one goes on.
    KEEP = "update leases set held_until = $3 where name = $1 and holder = $2";
    /// Whoever does one stops.
    RELEASE = "delete from leases where name = $1 and holder = $2";
}
