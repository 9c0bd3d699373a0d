-- What somebody signs in with in place of password and code: the public half of it.
create table passkeys (
    id blob not null primary key,
    person_id blob not null references people (id) on delete cascade,
    credential_id text not null,
    name text not null,
    public_key text not null,
    created_at integer not null,
    used_at integer,
    revision integer not null,
    constraint passkeys_credential unique (credential_id)
) strict;

create index passkeys_person on passkeys (person_id);
