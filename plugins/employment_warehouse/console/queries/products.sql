select p.product, p.report_date, p.publication, p.vintage, p.made_at, p.stem from ops.readable_products() as p
