-- The same bytes may come again: of a refused file, whose reason may no longer apply, and of a reading of the platform
-- that was withdrawn, after which everything is read again. A part that was withdrawn has no bytes: a nil return of it
-- says something else.
select
    revision,
    case
        when status = 'refused' or kind = 'withdrawn' or (status = 'withdrawn' and kind = 'pages') then ''::bytea
        else sha256
    end as sha256
from ops.delivery
where feed = %(feed)s and unit = %(unit)s and report_date = %(report_date)s and part = %(part)s
order by revision desc
limit 1
