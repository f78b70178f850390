-- Files of that date that could not be read, and that no later revision has replaced.
select latest.feed, vault.source_of(latest.path, '', latest.revision) as source, latest.reason
from (
    select distinct on (d.feed, d.part) d.*
    from ops.delivery as d
    where d.unit = %(unit)s and d.report_date = %(report_date)s and d.feed = any(%(feeds)s)
    order by d.feed, d.part, d.revision desc
) as latest
where latest.status = 'refused'
order by latest.feed, source
