{# A schema has the name that is configured, without a prefix. A reader (notebooks/profiles.yml) finds all in `marts`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if target.name == 'reader' else custom_schema_name or target.schema }}
{%- endmacro %}
