{#
  Events accumulate by key, and the absence of a key means nothing. Of the rows of one key the one with the greatest
  `latest` (a column, such as updated_at) counts; of equal ones the one that was reported last. An item that is reported
  again without a change keeps its seen_from. Keys without a row tonight are left out (the scope).

  The model's meta.key is the key of the feed, its columns are those of the feed's contract; seen_to stays empty.
#}
{% macro latest_events(feed, latest) %}
{%- set key = model.config.meta['key'] -%}
{%- set names = adapter.get_columns_in_relation(this) | map(attribute='name')
    | reject('in', ['seen_from', 'seen_to']) | list if execute else [latest] -%}
with
reported as (
    select distinct on ({{ quoted(key) }}) {{ quoted(names) }}, report_date as seen_from
    from {{ ref('stg_' ~ feed) }}
    order by {{ quoted(key) }}, {{ latest }} desc, report_date desc, {{ part_order(direction='desc') }},
        sheet desc, line desc
),

stored as (
    select stored.*
    from {{ this }} as stored
    inner join reported on ({{ prefixed(key, 'stored') }}) = ({{ prefixed(key, 'reported') }})
)

select {{ prefixed(names, 'reported') }},
    case
        when ({{ prefixed(names, 'reported') }}) is not distinct from ({{ prefixed(names, 'stored') }})
            then least(reported.seen_from, stored.seen_from)
        else reported.seen_from
    end as seen_from,
    null::date as seen_to
from reported
left join stored on ({{ prefixed(key, 'reported') }}) = ({{ prefixed(key, 'stored') }})
where stored.{{ latest }} is null or reported.{{ latest }} >= stored.{{ latest }}
{% endmacro %}
