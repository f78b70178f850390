-- Files since the last publication that could not be read and that no later revision has replaced.
select
    d.unit, d.feed, d.report_date as submission_date, d.reason as refusal_code,
    coalesce(d.understood ->> 'refusal', '') as refusal_detail, d.arrived_at
from ops.delivery as d
where d.status = 'refused'
    and d.landed_at > coalesce(%(previous_at)s::timestamptz, '-infinity')
    and not exists (
        select from ops.delivery as later
        where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
            and later.revision > d.revision
    )
order by d.unit, d.feed, d.report_date
