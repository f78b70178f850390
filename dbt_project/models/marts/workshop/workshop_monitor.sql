-- Each workshop on the last day of each month, as its county and as the employment register report it.
with
workshop_months as (
    select grid.month, grid.as_of, state.*
    from {{ ref('int_month') }} as grid
    inner join {{ ref('fct_workshop_state') }} as state
        on grid.county_code = state.county_code and {{ holds_on('grid.as_of', 'state') }}
),

homes as ({{ homes_of(ref('int_workshop_spell')) }}),

-- Everyone who works there, registered or not.
workers_found as (
    select
        workshop.county_code, workshop.workshop_no, workshop.month,
        count(distinct spell.person_key)::integer as workers,
        count(distinct spell.person_key) filter (where home.is_poverty_alleviated)::integer as poverty_alleviated
    from workshop_months as workshop
    inner join {{ ref('int_workshop_spell') }} as spell
        on workshop.county_code = spell.workshop_county and workshop.workshop_no = spell.workshop_no
            and {{ covers('workshop.as_of', 'spell') }}
    left join homes as home
        on spell.person_key = home.person_key and {{ is_home('home', 'workshop.as_of') }}
    group by workshop.county_code, workshop.workshop_no, workshop.month
),

counted as (
    select
        workshop.*,
        coalesce(workers_found.workers, 0) as workers_found,
        coalesce(workers_found.poverty_alleviated, 0) as poverty_alleviated_found,
        round(workers_found.poverty_alleviated / nullif(workers_found.workers, 0)::numeric, 4)
            as share_poverty_alleviated,
        workshop.subsidy_on <= workshop.as_of as is_subsidised
    from workshop_months as workshop
    left join workers_found using (county_code, workshop_no, month)
),

-- A criterion that the standard leaves empty is not judged; neither is a workshop that has left. One in which nobody is
-- found has no share, and meets none.
judged as (
    select
        counted.*,
        standards.months as standard_months, standards.judged_from,
        case
            when standards.enabled then
                counted.status <> 'exited'
                and (
                    coalesce(counted.poverty_alleviated_found < standards.min_poverty_alleviated, false)
                    or coalesce(counted.workers_found < standards.min_workers, false)
                    or coalesce(coalesce(counted.share_poverty_alleviated, 0) < standards.min_share, false)
                )
        end as is_below_standard
    from counted
    left join {{ ref('int_workshop_standard') }} as standards using (county_code, month)
),

-- How many of the months that a standard covers, up to this one, were below it.
months_below as (
    select judged.county_code, judged.workshop_no, judged.month, count(*) as months
    from judged
    inner join judged as earlier using (county_code, workshop_no)
    where earlier.is_below_standard and earlier.month <= judged.month
        and earlier.month >= judged.judged_from
    group by judged.county_code, judged.workshop_no, judged.month
)

select
    judged.county_code, judged.workshop_no, judged.month, judged.workshop_name, judged.township_code, judged.status,
    judged.tier, judged.adjustment_type, judged.recognised_on, judged.exited_on,
    judged.workers as workers_reported,
    judged.poverty_alleviated_workers as poverty_alleviated_reported,
    judged.workers_found, judged.poverty_alleviated_found,
    judged.share_poverty_alleviated::numeric(9, 4) as share_poverty_alleviated,
    case when judged.is_subsidised then judged.subsidy_amount end as subsidy_amount,
    case when judged.is_subsidised then judged.subsidy_on end as subsidy_on,
    case
        when judged.is_subsidised then judged.subsidy_amount / nullif(judged.poverty_alleviated_found, 0)
    end::numeric(14, 2) as subsidy_per_poverty_alleviated,
    judged.workers - judged.workers_found as discrepancy,
    judged.is_below_standard,
    case
        when judged.is_below_standard then months_below.months >= judged.standard_months else judged.is_below_standard
    end as exit_flag,
    status.obs_status
from judged
left join months_below using (county_code, workshop_no, month)
inner join ({{ month_status() }}) as status using (county_code, month)
