{# The rows of a seed of rules that are in force tonight: of each key the row with the latest valid_from up to the day. #}
{% macro rules_in_force(seed, key) -%}
    select *
    from (
        select distinct on ({{ key }}) * from {{ ref(seed) }}
        where valid_from <= {{ tonight_date() }}
        order by {{ key }}, valid_from desc
    ) as latest
    where enabled
{%- endmacro %}
