-- Which publication of a date the marts compare with what is known now, as the model restatement does: the one that is
-- final for its month, or else the last. NULL where the date is too old.
select coalesce(
    max(p.publication) filter (where to_char(%(on)s::date, 'YYYY-MM') = any(p.final_for)),
    max(p.publication) filter (where p.report_date = %(on)s and p.rolled_back_at is null)
) as publication
from marts.publications as p
inner join marts.publications as shown
    on shown.is_current
    and %(on)s > shown.report_date - ops.setting('restatement_days', shown.report_date)::integer
