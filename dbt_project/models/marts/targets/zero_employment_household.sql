-- A case is a maximal run of days on which a household has labour but nobody employed, whichever nights were built: the
-- states of households begin with the first register.
with
runs as (
    select county_code, household_no, range_agg(daterange(valid_from, valid_to)) as runs
    from {{ ref('fct_household_state') }}
    where is_zero_employment
    group by county_code, household_no
),

cases as (
    select
        runs.county_code, runs.household_no,
        lower(run) as opened_on,
        case when upper(run) <= {{ tonight_date() }} then upper(run) end as cleared_on
    from runs
    cross join lateral unnest(runs.runs) as run
    where lower(run) <= {{ tonight_date() }}
)

-- The household as it is now; one that has left the register, as it was on the last day of the case.
select
    cases.county_code, cases.household_no, cases.opened_on,
    state.township_code,
    state.is_relocated,
    state.population_category,
    state.members_in_labour_force,
    cases.cleared_on,
    case when cases.cleared_on is not null then coalesce(after.best_channel, 'none') end as cleared_by_channel
from cases
left join lateral (
    select states.*
    from {{ ref('fct_household_state') }} as states
    where states.county_code = cases.county_code and states.household_no = cases.household_no
        and states.valid_from <= {{ tonight_date() }}
    order by states.valid_from desc
    limit 1
) as state on true
left join {{ ref('fct_household_state') }} as after
    on cases.county_code = after.county_code and cases.household_no = after.household_no
    and {{ holds_on('cases.cleared_on', 'after') }}
