-- One row. Every write transaction takes the next revision and stamps the rows that it writes.
create table installation (
    id bigint not null primary key check (id = 1),
    revision bigint not null,
    created_at bigint not null
);

insert into installation (id, revision, created_at)
values (1, 0, (extract(epoch from now()) * 1000000)::bigint);

create table status_pages (
    id uuid not null primary key,
    slug text not null,
    is_default boolean not null,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint status_pages_slug unique (slug)
);

create unique index status_pages_default on status_pages (is_default) where is_default;
create index status_pages_revision on status_pages (revision);

create table components (
    id uuid not null primary key,
    public_id text not null,
    page_id uuid not null references status_pages (id),
    key text not null,
    name text not null,
    description text,
    parent_id uuid references components (id) deferrable initially deferred,
    position bigint not null,
    start_date text,
    created_at bigint not null,
    version bigint not null,
    revision bigint not null,
    constraint components_public_id unique (public_id),
    constraint components_key unique (page_id, key)
);

create index components_parent on components (parent_id);
create index components_revision on components (revision);

create table status_settings (
    id uuid not null primary key,
    component_id uuid not null references components (id),
    status text not null,
    set_at bigint not null,
    revision bigint not null
);

create index status_settings_component on status_settings (component_id, set_at);
create index status_settings_revision on status_settings (revision);

create table incidents (
    id uuid not null primary key,
    public_id text not null,
    page_id uuid not null references status_pages (id),
    is_public boolean not null,
    status text not null,
    started_at bigint,
    ended_at bigint,
    source_key text,
    source_digest text,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint incidents_public_id unique (public_id),
    constraint incidents_source unique (page_id, source_key)
);

create index incidents_page on incidents (page_id, started_at);
create index incidents_revision on incidents (revision);

create table maintenance_windows (
    id uuid not null primary key,
    public_id text not null,
    page_id uuid not null references status_pages (id),
    is_public boolean not null,
    status text not null,
    started_at bigint,
    ended_at bigint,
    next_action_at bigint,
    source_key text,
    source_digest text,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint maintenance_windows_public_id unique (public_id),
    constraint maintenance_windows_source unique (page_id, source_key)
);

create index maintenance_windows_page on maintenance_windows (page_id, started_at);
create index maintenance_windows_due on maintenance_windows (next_action_at) where next_action_at is not null;
create index maintenance_windows_revision on maintenance_windows (revision);

create table announcements (
    id uuid not null primary key,
    public_id text not null,
    page_id uuid not null references status_pages (id),
    is_public boolean not null,
    shown_at bigint,
    until_at bigint,
    source_key text,
    source_digest text,
    document jsonb not null,
    version bigint not null,
    revision bigint not null,
    constraint announcements_public_id unique (public_id),
    constraint announcements_source unique (page_id, source_key)
);

create index announcements_page on announcements (page_id, shown_at);
create index announcements_revision on announcements (revision);

create table internal_notes (
    id uuid not null primary key,
    subject_noun text not null,
    subject_id uuid not null,
    kind text not null,
    written_at bigint not null,
    author text not null,
    body text not null,
    revision bigint not null
);

create index internal_notes_subject on internal_notes (subject_id, subject_noun, written_at);

create table audit_entries (
    id uuid not null primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    subject_noun text not null,
    subject_id uuid not null,
    before text,
    after text,
    revision bigint not null
);

create index audit_entries_at on audit_entries (at, id);
create index audit_entries_subject on audit_entries (subject_id, subject_noun, at);
