{# A household has the category of the member whose is worst (aggregate). #}
{% macro worst_category(category) -%}
    (array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'])[
        min(array_position(array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'], {{ category }}))
    ]
{%- endmacro %}
