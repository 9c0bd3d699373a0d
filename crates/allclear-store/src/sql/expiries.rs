//! Statements about what ends.

use super::Insert;

/// New entries.
pub(crate) const INSERT: Insert = Insert {
    table: "expiries",
    columns: &[
        "id",
        "kind",
        "check_id",
        "domain",
        "ends_at",
        "warns_from",
        "next_warning_at",
        "asks_at",
        "document",
        "version",
        "revision",
    ],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, seen_at, version, revision from expiries where id = $1";
    /// Those added after one, oldest first.
    LIST_AFTER = "select id, document, seen_at, version, revision from expiries
        where id > $1 order by id limit $2";
    /// All of them: what ends first, then those of which nobody told.
    LIST = "select id, document, seen_at, version, revision from expiries
        order by case when ends_at is null then 1 else 0 end, ends_at, id";
    /// Those that are not fine at an instant, what ends first.
    LIST_SOON = "select id, document, seen_at, version, revision from expiries
        where warns_from <= $1 order by ends_at, id limit $2";
    /// How many are not fine at an instant.
    COUNT_SOON = "select count(*) as expiries from expiries where warns_from <= $1";
    /// Those that somebody is to be warned of at an instant, oldest warning first.
    LIST_TO_WARN = "select id, document, seen_at, version, revision from expiries
        where next_warning_at <= $1 order by next_warning_at, id limit $2";
    /// Those that are to be asked for at an instant, longest due first.
    LIST_TO_ASK = "select id, document, seen_at, version, revision from expiries
        where asks_at <= $1 order by asks_at, id limit $2";
    /// Certificates.
    LIST_CERTIFICATES = "select id, document, seen_at, version, revision from expiries
        where check_id is not null order by id";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, seen_at, version, revision from expiries
        where revision > $1 order by id";
    /// How many people made.
    COUNT_MADE = "select count(*) as expiries from expiries where check_id is null";
    /// The version of one.
    FIND_VERSION = "select version from expiries where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update expiries
        set kind = $3, check_id = $4, domain = $5, ends_at = $6, warns_from = $7, next_warning_at = $8,
            asks_at = $9, document = $10, version = version + 1, revision = $11
        where id = $1 and version = $2";
    /// Removes one that is still at a version.
    REMOVE = "delete from expiries where id = $1 and version = $2";
    /// What checks saw served with their last probes.
    LIST_SERVED = "select judgments.check_id as id, probed_at, judgments.document -> 'last' -> 'leaf' as document
        from judgments join checks on checks.id = judgments.check_id
        where judgments.document -> 'last' -> 'leaf' is not null order by probed_at";
    /// Remembers when the certificate of a check was last seen.
    SET_SEEN = "update expiries set seen_at = $2 where check_id = $1";
    /// Certificates whose check is gone, or works without one.
    LIST_ORPHANS = "select id, document, seen_at, version, revision from expiries
        where check_id is not null and (
            check_id not in (select id from checks)
            or exists (
                select 1 from judgments
                where judgments.check_id = expiries.check_id
                    and judgments.document -> 'last' -> 'leaf' is null
                    and judgments.document -> 'last' ->> 'verdict' = 'ok'
            )
        )
        order by id";
}
