-- Households with a current or former member whose registration or state this build changed. Where everything is
-- computed again, including those in which nobody is left: their last member was erased.
select county_code, household_no
from (
    select county_code, household_no from {{ changed_rows('fct_person_state') }} as states
    union all
    select county_code, household_no from {{ changed_rows('dim_person') }} as persons
    {%- if flags.FULL_REFRESH %}
    union all
    select county_code, household_no from {{ published_rows('fct_household_state') }} as household_states
    union all
    select county_code, household_no from {{ published_rows('dim_household') }} as households
    {%- endif %}
) as changed
group by county_code, household_no
