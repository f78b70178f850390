{#
  Persons are counted at the end of each month by cells: a month, a county and further attributes. As in the headline
  series, a night does not count everyone again, but adds a step to each cell that changes: the persons who moved are
  counted twice, negatively as they were published and positively as they are tonight. Only a month that is not published
  yet (is_new) is counted from everyone.

  int_month_<count>_step has the steps, month_end_<count> the cells. A step model begins with the CTEs known_until (the
  report date of the last publication), month_ends and moved_persons, which the macros below read.
#}
{% macro last_report_date(before_the_first="'-infinity'") -%}
    select coalesce(max(publication.report_date), {{ before_the_first }}) as on_date
    from {{ source('ops', 'publication') }} as publication
    where publication.publication = (select ops.chain_head())
{%- endmacro %}

{# The last known day of each month: tonight's, and, of a month that is published, that of the last publication. #}
{% macro month_ends(model_name) -%}
    select grid.month, version.is_tonight, version.on_date, published.month is null as is_new
    from {{ ref('int_month') }} as grid
    cross join known_until
    left join (
        select distinct month from {{ continued_rows(model_name) }} as counted
    ) as published using (month)
    cross join lateral (
        values (true, grid.as_of), (false, least(grid.period_end, known_until.on_date))
    ) as version (is_tonight, on_date)
    where grid.county_code = {{ prefecture() }} and (version.is_tonight or published.month is not null)
{%- endmacro %}

{#
  Persons of whom a fact was opened or closed tonight, or begins or ends on a day since the last publication; nobody where
  every month is new. `facts`: relations of known_rows, each with its bounds (`moves`).
#}
{% macro moved_persons(facts) -%}
    select person_key
    from (
        {%- for relation, bounds in facts %}
        {{ 'union all' if not loop.first }}
        select person_key from {{ relation }} as facts cross join known_until where {{ moves('facts', bounds) }}
        {%- endfor %}
    ) as moved
    where exists (select from month_ends where not is_new)
    group by person_key
{%- endmacro %}

{#
  The states of persons on `days`, a CTE with is_tonight, on_date and is_new: everyone's on the days that are new, those of
  the moved persons (is_moved) on the others. With the columns of `days`.
#}
{% macro states_to_count(days, columns=['states.*']) -%}
    select {{ days }}.*, moved_persons.person_key is not null as is_moved, {{ columns | join(', ') }}
    from {{ known_rows('fct_person_state') }} as states
    inner join {{ days }}
        on {{ is_of_version('states', days) }} and {{ holds_on(days ~ '.on_date', 'states') }}
    left join moved_persons using (person_key)
    where {{ days }}.is_new
    union all
    select {{ days }}.*, true, {{ columns | join(', ') }}
    from {{ known_rows('fct_person_state') }} as states
    inner join moved_persons using (person_key)
    inner join {{ days }}
        on {{ is_of_version('states', days) }} and {{ holds_on(days ~ '.on_date', 'states') }}
    where not {{ days }}.is_new
{%- endmacro %}

{#
  The steps of the cells of a published count. `changes`: a CTE of persons with the key and the measures, which are
  negative as published. With --full-refresh every cell begins at 0; the published ones are listed with a step of 0, so
  that those without anybody are closed.
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

{# The cells of this model that change, as they are tonight: the published count and its step. Cells of nobody are left out. #}
{% macro stepped_cells(step_model, measures) -%}
    {%- set key = model.config.meta['key'] -%}
    select *
    from (
        select
            {{ key | join(', ') }}
            {%- for measure in measures %},
            (coalesce(published.{{ measure }}, 0) + step.{{ measure }})::integer as {{ measure }}
            {%- endfor %}
        from {{ ref(step_model) }} as step
        left join {{ continued_rows(model.name) }} as published using ({{ key | join(', ') }})
    ) as cells
    where {{ measures[0] }} <> 0
{%- endmacro %}
