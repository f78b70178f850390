-- What gate 1 computes of a labour register, written by hand as one statement: a row a county, tonight against before.
with
tonight as not materialized (
    select d.unit, l.*
    from landing.labor_register as l
    join ops.delivery as d on d.delivery_id = l.delivery_id
    where d.report_date = date '2024-05-02'
),

before as not materialized (
    select d.unit, l.*
    from landing.labor_register as l
    join ops.delivery as d on d.delivery_id = l.delivery_id
    where d.report_date = date '2024-05-01'
),

measured as (
    select
        unit, count(*) as rows,
        count(person_key) as person_key, count(name_key) as name_key, count(household_no) as household_no,
        count(relation_to_head) as relation_to_head, count(county_code) as county_code,
        count(township_code) as township_code, count(village_code) as village_code,
        count(population_category) as population_category, count(is_relocated) as is_relocated,
        count(resettlement_site_no) as resettlement_site_no, count(work_capacity) as work_capacity,
        count(in_school) as in_school, count(education) as education, count(job_intention) as job_intention,
        count(mobile_key) as mobile_key, count(is_low_income) as is_low_income, count(deceased_on) as deceased_on,
        count(*) filter (
            where population_category not in ('general', 'lifted_out', 'unstable', 'marginal', 'sudden_hardship')
        ) as unknown_category,
        count(*) filter (where work_capacity not in ('ordinary', 'skilled', 'partial', 'none')) as unknown_capacity,
        count(*) filter (where job_intention not in ('away', 'nearby', 'startup', 'none')) as unknown_intention,
        count(*) filter (where is_relocated and resettlement_site_no is null) as without_site,
        count(*) filter (where population_category = 'general') as general,
        count(*) filter (where population_category = 'lifted_out') as lifted_out,
        count(*) filter (where population_category = 'unstable') as unstable,
        count(*) filter (where population_category = 'marginal') as marginal,
        count(*) filter (where population_category = 'sudden_hardship') as sudden_hardship,
        count(*) filter (where work_capacity = 'ordinary') as ordinary,
        count(*) filter (where work_capacity = 'skilled') as skilled,
        count(*) filter (where work_capacity = 'partial') as partial,
        count(*) filter (where work_capacity = 'none') as no_capacity,
        count(*) filter (where job_intention = 'away') as away,
        count(*) filter (where job_intention = 'nearby') as nearby,
        count(*) filter (where job_intention = 'startup') as startup,
        count(*) filter (where job_intention = 'none') as no_intention,
        count(*) filter (where education = 'primary_or_below') as primary_or_below,
        count(*) filter (where education = 'junior_high') as junior_high,
        count(*) filter (where education = 'senior_high') as senior_high,
        count(*) filter (where education = 'secondary_vocational') as secondary_vocational,
        count(*) filter (where education = 'junior_college') as junior_college,
        count(*) filter (where education = 'bachelor_or_above') as bachelor_or_above,
        count(*) filter (
            where education not in (
                'primary_or_below', 'junior_high', 'senior_high', 'secondary_vocational', 'junior_college',
                'bachelor_or_above'
            )
        ) as unknown_education,
        count(*) filter (where is_relocated) as relocated, count(*) filter (where in_school) as at_school,
        count(*) filter (where is_low_income) as low_income
    from tonight
    group by unit
),

agreed as (
    select
        before.unit, count(*) as rows, count(tonight.person_key) as still_there,
        avg((tonight.name_key is not distinct from before.name_key)::integer) as name_key,
        avg((tonight.household_no is not distinct from before.household_no)::integer) as household_no,
        avg((tonight.relation_to_head is not distinct from before.relation_to_head)::integer) as relation_to_head,
        avg((tonight.township_code is not distinct from before.township_code)::integer) as township_code,
        avg((tonight.village_code is not distinct from before.village_code)::integer) as village_code,
        avg((tonight.population_category is not distinct from before.population_category)::integer) as category,
        avg((tonight.is_relocated is not distinct from before.is_relocated)::integer) as is_relocated,
        avg((tonight.resettlement_site_no is not distinct from before.resettlement_site_no)::integer) as site,
        avg((tonight.work_capacity is not distinct from before.work_capacity)::integer) as work_capacity,
        avg((tonight.in_school is not distinct from before.in_school)::integer) as in_school,
        avg((tonight.education is not distinct from before.education)::integer) as education,
        avg((tonight.job_intention is not distinct from before.job_intention)::integer) as job_intention,
        avg((tonight.mobile_key is not distinct from before.mobile_key)::integer) as mobile_key,
        avg((tonight.is_low_income is not distinct from before.is_low_income)::integer) as is_low_income,
        avg((tonight.deceased_on is not distinct from before.deceased_on)::integer) as deceased_on
    from before
    left join tonight on (tonight.unit, tonight.person_key) = (before.unit, before.person_key)
    group by before.unit
)

select measured.*, agreed.* from measured join agreed using (unit)
