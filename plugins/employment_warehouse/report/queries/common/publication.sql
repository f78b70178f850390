select publication, report_date, published_at, vintage, is_released, release_reason
from marts.publications
where publication = %(publication)s
