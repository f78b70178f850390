insert into ops.product_delivery (product, report_date, publication, vintage, channel, wanted, sent_at)
values (
    %(product)s, %(report_date)s, %(publication)s, %(vintage)s, %(channel)s, %(wanted)s,
    case when %(is_sent)s then clock_timestamp() end
)
on conflict (product, report_date, publication, vintage, channel, wanted) do update
set tried_at = clock_timestamp(), sent_at = excluded.sent_at
