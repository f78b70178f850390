-- Incomes of employed persons at the end of a month, and those that fell against the three months before.
with
months as (
    select distinct grid.month, grid.as_of
    from {{ ref('int_month') }} as grid
    inner join {{ ref('changed_income_month') }} as changed using (month)
),

-- The days on which each month reads incomes: its own, and the last days of the three months before.
days as materialized (
    select month, as_of as on_date, true as is_own from months
    union all
    select month, (month - make_interval(months => back.months))::date - 1, false
    from months
    cross join generate_series(0, 2) as back (months)
),

states as materialized (
    select
        day.on_date, state.person_key, state.county_code, state.population_category, state.is_poverty_alleviated,
        state.source, state.source_key, state.channel, state.job_rank, state.work_division_code, state.monthly_wage
    from (select distinct on_date from days) as day
    inner join {{ ref('fct_person_state') }} as state
        on {{ holds_on('day.on_date', 'state') }}
    where state.is_employed
),

earners as materialized (
    select states.*, incomes.income
    from states
    inner join ({{ income_on('states') }}) as incomes using (person_key, on_date)
    where incomes.income > 0
),

bases as (
    select days.month, earners.person_key, sum(earners.income) as income_before
    from earners
    inner join days using (on_date)
    where not days.is_own
    group by days.month, earners.person_key
    having count(*) = 3
),

-- The minimum wage of a place: its own, else that of its prefecture, else of its province (the codes descend).
minimum_wages as (
    select distinct on (place.code, place.on_date)
        place.code as work_division_code, place.on_date, rule.monthly
    from (select distinct work_division_code as code, on_date from earners) as place
    inner join {{ ref('minimum_wage') }} as rule
        on rule.place in (place.code, left(place.code, 4) || '00', left(place.code, 2) || '0000')
        and rule.valid_from <= place.on_date
    where rule.monthly is not null
    order by place.code, place.on_date, rule.place desc, rule.valid_from desc
),

judged as (
    select
        days.month, earners.county_code, earners.population_category, earners.is_poverty_alleviated, earners.income,
        bases.person_key is not null as is_compared,
        3 * earners.income <= (1 - {{ setting('income_fall_share') }}) * bases.income_before as is_down,
        -- Work for wages: a full-time public post and what ranks before it.
        earners.job_rank <= {{ job_rank('full_time_post') }} and minimum_wages.monthly is not null as is_judged,
        earners.income < minimum_wages.monthly as is_below_minimum
    from days
    inner join earners using (on_date)
    left join bases on days.month = bases.month and earners.person_key = bases.person_key
    left join minimum_wages using (work_division_code, on_date)
    where days.is_own
),

counted as (
    select
        month, coalesce(county_code, {{ prefecture() }}) as county_code,
        case
            when grouping(population_category) = 0 then population_category
            when grouping(is_poverty_alleviated) = 0 then 'poverty_alleviated'
            else 'all'
        end as population_category,
        count(*) as earners,
        percentile_disc(array[0.1, 0.5, 0.9]) within group (order by income) as wages,
        avg(income) as mean_wage,
        count(*) filter (where is_compared) as earners_compared,
        count(*) filter (where is_down) as earners_down_30pct,
        count(*) filter (where is_judged) as wage_earners_judged,
        count(*) filter (where is_judged and is_below_minimum) as below_minimum_wage
    from judged
    group by month, rollup (county_code), grouping sets ((population_category), (is_poverty_alleviated), ())
    having coalesce(is_poverty_alleviated, true)
),

cells as (
    select grid.county_code, grid.month, category.population_category, grid.counties_reporting
    from {{ ref('int_month') }} as grid
    inner join {{ ref('changed_income_month') }} as changed using (month)
    cross join unnest(array[
        'general', 'lifted_out', 'unstable', 'marginal', 'sudden_hardship', 'poverty_alleviated', 'all'
    ]) as category (population_category)
)

select
    cells.county_code, cells.month, cells.population_category,
    coalesce(counted.earners, 0)::integer as earners,
    {% for percentile in ['p10', 'p50', 'p90'] -%}
    counted.wages[{{ loop.index }}]::numeric(14, 2) as wage_{{ percentile }},
    {% endfor -%}
    counted.mean_wage::numeric(14, 2) as mean_wage,
    coalesce(counted.earners_compared, 0)::integer as earners_compared,
    coalesce(counted.earners_down_30pct, 0)::integer as earners_down_30pct,
    (counted.earners_down_30pct / nullif(counted.earners_compared, 0)::numeric)::numeric(9, 4) as share_down_30pct,
    coalesce(counted.wage_earners_judged, 0)::integer as wage_earners_judged,
    coalesce(counted.below_minimum_wage, 0)::integer as below_minimum_wage,
    (counted.below_minimum_wage / nullif(counted.wage_earners_judged, 0)::numeric)::numeric(9, 4)
        as share_below_minimum_wage,
    cells.counties_reporting,
    status.obs_status
from cells
inner join ({{ month_status(['labor_register', 'employment', 'public_post']) }}) as status using (county_code, month)
left join counted using (county_code, month, population_category)
