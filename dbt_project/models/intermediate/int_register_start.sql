-- Since when each county has a register of labour, as known tonight; the prefecture, since its first county has one.
select
    coalesce(unit, {{ prefecture() }}) as county_code,
    min(report_date) as first_register_on
from {{ source('ops', 'delivery') }}
where feed = 'labor_register' and status = 'accepted' and report_date <= {{ tonight_date() }}
group by rollup (unit)
having min(report_date) is not null
