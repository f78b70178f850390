{#
  The order of a snapshot's parts, the one that counts first: corrections before what they correct (their parts begin
  with ～, as landing names them), then by number, for _10 comes after _2.
#}
{% macro latest_part_first(of='') -%}
    {%- set part = of ~ '.part' if of else 'part' -%}
    starts_with({{ part }}, '～') desc, length({{ part }}) desc, {{ part }} desc
{%- endmacro %}
