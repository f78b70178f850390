{# A text as it is compared with a list of ours: without differences of width, and without blanks. #}
{% macro plain_text(text) -%}
    regexp_replace(normalize({{ text }}, nfkc), '[[:space:]]', '', 'g')
{%- endmacro %}
