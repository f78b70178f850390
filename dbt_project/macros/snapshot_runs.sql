{#
  The runs of a snapshot feed: which rows each unit's register had, with which content, from when to when.

  Each accepted snapshot is believed from its date until the unit's next one: [report_date, next_date). Tonight's
  snapshots replace whatever was in their intervals, so the order in which files arrive never changes the
  result: a late file splits runs, a correction rewrites its own interval, a nil return ends every run.
  Adjacent runs of equal content are one run. Keys without a change tonight are left out (the scope).

  The model's meta.key is (unit, <key of the feed>, seen_from), its columns are those of the feed's contract. In the
  columns `may_be_empty` of the key an empty cell counts as a value, ''.
#}
{% macro snapshot_runs(feed, may_be_empty=[]) %}
{%- set key = model.config.meta['key'] | reject('equalto', 'seen_from') | list -%}
{%- set content = adapter.get_columns_in_relation(this) | map(attribute='name')
    | reject('in', key + ['seen_from', 'seen_to']) | list if execute else ['line'] -%}
{%- set staged = ref('stg_' ~ feed) -%}
{%- set listed -%}
    {%- for column in key + content -%}
    {{ "coalesce(staged." ~ column ~ ", '') as " ~ column if column in may_be_empty else 'staged."' ~ column ~ '"' }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endset -%}
with
snapshots as materialized (
    select accepted.*, accepted.snapshots_tonight = 1 and units.unit is null as is_first
    from (
        select *, count(*) over (partition by unit) as snapshots_tonight
        from ({{ accepted_snapshots(feed) }}) as accepted
        where is_tonight
    ) as accepted
    left join (select distinct unit from {{ this }}) as units on accepted.unit = units.unit
),

-- Landing keeps a key once a file; of the parts of a snapshot the last that has it counts.
listed as not materialized (
    select {{ listed }}, snapshots.report_date, snapshots.next_date, snapshots.is_first
    from {{ staged }} as staged
    inner join snapshots on staged.unit = snapshots.unit and staged.report_date = snapshots.report_date
    where snapshots.parts = 1
    union all
    (
        select distinct on ({{ prefixed(key, 'staged') }}, staged.report_date)
            {{ listed }}, snapshots.report_date, snapshots.next_date, snapshots.is_first
        from {{ staged }} as staged
        inner join snapshots on staged.unit = snapshots.unit and staged.report_date = snapshots.report_date
        where snapshots.parts > 1
        order by {{ prefixed(key, 'staged') }}, staged.report_date, {{ part_order('staged', 'desc') }}
    )
),

stored as (
    select stored.*, snapshots.report_date
    from {{ this }} as stored
    inner join snapshots
        on stored.unit = snapshots.unit
        and (stored.seen_to is null or stored.seen_to > snapshots.report_date)
        and (snapshots.next_date is null or stored.seen_from < snapshots.next_date)
),

changed_keys as materialized (
    select distinct {% for column in key -%}
        coalesce(listed."{{ column }}", stored."{{ column }}") as "{{ column }}"{{ ', ' if not loop.last }}
    {%- endfor %}
    from (select * from listed where not is_first) as listed
    full join stored
        on ({{ prefixed(key, 'listed') }}, listed.report_date) = ({{ prefixed(key, 'stored') }}, stored.report_date)
    where
        listed.report_date is null
        or stored.report_date is null
        or stored.seen_from > listed.report_date
        or stored.seen_to < coalesce(listed.next_date, 'infinity')
        or ({{ prefixed(content, 'listed') }}) is distinct from ({{ prefixed(content, 'stored') }})
),

replaced as (
    select unit, range_agg(daterange(report_date, next_date)) as days
    from snapshots
    group by unit
),

pieces as (
    select {{ prefixed(key + content, 'stored') }},
        unnest(datemultirange(daterange(stored.seen_from, stored.seen_to)) - replaced.days) as days
    from {{ this }} as stored
    inner join changed_keys on ({{ prefixed(key, 'stored') }}) = ({{ prefixed(key, 'changed_keys') }})
    inner join replaced on stored.unit = replaced.unit
    union all
    select {{ prefixed(key + content, 'listed') }}, daterange(listed.report_date, listed.next_date)
    from listed
    inner join changed_keys on ({{ prefixed(key, 'listed') }}) = ({{ prefixed(key, 'changed_keys') }})
    where not listed.is_first
),

runs as (
    select {{ quoted(key + content) }}, unnest(range_agg(days)) as days
    from pieces
    group by {{ quoted(key + content) }}
)

select {{ prefixed(key, 'changed_keys') }}, {{ prefixed(content, 'runs') }},
    lower(runs.days) as seen_from, upper(runs.days) as seen_to
from changed_keys
left join runs on ({{ prefixed(key, 'changed_keys') }}) = ({{ prefixed(key, 'runs') }})
union all
-- The first snapshot of a unit has nothing to be compared with.
select {{ prefixed(key + content, 'listed') }}, listed.report_date, listed.next_date
from listed
where listed.is_first
{% endmacro %}
