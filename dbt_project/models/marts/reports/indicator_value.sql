{{ depends_on_indicators() }}
-- The value of each indicator in each county and period that a report shows, as known tonight, from the county's first
-- register on. What was published then stays in its versions.
with
periods as (
    select kind, period from {{ ref('figure_period') }}
    union
    select kind, compared_period from {{ ref('figure_period') }} where is_known_tonight
),

figures as (
    {%- for indicator in indicators() %}
    {{ indicator_rows(indicator) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        null::text as indicator, null::text as county_code, null::date as period,
        null::numeric as numerator, null::numeric as denominator, null::numeric as value
    where false
    {%- endfor %}
),

grid as (
    select dictionary.*, register.county_code, periods.period
    from {{ ref('indicator') }} as dictionary
    inner join periods using (kind)
    inner join {{ ref('int_register_start') }} as register
        on register.first_register_on < case
            when dictionary.kind = 'P' then (periods.period + interval '1 month')::date else periods.period + 1
        end
),

-- How far the feeds cover the period: those of a day, of a month, of tonight. Where none of its feeds has been due yet,
-- the calendar alone says it of a month.
statuses as (
    select 'S' as kind, county_code, on_date as period, null as feed, obs_status
    from {{ ref('headline_series') }}
    where indicator = 'labour_force'
    union all
    select 'P', county_code, month, feed, obs_status from {{ ref('int_month_feed') }}
    union all
    select 'P', county_code, month, null, case when as_of < period_end then 'P' end from {{ ref('int_month') }}
    union all
    select 'N', county_code, on_date, feed, case when is_accepted then 'A' else 'E' end
    from {{ ref('int_feed_day') }}
    where on_date = {{ tonight_date() }}
),

observed as (
    select grid.code, grid.county_code, grid.period, {{ worst_status('statuses.obs_status') }} as obs_status
    from grid
    inner join statuses
        on grid.kind = statuses.kind and grid.county_code = statuses.county_code and grid.period = statuses.period
        and (statuses.feed is null or statuses.feed = any(grid.feeds))
    group by grid.code, grid.county_code, grid.period
)

select
    grid.code as indicator, grid.county_code, grid.period, grid.kind,
    figures.numerator, figures.denominator,
    round(
        case
            {%- for indicator in indicators() if indicator.setting %}
            when grid.code = '{{ indicator.code }}' and {{ setting(indicator.setting, 'text') }} is null then null
            {%- endfor %}
            when grid.denominator is null and grid.numerator is not null then coalesce(figures.value, 0)
            else figures.value
        end,
        grid.digits
    )::numeric(18, 4) as value,
    coalesce(observed.obs_status, 'A') as obs_status
from grid
left join figures
    on grid.code = figures.indicator and grid.county_code = figures.county_code and grid.period = figures.period
left join observed
    on grid.code = observed.code and grid.county_code = observed.county_code and grid.period = observed.period
