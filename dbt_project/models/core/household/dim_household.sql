{%- set content = [
    'township_code', 'village_code', 'members', 'is_relocated', 'resettlement_site_no', 'population_category',
    'is_poverty_alleviated',
] -%}
with
members as materialized (
    select
        persons.county_code, persons.household_no, persons.person_key, persons.township_code, persons.village_code,
        persons.is_relocated, persons.resettlement_site_no, persons.population_category,
        persons.valid_from, persons.valid_to
    from {{ ref('dim_person') }} as persons
    inner join {{ ref('changed_household') }} as changed
        on persons.county_code = changed.county_code and persons.household_no = changed.household_no
),

spans as ({{ elementary_spans('members', ['county_code', 'household_no']) }}),

span_contents as (
    select
        spans.county_code, spans.household_no, spans.valid_from, spans.valid_to,
        min(members.township_code) as township_code,
        min(members.village_code) as village_code,
        count(*)::integer as members,
        bool_or(members.is_relocated) as is_relocated,
        min(members.resettlement_site_no) as resettlement_site_no,
        {{ worst_category('members.population_category') }} as population_category,
        bool_or(members.population_category <> 'general') as is_poverty_alleviated
    from spans
    inner join members
        on spans.county_code = members.county_code and spans.household_no = members.household_no
        and {{ holds_on('spans.valid_from', 'members') }}
    group by spans.county_code, spans.household_no, spans.valid_from, spans.valid_to
),

households as ({{ merged_spans('span_contents', ['county_code', 'household_no'], content) }})

select county_code, household_no, {{ prefixed(content, 'households') }}, valid_from, valid_to
from households
