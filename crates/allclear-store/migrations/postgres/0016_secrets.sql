-- Secrets that are given to others, sealed. Whom each belongs to and what it is for is part of what it is
-- sealed with: moved to another row it does not open. As its owner may be of any noun, no reference
-- holds it.
create table secrets (
    id uuid not null primary key,
    owner_id uuid not null,
    context text not null,
    key_id text not null,
    sealed bytea not null
);

create index secrets_owner on secrets (owner_id);
