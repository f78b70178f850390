-- Each application on the talent site that the platform has not deleted, with the job that it is for. The platform
-- reports the day of the last status only, so the earliest day that it ever reported is the day of the application.
with
reported as (
    select application_id, min(status_at) as status_at from {{ ref('stg_applications') }} group by application_id
)

select
    application.application_id,
    application.person_key,
    application.posting_id,
    application.status,
    (application.status_at at time zone 'Asia/Shanghai')::date as status_on,
    case
        when application.status = 'hired' then (application.status_at at time zone 'Asia/Shanghai')::date
    end as hired_on,
    least(
        (reported.status_at at time zone 'Asia/Shanghai')::date,
        (application.status_at at time zone 'Asia/Shanghai')::date,
        before.applied_on
    ) as applied_on,
    posting.employer_name,
    posting.employer_uscc,
    posting.title,
    posting.work_division_code,
    posting.channel as posting_channel
from {{ ref('reported_application') }} as application
left join reported using (application_id)
left join {{ this }} as before using (application_id)
left join {{ ref('reported_job_posting') }} as posting
    on application.posting_id = posting.posting_id and not coalesce(posting.is_deleted, false)
where not coalesce(application.is_deleted, false)
