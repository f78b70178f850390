update ops.delivery
set months = (
    select array_agg(distinct landed.period order by landed.period) from {landing} as landed
    where landed.delivery_id = %(delivery_id)s
)
where delivery_id = %(delivery_id)s
