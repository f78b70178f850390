{#
  The feeds whose submissions the figures of a model need, as its YAML declares them (meta.feeds), as a list in SQL;
  those of this model, where no other is named. obs_status and coverage follow from them. Feeds of projects and banks
  among them change neither: int_feed_day, int_month_feed, int_week_feed and int_coverage have no rows of these.
#}
{% macro needed_feeds(name=none) -%}
    {%- if execute -%}
        {%- set needing = graph.nodes['model.' ~ project_name ~ '.' ~ name] if name else model -%}
        {%- if not needing.config.meta.feeds -%}
            {{ exceptions.raise_compiler_error(needing.name ~ ' declares no meta.feeds') }}
        {%- endif -%}
        '{{ needing.config.meta.feeds | join("', '") }}'
    {%- else -%} ''
    {%- endif -%}
{%- endmacro %}
