{%- set content = [
    'county_code', 'household_no', 'relation_to_head', 'township_code', 'village_code', 'birth_date', 'sex',
    'population_category', 'is_poverty_alleviated', 'is_relocated', 'resettlement_site_no', 'work_capacity',
    'in_school', 'education', 'job_intention', 'is_low_income', 'deceased_on', 'also_listed_in',
] -%}
with
runs as materialized (
    select
        reported.person_key, reported.unit as county_code, reported.household_no, reported.relation_to_head,
        reported.township_code, reported.village_code, reported.birth_date, reported.sex,
        reported.population_category, reported.population_category <> 'general' as is_poverty_alleviated,
        reported.is_relocated, reported.resettlement_site_no, reported.work_capacity, reported.in_school,
        reported.education, reported.job_intention, reported.is_low_income, reported.deceased_on,
        null::text as also_listed_in, reported.seen_from as valid_from, reported.seen_to as valid_to
    from {{ ref('reported_labor_register') }} as reported
    inner join {{ ref('changed_person') }} as touched on reported.person_key = touched.person_key
),

contested_persons as (
    select person_key from runs group by person_key having min(county_code) < max(county_code)
),

contested as materialized (
    select runs.* from runs inner join contested_persons on runs.person_key = contested_persons.person_key
),

-- An unbroken listing: runs of one register that follow upon each other.
listings as (
    select person_key, county_code, unnest(range_agg(daterange(valid_from, valid_to))) as listed
    from contested
    group by person_key, county_code
),

spans as ({{ elementary_spans('contested', ['person_key']) }}),

-- The county whose unbroken listing began later has the person, then the lower code.
winners as (
    select distinct on (spans.person_key, spans.valid_from)
        {{ prefixed(['person_key'] + content[:-1], 'contested') }}, spans.valid_from, spans.valid_to
    from spans
    inner join listings on spans.person_key = listings.person_key and listings.listed @> spans.valid_from
    inner join contested
        on listings.person_key = contested.person_key and listings.county_code = contested.county_code
        and daterange(contested.valid_from, contested.valid_to) @> spans.valid_from
    order by spans.person_key, spans.valid_from, lower(listings.listed) desc, listings.county_code
),

told as (
    select
        {{ prefixed(['person_key'] + content[:-1], 'winners') }},
        (
            select string_agg(others.county_code, ',' order by others.county_code)
            from listings as others
            where others.person_key = winners.person_key and others.county_code <> winners.county_code
                and others.listed @> winners.valid_from
        ) as also_listed_in,
        winners.valid_from, winners.valid_to
    from winners
),

settled as ({{ merged_spans('told', ['person_key'], content) }}),

persons as (
    select {{ prefixed(['person_key'] + content, 'runs') }}, runs.valid_from, runs.valid_to
    from runs
    where not exists (select from contested_persons where contested_persons.person_key = runs.person_key)
    union all
    select {{ prefixed(['person_key'] + content, 'settled') }}, settled.valid_from, settled.valid_to from settled
)

select person_key, {{ prefixed(content, 'persons') }}, valid_from, valid_to from persons
