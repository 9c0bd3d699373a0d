-- A row that cannot be read, as a write leaves it that went wrong: with a revision of its own.
begin;
update installation set revision = revision + 1;
update status_pages
    set document = '{}', revision = (select revision from installation where id = 1)
    where slug = '$slug';
commit;
