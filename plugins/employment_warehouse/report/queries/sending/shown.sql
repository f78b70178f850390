-- The product as it was written last.
select product, report_date, publication, vintage from ops.product
where product = %(product)s and publication = %(publication)s
order by made_at desc limit 1
