-- The latest submission of each project, and the one in force until that is accepted; all their parts: a correction of
-- one row is one beside the project's own file.
select distinct on (choice.is_latest, d.unit, d.part)
    d.delivery_id, choice.is_latest, d.purged_at is not null and d.rows_landed > 0 as is_purged
from ops.delivery as d
inner join (values (true, array['landed', 'accepted']), (false, array['accepted'])) as choice (is_latest, statuses)
    on d.status = any(choice.statuses)
where d.feed = 'relief_project' and d.report_date <= %(report_date)s
    and not exists (
        select from ops.delivery as newer
        where newer.feed = d.feed and newer.unit = d.unit and newer.status = any(choice.statuses)
            and newer.report_date > d.report_date and newer.report_date <= %(report_date)s
    )
order by choice.is_latest, d.unit, d.part, d.revision desc
