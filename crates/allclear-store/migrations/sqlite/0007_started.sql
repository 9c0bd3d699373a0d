-- Lists are ordered by when incidents began. Where a day alone is known, that is its midnight in UTC;
-- where nothing is known, the beginning of time. Rows from before have nothing there, and get it here.
update incidents set started_at = coalesce(
    case when json_valid(document)
        then cast(strftime('%s', json_extract(document, '$.started.on')) as integer) * 1000000
    end,
    -377705023201000000)
where started_at is null;

drop index incidents_page;
create index incidents_page on incidents (page_id, started_at, id);
create index incidents_started on incidents (started_at, id);
create index incidents_unfinished on incidents (started_at, id)
    where not is_public or status <> 'resolved';
