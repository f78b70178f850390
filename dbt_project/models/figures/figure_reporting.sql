-- Submissions of the counties that were due on the report date: accepted, on time, and their rows.
select
    coalesce(sent.unit, {{ prefecture() }}) as county_code,
    count(*) as due,
    count(*) filter (where sent.arrived_at is not null) as accepted,
    count(*) filter (where sent.status = 'on_time') as on_time,
    sum(sent.rows_rejected) as rows_rejected,
    sum(sent.rows_read) as rows_read
from {{ ref('int_unit_submission') }} as sent
inner join {{ ref('division') }} as county on sent.unit = county.division_code and county.level = 'county'
where sent.is_due
group by rollup (sent.unit)
