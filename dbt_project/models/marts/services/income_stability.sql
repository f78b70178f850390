-- Incomes of employed persons at the end of a month, and those that fell against the three months before.
with
incomes as (
    select
        month, coalesce(county_code, {{ prefecture() }}) as county_code,
        case
            when grouping(population_category) = 0 then population_category
            when grouping(is_poverty_alleviated) = 0 then 'poverty_alleviated'
            else 'all'
        end as population_category,
        income,
        sum(persons) as earners,
        coalesce(sum(persons) filter (where is_compared), 0) as earners_compared,
        coalesce(sum(persons) filter (where is_down), 0) as earners_down_30pct,
        coalesce(sum(persons) filter (where is_judged), 0) as wage_earners_judged,
        coalesce(sum(persons) filter (where is_below_minimum), 0) as below_minimum_wage
    from {{ ref('month_end_income') }}
    group by month, income, rollup (county_code), grouping sets ((population_category), (is_poverty_alleviated), ())
    having coalesce(is_poverty_alleviated, true)
),

ranked as (
    select
        *,
        sum(earners) over (
            partition by month, county_code, population_category order by income
        ) as up_to,
        sum(earners) over (partition by month, county_code, population_category) as of_all
    from incomes
),

-- As percentile_disc: the lowest income that this share of the earners does not exceed.
counted as (
    select
        month, county_code, population_category,
        sum(earners) as earners,
        {% for percentile in [10, 50, 90] -%}
        min(income) filter (where up_to >= ceil({{ percentile }} * of_all / 100)) as wage_p{{ percentile }},
        {% endfor -%}
        sum(income * earners) / sum(earners) as mean_wage,
        sum(earners_compared) as earners_compared,
        sum(earners_down_30pct) as earners_down_30pct,
        sum(wage_earners_judged) as wage_earners_judged,
        sum(below_minimum_wage) as below_minimum_wage
    from ranked
    group by month, county_code, population_category
),

cells as (
    select grid.county_code, grid.month, category.population_category, grid.counties_reporting
    from {{ ref('int_month') }} as grid
    cross join unnest(array[
        'general', 'lifted_out', 'unstable', 'marginal', 'sudden_hardship', 'poverty_alleviated', 'all'
    ]) as category (population_category)
)

select
    cells.county_code, cells.month, cells.population_category,
    coalesce(counted.earners, 0)::integer as earners,
    {% for percentile in [10, 50, 90] -%}
    counted.wage_p{{ percentile }}::numeric(14, 2) as wage_p{{ percentile }},
    {% endfor -%}
    counted.mean_wage::numeric(14, 2) as mean_wage,
    coalesce(counted.earners_compared, 0)::integer as earners_compared,
    {{ while_set('income_fall_share', 'coalesce(counted.earners_down_30pct, 0)') }}::integer as earners_down_30pct,
    {{ while_set(
        'income_fall_share', 'counted.earners_down_30pct / nullif(counted.earners_compared, 0)::numeric'
    ) }}::numeric(9, 4) as share_down_30pct,
    coalesce(counted.wage_earners_judged, 0)::integer as wage_earners_judged,
    coalesce(counted.below_minimum_wage, 0)::integer as below_minimum_wage,
    (counted.below_minimum_wage / nullif(counted.wage_earners_judged, 0)::numeric)::numeric(9, 4)
        as share_below_minimum_wage,
    cells.counties_reporting,
    status.obs_status
from cells
inner join ({{ month_status() }}) as status using (county_code, month)
left join counted using (county_code, month, population_category)
