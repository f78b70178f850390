{#
  A ratio of two figures, to four digits. NULL where it exceeds `most`, as much as its column can hold: one of them was
  probably reported in another unit, which stops no night.
#}
{% macro ratio(numerator, denominator, most=99999) -%}
    (
        case
            when {{ numerator }} <= {{ most }} * ({{ denominator }})::numeric
                then round({{ numerator }} / nullif({{ denominator }}, 0)::numeric, 4)
        end
    )
{%- endmacro %}
