-- Employed persons at the end of each month, by every attribute that the monthly marts count by: the marts read a few
-- rows a month instead of every person. A person has one main job on a day, so the counts add up.
with
employed as (
    select * from ({{ month_end_states() }}) as states where is_employed
)

select
    employed.month, employed.county_code, employed.township_code, employed.is_poverty_alleviated,
    employed.work_division_code, employed.destination,
    evidence.is_organised,
    coalesce(evidence.labor_brand, '') as labor_brand,
    coalesce(evidence.industry, '') as industry,
    count(*)::integer as persons
from employed
inner join {{ ref('fct_employment_evidence') }} as evidence using (person_key, source, source_key)
group by employed.month, employed.county_code, employed.township_code, employed.is_poverty_alleviated,
    employed.work_division_code, employed.destination,
    evidence.is_organised, coalesce(evidence.labor_brand, ''), coalesce(evidence.industry, '')
