create table templates (
    id uuid not null primary key,
    page_id uuid not null references status_pages (id),
    key text not null,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint templates_key unique (page_id, key)
);

create index templates_revision on templates (revision);

-- What comes from a file that was applied, and from which.
create table origins (
    subject_noun text not null,
    subject_id uuid not null,
    file text not null,
    revision bigint not null,
    constraint origins_subject primary key (subject_noun, subject_id)
);

-- From when on a component belongs to the history alone.
alter table components add column retired_at bigint;

-- What was removed after a revision.
create index audit_entries_removed on audit_entries (revision) where action = 'remove';
