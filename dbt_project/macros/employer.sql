{# Who an employer is: its credit code, else its name without the ways in which one name is written. #}
{% macro employer_key(uscc, name) -%}
    coalesce({{ uscc }}, regexp_replace(lower(normalize({{ name }}, nfkc)), '[[:space:][:punct:]]', '', 'g'))
{%- endmacro %}
