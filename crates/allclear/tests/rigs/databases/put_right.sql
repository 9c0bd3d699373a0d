-- A row put right by hand, without a new revision.
update status_pages set document = '$document' where slug = '$slug';
