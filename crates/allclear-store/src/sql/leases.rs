//! Statements about duties that one node does for all.

use super::{Insert, Upsert};

/// Somebody does a duty that nobody did.
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
    /// Somebody does one in place of whoever did, where that one has not gone on meanwhile.
    REPLACE = "update leases set holder = $2, held_until = $3
        where name = $1 and holder = $4 and held_until = $5";
    /// Whoever does one stops.
    RELEASE = "delete from leases where name = $1 and holder = $2";
}
