-- Each project as the latest file that names it describes it; left_out_on where a later file leaves it out.
select distinct on (project_no)
    project_no, county_code, township_code, project_name, project_type,
    total_investment::numeric(14, 2) as total_investment,
    relief_funds::numeric(14, 2) as relief_funds,
    planned_remuneration::numeric(14, 2) as planned_remuneration,
    planned_workers, started_on, planned_completion_on, completed_on, owner_unit, contractor,
    seen_to as left_out_on
from {{ ref('reported_relief_project') }}
order by project_no, seen_to desc nulls first, seen_from desc
