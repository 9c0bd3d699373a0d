-- A status that was set by hand may end by itself, and may hold in place of what checks measure: then it
-- says why.
alter table status_settings add column ends_at integer;
alter table status_settings add column overrules text;
