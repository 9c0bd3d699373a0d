-- What the probes of checks found, added up over minutes, hours and days. The rows of one minute lie
-- beside each other: they are written, added up and removed together. No reference holds them to their
-- check; they stay until they are too old.
create table samples (
    span_seconds integer not null,
    starts_at integer not null,
    check_id blob not null,
    vantage text not null,
    samples blob not null,
    constraint samples_place primary key (span_seconds, starts_at, check_id, vantage)
) strict, without rowid;
