-- Employers named by a spell or a posting; of several names the last in order is shown.
with
mentions as (
    select employer_key, employer_uscc, employer_name, industry, county_code from {{ ref('fct_employment_spell') }}
    union all
    select employer_key, employer_uscc, employer_name, industry, null from {{ ref('fct_job_posting') }}
)

select
    employer_key,
    max(employer_uscc) as employer_uscc,
    max(employer_name collate "C") as employer_name,
    max(industry) as industry,
    array_agg(distinct county_code order by county_code) filter (where county_code is not null) as reported_by
from mentions
group by employer_key
