-- What vantage points see now, and what they know of their sentinels.
create table sights (
    vantage text not null primary key,
    document jsonb not null
);

-- Stretches in which a vantage point was blind: what failed meanwhile says nothing.
create table blind_spells (
    vantage text not null,
    began_at bigint not null,
    ended_at bigint,
    document jsonb not null,
    constraint blind_spells_began primary key (vantage, began_at)
);
