-- Two feeds compared on the same subject: what both have, what only one has, and where they differ.
with
night as (
    select * from {{ ref('int_compared_period') }}
),

-- Each thing counts in its county and once in the prefecture.
named as (
    select pair, county_code, item, standing from {{ ref('int_relief_payroll_pair') }}
    union all
    select pair, county_code, item, standing from {{ ref('int_post_payment_pair') }}
    union all
    select pair, county_code, item, standing from {{ ref('int_bank_pair') }}
    union all
    select pair, county_code, item, standing from {{ ref('int_platform_pair') }}
),

counted as (
    select
        named.pair, place.county_code,
        {% for standing in ['matched', 'only_in_first', 'only_in_second', 'conflicting'] -%}
        count(distinct named.item) filter (where named.standing = '{{ standing }}') as {{ standing }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from named
    cross join lateral {{ county_places('named.county_code') }} as place (county_code)
    group by named.pair, place.county_code
    union all
    select
        'workshop_headcount', place.county_code, sum(heads.matched), sum(heads.only_in_first),
        sum(heads.only_in_second) + count(distinct heads.person_key), 0
    from {{ ref('int_workshop_pair') }} as heads
    cross join lateral {{ county_places('heads.county_code') }} as place (county_code)
    group by place.county_code
),

-- While a setting of the platform's pair is switched off, nothing is compared: it has no period.
pairs as (
    select pair.* from night
    cross join lateral (
        values
        ('relief_employment_payroll', 'person', month_from, month_to),
        ('post_payment', 'post holding', month_from, month_to),
        ('workshop_headcount', 'head', on_date, on_date),
        ('payroll_bank', 'payment', payments_from, on_date),
        ('platform_employment', 'application', hires_from, hires_to)
    ) as pair (pair, unit_counted, period_from, period_to)
    where pair.period_from is not null and pair.period_to is not null
),

compared as (
    select
        register.county_code, pairs.*,
        coalesce(counted.matched, 0) as matched,
        coalesce(counted.only_in_first, 0) as only_in_first,
        -- Not every hire goes through the platform, so jobs without an application mean nothing.
        case when pairs.pair <> 'platform_employment' then coalesce(counted.only_in_second, 0) end as only_in_second,
        coalesce(counted.conflicting, 0) as conflicting
    from {{ ref('int_register_start') }} as register
    cross join pairs
    left join counted on register.county_code = counted.county_code and pairs.pair = counted.pair
)

select
    county_code, pair,
    matched::integer as matched,
    only_in_first::integer as only_in_first,
    only_in_second::integer as only_in_second,
    conflicting::integer as conflicting,
    (
        matched / nullif(matched + only_in_first + coalesce(only_in_second, 0) + conflicting, 0)::numeric
    )::numeric(9, 4) as match_rate,
    unit_counted, period_from, period_to
from compared
