-- Reports of the counties that were due on the report date: accepted, on time, and their rows.
select
    coalesce(report.unit, {{ prefecture() }}) as county_code,
    count(*) as due,
    count(*) filter (where report.arrived_at is not null) as accepted,
    count(*) filter (where report.status = 'on_time') as on_time,
    sum(report.rows_rejected) as rows_rejected,
    sum(report.rows_read) as rows_read
from {{ ref('int_unit_report') }} as report
inner join {{ ref('division') }} as county on report.unit = county.division_code and county.level = 'county'
where report.is_due
group by rollup (report.unit)
