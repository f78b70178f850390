-- Files and sources that the night found and has not ingested.
select
    %(prefecture)s::text as unit, feed, case when unit = '*' then %(prefecture)s::text else unit end as failed_unit, path,
    split_part(reason, ' | ', 1) as reason_zh, coalesce(nullif(split_part(reason, ' | ', 2), ''), reason) as reason_en
from ops.intake_failure
where night_on = %(report_date)s
order by feed, unit, path
