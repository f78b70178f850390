{#
  The figures of the reports. A model declares those that are read from it in its YAML (meta.indicators); dictionary,
  values and reports follow. Keys of an indicator:

  code, zh, en, unit, direction (1 more is better, -1, 0)
  definition_zh, definition_en
               {name} in these, as in zh and en, stands for the setting of that name
  kind         S: any day of headline_series; P: a month (the model has a column month); N: tonight only
  in           the reports that show it: daily, weekly, monthly, key_counties
  numerator, denominator, times   SQL aggregates over the model's rows of a county; the value is numerator × times ÷
               denominator, or the numerator alone: then 0 of nothing
  value        SQL aggregate that is the value itself, NULL of nothing; the denominator then says of how many
  where        which rows count
  setting      the setting that is its rule: while it is switched off, there is no value
  rolls_up     true: the model has no rows of the prefecture, whose value is that of all its rows
  part_of, complement, numerator_is   other indicators: the whole of which it is a part, the other part of that whole,
               the figure that is its numerator; a public table that hides one hides the other
  is_public    true: a share that is always shown
  feeds        whose submissions it needs, where not those of the model (meta.feeds)
  digits, column, source   where they are not what the unit, the numerator and the notice give
#}

{#
  Every indicator, in the order of the models, with its model's grain and clause, and its feeds where the indicator has
  none of its own.
#}
{% macro indicators() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for name in var('indicator_models', []) -%}
            {%- set meta = graph.nodes['model.' ~ project_name ~ '.' ~ name].config.meta -%}
            {%- for indicator in meta.indicators -%}
                {%- set of_model = {'mart': name, 'grain': meta.grain, 'clause': meta.clause, 'feeds': meta.feeds} -%}
                {%- do found.append(dict(of_model, **indicator)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(found) -}}
{%- endmacro %}

{# So that dbt builds these models first. #}
{% macro depends_on_indicators() -%}
    {%- for name in var('indicator_models', []) %}
-- depends_on: {{ ref(name) }}
    {%- endfor %}
{%- endmacro %}

{# A text, or NULL. #}
{% macro text_literal(value) -%}
    {%- if value is none or value is undefined -%} null {%- else -%} '{{ value | string | replace("'", "''") }}' {%- endif -%}
{%- endmacro %}

{# A text in which {name} stands for the setting of that name, as it is in force tonight; — where it is switched off. #}
{% macro text_with_settings(value) -%}
    concat(
    {%- for part in modules.re.split('[{}]', value) -%}
        {{ text_literal(part) if loop.index is odd else "coalesce(" ~ setting(part, 'text') ~ ", '—')" -}}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}

{% macro text_array(values) -%}
    array[{% for value in values %}{{ text_literal(value) }}{{ ', ' if not loop.last }}{% endfor %}]::text []
{%- endmacro %}

{# How a figure is calculated, as SQL. #}
{% macro indicator_formula(indicator) -%}
    {{ indicator.value or indicator.numerator -}}
    {{- ' × ' ~ indicator.times if indicator.times -}}
    {{- ' ÷ ' ~ indicator.denominator if indicator.denominator and not indicator.value -}}
    {{- ' (' ~ indicator.where ~ ')' if indicator.where -}}
{%- endmacro %}

{# The value of an indicator of each county and period: indicator, county_code, period, numerator, denominator, value. #}
{% macro indicator_rows(indicator) -%}
    {%- set period = {'S': 'on_date', 'P': 'month', 'N': tonight_date()}[indicator.kind] -%}
    select
        '{{ indicator.code }}' as indicator,
        {{ 'coalesce(county_code, ' ~ prefecture() ~ ')' if indicator.rolls_up else 'county_code' }} as county_code,
        {{ period }} as period,
        ({{ indicator.numerator or 'null' }})::numeric as numerator,
        ({{ indicator.denominator or 'null' }})::numeric as denominator,
        {% if indicator.value -%}
        ({{ indicator.value }})::numeric
        {%- elif indicator.denominator and indicator.unit == 'share' -%}
        {{ ratio('(' ~ indicator.numerator ~ ')::numeric', indicator.denominator) }}
        {%- elif indicator.denominator -%}
        ({{ indicator.numerator }})::numeric * {{ indicator.times or 1 }} / nullif({{ indicator.denominator }}, 0)
        {%- else -%}
        coalesce({{ indicator.numerator }}, 0)::numeric
        {%- endif %} as value
    from {{ ref(indicator.mart) }}
    where ({{ indicator.where or 'true' }})
        {%- if indicator.kind != 'N' %}
        and {{ period }} in (select period from periods where kind = '{{ indicator.kind }}')
        {%- endif %}
    group by {{ 'rollup (county_code)' if indicator.rolls_up else 'county_code' }}
        {{- ', ' ~ period if indicator.kind != 'N' }}
    {%- if indicator.rolls_up %}
    having grouping(county_code) = 1 or county_code <> {{ prefecture() }}
    {%- endif %}
{%- endmacro %}
