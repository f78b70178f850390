-- Files of the night that could not be read and that nothing has replaced. Of the night is what came after the last
-- publication for an earlier date and, once a later night has begun, before the last for this one.
with published as (
    select
        (
            select p.published_at from ops.valid_publication as p
            where p.publication = ops.publication_by(%(report_date)s::date - 1)
        ) as before,
        case
            when exists (
                select from ops.build as b where b.report_date > %(report_date)s and b.status <> 'rolled_back'
            )
                then coalesce((
                    select p.published_at from ops.valid_publication as p
                    where p.publication = ops.publication_by(%(report_date)s)
                ), '-infinity')
            else 'infinity'
        end as last
)

select
    d.unit, d.feed, d.report_date as submission_date, d.reason as refusal_code,
    coalesce(d.understood ->> 'refusal', '') as refusal_detail, d.arrived_at
from ops.current_delivery as d
cross join published
where d.status = 'refused' and d.landed_at > coalesce(published.before, '-infinity') and d.landed_at <= published.last
order by d.unit, d.feed, d.report_date
