-- Households with a current or former member whose registration or state this build changed.
select county_code, household_no
from (
    select county_code, household_no from {{ changed_rows('fct_person_state') }} as states
    union all
    select county_code, household_no from {{ changed_rows('dim_person') }} as persons
) as changed
group by county_code, household_no
