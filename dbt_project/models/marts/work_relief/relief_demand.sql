-- Persons who wait for work nearby, and the places that open projects still have: the basis for new projects.
with
open_projects as (
    select
        months.month, months.as_of, project.county_code, project.project_no, project.planned_workers,
        {{ township_or_none('project.township_code', 'project.county_code') }} as township_code
    from {{ ref('int_month') }} as months
    inner join {{ ref('dim_relief_project') }} as project
        on {{ is_open_project('months.as_of', 'project') }}
    where months.county_code = {{ prefecture() }}
),

on_site as (
    select open_projects.month, open_projects.project_no, count(distinct contract.person_key) as workers
    from open_projects
    inner join {{ ref('fct_relief_contract') }} as contract
        on open_projects.project_no = contract.project_no
        and {{ covers('open_projects.as_of', 'contract', 'onsite_from', 'offsite_on') }}
    group by open_projects.month, open_projects.project_no
),

facts as (
    select
        month, county_code, township_code, wanting_nearby_work, wanting_nearby_work_priority as of_which_priority,
        0 as project_places_open, 0 as projects
    from {{ ref('month_end_register') }}
    union all
    select
        open_projects.month, open_projects.county_code, open_projects.township_code, 0, 0,
        greatest(open_projects.planned_workers - coalesce(on_site.workers, 0), 0), 1
    from open_projects
    left join on_site using (month, project_no)
),

counted as (
    select
        place.county_code, place.township_code, facts.month,
        sum(facts.wanting_nearby_work) as wanting_nearby_work,
        sum(facts.of_which_priority) as of_which_priority,
        sum(facts.project_places_open) as project_places_open,
        sum(facts.projects) as projects
    from facts
    cross join lateral {{ township_places('facts') }} as place (county_code, township_code)
    group by place.county_code, place.township_code, facts.month
),

grid as ({{ township_grid('open_projects') }})

select
    grid.county_code, grid.township_code, grid.month,
    coalesce(counted.wanting_nearby_work, 0)::integer as wanting_nearby_work,
    coalesce(counted.of_which_priority, 0)::integer as of_which_priority,
    coalesce(counted.project_places_open, 0)::integer as project_places_open,
    (coalesce(counted.wanting_nearby_work, 0) - coalesce(counted.project_places_open, 0))::integer as gap,
    coalesce(county.projects, 0)::integer as projects_within_county,
    grid.counties_reporting,
    status.obs_status
from grid
inner join ({{ month_status() }}) as status using (county_code, month)
left join counted using (county_code, township_code, month)
left join counted as county
    on grid.county_code = county.county_code and grid.county_code = county.township_code and grid.month = county.month
