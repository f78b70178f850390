{# Key of an employer: its credit code, else its name without differences of width, case, spacing and punctuation. #}
{% macro employer_key(uscc, name) -%}
    coalesce({{ uscc }}, regexp_replace(lower(normalize({{ name }}, nfkc)), '[[:space:][:punct:]]', '', 'g'))
{%- endmacro %}
