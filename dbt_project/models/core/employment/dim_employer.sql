-- Employers named by a spell or a posting; of several names the last in order is shown, of those reported with the
-- credit code if there are any: a county that guessed a name would find there that another county reports the code.
with
mentions as (
    select employer_key, employer_uscc, employer_name, industry, county_code from {{ ref('fct_employment_spell') }}
    union all
    -- As the county knows it, to which the code is not disclosed.
    select own_employer_key, null, employer_name, industry, county_code from {{ ref('fct_employment_spell') }}
    where own_employer_key is not null
    union all
    select employer_key, employer_uscc, employer_name, industry, null from {{ ref('fct_job_posting') }}
)

select
    employer_key,
    max(employer_uscc) as employer_uscc,
    coalesce(
        max(employer_name collate "C") filter (where employer_uscc is not null), max(employer_name collate "C")
    ) as employer_name,
    case
        when max(employer_uscc) is null then max(industry) else max(industry) filter (where employer_uscc is not null)
    end as industry,
    array_agg(distinct county_code order by county_code) filter (where county_code is not null) as reported_by
from mentions
group by employer_key
