{# A text as it is compared with a list of ours: without differences of width, and without blanks. #}
{% macro plain_text(text) -%}
    ops.plain_text({{ text }})
{%- endmacro %}
