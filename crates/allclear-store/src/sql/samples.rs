//! Statements about what probes found, added up over minutes, hours and days.

use super::{Insert, Upsert};

/// The sums as they are now, in place of what they were.
pub(crate) const UPSERT: Upsert = Upsert {
    insert: Insert {
        table: "samples",
        columns: &["span_seconds", "starts_at", "check_id", "vantage", "samples"],
    },
    on_conflict: " on conflict (span_seconds, starts_at, check_id, vantage) do update
        set samples = excluded.samples",
};

super::statements! {
    /// Those of all checks whose spans begin from one time up to another.
    LIST = "select starts_at, check_id as id, vantage, samples from samples
        where span_seconds = $1 and starts_at >= $2 and starts_at < $3
        order by starts_at, check_id, vantage";
    /// Those of one check: each span is looked for by its place, which is quicker than to read what
    /// all others found meanwhile.
    LIST_OF_CHECK = "with recursive spans(at) as (
            select cast($3 as bigint)
            union all
            select at + cast($5 as bigint) from spans where at + cast($5 as bigint) < $4
        )
        select starts_at, check_id as id, vantage, samples from spans cross join samples
        where span_seconds = $1 and starts_at = at and check_id = $2
        order by starts_at, vantage";
    /// When the first span begins that is not before a time.
    FIRST_SINCE = "select starts_at from samples where span_seconds = $1 and starts_at >= $2
        order by starts_at limit 1";
    /// When the last span begins that does not begin after a time.
    LAST = "select starts_at from samples where span_seconds = $1 and starts_at <= $2
        order by starts_at desc limit 1";
    /// How many rows there are of a span, and how many bytes the sums in them take.
    SIZE = "select count(*) as rows, cast(coalesce(sum(length(samples)), 0) as bigint) as bytes
        from samples where span_seconds = $1 and starts_at < $2";
    /// Forgets those before a time.
    REMOVE_BEFORE = "delete from samples where span_seconds = $1 and starts_at < $2";
}
