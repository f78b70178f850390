-- Persons on the registers of several counties on the report date: one row for each person and county, with what that
-- county itself reported. Neither the other county nor what it reported is shown.
with
contested as (
    select person_key, county_code as counted_in from {{ ref('dim_person') }}
    where also_listed_in is not null and {{ holds_on(tonight_date()) }}
),

reported as materialized (
    select
        register.person_key, register.unit as county_code, register.household_no, register.township_code,
        daterange(register.seen_from, register.seen_to) as days, contested.counted_in
    from {{ ref('reported_labor_register') }} as register
    inner join contested using (person_key)
),

listings as (
    select person_key, county_code, unnest(range_agg(days)) as listed from reported group by person_key, county_code
)

select
    reported.county_code, reported.person_key, reported.household_no, reported.township_code,
    lower(listings.listed) as listed_since,
    max(lower(listings.listed)) over (partition by reported.person_key) as contested_since,
    reported.county_code = reported.counted_in as is_counted_here
from reported
inner join listings
    on reported.person_key = listings.person_key and reported.county_code = listings.county_code
    and listings.listed @> {{ tonight_date() }}
where reported.days @> {{ tonight_date() }}
