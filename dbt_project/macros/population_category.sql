{# Whether a person belongs to the groups that the notice puts first, by a row of dim_person. #}
{% macro is_priority(person) -%}
    ({{ person }}.is_poverty_alleviated or {{ person }}.is_relocated or coalesce({{ person }}.is_low_income, false))
{%- endmacro %}

{# The category of a household: the worst of its members' (an aggregate). #}
{% macro worst_category(category) -%}
    (array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'])[
        min(array_position(array['sudden_hardship', 'unstable', 'marginal', 'lifted_out', 'general'], {{ category }}))
    ]
{%- endmacro %}
