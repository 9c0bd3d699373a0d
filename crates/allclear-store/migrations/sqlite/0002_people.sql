create table people (
    id blob not null primary key,
    email text not null,
    state text not null,
    seen_at integer,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint people_email unique (email)
) strict;

-- What somebody signs in with, apart from what others may read of them.
create table credentials (
    person_id blob not null primary key references people (id),
    password_hash text not null,
    totp_secret text,
    totp_step integer not null,
    changed_at integer not null,
    revision integer not null
) strict;

-- Digests of the codes that open once each in place of an authenticator's.
create table recovery_codes (
    person_id blob not null references people (id),
    digest text not null,
    revision integer not null,
    constraint recovery_codes_digest primary key (person_id, digest)
) strict;

create table sessions (
    id blob not null primary key,
    person_id blob not null references people (id),
    digest text not null,
    client text not null,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null,
    revision integer not null,
    constraint sessions_digest unique (digest)
) strict;

create index sessions_person on sessions (person_id);
create index sessions_expires_at on sessions (expires_at);

create table api_tokens (
    id blob not null primary key,
    digest text not null,
    used_at integer,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint api_tokens_digest unique (digest)
) strict;

create table one_time_links (
    id blob not null primary key,
    purpose text not null,
    person_id blob references people (id),
    digest text not null,
    created_at integer not null,
    expires_at integer not null,
    revision integer not null,
    constraint one_time_links_digest unique (digest)
) strict;

create index one_time_links_person on one_time_links (person_id);

create index audit_entries_actor on audit_entries (actor, at, id);
create index audit_entries_noun on audit_entries (subject_noun, at, id);

-- What a program was answered under an Idempotency-Key, so that asking again changes nothing again.
create table kept_answers (
    id blob not null primary key,
    actor text not null,
    request_digest text not null,
    answer text,
    expires_at integer not null,
    revision integer not null
) strict;

create index kept_answers_actor on kept_answers (actor);
create index kept_answers_expires_at on kept_answers (expires_at);
