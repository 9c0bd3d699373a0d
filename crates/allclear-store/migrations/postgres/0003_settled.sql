-- Whether the team is done with one: told, over, and no promise open. Rows from before count as not
-- done until they are written again; whoever lists them looks at each anyway.
alter table incidents add column is_settled boolean not null default false;
alter table maintenance_windows add column is_settled boolean not null default false;

create index incidents_unsettled on incidents (page_id) where not is_settled;
create index maintenance_windows_unsettled on maintenance_windows (page_id) where not is_settled;
