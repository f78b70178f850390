{#
  Counts of persons at the end of each month are cumulated over nights, as the headline series is: a night counts the
  moved persons alone, as they were published and as they are tonight. Only a month that is not published yet is counted
  from everyone.

  The models that count need the CTEs known_until (the report date of the last publication), month_ends and moved_persons.
#}
{% macro last_report_date() -%}
    select coalesce(max(publication.report_date), '-infinity') as on_date
    from {{ source('ops', 'publication') }} as publication
    where publication.publication = (select ops.chain_head())
{%- endmacro %}

{# The last known day of each month, tonight and as the model was last published. #}
{% macro month_ends(model_name) -%}
    select grid.month, version.is_tonight, version.as_of, published.month is null as is_new
    from {{ ref('int_month') }} as grid
    cross join known_until
    left join (
        select distinct month from {{ continued_rows(model_name) }} as counted
    ) as published using (month)
    cross join lateral (
        values (true, grid.as_of), (false, least(grid.period_end, known_until.on_date))
    ) as version (is_tonight, as_of)
    where grid.county_code = {{ prefecture() }} and (version.is_tonight or published.month is not null)
{%- endmacro %}

{# Whether a row of known_rows belongs to tonight or to the last publication, as `version` says. #}
{% macro is_of_version(row, version) -%}
    case when {{ version }}.is_tonight then {{ row }}.is_known else {{ row }}.was_known end
{%- endmacro %}

{# The states of persons at the month ends that count: everyone's in a new month, of the moved persons in all others. #}
{% macro month_end_states() -%}
    select month_ends.month, month_ends.is_tonight, month_ends.as_of, states.*
    from {{ known_rows('fct_person_state') }} as states
    inner join month_ends
        on {{ is_of_version('states', 'month_ends') }} and {{ holds_on('month_ends.as_of', 'states') }}
    where month_ends.is_new
    union all
    select month_ends.month, month_ends.is_tonight, month_ends.as_of, states.*
    from {{ known_rows('fct_person_state') }} as states
    inner join moved_persons using (person_key)
    inner join month_ends
        on {{ is_of_version('states', 'month_ends') }} and {{ holds_on('month_ends.as_of', 'states') }}
    where not month_ends.is_new
{%- endmacro %}

{#
  By how much each cell of a published count changes. `changes`: a CTE of persons with the key and the measures, which
  are negative as published. With --full-refresh all cells begin at nothing; the published ones are among them.
#}
{% macro cell_steps(changes, model_name, key, measures) -%}
    select
        {{ key | join(', ') }}
        {%- for measure in measures %}, sum({{ measure }})::bigint as {{ measure }}{% endfor %}
    from (
        select {{ (key + measures) | join(', ') }} from {{ changes }}
        {%- if flags.FULL_REFRESH %}
        union all
        select {{ key | join(', ') }}{{ ', 0' * measures | length }} from {{ published_rows(model_name) }} as published
        {%- endif %}
    ) as persons
    group by {{ key | join(', ') }}
    {%- if not flags.FULL_REFRESH %}
    having {% for measure in measures %}{{ ' or ' if not loop.first }}sum({{ measure }}) <> 0{% endfor %}
    {%- endif %}
{%- endmacro %}

{# The cells that change, as they are tonight: what was published and its steps. A cell that nobody is in is left out. #}
{% macro stepped_cells(model_name, step, key, measures) -%}
    select *
    from (
        select
            {{ key | join(', ') }}
            {%- for measure in measures %},
            (coalesce(published.{{ measure }}, 0) + step.{{ measure }})::integer as {{ measure }}
            {%- endfor %}
        from {{ ref(step) }} as step
        left join {{ continued_rows(model_name) }} as published using ({{ key | join(', ') }})
    ) as cells
    where {{ measures[0] }} <> 0
{%- endmacro %}
