create table maintenance_series (
    id blob not null primary key,
    page_id blob not null references status_pages (id),
    state text not null,
    next_action_at integer,
    document text not null,
    version integer not null,
    revision integer not null
) strict;

create index maintenance_series_page on maintenance_series (page_id);
create index maintenance_series_due on maintenance_series (next_action_at) where next_action_at is not null;
create index maintenance_series_revision on maintenance_series (revision);

-- The series that a window came out of, and the day that its rule gave: one window for each.
alter table maintenance_windows add column series_id blob;
alter table maintenance_windows add column occurs_on text;

create unique index maintenance_windows_series on maintenance_windows (series_id, occurs_on);

create table reminders (
    id blob not null primary key,
    subject_noun text not null,
    subject_id blob not null,
    kind text not null,
    due_at integer not null,
    state text not null,
    came_due_at integer,
    next_action_at integer,
    revision integer not null,
    constraint reminders_kind unique (subject_id, subject_noun, kind)
) strict;

create index reminders_due on reminders (next_action_at) where next_action_at is not null;
