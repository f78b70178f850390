-- How many corrections a report has had, whether this one is among them, the SHA-256 of the latest that stands, whether
-- there stands anything that they correct, and when its file last came again; of several files each has rows of its own.
with revisions as (
    select * from ops.delivery
    where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s
),

standing as (
    select distinct on (part) delivery_id, part, kind, status, sha256
    from revisions
    where status <> 'refused'
    order by part, revision desc
)

select
    (select count(distinct part)::integer from revisions where kind = 'correction') as number,
    exists (
        select from revisions
        where kind = 'correction'
            and (path, sha256, arrived_at) = (%(path)s, %(sha256)s::bytea, %(arrived_at)s::timestamptz)
    ) as is_taken,
    (select sha256 from standing where kind = 'correction' order by delivery_id desc limit 1) as latest,
    exists (select from standing where kind = 'file' and status in ('landed', 'accepted')) as has_base,
    (
        select max(arrived_at) filter (where revision > 1) from revisions
        where kind in ('file', 'nil') and status <> 'refused'
        having count(distinct part) = 1
    ) as replaced_at
