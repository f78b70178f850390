{# The token of an account; the nil token, which no return can name, where a line has none. #}
{% macro account_or_nil(account_key) -%}
    coalesce({{ account_key }}, '00000000-0000-0000-0000-000000000000')
{%- endmacro %}
