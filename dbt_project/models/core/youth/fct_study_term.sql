-- The allowance of each term of a study, as the latest snapshot that names the term describes it. Of a study that was
-- left out, only the terms of its last snapshot remain: they disappeared unpaid.
select distinct on (study.person_key, study.enrolled_on, reported.allowance_term)
    study.person_key, study.enrolled_on, reported.allowance_term, study.county_code,
    coalesce(reported.allowance_due, 0)::numeric(14, 2) as due,
    coalesce(reported.allowance_paid, 0)::numeric(14, 2) as paid,
    reported.paid_on, reported.unit as reporting_county
from {{ ref('reported_youth_support') }} as reported
inner join ({{ accepted_snapshots('youth_support') }}) as snapshots
    on reported.unit = snapshots.unit
    and coalesce(reported.seen_to, 'infinity') = coalesce(snapshots.next_date, 'infinity')
inner join {{ ref('fct_study') }} as study
    on reported.person_key = study.person_key and reported.enrolled_on = study.enrolled_on
where study.left_out_on is null
    or (reported.unit = study.county_code and snapshots.report_date = study.last_named_on)
order by study.person_key, study.enrolled_on, reported.allowance_term, snapshots.report_date desc, reported.unit
