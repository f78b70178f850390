{#
  The persons on the register on the last known day of each month that tonight recomputes: their states (`states`), by
  the county and month that they count in.
#}
{% macro month_end_states() -%}
    select months.month, months.as_of, states.*
    from {{ ref('fct_person_state') }} as states
    inner join (
        select grid.county_code, grid.month, grid.as_of
        from {{ ref('int_month') }} as grid
        inner join {{ ref('changed_month') }} as changed using (month)
    ) as months
        on states.county_code = months.county_code
        and {{ holds_on('months.as_of', 'states') }}
{%- endmacro %}
