-- Workshops: head counts have no names, so they are compared as numbers, workshop by workshop.
with
workshops as (
    select county_code, workshop_no, workers
    from {{ ref('fct_workshop_state') }}
    where valid_to is null and status <> 'exited'
),

workshop_workers as (
    select distinct person_key, workshop_county, workshop_no, coalesce(workshop_county, reported_by) as county_code
    from {{ ref('int_workshop_spell') }}
    where {{ covers(tonight_date()) }}
),

worker_counts as (
    select
        workshops.county_code, workshops.workshop_no, workshops.workers as reported,
        count(worker.person_key) as found
    from workshops
    left join workshop_workers as worker
        on workshops.county_code = worker.workshop_county and workshops.workshop_no = worker.workshop_no
    group by workshops.county_code, workshops.workshop_no, workshops.workers
),

workers_elsewhere as (
    select worker.county_code, worker.workshop_no, worker.person_key
    from workshop_workers as worker
    left join workshops
        on worker.workshop_county = workshops.county_code and worker.workshop_no = workshops.workshop_no
    where workshops.workshop_no is null
)

select
    county_code, workshop_no, null::uuid as person_key, least(reported, found) as matched,
    greatest(reported - found, 0) as only_in_first, greatest(found - reported, 0) as only_in_second
from worker_counts
union all
select county_code, workshop_no, person_key, 0, 0, 0 from workers_elsewhere
