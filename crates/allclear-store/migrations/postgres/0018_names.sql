-- Sets of host names that are asked one by one, and what is known of each.
-- They go with their check, in the transaction that removes it.
create table check_names (
    check_id uuid not null,
    name text collate "C" not null,
    state text not null,
    since bigint,
    probed_at bigint,
    due_at bigint not null,
    reason text,
    certificate_ends_at bigint,
    primary key (check_id, name)
);

create index check_names_due on check_names (check_id, due_at);
create index check_names_state on check_names (check_id, state, due_at);
create index check_names_told on check_names (check_id, state, name);

-- What is known of such a set beside its names. The version counts what makes void what is being asked.
create table name_lists (
    check_id uuid not null primary key,
    document jsonb not null,
    version bigint not null,
    revision bigint not null
);
