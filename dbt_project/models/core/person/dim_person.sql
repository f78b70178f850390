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
    inner join {{ ref('changed_person') }} as changed on reported.person_key = changed.person_key
),

contested_persons as (
    select person_key from runs group by person_key having min(county_code) < max(county_code)
),

contested as materialized (
    select runs.* from runs inner join contested_persons on runs.person_key = contested_persons.person_key
),

-- An unbroken listing: consecutive runs of one register.
listings as (
    select person_key, county_code, unnest(range_agg(daterange(valid_from, valid_to))) as listed
    from contested
    group by person_key, county_code
),

spans as ({{ elementary_spans('contested', ['person_key']) }}),

-- The person belongs to the county whose unbroken listing began later, else to the lower code.
decided_spans as (
    select distinct on (spans.person_key, spans.valid_from)
        {{ prefixed(['person_key'] + content[:-1], 'contested') }}, spans.valid_from, spans.valid_to
    from spans
    inner join listings on spans.person_key = listings.person_key and listings.listed @> spans.valid_from
    inner join contested
        on listings.person_key = contested.person_key and listings.county_code = contested.county_code
        and daterange(contested.valid_from, contested.valid_to) @> spans.valid_from
    order by spans.person_key, spans.valid_from, lower(listings.listed) desc, listings.county_code
),

contested_spans as (
    select
        {{ prefixed(['person_key'] + content[:-1], 'decided_spans') }},
        (
            select string_agg(others.county_code, ',' order by others.county_code)
            from listings as others
            where others.person_key = decided_spans.person_key and others.county_code <> decided_spans.county_code
                and others.listed @> decided_spans.valid_from
        ) as also_listed_in,
        decided_spans.valid_from, decided_spans.valid_to
    from decided_spans
),

contested_periods as ({{ merged_spans('contested_spans', ['person_key'], content) }}),

persons as (
    select {{ prefixed(['person_key'] + content, 'runs') }}, runs.valid_from, runs.valid_to
    from runs
    where not exists (select from contested_persons where contested_persons.person_key = runs.person_key)
    union all
    select person_key, {{ content | join(', ') }}, valid_from, valid_to from contested_periods
)

select person_key, {{ prefixed(content, 'persons') }}, valid_from, valid_to from persons
