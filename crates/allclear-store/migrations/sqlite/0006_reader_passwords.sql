-- What readers of a protected status page are let in by, apart from what others may know of the page.
create table reader_passwords (
    page_id blob not null primary key references status_pages (id),
    password_hash text not null,
    cookie_key text not null,
    revision integer not null
) strict;
