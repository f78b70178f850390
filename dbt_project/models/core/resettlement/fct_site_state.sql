-- The state of each resettlement site as its county's snapshots reported it, over time.
select
    unit as county_code, resettlement_site_no, seen_from as valid_from, seen_to as valid_to, site_name, township_code,
    households, residents, labour_force, reserved_jobs
from {{ ref('reported_resettlement_site') }}
