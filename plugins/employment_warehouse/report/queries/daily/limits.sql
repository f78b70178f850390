-- By which limits a person counts as employed, on the publication's day.
select
    ops.setting('working_age_from', report_date)::integer as working_age_from,
    ops.setting('gig_reference_days', report_date)::integer as gig_reference_days
from marts.publications
where publication = %(publication)s
