select p.product, p.report_date, p.publication, p.vintage, p.made_at, p.rolled_back_at, p.stem,
    count(*) over () as total
from ops.readable_products() as p
where %(stem)s::text is null or p.stem = %(stem)s
order by p.made_at desc, p.stem
limit %(rows)s offset %(skipped)s
