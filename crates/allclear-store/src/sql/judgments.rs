//! Statements about what is believed of checks.

use super::{Insert, Upsert};

/// What is believed now, in place of what was. A probe that was overtaken changes nothing;
/// one that is older by more than five minutes was made after the clock was put right.
pub(crate) const UPSERT: Upsert = Upsert {
    insert: Insert {
        table: "judgments",
        columns: &["check_id", "vantage", "probed_at", "document"],
    },
    on_conflict: " on conflict (check_id, vantage) do update
        set probed_at = excluded.probed_at, document = excluded.document
        where excluded.probed_at > judgments.probed_at
            or excluded.probed_at < judgments.probed_at - 300000000",
};

super::statements! {
    /// All of them.
    LIST = "select check_id as id, vantage, probed_at, document from judgments order by check_id, vantage";
    /// What is believed alone, without the probes.
    LIST_BELIEVED = "select check_id as id, document -> 'judgment' as document from judgments";
    /// When each check was probed last, from wherever.
    LIST_PROBED = "select check_id as id, max(probed_at) as probed_at from judgments group by check_id";
    /// Those of one check.
    LIST_OF_CHECK = "select check_id as id, vantage, probed_at, document from judgments
        where check_id = $1 order by vantage";
    /// Those of the checks from one to another, in the order of their ids.
    LIST_OF_CHECKS_BETWEEN = "select check_id as id, vantage, probed_at, document from judgments
        where check_id between $1 and $2 order by check_id, vantage";
    /// Forgets those of checks that are gone.
    REMOVE_ORPHANS = "delete from judgments where check_id not in (select id from checks)";
    /// Forgets those of one check.
    REMOVE_OF_CHECK = "delete from judgments where check_id = $1";
}
