-- Files of that date that could not be read and that no later file has replaced. A correction is identified by its path,
-- because each correction is a part of its own.
select
    latest.feed, vault.source_of(latest.path, '', latest.revision) as source, latest.reason,
    coalesce(latest.understood ->> 'refusal', '') as detail
from (
    select distinct on (d.feed, place.name) d.*
    from ops.delivery as d
    cross join lateral (select case when d.kind = 'correction' then d.path else d.part end as name) as place
    where d.unit = %(unit)s and d.report_date = %(report_date)s and d.feed = any(%(feeds)s)
    order by d.feed, place.name, d.delivery_id desc
) as latest
where latest.status = 'refused'
order by latest.feed, source
