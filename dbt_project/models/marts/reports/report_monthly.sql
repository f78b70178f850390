{%- set values = {
    'value': {'column': 'value', 'of': ''},
    'previous': {'column': 'previous_value', 'of': 'previous_'},
    'published': {'column': 'previous_as_published', 'of': 'published_'},
} -%}
-- The figures of the monthly bulletin, and beside them what its public tables may show.
with
figures as ({{ report_figures('monthly') }}),
{% for name in values %}
hidden_{{ name }} as ({{ hidden_cells(values[name].column) }}),
{% endfor %}
-- A figure is shown unless its cell is hidden, its numerator is, or it is of few.
shown as (
    select
        figures.*,
        {% for name in values -%}
        {%- set at = values[name].of -%}
        {{ name }}_cell.indicator is null and coalesce(
            dictionary.is_counted_of and (
                {{ name }}_numerator.indicator is not null
                or figures.{{ at }}numerator between 1 and {{ setting('suppression_min', 'integer') }} - 1
                or figures.{{ at }}denominator < {{ setting('suppression_min', 'integer') }}
            ), false
        ) is false as is_{{ name }}_shown{{ ',' if not loop.last }}
        {% endfor %}
    from figures
    inner join {{ ref('indicator') }} as dictionary on figures.indicator = dictionary.code
    {%- for name in values %}
    left join hidden_{{ name }} as {{ name }}_cell
        on figures.indicator = {{ name }}_cell.indicator and figures.county_code = {{ name }}_cell.county_code
    left join hidden_{{ name }} as {{ name }}_numerator
        on dictionary.numerator = {{ name }}_numerator.indicator
        and figures.county_code = {{ name }}_numerator.county_code
    {%- endfor %}
)

select
    {{ report_columns('shown') }},
    previous_as_published,
    coalesce(previous_as_published <> previous_value, false) as is_restated,
    case when is_value_shown then value end as public_value,
    case when is_previous_shown then previous_value end as public_previous,
    case when is_value_shown and is_previous_shown then change end::numeric(18, 4) as public_change,
    case when is_value_shown then rank end as public_rank,
    case when is_published_shown then previous_as_published end as public_previous_as_published
from shown
