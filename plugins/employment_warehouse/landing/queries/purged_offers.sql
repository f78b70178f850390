-- What a rollback offers to a build again, and what that is read with: the purged deliveries among those offered, and
-- among the current parts of their submissions.
with offered as (
    select * from ops.delivery where build = %(build)s and status = 'landed'
),

current_part as (
    select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
    from ops.delivery as d
    where (d.feed, d.unit, d.report_date) in (select o.feed, o.unit, o.report_date from offered as o)
        and d.kind <> 'pages'  -- items accumulate by key; earlier ones are not needed
        and d.status in ('landed', 'accepted')
    order by d.feed, d.unit, d.report_date, d.part, d.revision desc
)

select delivery_id from offered where purged_at is not null
union
select delivery_id from current_part where purged_at is not null and rows_landed > 0
order by delivery_id
