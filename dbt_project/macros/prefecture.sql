{# Code of the prefecture that the warehouse serves, from the seed `division`. #}
{% macro prefecture() -%}
    (select ops.prefecture())
{%- endmacro %}

{# Whether a place lies in the prefecture, by its first four digits. #}
{% macro in_prefecture(place) -%}
    left({{ place }}, 4) = left({{ prefecture() }}, 4)
{%- endmacro %}
