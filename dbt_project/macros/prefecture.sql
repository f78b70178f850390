{# Code of the prefecture that the warehouse serves, from the seed `division`. #}
{% macro prefecture() -%}
    (select ops.prefecture())
{%- endmacro %}

{# Where a row of a county counts: there and in the prefecture; once, if it is of the prefecture alone. #}
{% macro county_places(county_code) -%}
    (
        select {{ county_code }}
        union all
        select {{ prefecture() }} where {{ county_code }} is distinct from {{ prefecture() }}
    )
{%- endmacro %}

{# Whether a place lies in the prefecture, by its first four digits. #}
{% macro in_prefecture(place) -%}
    left({{ place }}, 4) = left({{ prefecture() }}, 4)
{%- endmacro %}
