with
places as (
    select division_code as county_code from {{ ref('division') }} where level in ('county', 'prefecture')
),

figures as (
    select places.county_code, figure.target_code, figure.basis, figure.indicator
    from places
    cross join (
        values
        ('rural_employed', 'stock', 'rural_employed'),
        ('rural_employed', 'year_to_date', 'rural_employed_ytd'),
        ('poverty_alleviated_employed', 'stock', 'poverty_alleviated_employed'),
        ('poverty_alleviated_employed', 'year_to_date', 'poverty_alleviated_employed_ytd'),
        ('zero_employment_relocated_households', 'stock', 'zero_employment_relocated_households')
    ) as figure (target_code, basis, indicator)
),

targets as (
    select distinct on (target.county_code, target.target_code) target.*
    from {{ ref('target') }} as target
    where target.valid_from <= {{ tonight_date() }}
    order by target.county_code, target.target_code, target.valid_from desc
),

-- Like for like: the change of a county that was carried forward on either day is 0; of one that had no register on the
-- earlier day it is unknown.
changes as (
    select
        coalesce(today.county_code, {{ prefecture() }}) as county_code, today.indicator
        {%- for back in [1, 7] %},
        sum({{ like_for_like('today', 'back_' ~ back) }}) as change_{{ back }}d
        {%- endfor %}
    from {{ ref('headline_series') }} as today
    {%- for back in [1, 7] %}
    left join {{ ref('headline_series') }} as back_{{ back }}
        on today.county_code = back_{{ back }}.county_code and today.indicator = back_{{ back }}.indicator
        and back_{{ back }}.on_date = today.on_date - {{ back }}
    {%- endfor %}
    where today.on_date = {{ tonight_date() }} and today.county_code <> {{ prefecture() }}
    group by today.indicator, rollup (today.county_code)
),

-- If a county has never sent a register, neither its own figure nor the prefecture's can be judged or be a baseline.
registered as (
    select
        coalesce(places.county_code, {{ prefecture() }}) as county_code,
        bool_and(register.first_register_on is not null) as is_complete
    from places
    left join {{ ref('int_register_start') }} as register using (county_code)
    where places.county_code <> {{ prefecture() }}
    group by rollup (places.county_code)
),

measured as (
    select
        figures.*, targets.target_value, targets.deadline, coalesce(today.value, 0) as actual_value,
        changes.change_1d, changes.change_7d, coalesce(coverage.units_due, 0) as units_due,
        coalesce(coverage.units_accepted, 0) as units_accepted, carried.units as carried_forward,
        registered.is_complete and targets.deadline >= {{ tonight_date() }} as is_judged,
        coalesce(today.obs_status, 'M') as obs_status,
        coalesce(
            targets.baseline_value, decided.value, before.baseline_value,
            case when registered.is_complete then today.value end
        ) as baseline_value,
        coalesce(
            case when coalesce(targets.baseline_value, decided.value) is not null then targets.baseline_on end,
            before.baseline_on, case when registered.is_complete then {{ tonight_date() }} end
        ) as baseline_on
    from figures
    inner join registered on figures.county_code = registered.county_code
    left join targets on figures.county_code = targets.county_code and figures.target_code = targets.target_code
    left join {{ ref('headline_series') }} as today
        on figures.county_code = today.county_code and figures.indicator = today.indicator
        and today.on_date = {{ tonight_date() }}
    left join changes on figures.county_code = changes.county_code and figures.indicator = changes.indicator
    left join ({{ coverage() }}) as coverage on figures.county_code = coverage.county_code
    left join ({{ carried_units() }}) as carried on figures.county_code = carried.county_code
    -- A baseline that is decided by its date alone is the figure of that day.
    left join {{ ref('headline_series') }} as decided
        on figures.county_code = decided.county_code and figures.indicator = decided.indicator
        and decided.on_date = targets.baseline_on
    -- A target without a baseline has that of the year's first publication with the figure, which each night keeps.
    left join {{ this }} as before
        on figures.county_code = before.county_code and figures.target_code = before.target_code
        and figures.basis = before.basis
        and date_trunc('year', before.baseline_on) = date_trunc('year', {{ tonight_date() }})
),

scheduled as (
    select
        measured.*,
        -- Divided last, so that it is rounded once.
        baseline_value + (target_value - baseline_value)
        * greatest(least({{ tonight_date() }}, deadline) - baseline_on, 0)
        / nullif(greatest(deadline - baseline_on, 0), 0)::numeric as scheduled_value
    from measured
)

select
    county_code, target_code, basis, target_value::integer as target_value, actual_value::integer as actual_value,
    -- Four digits, like every share; the columns have room for more.
    {{ ratio('actual_value', 'target_value', most=999) }}::numeric(9, 6) as progress_rate,
    case when target_value = 0 then 0 else scheduled_value end::numeric(14, 2) as scheduled_value,
    baseline_value::integer as baseline_value, baseline_on,
    round(units_accepted / nullif(units_due, 0)::numeric, 4)::numeric(7, 6) as coverage,
    units_due::integer as units_due, units_accepted::integer as units_accepted,
    change_1d::integer as change_1d, change_7d::integer as change_7d, deadline,
    case
        when {{ tonight_date() }} >= deadline then null
        else (target_value - actual_value) / (deadline - {{ tonight_date() }})::numeric
    end::numeric(14, 4) as required_daily_change,
    case
        when not is_judged then null
        when target_value = 0 then actual_value = 0
        else actual_value >= scheduled_value
    end as on_track,
    obs_status, carried_forward
from scheduled
