{# Submissions due tonight, and those of them accepted, by county over the feeds that the model needs. #}
{% macro coverage() -%}
    select county_code, sum(units_due) as units_due, sum(units_accepted) as units_accepted
    from {{ ref('int_coverage') }}
    where feed in ({{ needed_feeds() }})
    group by county_code
{%- endmacro %}

{# The units that reported nothing for one of the days that are compared: tonight's, the day before, 7 days before. #}
{% macro carried_units() -%}
    select
        coalesce(reading.county_code, {{ prefecture() }}) as county_code,
        array_agg(distinct case when feed.unit = 'county' then reading.county_code else feed.source end) as units
    from {{ ref('int_feed_day') }} as reading
    inner join {{ source('ops', 'feed') }} as feed on reading.feed = feed.feed
    where not reading.is_accepted and reading.county_code <> {{ prefecture() }}
        and reading.feed in ({{ needed_feeds() }})
        and reading.on_date in ({{ tonight_date() }}, {{ tonight_date() }} - 1, {{ tonight_date() }} - 7)
    group by rollup (reading.county_code)
{%- endmacro %}
