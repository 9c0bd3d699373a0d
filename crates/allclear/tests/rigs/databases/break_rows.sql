-- Rows that cannot be read, as a hand or a fault leaves them: no write, so no new revision.
update incidents set document = '{}' where public_id = '$incident';
update maintenance_windows set document = '[]' where public_id = '$window';
update components set position = -1 where public_id = '$component';
update status_pages set document = 'null' where slug = '$slug';
