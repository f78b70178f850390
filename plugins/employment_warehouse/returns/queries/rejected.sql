-- Rejected cells of a county's current deliveries of that date that are not corrected yet; those of corrections last.
with current_part as (
    select distinct on (d.feed, d.part) d.feed, d.delivery_id, d.kind, d.path, d.revision
    from ops.delivery as d
    where d.unit = %(unit)s and d.report_date = %(report_date)s and d.feed = any(%(feeds)s)
        and d.status in ('landed', 'accepted', 'held')
    order by d.feed, d.part, d.revision desc
)

select
    s.feed,
    s.kind = 'correction' as is_correction,
    vault.source_of(s.path, r.sheet, s.revision) as source,
    r.line::text as line,
    r.column_name,
    r.reason,
    r.sealed,
    r.delivery_id,
    r.sheet
from current_part as s
inner join vault.rejected_row as r on s.delivery_id = r.delivery_id
where r.corrected_by is null and r.sealed <> ''  -- whose content is kept
order by s.feed, is_correction, s.delivery_id, r.sheet, r.line
