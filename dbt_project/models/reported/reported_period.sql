-- The months that each file of a period feed speaks of.
{%- set feeds = ['relief_payroll', 'public_post_payment'] %}
with
told as (
    {% for feed in feeds -%}
    select distinct '{{ feed }}' as feed, unit, period, report_date from {{ ref('stg_' ~ feed) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

arrived as (
    {% for feed in feeds -%}
    select '{{ feed }}' as feed, unit, report_date from ({{ accepted_snapshots(feed) }}) as files where is_tonight
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A file that came again says anew which months it speaks of.
untouched as (
    select known.*
    from {{ this }} as known
    where not exists (
        select from arrived
        where (arrived.feed, arrived.unit, arrived.report_date) = (known.feed, known.unit, known.report_date)
    )
)

select feed, unit, period, report_date from untouched
union all
select feed, unit, period, report_date from told
