-- What somebody signs in with in place of password and code: the public half of it.
create table passkeys (
    id uuid not null primary key,
    person_id uuid not null references people (id) on delete cascade,
    credential_id text not null,
    name text not null,
    public_key text not null,
    created_at bigint not null,
    used_at bigint,
    revision bigint not null,
    constraint passkeys_credential unique (credential_id)
);

create index passkeys_person on passkeys (person_id);
