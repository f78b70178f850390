-- A study as described by the latest snapshot that has it, whether in one row or in one for each allowance term. If two
-- counties have it, the later snapshot prevails, and of two of the same date that of the lower code.
with
-- The last snapshot that names a row is the one before its run ended.
runs as (
    select reported.*, snapshots.report_date as last_named_on
    from {{ ref('reported_youth_support') }} as reported
    inner join ({{ accepted_snapshots('youth_support') }}) as snapshots
        on reported.unit = snapshots.unit
        and coalesce(reported.seen_to, 'infinity') = coalesce(snapshots.next_date, 'infinity')
),

latest_rows as (
    select distinct on (person_key, enrolled_on) person_key, enrolled_on, unit, last_named_on
    from runs
    order by person_key, enrolled_on, last_named_on desc, unit
),

studies as (
    select
        person_key, enrolled_on, unit, last_named_on, seen_to,
        max(graduated_on) as graduated_on,
        (array_agg(graduated_on order by allowance_term collate "C" desc))[1] as last_row_graduated_on,
        {% for column in ['level', 'school', 'outcome', 'outcome_on'] -%}
        (array_agg({{ column }} order by allowance_term collate "C" desc))[1] as {{ column }},
        {% endfor -%}
        bool_or(assistance_worker_key is not null) as has_assistance_worker
    from runs
    inner join latest_rows using (person_key, enrolled_on, unit, last_named_on)
    group by person_key, enrolled_on, unit, last_named_on, seen_to
)

select
    person_key, enrolled_on, unit as county_code, level, school, graduated_on, last_row_graduated_on, outcome,
    outcome_on, has_assistance_worker, last_named_on,
    case when {{ is_left_out('graduated_on') }} then seen_to end as left_out_on
from studies
