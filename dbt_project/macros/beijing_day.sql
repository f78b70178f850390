{# The day of an instant in Beijing. #}
{% macro beijing_day(instant) -%}
    ({{ instant }} at time zone 'Asia/Shanghai')::date
{%- endmacro %}
