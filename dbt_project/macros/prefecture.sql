{# Code of the prefecture that the warehouse serves: the row of that level in the seed `division`. #}
{% macro prefecture() -%}
    '532500'
{%- endmacro %}
