{#
  The rows of what tonight's build accepted. Each (unit, report date) that has such a delivery is shown whole:
  of every part its latest accepted revision, also where another night took that part in.
  A nil return has no rows here; `accepted_snapshots` knows it.
#}
{% macro accepted_rows(feed) %}
with
revisions as (
    select
        delivery.delivery_id, delivery.unit, delivery.report_date, delivery.part, delivery.revision,
        max(delivery.build) over snapshot = {{ tonight_build() }} as is_tonight,
        row_number() over (
            partition by delivery.unit, delivery.report_date, delivery.part order by delivery.revision desc
        ) as age
    from {{ source('ops', 'delivery') }} as delivery
    where delivery.feed = '{{ feed }}' and delivery.status = 'accepted'
    window snapshot as (partition by delivery.unit, delivery.report_date)
)

select landed.*, revisions.unit, revisions.report_date, revisions.part, revisions.revision
from {{ source('landing', feed) }} as landed
inner join revisions on landed.delivery_id = revisions.delivery_id
where revisions.is_tonight and revisions.age = 1
{% endmacro %}

{#
  The accepted snapshots of a feed: unit, report_date, next_date (of the unit's next accepted snapshot, NULL for
  its latest), parts and is_tonight (this build takes something of it in).
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
