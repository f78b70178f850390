-- Students and graduates of the Yulu Plan Plus on the night's day, by level and year of graduation: who works
-- (by the evidence), who continues to study, who has no work, and which allowances are owed.
with
studies as (
    select * from {{ ref('int_study_standing') }}
),

-- What is to be paid on a later day is not paid yet.
terms as (
    select person_key, enrolled_on, due, case when paid_on > {{ tonight_date() }} then 0 else paid end as paid
    from {{ ref('fct_study_term') }}
),

allowances as (
    select person_key, enrolled_on, sum(due) as due, sum(paid) as paid, sum(greatest(due - paid, 0)) as arrears
    from terms
    group by person_key, enrolled_on
),

-- Each study counts in its county and in the prefecture, at its level and at all of them.
cells as (
    select
        place.county_code, grade.level, studies.graduation_year, studies.person_key, studies.enrolled_on,
        studies.standing, studies.outcome, studies.unemployed_since, studies.has_assistance_worker
    from studies
    cross join lateral {{ county_places('studies.county_code') }} as place (county_code)
    cross join lateral (values (studies.level), ('all')) as grade (level)
),

counted as (
    select
        cells.county_code, cells.level, cells.graduation_year,
        count(*) as studies,
        count(*) filter (where standing = 'student') as students,
        count(*) filter (where standing = 'employed') as employed,
        count(*) filter (where standing <> 'student' and outcome = 'employed') as employed_reported,
        count(*) filter (where standing = 'studies_on') as in_further_study,
        count(*) filter (where standing = 'military') as military,
        {% for column, months in [
            ('unemployed_6m', 'youth_unemployed_months'), ('unemployed_12m', 'youth_long_term_months'),
        ] -%}
        count(*) filter (
            where standing = 'unemployed'
                and unemployed_since + make_interval(months => {{ setting(months, 'integer') }}) <= {{ tonight_date() }}
        ) as {{ column }},
        {% endfor -%}
        sum(allowances.due) as allowance_due,
        sum(allowances.paid) as allowance_paid,
        sum(allowances.arrears) as allowance_arrears,
        count(*) filter (where has_assistance_worker) as with_assistance_worker
    from cells
    left join allowances using (person_key, enrolled_on)
    group by cells.county_code, cells.level, cells.graduation_year
),

-- A service counts once in a cell, also for a person with two studies there.
service_counts as (
    select
        cells.county_code, cells.level, cells.graduation_year,
        count(distinct service.county_code || service.record_no) as services_received,
        count(distinct service.person_key) as graduates_served
    from cells
    inner join studies using (person_key, enrolled_on)
    inner join {{ ref('fct_service_event') }} as service
        on cells.person_key = service.person_key
            and service.served_on between studies.graduated_on and {{ tonight_date() }}
    group by cells.county_code, cells.level, cells.graduation_year
),

-- Allowances that a study had not been paid when it was left out stay visible where it was reported, as its last row
-- told it.
left_out as (
    select
        place.county_code, grade.level,
        coalesce(extract(year from study.last_row_graduated_on), 0)::integer as graduation_year,
        sum(allowances.arrears) as arrears
    from {{ ref('fct_study') }} as study
    inner join allowances using (person_key, enrolled_on)
    cross join lateral {{ county_places('study.county_code') }} as place (county_code)
    cross join lateral (values (study.level), ('all')) as grade (level)
    where study.left_out_on is not null and study.enrolled_on <= {{ tonight_date() }}
    group by place.county_code, grade.level, extract(year from study.last_row_graduated_on)
    having sum(allowances.arrears) > 0
),

grain as (
    select county_code, level, graduation_year from counted
    union
    select county_code, level, graduation_year from left_out
)

select
    grain.county_code, grain.level, grain.graduation_year,
    coalesce(counted.students, 0)::integer as students,
    coalesce(counted.studies - counted.students, 0)::integer as graduates,
    {% for count in ['employed', 'employed_reported', 'in_further_study', 'military'] -%}
    coalesce(counted.{{ count }}, 0)::integer as {{ count }},
    {% endfor -%}
    {{ while_set('youth_unemployed_months', 'coalesce(counted.unemployed_6m, 0)') }}::integer as unemployed_6m,
    {{ while_set('youth_long_term_months', 'coalesce(counted.unemployed_12m, 0)') }}::integer as unemployed_12m,
    coalesce(service_counts.services_received, 0)::integer as services_received,
    coalesce(service_counts.graduates_served, 0)::integer as graduates_served,
    coalesce(counted.allowance_due, 0)::numeric(14, 2) as allowance_due,
    coalesce(counted.allowance_paid, 0)::numeric(14, 2) as allowance_paid,
    coalesce(counted.allowance_arrears, 0)::numeric(14, 2) as allowance_arrears,
    coalesce(left_out.arrears, 0)::numeric(14, 2) as arrears_left_out,
    coalesce(counted.with_assistance_worker, 0)::integer as with_assistance_worker,
    (counted.with_assistance_worker / nullif(counted.studies, 0)::numeric)::numeric(9, 4) as plan_coverage,
    status.obs_status
from grain
inner join ({{ day_status() }}) as status using (county_code)
left join counted using (county_code, level, graduation_year)
left join service_counts using (county_code, level, graduation_year)
left join left_out using (county_code, level, graduation_year)
