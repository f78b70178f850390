{#
  The order of a snapshot's parts; the last one that has a key counts. By number, because _10 comes after _2, and
  corrections after what they correct (their parts begin with ～, as landing names them).
#}
{% macro part_order(of='', direction='asc') -%}
    {%- set part = of ~ '.part' if of else 'part' -%}
    starts_with({{ part }}, '～') {{ direction }}, length({{ part }}) {{ direction }}, {{ part }} {{ direction }}
{%- endmacro %}
