-- Secrets that are given to others, sealed. Whom each belongs to and what it is for is part of what it is
-- sealed with: moved to another row it does not open. As its owner may be of any noun, no reference
-- holds it.
create table secrets (
    id blob not null primary key,
    owner_id blob not null,
    context text not null,
    key_id text not null,
    sealed blob not null
) strict;

create index secrets_owner on secrets (owner_id);
