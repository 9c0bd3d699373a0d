//! Statements about names that are asked one by one.

use super::{Insert, Upsert};

/// What is known of names, in place of what was known. Names that are new are added.
pub(crate) const UPSERT: Upsert = Upsert {
    insert: Insert {
        table: "check_names",
        columns: &[
            "check_id",
            "name",
            "state",
            "since",
            "probed_at",
            "due_at",
            "reason",
            "certificate_ends_at",
        ],
    },
    on_conflict: " on conflict (check_id, name) do update
        set state = excluded.state, since = excluded.since, probed_at = excluded.probed_at,
            due_at = excluded.due_at, reason = excluded.reason,
            certificate_ends_at = excluded.certificate_ends_at",
};

/// What is known of a set beside its names.
pub(crate) const UPSERT_LIST: Upsert = Upsert {
    insert: Insert {
        table: "name_lists",
        columns: &["check_id", "document", "version", "revision"],
    },
    on_conflict: " on conflict (check_id) do update
        set document = excluded.document, version = excluded.version, revision = excluded.revision",
};

/// Names that one statement names; where there are fewer, the last one stands there again.
pub(crate) const NAMED: usize = 100;

super::statements! {
    /// What is known of a set beside its names.
    FIND_LIST = "select check_id as id, document, version from name_lists where check_id = $1";
    /// How many names of a set are in each state.
    COUNT = "select check_id as id, state, count(*) as names from check_names
        where check_id = $1 group by check_id, state order by state";
    /// The names of a set.
    LIST_ALL = "select check_id as id, name from check_names where check_id = $1 order by name";
    /// Those in a state whose turn it is first.
    LIST_DUE_IN = "select check_id as id, name, state, since, probed_at, due_at, reason, certificate_ends_at
        from check_names where check_id = $1 and state = $2 order by due_at, name limit $3";
    /// Those in any other state whose turn it is first.
    LIST_DUE_BESIDE = "select check_id as id, name, state, since, probed_at, due_at, reason, certificate_ends_at
        from check_names where check_id = $1 and state <> $2 order by due_at, name limit $3";
    /// Those in a state, after a name.
    SLICE_IN = "select check_id as id, name, state, since, probed_at, due_at, reason, certificate_ends_at
        from check_names where check_id = $1 and state = $2 and name > $3 order by name limit $4";
    /// Those in any state, after a name.
    SLICE = "select check_id as id, name, state, since, probed_at, due_at, reason, certificate_ends_at
        from check_names where check_id = $1 and name > $2 order by name limit $3";
    /// Forgets what is known of each name of a set.
    RESET = "update check_names
        set state = 'untried', since = null, probed_at = null, reason = null, certificate_ends_at = null,
            due_at = $2
        where check_id = $1";
    /// Some names, as they are now.
    LIST_NAMED = "select check_id as id, name, state, since, probed_at, due_at, reason, certificate_ends_at
        from check_names where check_id = $1 and name in (
            $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41,
            $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61,
            $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81,
            $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100, $101)";
    /// Takes names out of a set.
    REMOVE = "delete from check_names where check_id = $1 and name in (
            $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41,
            $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61,
            $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81,
            $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100, $101)";
    /// Forgets a set.
    REMOVE_ALL = "delete from check_names where check_id = $1";
    /// Forgets what is known of it beside its names.
    REMOVE_LIST = "delete from name_lists where check_id = $1";
}
