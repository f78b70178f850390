-- Each application on the talent site that the platform has not deleted, with the job that it is for. The platform
-- reports the day of the last status only, so the earliest day that it ever reported is the day of the application,
-- also of one that it had deleted meanwhile.
with
reports as (
    select application_id, status_at from {{ ref('stg_applications') }}
    union all
    select application_id, status_at from {{ ref('reported_application') }}
    union all
    select application_id, status_at from store.reported_application where from_build <= (select ops.chain_head())
),

days as (
    select application_id, {{ beijing_day('status_at') }} as on_date from reports
    union all
    select application_id, applied_on from store.fct_job_application where from_build <= (select ops.chain_head())
),

first_days as (select application_id, min(on_date) as applied_on from days group by application_id)

select
    application.application_id,
    application.person_key,
    application.posting_id,
    application.status,
    {{ beijing_day('application.status_at') }} as status_on,
    case
        when application.status = 'hired' then {{ beijing_day('application.status_at') }}
    end as hired_on,
    first_days.applied_on,
    posting.employer_name,
    posting.employer_uscc,
    posting.title,
    posting.work_division_code,
    posting.channel as posting_channel
from {{ ref('reported_application') }} as application
inner join first_days using (application_id)
left join {{ ref('reported_job_posting') }} as posting
    on application.posting_id = posting.posting_id and not coalesce(posting.is_deleted, false)
where not coalesce(application.is_deleted, false)
