-- Each study that is tracked on the night's date: not left out, of a living person. By the evidence, a graduate works,
-- continues to study, serves in the army or has no work.
with
studies as (
    select
        person_key, enrolled_on, county_code, level, graduated_on, left_out_on, has_assistance_worker,
        -- What is registered for a later day is not there yet.
        case when outcome_on > {{ tonight_date() }} then null else outcome end as outcome,
        coalesce(graduated_on <= {{ tonight_date() }}, false) as is_graduate
    from {{ ref('fct_study') }}
    where enrolled_on <= {{ tonight_date() }}
),

homes as ({{ homes_of('studies') }}),

deceased as (
    select distinct person_key from {{ ref('reported_labor_register') }} where deceased_on <= {{ tonight_date() }}
),

-- Evidence counts whether the person is registered or not.
work as (
    select evidence.person_key, max(least(evidence.end_on, {{ tonight_date() }})) as last_worked_on
    from {{ ref('fct_employment_evidence') }} as evidence
    inner join (select distinct person_key from studies) as students using (person_key)
    where evidence.start_on <= {{ tonight_date() }}
    group by evidence.person_key
),

further_studies as (
    select distinct study.person_key, study.enrolled_on
    from studies as study
    inner join studies as later on study.person_key = later.person_key and study.enrolled_on <> later.enrolled_on
    where later.enrolled_on >= study.graduated_on and later.left_out_on is null and not later.is_graduate
),

study_states as (
    select
        studies.*,
        coalesce(home.county_code, studies.county_code) as home_county_code,
        home.township_code,
        greatest(studies.graduated_on, work.last_worked_on) as unemployed_since,
        coalesce(work.last_worked_on = {{ tonight_date() }}, false) as is_employed,
        further_studies.person_key is not null or coalesce(studies.outcome = 'further_study', false) as studies_on
    from studies
    left join homes as home on studies.person_key = home.person_key and {{ is_home('home', tonight_date()) }}
    left join work on studies.person_key = work.person_key
    left join further_studies
        on studies.person_key = further_studies.person_key and studies.enrolled_on = further_studies.enrolled_on
    where studies.left_out_on is null and studies.person_key not in (select person_key from deceased)
)

select
    person_key, enrolled_on, home_county_code as county_code, township_code, level,
    coalesce(extract(year from graduated_on), 0)::integer as graduation_year,
    graduated_on, outcome, has_assistance_worker,
    case
        when not is_graduate then 'student'
        when is_employed then 'employed'
        when studies_on then 'studies_on'
        when outcome = 'military' then 'military'
        else 'unemployed'
    end as standing,
    case when is_graduate then unemployed_since end as unemployed_since
from study_states
