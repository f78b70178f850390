{#
  The rows of a mart by township and month: every month of the county (township_code = county_code) and of the
  prefecture, and the townships that have somebody on the register or a fact. `facts`: a relation with county_code,
  township_code and month; its totals make no row of a township.
#}
{% macro township_grid(facts) -%}
    select county_code, county_code as township_code, month, period_end, as_of, counties_reporting
    from {{ ref('int_month') }}
    union all
    select grid.county_code, townships.township_code, grid.month, grid.period_end, grid.as_of, null as counties_reporting
    from {{ ref('int_month') }} as grid
    inner join (
        select county_code, township_code, month from {{ ref('month_end_register') }}
        union
        select county_code, township_code, month from {{ facts }}
    ) as townships using (county_code, month)
    where townships.township_code <> grid.county_code and grid.county_code <> {{ prefecture() }}
{%- endmacro %}

{#
  Where a row of a township counts: there, in the county (by the county's code) and in the prefecture; each once, also
  for what belongs to the prefecture alone.
#}
{% macro township_places(row) -%}
    (
        select {{ row }}.county_code, {{ row }}.township_code
        union
        select {{ row }}.county_code, {{ row }}.county_code
        union
        select {{ prefecture() }}, {{ prefecture() }}
    )
{%- endmacro %}
