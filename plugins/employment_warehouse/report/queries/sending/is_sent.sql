select 1 as is_sent from ops.product_delivery
where (product, report_date, publication, vintage) = (%(product)s, %(report_date)s, %(publication)s, %(vintage)s)
    and (channel, wanted) = (%(channel)s, %(wanted)s) and sent_at is not null
