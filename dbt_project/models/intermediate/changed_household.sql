-- Households with a member, of now or of before, of whom this build learnt something.
select county_code, household_no from {{ changed_rows('fct_person_state') }} as states
union
select county_code, household_no from {{ changed_rows('dim_person') }} as persons
