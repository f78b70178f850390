-- Each workshop as the latest snapshot that names it describes it.
select distinct on (unit, workshop_no)
    unit as county_code, workshop_no, workshop_name, township_code, recognised_on, status, adjustment_type, tier,
    workers, poverty_alleviated_workers, subsidy_amount::numeric(14, 2) as subsidy_amount, subsidy_on, exited_on,
    seen_to as left_out_on
from {{ ref('reported_workshop') }}
order by unit, workshop_no, seen_from desc
