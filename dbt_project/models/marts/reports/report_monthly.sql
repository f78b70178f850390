-- The figures of the monthly bulletin, and beside them what its public tables may show.
with
figures as ({{ report_figures('monthly') }}),

hidden as ({{ hidden_cells('value') }}),

hidden_before as ({{ hidden_cells('previous_value') }}),

hidden_published as ({{ hidden_cells('previous_as_published') }}),

shown as (
    select
        figures.*,
        {% for at in ['', 'previous_', 'published_'] -%}
        cell{{ loop.index }}.indicator is null and coalesce(
            dictionary.is_counted_of and (
                numerator{{ loop.index }}.indicator is not null
                or figures.{{ at }}numerator between 1 and {{ setting('suppression_min', 'integer') }} - 1
                or figures.{{ at }}denominator < {{ setting('suppression_min', 'integer') }}
            ), false
        ) is false as is_{{ at or 'value_' }}shown{{ ',' if not loop.last }}
        {% endfor %}
    from figures
    inner join {{ ref('indicator') }} as dictionary on figures.indicator = dictionary.code
    {%- for hidden in ['hidden', 'hidden_before', 'hidden_published'] %}
    left join {{ hidden }} as cell{{ loop.index }}
        on figures.indicator = cell{{ loop.index }}.indicator and figures.county_code = cell{{ loop.index }}.county_code
    left join {{ hidden }} as numerator{{ loop.index }}
        on dictionary.numerator = numerator{{ loop.index }}.indicator
        and figures.county_code = numerator{{ loop.index }}.county_code
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
