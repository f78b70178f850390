-- The daily report is a flash, also when it is written again after its publication became final for a month; the weekly
-- dispatch is revised, and so is the bulletin until its month is closed.
select
    publication, report_date, published_at, is_released, release_reason,
    case
        when %(product)s = 'daily' then 'flash'
        when %(product)s = 'monthly' and vintage = 'final' then 'final'
        else 'revised'
    end as vintage
from marts.publications
where publication = %(publication)s
