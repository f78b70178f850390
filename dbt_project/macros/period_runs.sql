{#
  The runs of a period feed: which lines a unit's month had, with which content, from the date of which file to
  that of the next. A file stands for the whole of each month that it speaks of (reported_period), and for no other.

  Tonight's files rewrite what stood from their date to the next file's, so the order in which they come never
  changes the result: a late file splits runs, a correction rewrites its own stretch; where it no longer speaks of
  a month, the file before it speaks again. Lines of months that no file of tonight touches are left out (the scope).

  The model's meta.key is (unit, period, <key of the feed>, seen_from), its columns are those of the feed's contract.
  In a text column of the key an empty cell counts as a value, ''.
#}
{% macro period_runs(feed) %}
{%- set key = model.config.meta['key'] | reject('equalto', 'seen_from') | list -%}
{%- set columns = adapter.get_columns_in_relation(this) | rejectattr('name', 'in', ['seen_from', 'seen_to']) | list
    if execute else [] -%}
{%- set names = columns | map(attribute='name') | list -%}
with
files as materialized (
    select
        periods.unit,
        periods.period,
        periods.report_date,
        lead(periods.report_date) over month as next_date,
        coalesce(arrived.is_tonight, false) as is_tonight
    from {{ ref('reported_period') }} as periods
    left join ({{ accepted_snapshots(feed) }}) as arrived
        on periods.unit = arrived.unit and periods.report_date = arrived.report_date
    where periods.feed = '{{ feed }}'
    window month as (partition by periods.unit, periods.period order by periods.report_date)
),

-- Of lines with one key in one file the last counts.
told as (
    select distinct on ({{ quoted(key) }}, report_date)
        {% for column in columns -%}
        {{ "coalesce(" ~ column.name ~ ", '') as " ~ column.name
            if column.name in key and column.dtype == 'text' else column.name }},
        {% endfor -%}
        report_date
    from {{ ref('stg_' ~ feed) }}
    order by {{ quoted(key) }}, report_date, {{ part_order(direction='desc') }}, sheet desc, line desc
),

touched as (
    select unit, period, report_date from files where is_tonight
    union
    select known.unit, known.period, arrived.report_date
    from {{ this }} as known
    inner join ({{ accepted_snapshots(feed) }}) as arrived
        on known.unit = arrived.unit and arrived.is_tonight
            and arrived.report_date in (known.seen_from, known.seen_to)
),

-- What is written anew: from the file that speaks on a touched day, if there is one, to the next.
stretches as materialized (
    select distinct on (touched.unit, touched.period, touched.report_date)
        touched.unit,
        touched.period,
        files.report_date as spoken_on,
        coalesce(files.is_tonight, false) as is_tonight,
        daterange(
            coalesce(files.report_date, touched.report_date),
            case when files.report_date is null then first_files.report_date else files.next_date end
        ) as days
    from touched
    left join files
        on touched.unit = files.unit and touched.period = files.period and files.report_date <= touched.report_date
    left join (select unit, period, min(report_date) as report_date from files group by unit, period) as first_files
        on touched.unit = first_files.unit and touched.period = first_files.period
    order by touched.unit, touched.period, touched.report_date, files.report_date desc nulls last
),

replaced as (
    select unit, period, range_agg(days) as days from stretches group by unit, period
),

pieces as (
    select {{ prefixed(names, 'told') }}, datemultirange(stretches.days) as days
    from told
    inner join stretches
        on told.unit = stretches.unit and told.period = stretches.period and told.report_date = stretches.spoken_on
            and stretches.is_tonight
    union all
    select {{ prefixed(names, 'known') }}, datemultirange(stretches.days) as days
    from {{ this }} as known
    inner join stretches
        on known.unit = stretches.unit and known.period = stretches.period and not stretches.is_tonight
            and stretches.spoken_on <@ daterange(known.seen_from, known.seen_to)
    union all
    select {{ prefixed(names, 'known') }}, datemultirange(daterange(known.seen_from, known.seen_to)) - replaced.days
    from {{ this }} as known
    inner join replaced on known.unit = replaced.unit and known.period = replaced.period
),

runs as (
    select {{ quoted(names) }}, unnest(range_agg(days)) as days from pieces group by {{ quoted(names) }}
),

-- Every line of those months that is or was in force: one without a run any more is closed.
lines as (
    select {{ quoted(key) }} from runs
    union
    select {{ prefixed(key, 'known') }}
    from {{ this }} as known
    inner join replaced on known.unit = replaced.unit and known.period = replaced.period
)

select {{ prefixed(key, 'lines') }}, {{ prefixed(names | reject('in', key) | list, 'runs') }},
    lower(runs.days) as seen_from, upper(runs.days) as seen_to
from lines
left join runs on ({{ prefixed(key, 'lines') }}) = ({{ prefixed(key, 'runs') }})
{% endmacro %}
