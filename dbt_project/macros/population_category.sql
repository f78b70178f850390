{# The category of a household: the worst of its members' (an aggregate). #}
{% macro worst_category(category) -%}
    (array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'])[
        min(array_position(array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'], {{ category }}))
    ]
{%- endmacro %}
