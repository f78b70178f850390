{#
  The runs of a period feed: which lines a unit's month had, with which content, from the date of which file to
  that of the next. A file is the complete content of each month that it covers (reported_period), and of no other.

  Tonight's files replace what was in force from their date to the next file's, so the order in which they arrive never
  changes the result: a late file splits runs, a correction rewrites its own interval; where it no longer covers a
  month, the file before it is in force again. Lines of months that no file of tonight concerns are left out (the scope).

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
listed as (
    select distinct on ({{ quoted(key) }}, report_date)
        {% for column in columns -%}
        {{ "coalesce(" ~ column.name ~ ", '') as " ~ column.name
            if column.name in key and column.dtype == 'text' else column.name }},
        {% endfor -%}
        report_date
    from {{ ref('stg_' ~ feed) }}
    order by {{ quoted(key) }}, report_date, {{ part_order(direction='desc') }}, sheet desc, line desc
),

changed_dates as (
    select unit, period, report_date from files where is_tonight
    union
    select stored.unit, stored.period, arrived.report_date
    from {{ this }} as stored
    inner join ({{ accepted_snapshots(feed) }}) as arrived
        on stored.unit = arrived.unit and arrived.is_tonight
            and arrived.report_date in (stored.seen_from, stored.seen_to)
),

-- What is rewritten: from the file in force on a changed date, if there is one, to the next.
intervals as materialized (
    select distinct on (changed_dates.unit, changed_dates.period, changed_dates.report_date)
        changed_dates.unit,
        changed_dates.period,
        files.report_date as in_force_on,
        coalesce(files.is_tonight, false) as is_tonight,
        daterange(
            coalesce(files.report_date, changed_dates.report_date),
            case when files.report_date is null then first_files.report_date else files.next_date end
        ) as days
    from changed_dates
    left join files
        on changed_dates.unit = files.unit and changed_dates.period = files.period and files.report_date <= changed_dates.report_date
    left join (select unit, period, min(report_date) as report_date from files group by unit, period) as first_files
        on changed_dates.unit = first_files.unit and changed_dates.period = first_files.period
    order by changed_dates.unit, changed_dates.period, changed_dates.report_date, files.report_date desc nulls last
),

replaced as (
    select unit, period, range_agg(days) as days from intervals group by unit, period
),

pieces as (
    select {{ prefixed(names, 'listed') }}, datemultirange(intervals.days) as days
    from listed
    inner join intervals
        on listed.unit = intervals.unit and listed.period = intervals.period and listed.report_date = intervals.in_force_on
            and intervals.is_tonight
    union all
    select {{ prefixed(names, 'stored') }}, datemultirange(intervals.days) as days
    from {{ this }} as stored
    inner join intervals
        on stored.unit = intervals.unit and stored.period = intervals.period and not intervals.is_tonight
            and intervals.in_force_on <@ daterange(stored.seen_from, stored.seen_to)
    union all
    select {{ prefixed(names, 'stored') }}, datemultirange(daterange(stored.seen_from, stored.seen_to)) - replaced.days
    from {{ this }} as stored
    inner join replaced on stored.unit = replaced.unit and stored.period = replaced.period
),

runs as (
    select {{ quoted(names) }}, unnest(range_agg(days)) as days from pieces group by {{ quoted(names) }}
),

-- Every line of those months that is or was in force: one that no longer has a run is closed.
lines as (
    select {{ quoted(key) }} from runs
    union
    select {{ prefixed(key, 'stored') }}
    from {{ this }} as stored
    inner join replaced on stored.unit = replaced.unit and stored.period = replaced.period
)

select {{ prefixed(key, 'lines') }}, {{ prefixed(names | reject('in', key) | list, 'runs') }},
    lower(runs.days) as seen_from, upper(runs.days) as seen_to
from lines
left join runs on ({{ prefixed(key, 'lines') }}) = ({{ prefixed(key, 'runs') }})
{% endmacro %}
