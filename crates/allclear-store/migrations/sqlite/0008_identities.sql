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

-- Trips to a provider that somebody came back from, until they would be over anyway.
create table used_trips (
    digest text not null primary key,
    expires_at integer not null,
    revision integer not null
) strict;

create index used_trips_expires_at on used_trips (expires_at);
