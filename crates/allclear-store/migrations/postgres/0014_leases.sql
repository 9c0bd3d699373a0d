-- Duties that one node does for all: who does, and until when unless it says so again.
create table leases (
    name text not null primary key,
    holder text not null,
    held_until bigint not null
);
