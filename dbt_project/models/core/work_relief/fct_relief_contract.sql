-- Each contract as the latest file that names it describes it. One that is still open when a file leaves it out ended
-- the day before that file; one that had already ended is merely no longer reported.
with
latest as (
    select distinct on (project_no, person_key, onsite_from)
        project_no, person_key, onsite_from, offsite_on, signed_on, daily_wage, seen_to
    from {{ ref('reported_relief_contract') }}
    order by project_no, person_key, onsite_from, seen_to desc nulls first, seen_from desc
),

ended as (
    select latest.*, {{ is_left_out('offsite_on') }} as is_left_out from latest
)

select
    ended.project_no, ended.person_key, ended.onsite_from,
    least(offsite_on, seen_to - 1) as offsite_on,
    case when is_left_out then 'left_out' when offsite_on is not null then 'ended' end as end_reason,
    coalesce(project.county_code, {{ prefecture() }}) as county_code,
    ended.signed_on,
    ended.daily_wage::numeric(14, 2) as daily_wage
from ended
left join {{ ref('dim_relief_project') }} as project using (project_no)
-- A contract that was left out before its first day was never worked.
where not is_left_out or seen_to > onsite_from
