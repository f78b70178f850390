-- The state of each workshop by the workshop registers, over time: a snapshot holds until its county's next one.
select
    unit as county_code, workshop_no, seen_from as valid_from, seen_to as valid_to, workshop_name, township_code,
    recognised_on, status, adjustment_type, tier, workers, poverty_alleviated_workers,
    subsidy_amount::numeric(14, 2) as subsidy_amount, subsidy_on, exited_on
from {{ ref('reported_workshop') }}
