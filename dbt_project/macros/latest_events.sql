{#
  What is known of things that happen: they add up by key, and absence says nothing. Of the rows of one key the one
  with the greatest `latest` (a column, such as updated_at) counts; of equal ones the one that was told last. An item
  that comes again as it was is no news, and keeps the date from which it is seen so. Keys that tonight brings
  nothing of are left out (the scope).

  The model's meta.key is the key of the feed, its columns are those of the feed's contract; seen_to stays empty.
#}
{% macro latest_events(feed, latest) %}
{%- set key = model.config.meta['key'] -%}
{%- set names = adapter.get_columns_in_relation(this) | map(attribute='name')
    | reject('in', ['seen_from', 'seen_to']) | list if execute else [latest] -%}
with
told as (
    select distinct on ({{ quoted(key) }}) {{ quoted(names) }}, report_date as seen_from
    from {{ ref('stg_' ~ feed) }}
    order by {{ quoted(key) }}, {{ latest }} desc, report_date desc, {{ part_order(direction='desc') }},
        sheet desc, line desc
),

known as (
    select known.*
    from {{ this }} as known
    inner join told on ({{ prefixed(key, 'known') }}) = ({{ prefixed(key, 'told') }})
)

select {{ prefixed(names, 'told') }},
    case
        when ({{ prefixed(names, 'told') }}) is not distinct from ({{ prefixed(names, 'known') }})
            then least(told.seen_from, known.seen_from)
        else told.seen_from
    end as seen_from,
    null::date as seen_to
from told
left join known on ({{ prefixed(key, 'told') }}) = ({{ prefixed(key, 'known') }})
where known.{{ latest }} is null or told.{{ latest }} >= known.{{ latest }}
{% endmacro %}
