{#
  Whether a row of a register was left out: it was still open when a snapshot omitted it, on `seen_to`. One that had ended
  before has only aged out.
#}
{% macro is_left_out(last_day, seen_to='seen_to') -%}
    coalesce(coalesce({{ last_day }}, {{ seen_to }}) >= {{ seen_to }}, false)
{%- endmacro %}
