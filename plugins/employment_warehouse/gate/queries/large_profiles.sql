-- The last accepted measures of every unit of a feed, over enough rows.
select distinct on (p.unit) p.unit, p.measures
from ops.delivery_profile as p
join ops.delivery as d on d.delivery_id = p.delivery_id
where p.feed = %(feed)s and d.status = 'accepted' and d.build <= ops.chain_head()
    and (p.measures ->> 'rows')::float8 >= %(fewest)s
order by p.unit, p.report_date desc, p.delivery_id desc
