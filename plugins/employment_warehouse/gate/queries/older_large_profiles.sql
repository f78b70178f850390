-- For submissions of a feed the last measures of their unit, up to their date, that were accepted over enough rows.
select s.submission, large.measures
from unnest(%(submissions)s::integer[], %(units)s::text[], %(dates)s::date[]) as s (submission, unit, report_date)
cross join lateral (
    select p.measures
    from ops.delivery_profile as p
    join ops.delivery as d on d.delivery_id = p.delivery_id
    where p.feed = %(feed)s and p.unit = s.unit and p.report_date <= s.report_date
        and d.status = 'accepted' and d.build <= ops.chain_head()
        and (p.measures ->> 'rows')::float8 >= %(fewest)s
    order by p.report_date desc, p.delivery_id desc
    limit 1
) as large
