-- Money for the work of poverty-alleviated persons: of open relief projects, and what workshops, posts and services had
-- in the `funds_days` days that end with the report date; and the poverty-alleviated persons on the register.
with
funds as materialized (
    select county_code, relief_funds as amount
    from {{ ref('dim_relief_project') }}
    where {{ is_open_project(tonight_date()) }}
    union all
    select county_code, subsidy_amount
    from {{ ref('dim_workshop') }}
    where subsidy_on > {{ tonight_date() }} - {{ setting('funds_days', 'integer') }}
        and subsidy_on <= {{ tonight_date() }}
    union all
    select county_code, sum(amount_due)
    from {{ ref('fct_wage_payment') }}
    where feed = 'public_post_payment'
        and period > {{ tonight_date() }} - {{ setting('funds_days', 'integer') }} and period <= {{ tonight_date() }}
    group by county_code
    union all
    select coalesce(home_county_code, county_code), amount
    from {{ ref('fct_service_event') }}
    where served_on > {{ tonight_date() }} - {{ setting('funds_days', 'integer') }}
        and served_on <= {{ tonight_date() }}
),

summed as (
    select coalesce(county_code, {{ prefecture() }}) as county_code, sum(amount) as funds
    from funds
    group by rollup (county_code)
    having grouping(county_code) = 1 or county_code <> {{ prefecture() }}
),

poverty_alleviated as materialized (
    select county_code, count(*) as persons
    from {{ ref('fct_person_state') }}
    where {{ holds_on(tonight_date()) }}
        and is_poverty_alleviated
    group by county_code
),

persons as (
    select coalesce(county_code, {{ prefecture() }}) as county_code, sum(persons)::bigint as persons
    from poverty_alleviated
    group by rollup (county_code)
)

select persons.county_code, coalesce(summed.funds, 0) as funds, persons.persons
from persons
left join summed using (county_code)
