create table people (
    id uuid not null primary key,
    email text not null,
    state text not null,
    seen_at bigint,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint people_email unique (email)
);

-- What somebody signs in with, apart from what others may read of them.
create table credentials (
    person_id uuid not null primary key references people (id),
    password_hash text not null,
    totp_secret text,
    totp_step bigint not null,
    changed_at bigint not null,
    revision bigint not null
);

-- Digests of the codes that open once each in place of an authenticator's.
create table recovery_codes (
    person_id uuid not null references people (id),
    digest text not null,
    revision bigint not null,
    constraint recovery_codes_digest primary key (person_id, digest)
);

create table sessions (
    id uuid not null primary key,
    person_id uuid not null references people (id),
    digest text not null,
    client text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    revision bigint not null,
    constraint sessions_digest unique (digest)
);

create index sessions_person on sessions (person_id);
create index sessions_expires_at on sessions (expires_at);

create table api_tokens (
    id uuid not null primary key,
    digest text not null,
    used_at bigint,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint api_tokens_digest unique (digest)
);

create table one_time_links (
    id uuid not null primary key,
    purpose text not null,
    person_id uuid references people (id),
    digest text not null,
    created_at bigint not null,
    expires_at bigint not null,
    revision bigint not null,
    constraint one_time_links_digest unique (digest)
);

create index one_time_links_person on one_time_links (person_id);

create index audit_entries_actor on audit_entries (actor, at, id);
create index audit_entries_noun on audit_entries (subject_noun, at, id);

-- What a program was answered under an Idempotency-Key, so that asking again changes nothing again.
create table kept_answers (
    id uuid not null primary key,
    actor text not null,
    request_digest text not null,
    answer text,
    expires_at bigint not null,
    revision bigint not null
);

create index kept_answers_actor on kept_answers (actor);
create index kept_answers_expires_at on kept_answers (expires_at);
