-- The workshop of each spell that names one. Each county numbers its own workshops: the number is that of the county of
-- work, if its register ever had it, else the reporting county, else the lowest county that had it.
with
spells as (
    select
        person_key, employer_name, reported_start_on, start_on, end_on, workshop_no, work_division_code,
        county_code as reported_by
    from {{ ref('fct_employment_spell') }}
    where workshop_no is not null
),

workshops as (
    select distinct unit as county_code, workshop_no from {{ ref('reported_workshop') }}
)

select distinct on (spells.person_key, spells.employer_name, spells.reported_start_on)
    spells.person_key, spells.employer_name, spells.reported_start_on, spells.start_on, spells.end_on,
    spells.reported_by, spells.workshop_no, workshops.county_code as workshop_county
from spells
left join workshops using (workshop_no)
order by
    spells.person_key, spells.employer_name, spells.reported_start_on,
    workshops.county_code is distinct from spells.work_division_code,
    workshops.county_code is distinct from spells.reported_by,
    workshops.county_code
