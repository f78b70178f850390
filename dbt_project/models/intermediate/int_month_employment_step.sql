{%- set cell = [
    'month', 'county_code', 'township_code', 'is_poverty_alleviated', 'work_division_code', 'destination', 'is_organised',
    'labor_brand', 'industry',
] -%}
-- By how much the employed at the end of each month differ from what was last published, by every attribute that the
-- monthly marts count by.
with
known_until as ({{ last_report_date() }}),

month_ends as ({{ month_ends('month_end_employment') }}),

moved_persons as ({{ moved_persons([
    [known_rows('fct_person_state'), ['valid_from', 'valid_to']],
    [known_rows('fct_employment_evidence'), []],
]) }}),

employed as (select * from ({{ states_to_count('month_ends') }}) as states where is_employed),

changes as (
    select
        employed.month, employed.county_code, employed.township_code, employed.is_poverty_alleviated,
        employed.work_division_code, employed.destination,
        evidence.is_organised,
        coalesce(evidence.labor_brand, '') as labor_brand,
        coalesce(evidence.industry, '') as industry,
        case when employed.is_tonight then 1 else -1 end as persons
    from employed
    inner join {{ known_rows('fct_employment_evidence') }} as evidence
        on employed.person_key = evidence.person_key and employed.source = evidence.source
        and employed.source_key = evidence.source_key
        and {{ is_of_version('evidence', 'employed') }}
)

{{ cell_steps('changes', 'month_end_employment', cell, ['persons']) }}
