-- What an upgrade by a newer Allclear leaves behind: a step that this one does not know.
insert into _sqlx_migrations (version, description, success, checksum, execution_time)
select 9999, 'later', success, checksum, execution_time
from _sqlx_migrations
where version = 1;
