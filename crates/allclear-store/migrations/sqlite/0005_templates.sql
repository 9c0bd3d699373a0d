create table templates (
    id blob not null primary key,
    page_id blob not null references status_pages (id),
    key text not null,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint templates_key unique (page_id, key)
) strict;

create index templates_revision on templates (revision);

-- What comes from a file that was applied, and from which.
create table origins (
    subject_noun text not null,
    subject_id blob not null,
    file text not null,
    revision integer not null,
    constraint origins_subject primary key (subject_noun, subject_id)
) strict;

-- From when on a component belongs to the history alone.
alter table components add column retired_at integer;

-- What was removed after a revision.
create index audit_entries_removed on audit_entries (revision) where action = 'remove';
