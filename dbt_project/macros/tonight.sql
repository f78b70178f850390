{# The night as parameters: no model asks the clock. Each is a scalar subquery, evaluated once a statement. #}

{% macro tonight_build() -%}
    (select tonight.build from ops.tonight as tonight)
{%- endmacro %}

{% macro tonight_date() -%}
    (select tonight.report_date from ops.tonight as tonight)
{%- endmacro %}

{# The value in force tonight of a setting (seed `setting`), NULL when it is switched off. #}
{% macro setting(name, data_type='numeric') -%}
    (
        select case when setting.enabled then cast(setting.value as {{ data_type }}) end
        from {{ ref('setting') }} as setting
        where setting.name = '{{ name }}' and setting.valid_from <= {{ tonight_date() }}
        order by setting.valid_from desc
        limit 1
    )
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
