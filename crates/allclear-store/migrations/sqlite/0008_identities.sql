-- Whom a provider says somebody is. Bound once, by a verified address; from then on by this alone.
create table identities (
    issuer text not null,
    subject text not null,
    person_id blob not null references people (id),
    bound_at integer not null,
    revision integer not null,
    constraint identities_subject primary key (issuer, subject),
    constraint identities_person unique (person_id, issuer)
) strict;

-- Whom a provider said somebody is while their code is still due. Goes with the link that waits for it.
create table pending_identities (
    link_digest text not null primary key references one_time_links (digest) on delete cascade,
    issuer text not null,
    subject text not null,
    provider text not null,
    revision integer not null
) strict;

-- Trips to a provider that somebody came back from, until they would be over anyway.
create table used_trips (
    digest text not null primary key,
    expires_at integer not null,
    revision integer not null
) strict;

create index used_trips_expires_at on used_trips (expires_at);
