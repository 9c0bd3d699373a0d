-- Lists are ordered by when incidents began. Where a day alone is known, that is its midnight in UTC;
-- where nothing is known, the beginning of time. Rows from before have nothing there, and get it here.
update incidents set started_at = coalesce(
    case when document->'started'->>'on' ~ '^(?!0000)\d{4}-(0[1-9]|1[0-2])-\d\d$'
        -- Counted from the first of its month, so that no damaged day stops the upgrade.
        then (extract(epoch from (left(document->'started'->>'on', 7) || '-01')::date)::bigint
            + (right(document->'started'->>'on', 2)::bigint - 1) * 86400) * 1000000
    end,
    -377705023201000000)
where started_at is null;

drop index incidents_page;
create index incidents_page on incidents (page_id, started_at, id);
create index incidents_started on incidents (started_at, id);
create index incidents_unfinished on incidents (started_at, id)
    where not is_public or status <> 'resolved';
