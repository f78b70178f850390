-- The daily report is a flash, also when it is written again after its publication became final for a month; the weekly
-- dispatch is revised, and so is the bulletin until its own month, the last complete one, is closed.
select
    publication, report_date, published_at, is_released, release_reason,
    case
        when %(product)s = 'daily' then 'flash'
        when
            %(product)s = 'monthly'
            and to_char(date_trunc('month', report_date + 1) - interval '1 day', 'YYYY-MM') = any(final_for)
            then 'final'
        else 'revised'
    end as vintage
from marts.publications
where publication = %(publication)s
