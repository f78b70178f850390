-- A daily report is always a flash, also when it is written again after its publication became final for a month.
select publication, report_date, published_at, 'flash' as vintage, is_released, release_reason
from marts.publications
where publication = %(publication)s
