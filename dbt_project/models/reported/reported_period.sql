-- The months that each file of a period feed covers.
{%- set feeds = ['relief_payroll', 'public_post_payment'] %}
with
file_months as (
    {% for feed in feeds -%}
    select distinct '{{ feed }}' as feed, unit, period, report_date from {{ ref('stg_' ~ feed) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

new_files as (
    {% for feed in feeds -%}
    select '{{ feed }}' as feed, unit, report_date from ({{ accepted_snapshots(feed) }}) as files where is_tonight
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A new revision of a file replaces the months of the earlier one.
other_files as (
    select earlier.*
    from {{ this }} as earlier
    where not exists (
        select from new_files
        where (new_files.feed, new_files.unit, new_files.report_date) = (earlier.feed, earlier.unit, earlier.report_date)
    )
)

select feed, unit, period, report_date from other_files
union all
select feed, unit, period, report_date from file_months
