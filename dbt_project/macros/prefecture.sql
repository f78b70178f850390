{# Code of the prefecture that the warehouse serves, from the seed `division`. #}
{% macro prefecture() -%}
    (select ops.prefecture())
{%- endmacro %}
