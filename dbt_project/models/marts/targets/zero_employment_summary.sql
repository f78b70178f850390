with
cases as (
    select * from {{ ref('zero_employment_household') }}
),

grain as (
    select division.division_code as county_code, relocated.is_relocated
    from {{ ref('division') }} as division
    cross join (values (true), (false)) as relocated (is_relocated)
    where division.level in ('county', 'prefecture')
),

counted as (
    select
        coalesce(county_code, {{ prefecture() }}) as county_code, is_relocated,
        count(*) filter (where cleared_on is null) as open_cases,
        count(*) filter (where opened_on > {{ tonight_date() }} - 7) as opened_7d,
        count(*) filter (where cleared_on > {{ tonight_date() }} - 7) as cleared_7d,
        percentile_cont(0.5) within group (order by cleared_on - opened_on) as median_days_to_clear
    from cases
    group by is_relocated, rollup (county_code)
)

select
    grain.county_code, grain.is_relocated,
    coalesce(counted.open_cases, 0)::integer as open_cases,
    coalesce(counted.opened_7d, 0)::integer as opened_7d,
    coalesce(counted.cleared_7d, 0)::integer as cleared_7d,
    counted.median_days_to_clear::numeric(9, 1) as median_days_to_clear
from grain
left join counted using (county_code, is_relocated)
