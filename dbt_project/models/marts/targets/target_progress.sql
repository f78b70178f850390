with
places as (
    select division_code as county_code from {{ ref('division') }} where level in ('county', 'prefecture')
),

figures as (
    select places.county_code, figure.target_code, figure.basis
    from places
    cross join (
        values
        ('rural_employed', 'stock'), ('rural_employed', 'year_to_date'),
        ('poverty_alleviated_employed', 'stock'), ('poverty_alleviated_employed', 'year_to_date'),
        ('zero_employment_relocated_households', 'stock')
    ) as figure (target_code, basis)
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
        figures.county_code, figures.target_code, figures.basis,
        {% for back in [1, 7] -%}
        case
            when coalesce(standing.first_register_on > {{ tonight_date() }} - {{ back }}, true) then null
            when standing.is_carried_{{ back }}d then 0
            else
                coalesce(max(counts.value) filter (where counts.days_back = 0), 0)
                - coalesce(max(counts.value) filter (where counts.days_back = {{ back }}), 0)
        end as change_{{ back }}d{{ ',' if not loop.last }}
        {% endfor %}
    from figures
    inner join {{ ref('int_county_standing') }} as standing using (county_code)
    left join {{ ref('int_headline_count') }} as counts using (county_code, target_code, basis)
    where figures.county_code <> {{ prefecture() }}
    group by figures.county_code, figures.target_code, figures.basis, standing.first_register_on,
        standing.is_carried_1d, standing.is_carried_7d
),

all_changes as (
    select
        coalesce(county_code, {{ prefecture() }}) as county_code, target_code, basis,
        sum(change_1d) as change_1d, sum(change_7d) as change_7d
    from changes
    group by target_code, basis, rollup (county_code)
),

-- A county that never sent a register makes its own figure, and the prefecture's, impossible to judge.
registered as (
    select
        coalesce(county_code, {{ prefecture() }}) as county_code,
        bool_and(first_register_on is not null) as is_complete
    from {{ ref('int_county_standing') }}
    where county_code <> {{ prefecture() }}
    group by rollup (county_code)
),

measured as (
    select
        figures.*, targets.target_value, targets.deadline, coalesce(counts.value, 0) as actual_value,
        all_changes.change_1d, all_changes.change_7d, standing.units_due, standing.units_accepted,
        standing.carried_forward, registered.is_complete and targets.deadline >= {{ tonight_date() }} as is_judged,
        case
            when figures.county_code <> {{ prefecture() }} and standing.first_register_on is null then 'M'
            when standing.is_carried then 'E'
            else 'A'
        end as obs_status,
        coalesce(targets.baseline_value, before.baseline_value, counts.value, 0) as baseline_value,
        coalesce(targets.baseline_on, before.baseline_on, {{ tonight_date() }}) as baseline_on
    from figures
    inner join {{ ref('int_county_standing') }} as standing on figures.county_code = standing.county_code
    inner join registered on figures.county_code = registered.county_code
    left join targets on figures.county_code = targets.county_code and figures.target_code = targets.target_code
    left join {{ ref('int_headline_count') }} as counts
        on figures.county_code = counts.county_code and figures.target_code = counts.target_code
        and figures.basis = counts.basis and counts.days_back = 0
    left join all_changes
        on figures.county_code = all_changes.county_code and figures.target_code = all_changes.target_code
        and figures.basis = all_changes.basis
    -- A target without a baseline of its own has that of the year's first publication, which each night keeps.
    left join {{ this }} as before
        on figures.county_code = before.county_code and figures.target_code = before.target_code
        and figures.basis = before.basis
        and date_trunc('year', before.baseline_on) = date_trunc('year', {{ tonight_date() }})
),

scheduled as (
    select
        measured.*,
        baseline_value + (target_value - baseline_value) * greatest(least(
            ({{ tonight_date() }} - baseline_on) / nullif((deadline - baseline_on)::numeric, 0), 1
        ), 0) as scheduled_value
    from measured
)

select
    county_code, target_code, basis,
    target_value::integer as target_value,
    actual_value::integer as actual_value,
    (actual_value / nullif(target_value, 0))::numeric(9, 6) as progress_rate,
    case when target_value = 0 then 0 else scheduled_value end::numeric(14, 2) as scheduled_value,
    baseline_value::integer as baseline_value,
    baseline_on,
    (units_accepted / nullif(units_due, 0)::numeric)::numeric(7, 6) as coverage,
    units_due::integer as units_due,
    units_accepted::integer as units_accepted,
    change_1d::integer as change_1d,
    change_7d::integer as change_7d,
    deadline,
    case
        when {{ tonight_date() }} >= deadline then null
        else (target_value - actual_value) / (deadline - {{ tonight_date() }})::numeric
    end::numeric(14, 4) as required_daily_change,
    case
        when not is_judged then null
        when target_value = 0 then actual_value = 0
        else actual_value >= scheduled_value
    end as on_track,
    obs_status,
    carried_forward
from scheduled
