{# An employer's name without differences of width, case, spacing and punctuation. Symbols stay: 甲+乙 is not 甲乙. #}
{% macro normalised_name(name) -%}
    {# In this collation alone [:punct:] is Unicode's category P; elsewhere it includes symbols too. #}
    regexp_replace(
        lower(normalize({{ name }}, nfkc) collate "pg_unicode_fast"), '[[:space:][:punct:]]', '', 'g'
    ) collate "default"
{%- endmacro %}

{# Key of an employer: its credit code, else its normalised name. #}
{% macro employer_key(uscc, name) -%}
    coalesce({{ uscc }}, {{ normalised_name(name) }})
{%- endmacro %}
