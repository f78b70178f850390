-- The latest revision of a part, and whether a file is only that again. The same bytes are something new after a refusal,
-- whose reason may no longer apply; after a reading of the platform that was withdrawn, since everything is read again;
-- and where the part is purged and its submission held, as it is if rows could not be restored. A part that was withdrawn
-- has no bytes: a nil return of it says something else.
select
    d.revision,
    d.sha256 = %(sha256)s and not (
        d.status = 'refused' or d.kind = 'withdrawn' or d.status = 'withdrawn' and d.kind = 'pages'
        or d.status <> 'withdrawn' and d.purged_at is not null and exists (
            select from ops.delivery as held
            where (held.feed, held.unit, held.report_date) = (d.feed, d.unit, d.report_date) and held.status = 'held'
        )
    ) as is_the_same
from ops.delivery as d
where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s and d.part = %(part)s
order by d.revision desc
limit 1
