-- Which publication of a date the model restatement compares with what is known now. NULL where the date is too old.
select case
    when %(on)s > shown.report_date - ops.setting('restatement_days', shown.report_date)::integer
        then ops.publication_of(%(on)s)
end as publication
from marts.publications as shown
where shown.is_current
