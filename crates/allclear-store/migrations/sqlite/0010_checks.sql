-- What is tried, how often, and what counts as working.
create table checks (
    id blob not null primary key,
    key text not null,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint checks_key unique (key)
) strict;

create index checks_revision on checks (revision);

-- What is believed of a check from one vantage point, and the last probe there. No reference holds it
-- to its check: a probe may end while the check is removed, and must not spoil what is written with it.
create table judgments (
    check_id blob not null,
    vantage text not null,
    probed_at integer not null,
    document text not null,
    constraint judgments_vantage primary key (check_id, vantage)
) strict;

-- Stretches in which a check was believed to be beyond a threshold. They stay when the check goes.
create table outages (
    id blob not null primary key,
    check_id blob not null,
    threshold text not null,
    began_at integer not null,
    ended_at integer,
    incident_id blob,
    document text not null,
    version integer not null,
    revision integer not null
) strict;

create index outages_revision on outages (revision);
create index outages_incident on outages (incident_id) where incident_id is not null;
create index outages_check on outages (check_id, began_at);
-- A check has at most one open outage for a threshold, however many nodes look at it.
create unique index outages_open on outages (check_id, threshold) where ended_at is null;
