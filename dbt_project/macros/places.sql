{# The partner of labour cooperation that a place belongs to: a county of the prefecture, else its province. #}
{% macro partner_code(place) -%}
    case when {{ in_prefecture(place) }} then {{ place }} else left({{ place }}, 2) || '0000' end
{%- endmacro %}

{# Whether a destination is nearby: in the prefecture. #}
{% macro is_nearby(destination) -%}
    {{ destination }} in ('own_county', 'other_county')
{%- endmacro %}

{# The code of a county for what names no township. #}
{% macro township_or_none(township_code, county_code) -%}
    coalesce({{ township_code }}, {{ county_code }} || '000')
{%- endmacro %}
