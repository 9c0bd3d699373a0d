-- What came of each heartbeat, and when silence becomes its failure. As with what is believed, no
-- reference holds it to its check.
create table heartbeats (
    check_id uuid not null primary key,
    deadline_at bigint,
    document jsonb not null,
    revision bigint not null
);

create index heartbeats_revision on heartbeats (revision);
create index heartbeats_deadline on heartbeats (deadline_at) where deadline_at is not null;

-- The secrets that say which check a signal is for: each leads to one.
create table signal_tokens (
    token text not null,
    check_id uuid not null references checks (id) on delete cascade,
    constraint signal_tokens_token primary key (token)
);

create index signal_tokens_check on signal_tokens (check_id);

-- When somebody was last there to hear signals; one row.
create table listening (
    id bigint not null primary key check (id = 1),
    heard_at bigint not null
);
