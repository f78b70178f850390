{#
  A ratio of two figures of which neither is a part of the other. NULL where it exceeds `most`, as much as its column can
  hold: then one of them was reported in another unit, which stops no night.
#}
{% macro ratio(numerator, denominator, most=99999) -%}
    (
        case
            when {{ numerator }} <= {{ most }} * ({{ denominator }})::numeric
                then round({{ numerator }} / nullif({{ denominator }}, 0)::numeric, 4)
        end
    )
{%- endmacro %}
