-- Each agreement as the latest snapshot that names it describes it. One that a later snapshot leaves out before it
-- expired ended the day before that snapshot.
with
latest as (
    select distinct on (unit, agreement_no) *
    from {{ ref('reported_labor_cooperation') }}
    order by unit, agreement_no, seen_from desc
)

select
    unit as county_code, agreement_no,
    {{ partner_code('partner_division_code') }} as partner_code,
    cooperation_type, signed_on,
    least(expires_on, seen_to - 1) as ended_on,
    planned_workers, workstation
from latest
