{# The figures of one report: of the indicators that are marked for it, as every report shows them. #}
{% macro report_columns(figures) -%}
    {{ figures }}.county_code, {{ figures }}.indicator, {{ figures }}.period_from, {{ figures }}.period_to,
    {{ figures }}.value, {{ figures }}.previous_value, {{ figures }}.change::numeric(18, 4) as change,
    {{ figures }}.rank, {{ figures }}.previous_rank,
    {{ figures }}.target_value, {{ figures }}.scheduled_value,
    {{ figures }}.coverage::numeric(9, 4) as coverage, {{ figures }}.obs_status
{%- endmacro %}

{% macro report_figures(report) -%}
    select figure.*, target.target_value, target.scheduled_value
    from {{ ref('figure_report') }} as figure
    inner join {{ ref('indicator') }} as dictionary on figure.indicator = dictionary.code
    left join {{ ref('target_progress') }} as target
        on figure.indicator = target.target_code and figure.county_code = target.county_code and target.basis = 'stock'
    where figure.report = '{{ report }}' and dictionary.in_{{ report }}
{%- endmacro %}

{# The cells of a public table that stay hidden: 1 to suppression_min − 1 persons, households or cases, and what would
   give them away. #}
{% macro hidden_cells(column) -%}
    select hidden.indicator, hidden.county_code
    from ops.hidden_cells(
        (
            select jsonb_agg(jsonb_build_object(
                'indicator', figures.indicator, 'county_code', figures.county_code, 'value', figures.{{ column }},
                'part_of', dictionary.part_of, 'complement', dictionary.complement
            ))
            from figures
            inner join {{ ref('indicator') }} as dictionary on figures.indicator = dictionary.code
            where figures.unit in ('person', 'household', 'case') and figures.{{ column }} is not null
        ),
        {{ setting('suppression_min', 'integer') }}
    ) as hidden
{%- endmacro %}
