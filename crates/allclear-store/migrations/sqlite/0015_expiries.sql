-- What ends: certificates as they are served, registrations of domains, and what people have to do by a day.
-- No reference holds a certificate to its check: what is left of one that is gone is removed with the next look.
create table expiries (
    id blob not null primary key,
    kind text not null,
    check_id blob,
    domain text,
    ends_at integer,
    warns_from integer,
    next_warning_at integer,
    asks_at integer,
    document text not null,
    seen_at integer,
    version integer not null,
    revision integer not null,
    constraint expiries_check unique (check_id),
    constraint expiries_domain unique (domain)
) strict;

create index expiries_revision on expiries (revision);
create index expiries_warns on expiries (warns_from) where warns_from is not null;
create index expiries_warning on expiries (next_warning_at) where next_warning_at is not null;
create index expiries_asks on expiries (asks_at) where asks_at is not null;

-- Addresses at which calendars read it.
create table expiry_feeds (
    id blob not null primary key,
    digest text not null,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint expiry_feeds_digest unique (digest)
) strict;
