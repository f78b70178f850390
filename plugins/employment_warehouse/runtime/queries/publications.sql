-- What each publication accepted.
select
    p.report_date,
    p.publication,
    count(d.delivery_id) as deliveries,
    coalesce(sum(d.rows_read), 0) as rows_read,
    coalesce(sum(d.rows_landed), 0) as rows_landed,
    coalesce(sum(d.rows_rejected), 0) as rows_rejected
from ops.publication as p
left join ops.delivery as d on d.build = p.publication
group by p.report_date, p.publication
order by p.publication
