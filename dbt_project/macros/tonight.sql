{# The night as parameters: no model asks the clock. Each is a scalar subquery, evaluated once a statement. #}

{% macro tonight_build() -%}
    (select tonight.build from ops.tonight as tonight)
{%- endmacro %}

{% macro tonight_date() -%}
    (select tonight.report_date from ops.tonight as tonight)
{%- endmacro %}

{# The value of a setting in force tonight (seed `setting`): NULL where it is switched off. #}
{% macro setting(name, data_type='numeric') -%}
    (select cast(ops.setting('{{ name }}', {{ tonight_date() }}) as {{ data_type }}))
{%- endmacro %}

{# A figure that is a setting's rule alone: NULL while the setting is switched off. #}
{% macro while_set(name, figure) -%}
    case when {{ setting(name, 'text') }} is not null then {{ figure }} end
{%- endmacro %}

{# The words of a setting that lists several, as an array. #}
{% macro setting_words(name) -%}
    (select ops.words({{ setting(name, 'text') }}))::text[]
{%- endmacro %}

{# The rows of a versioned model that this build opened or closed; with --full-refresh all of its rows. #}
{% macro changed_rows(model_name) -%}
    {%- set changed = ref(model_name) -%}
    {%- if flags.FULL_REFRESH -%}
    (select * from store.{{ changed.identifier }})
    {%- else -%}
    (
        select * from store.{{ changed.identifier }} where from_build > (select ops.chain_head())
        union all
        select * from store.{{ changed.identifier }} where to_build > (select ops.chain_head())
    )
    {%- endif -%}
{%- endmacro %}
