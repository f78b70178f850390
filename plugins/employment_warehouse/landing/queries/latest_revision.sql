-- The same bytes may come again: of a refused file, whose reason may no longer apply; of a reading of the platform that
-- was withdrawn, after which everything is read again; and of a purged part whose submission is held, as it is where its
-- rows could not be restored. A part that was withdrawn has no bytes: a nil return of it says something else.
select
    d.revision,
    case
        when d.status = 'refused' or d.kind = 'withdrawn' or (d.status = 'withdrawn' and d.kind = 'pages') then ''::bytea
        when d.purged_at is not null and d.status <> 'withdrawn' and exists (
            select from ops.delivery as held
            where (held.feed, held.unit, held.report_date) = (d.feed, d.unit, d.report_date) and held.status = 'held'
        ) then ''::bytea
        else d.sha256
    end as sha256
from ops.delivery as d
where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s and d.part = %(part)s
order by d.revision desc
limit 1
