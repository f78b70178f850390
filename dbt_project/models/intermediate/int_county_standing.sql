-- What each county has delivered tonight of what was due, and since when it has a register. A unit counts in its county
-- and in the prefecture.
with
registers as (
    select unit as county_code, min(report_date) as first_register_on
    from {{ source('ops', 'delivery') }}
    where feed = 'labor_register' and status = 'accepted' and report_date <= {{ tonight_date() }}
    group by unit
),

standing as (
    select
        coalesce(county_code, {{ prefecture() }}) as county_code,
        count(*) filter (where days_back = 0) as units_due,
        count(*) filter (where days_back = 0 and is_accepted) as units_accepted,
        bool_or(not is_accepted and days_back = 0) as is_carried,
        bool_or(not is_accepted and unit = county_code and days_back in (0, 1)) as is_carried_1d,
        bool_or(not is_accepted and unit = county_code and days_back in (0, 7)) as is_carried_7d,
        array_agg(distinct unit order by unit) filter (where not is_accepted) as carried_forward
    from {{ ref('int_unit_standing') }}
    group by rollup (county_code)
    having grouping(county_code) = 1 or county_code <> {{ prefecture() }}
)

select
    division.division_code as county_code,
    coalesce(standing.units_due, 0) as units_due,
    coalesce(standing.units_accepted, 0) as units_accepted,
    coalesce(standing.is_carried, false) as is_carried,
    coalesce(standing.is_carried_1d, false) as is_carried_1d,
    coalesce(standing.is_carried_7d, false) as is_carried_7d,
    standing.carried_forward,
    registers.first_register_on
from {{ ref('division') }} as division
left join standing on division.division_code = standing.county_code
left join registers on division.division_code = registers.county_code
where division.level in ('county', 'prefecture')
