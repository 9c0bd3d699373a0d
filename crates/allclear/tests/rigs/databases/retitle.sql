-- A page under another title; one engine alone.
begin;
update installation set revision = revision + 1;
update status_pages
    set document = json_set(document, '$.title', '$title'),
        revision = (select revision from installation where id = 1)
    where slug = '$slug';
commit;
