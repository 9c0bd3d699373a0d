-- What vantage points see now, and what they know of their sentinels.
create table sights (
    vantage text not null primary key,
    document text not null
) strict;

-- Stretches in which a vantage point was blind: what failed meanwhile says nothing.
create table blind_spells (
    vantage text not null,
    began_at integer not null,
    ended_at integer,
    document text not null,
    constraint blind_spells_began primary key (vantage, began_at)
) strict;
