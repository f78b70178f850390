{#
  The rows that tonight's build accepted. Each (unit, report date) with such a delivery is complete: of every part its
  latest accepted revision, even one that an earlier night accepted. A nil return has no rows here; it is in
  `accepted_snapshots`.
#}
{% macro accepted_rows(feed) %}
with
revisions as (
    select
        delivery.delivery_id, delivery.unit, delivery.report_date, delivery.part, delivery.revision,
        max(delivery.build) over snapshot = {{ tonight_build() }} as is_tonight,
        row_number() over (
            partition by delivery.unit, delivery.report_date, delivery.part order by delivery.revision desc
        ) as recency
    from {{ source('ops', 'delivery') }} as delivery
    where delivery.feed = '{{ feed }}' and delivery.status = 'accepted'
    window snapshot as (partition by delivery.unit, delivery.report_date)
)

select landed.*, revisions.unit, revisions.report_date, revisions.part, revisions.revision
from {{ source('landing', feed) }} as landed
inner join revisions on landed.delivery_id = revisions.delivery_id
where revisions.is_tonight and revisions.recency = 1
{% endmacro %}

{#
  The accepted snapshots of a feed: unit, report_date, next_date (of the unit's next accepted snapshot, NULL for
  its latest), parts and is_tonight (this build accepted something of it).
#}
{% macro accepted_snapshots(feed) %}
select
    delivery.unit,
    delivery.report_date,
    lead(delivery.report_date) over (partition by delivery.unit order by delivery.report_date) as next_date,
    count(distinct delivery.part) as parts,
    max(delivery.build) = {{ tonight_build() }} as is_tonight
from {{ source('ops', 'delivery') }} as delivery
where delivery.feed = '{{ feed }}' and delivery.status = 'accepted'
group by delivery.unit, delivery.report_date
{% endmacro %}
