-- "AllC": tells an Allclear database from any other SQLite file.
pragma application_id = 1097624643;

-- One row. Every write transaction takes the next revision and stamps the rows that it writes.
create table installation (
    id integer not null primary key check (id = 1),
    revision integer not null,
    created_at integer not null
) strict;

insert into installation (id, revision, created_at)
values (1, 0, cast(unixepoch('subsec') * 1000000 as integer));

create table status_pages (
    id blob not null primary key,
    slug text not null,
    is_default integer not null,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint status_pages_slug unique (slug)
) strict;

create unique index status_pages_default on status_pages (is_default) where is_default = 1;
create index status_pages_revision on status_pages (revision);

create table components (
    id blob not null primary key,
    public_id text not null,
    page_id blob not null references status_pages (id),
    key text not null,
    name text not null,
    description text,
    parent_id blob references components (id) deferrable initially deferred,
    position integer not null,
    start_date text,
    created_at integer not null,
    version integer not null,
    revision integer not null,
    constraint components_public_id unique (public_id),
    constraint components_key unique (page_id, key)
) strict;

create index components_parent on components (parent_id);
create index components_revision on components (revision);

create table status_settings (
    id blob not null primary key,
    component_id blob not null references components (id),
    status text not null,
    set_at integer not null,
    revision integer not null
) strict;

create index status_settings_component on status_settings (component_id, set_at);
create index status_settings_revision on status_settings (revision);

create table incidents (
    id blob not null primary key,
    public_id text not null,
    page_id blob not null references status_pages (id),
    is_public integer not null,
    status text not null,
    started_at integer,
    ended_at integer,
    source_key text,
    source_digest text,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint incidents_public_id unique (public_id),
    constraint incidents_source unique (page_id, source_key)
) strict;

create index incidents_page on incidents (page_id, started_at);
create index incidents_revision on incidents (revision);

create table maintenance_windows (
    id blob not null primary key,
    public_id text not null,
    page_id blob not null references status_pages (id),
    is_public integer not null,
    status text not null,
    started_at integer,
    ended_at integer,
    next_action_at integer,
    source_key text,
    source_digest text,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint maintenance_windows_public_id unique (public_id),
    constraint maintenance_windows_source unique (page_id, source_key)
) strict;

create index maintenance_windows_page on maintenance_windows (page_id, started_at);
create index maintenance_windows_due on maintenance_windows (next_action_at) where next_action_at is not null;
create index maintenance_windows_revision on maintenance_windows (revision);

create table announcements (
    id blob not null primary key,
    public_id text not null,
    page_id blob not null references status_pages (id),
    is_public integer not null,
    shown_at integer,
    until_at integer,
    source_key text,
    source_digest text,
    document text not null,
    version integer not null,
    revision integer not null,
    constraint announcements_public_id unique (public_id),
    constraint announcements_source unique (page_id, source_key)
) strict;

create index announcements_page on announcements (page_id, shown_at);
create index announcements_revision on announcements (revision);

create table internal_notes (
    id blob not null primary key,
    subject_noun text not null,
    subject_id blob not null,
    kind text not null,
    written_at integer not null,
    author text not null,
    body text not null,
    revision integer not null
) strict;

create index internal_notes_subject on internal_notes (subject_id, subject_noun, written_at);

create table audit_entries (
    id blob not null primary key,
    at integer not null,
    actor text not null,
    action text not null,
    subject_noun text not null,
    subject_id blob not null,
    before text,
    after text,
    revision integer not null
) strict;

create index audit_entries_at on audit_entries (at, id);
create index audit_entries_subject on audit_entries (subject_id, subject_noun, at);
