-- The corrections of a submission: their number, whether this one is among them, the SHA-256 of the latest that is in
-- force, whether there is a file to correct, and when that file was last replaced (only if there is a single file: with
-- several files a row says which one it corrects). What an operator has withdrawn is not in force; a correction among it
-- is not taken again.
with revisions as (
    select * from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s
),

current_part as (
    select * from ops.part_in_force
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s
)

select
    (select count(distinct part)::integer from revisions where kind = 'correction') as number,
    exists (
        select from revisions
        where kind = 'correction' and sha256 = %(sha256)s::bytea
            and (status = 'withdrawn' or (path, arrived_at) = (%(path)s, %(arrived_at)s::timestamptz))
    ) as is_ingested,
    (select sha256 from current_part where kind = 'correction' order by delivery_id desc limit 1) as latest,
    exists (select from current_part where kind = 'file' and status in ('landed', 'accepted')) as has_base,
    (
        select max(arrived_at) filter (where revision > 1) from revisions
        where kind in ('file', 'nil') and status not in ('refused', 'withdrawn')
        having count(distinct part) = 1
    ) as replaced_at
