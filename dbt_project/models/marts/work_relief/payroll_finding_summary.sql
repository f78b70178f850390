-- How many lines of payroll each finding concerns, by county; the prefecture has those without a county too.
with
checked as materialized (
    select county_code, finding, person_key, amount from {{ ref('relief_payroll_check') }}
)

select
    place.county_code, checked.finding,
    count(*)::integer as lines,
    count(distinct checked.person_key)::integer as persons,
    sum(checked.amount)::numeric(14, 2) as amount
from checked
cross join lateral {{ county_places('checked.county_code') }} as place (county_code)
group by place.county_code, checked.finding
