-- The parts of a submission that the next build is offered: what has landed, and what was held before that came.
with latest as (
    select distinct on (d.part) d.delivery_id, d.status
    from ops.delivery as d
    where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s
        and d.status in ('landed', 'accepted', 'held')
    order by d.part, d.revision desc
)

select delivery_id from latest
where status = 'landed'
    or status = 'held'
    and delivery_id < (select max(arrived.delivery_id) from latest as arrived where arrived.status = 'landed')
