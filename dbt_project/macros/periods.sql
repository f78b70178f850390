{#
  The weeks or months of each county from its first register to the night's day; `as_of` is the last day of the period
  that the night knows. The prefecture has those from its own first register on.
#}
{% macro period_grid(period) -%}
with
periods as (
    select
        register.county_code,
        started.on_date::date as {{ period }},
        (started.on_date + interval '1 {{ period }}')::date - 1 as period_end
    from {{ ref('int_register_start') }} as register
    cross join lateral generate_series(
        date_trunc('{{ period }}', register.first_register_on), {{ tonight_date() }}, interval '1 {{ period }}'
    ) as started (on_date)
),

periods_so_far as (
    select *, least(period_end, {{ tonight_date() }}) as as_of from periods
)

select
    county_code, {{ period }}, period_end, as_of,
    case when county_code = {{ prefecture() }} then (
        select count(*)::integer from {{ ref('int_register_start') }} as register
        where register.county_code <> {{ prefecture() }} and register.first_register_on <= periods_so_far.as_of
    ) end as counties_reporting
from periods_so_far
{%- endmacro %}

{#
  Whether a `feed` is due on one of `days`, which are of dim_date: a register by the frequency in force on the day
  (campaign_frequency), every other feed by its own.
#}
{% macro is_due_on_day() -%}
    case case feed.due_frequency when 'campaign' then days.campaign_frequency else feed.due_frequency end
        when 'daily' then true
        when 'working_days' then days.is_working_day
        when 'weekly' then days.weekday = feed.due_weekday
        when 'monthly' then extract(day from days.calendar_date) = feed.due_day
        else false
    end
{%- endmacro %}

{#
  The months that an accepted file of a period feed covers; a nil return covers the month before it, until a later
  revision says otherwise.
#}
{% macro months_covered() -%}
    select feed, unit, period from {{ ref('reported_period') }}
    union
    select delivery.feed, delivery.unit, (date_trunc('month', delivery.report_date) - interval '1 month')::date
    from {{ source('ops', 'delivery') }} as delivery
    inner join {{ source('ops', 'feed') }} as feed on delivery.feed = feed.feed
    where delivery.status = 'accepted' and delivery.kind = 'nil' and feed.kind = 'period'
        and not exists (
            select from {{ source('ops', 'delivery') }} as later
            where (later.feed, later.unit, later.report_date, later.part)
                = (delivery.feed, delivery.unit, delivery.report_date, delivery.part)
                and later.revision > delivery.revision and later.status = 'accepted'
        )
{%- endmacro %}

{#
  The state of each county's feeds for each week or month, for `obs_status`: E if the submission due last is missing, P if
  the period is not over or its file has not arrived yet, otherwise A.
#}
{% macro period_feeds(period) -%}
with
grid as (
    select * from {{ ref('int_' ~ period) }}
),

daily_feeds as (
    select grid.county_code, grid.{{ period }}, readings.feed, not readings.is_accepted as is_missing, false as is_awaited
    from grid
    inner join {{ ref('int_feed_day') }} as readings
        on grid.county_code = readings.county_code and grid.as_of = readings.on_date
)
{%- if period == 'month' %},

-- A period feed may report the month at any time; it is missing once its due day has passed.
counties as (
    select feed.feed, feed.due_day, register.county_code, register.first_register_on
    from {{ source('ops', 'feed') }} as feed
    cross join {{ ref('int_register_start') }} as register
    where feed.unit = 'county' and feed.kind = 'period' and register.county_code <> {{ prefecture() }}
),

covered as ({{ months_covered() }}),

awaited as (
    select
        grid.county_code, grid.month, counties.feed,
        bool_or(covered.period is null) as is_awaited,
        (grid.month + interval '1 month')::date + counties.due_day - 1 < {{ tonight_date() }} as is_past_due
    from grid
    inner join counties
        on grid.county_code in (counties.county_code, {{ prefecture() }}) and counties.first_register_on <= grid.as_of
            and counties.county_code <> all(coalesce(ops.words(ops.setting('counties_not_joined', grid.as_of)), '{}'))
    left join covered
        on counties.feed = covered.feed and counties.county_code = covered.unit and grid.month = covered.period
    group by grid.county_code, grid.month, counties.feed, counties.due_day
)
{%- endif %}

select
    grid.county_code, grid.{{ period }}, feeds.feed,
    case
        when feeds.is_missing then 'E'
        when grid.as_of < grid.period_end or feeds.is_awaited then 'P'
        else 'A'
    end as obs_status
from grid
inner join (
    select county_code, {{ period }}, feed, is_missing, is_awaited from daily_feeds
    {%- if period == 'month' %}
    union all
    select county_code, month, feed, is_awaited and is_past_due, is_awaited from awaited
    {%- endif %}
) as feeds using (county_code, {{ period }})
{%- endmacro %}

{# The worst of several states: carried forward, provisional, normal (an aggregate). #}
{% macro worst_status(obs_status) -%}
    case when bool_or({{ obs_status }} = 'E') then 'E' when bool_or({{ obs_status }} = 'P') then 'P' else 'A' end
{%- endmacro %}

{#
  obs_status of each county and period, by the feeds that the model needs (needed_feeds); where none of them is due yet,
  by the calendar alone.
#}
{% macro period_status(period, name=none) -%}
    select
        asked.county_code, asked.{{ period }},
        {{ worst_status("coalesce(reported.obs_status, case when asked.as_of < asked.period_end then 'P' end)") }} as obs_status
    from {{ ref('int_' ~ period) }} as asked
    left join {{ ref('int_' ~ period ~ '_feed') }} as reported
        on asked.county_code = reported.county_code and asked.{{ period }} = reported.{{ period }}
            and reported.feed in ({{ needed_feeds(name) }})
    group by asked.county_code, asked.{{ period }}
{%- endmacro %}

{# obs_status of each county and month, by the feeds that the model needs. #}
{% macro month_status() -%}
    {{ period_status('month') }}
{%- endmacro %}

{# obs_status of each county and week, by the feeds that the model needs, or the one that is named. #}
{% macro week_status(name=none) -%}
    {{ period_status('week', name) }}
{%- endmacro %}

{# obs_status of each county on the night's day, by the feeds that the model needs; period feeds do not count. #}
{% macro day_status() -%}
    select register.county_code, case when bool_and(feed_days.is_accepted) is false then 'E' else 'A' end as obs_status
    from {{ ref('int_register_start') }} as register
    left join {{ ref('int_feed_day') }} as feed_days
        on register.county_code = feed_days.county_code and feed_days.on_date = {{ tonight_date() }}
            and feed_days.feed in ({{ needed_feeds() }})
    group by register.county_code
{%- endmacro %}
