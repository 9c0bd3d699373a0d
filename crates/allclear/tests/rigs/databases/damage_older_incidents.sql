-- Incidents that began before 2026-11-21T09:30:00Z cannot be read.
update incidents set document = '"damaged"' where started_at < 1795253400000000;
