-- The smallest count that a public table shows, on the publication's day; NULL: every count is shown.
select ops.setting('suppression_min', report_date)::integer as fewest
from marts.publications
where publication = %(publication)s
